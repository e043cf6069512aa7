"""What may be done with an image, and with its metadata, in French and in English."""

from collections.abc import Iterator

from mappings.iso_out.parts import anchor, bilingual, code
from mappings.iso_out.shown import Shown
from mappings.iso_out.writing import Element, element
from mappings.words import Text

_ATTRIBUTION = Text("Mention de la source : {}", "Attribution: {}")
_UNCONFIRMED = Text(
    "Licence non confirmée : elle ne donne aucun droit, demander à l’archive",
    "This licence is not confirmed: it gives no right, ask the archive",
)
_AVAILABILITY = {
    "open": Text("Accès ouvert à tous, parfois après une inscription gratuite", "Open to anyone, perhaps after a free registration"),
    "held": Text(
        "Image déjà acquise : pour les membres dont l’organisme a signé la licence",
        "Already purchased: for members whose organisation signed the licence",
    ),
    "orderable": Text("Au catalogue commercial : à commander", "In a commercial catalogue: must be ordered"),
    "view": Text("À visualiser seulement", "For viewing only"),
    "unknown": Text("Accès non établi", "Access not established"),
}


def statements(shown: Shown) -> Iterator[Text]:
    """The access to the image, the conditions of its licence, and whom to name."""
    yield availability_words(shown)
    if not shown.licence.confirmed:
        yield _UNCONFIRMED
    yield from (Text(fr, en) for fr, en in zip(shown.licence.conditions_fr, shown.licence.conditions_en, strict=True))
    yield _naming(shown.attribution)


def availability_words(shown: Shown) -> Text:
    return _AVAILABILITY.get(shown.said("moisson:availability") or "", _AVAILABILITY["unknown"])


def constraints(shown: Shown, locale: str) -> Iterator[Element]:
    """gmd:resourceConstraints: the licence with its page here and its own text, and what it asks."""
    title = shown.licence_title
    yield element(
        "gmd:resourceConstraints",
        element(
            "gmd:MD_LegalConstraints",
            bilingual("gmd:useLimitation", title, locale),
            *(bilingual("gmd:useLimitation", one, locale) for one in statements(shown)),
            code("gmd:accessConstraints", "MD_RestrictionCode", "otherRestrictions"),
            code("gmd:useConstraints", "MD_RestrictionCode", "license"),
            code("gmd:useConstraints", "MD_RestrictionCode", "otherRestrictions"),
            bilingual("gmd:otherConstraints", title, locale, shown.licence.href),
            bilingual("gmd:otherConstraints", title, locale, shown.licence_href),
        ),
    )


def metadata_constraints(shown: Shown, locale: str) -> Element | None:
    """gmd:metadataConstraints: the licence of the catalogue's own metadata, where it has one."""
    catalogue = shown.catalogue
    if catalogue.metadata_licence is None:
        return None
    named = catalogue.metadata_attribution
    return element(
        "gmd:metadataConstraints",
        element(
            "gmd:MD_LegalConstraints",
            bilingual("gmd:useLimitation", _naming(named), locale) if named else None,
            code("gmd:useConstraints", "MD_RestrictionCode", "license"),
            anchor("gmd:otherConstraints", catalogue.metadata_licence, catalogue.metadata_href),
        ),
    )


def _naming(whom: str) -> Text:
    return Text(_ATTRIBUTION.fr.format(whom), _ATTRIBUTION.en.format(whom))
