"""Key words: what took the image, what the archive calls it, and the words by which another Moisson knows its facts again."""

from collections.abc import Iterable, Iterator
from typing import Any

from mappings.iso_out.names import ARCHIVE, AVAILABILITY, INSTRUMENT, LICENCE, PLATFORM, PRODUCT, SENSOR, THESAURI
from mappings.iso_out.parts import anchor, code, nothing, string
from mappings.iso_out.shown import Shown
from mappings.iso_out.writing import Element, element
from mappings.values import items, number, text

_RADAR = ("sar:frequency_band", "sar:instrument_mode", "sar:polarizations")
_SENSORS = {True: "Radar · SAR", False: "Optique · optical"}


def keywords(shown: Shown) -> Iterator[Element]:
    """gmd:descriptiveKeywords, one block for each kind."""
    own = [word for one in items(shown.properties.get("keywords")) if (word := text(one))]
    platform = [one for one in (shown.said("platform"), shown.said("constellation")) if one]
    blocks = (
        (_words(own), None),
        (_words(dict.fromkeys(platform)), PLATFORM),
        (_words(shown.instruments), INSTRUMENT),
        (_words([_sensor(shown)]), SENSOR),
        (_words([shown.said("moisson:source") or ""]), ARCHIVE),
        (_words([shown.said("moisson:availability") or ""]), AVAILABILITY),
        ([anchor("gmd:keyword", shown.licence.id, shown.licence_href)], LICENCE),
        (_words(_product(shown)), PRODUCT),
    )
    for words, thesaurus in blocks:
        if words:
            yield element("gmd:descriptiveKeywords", _block(words, thesaurus))


def _block(words: Iterable[Element], thesaurus: str | None) -> Element:
    return element("gmd:MD_Keywords", *words, code("gmd:type", "MD_KeywordTypeCode", "theme"), _thesaurus(thesaurus))


def _thesaurus(name: str | None) -> Element | None:
    if name is None:
        return None
    identifier = element("gmd:identifier", element("gmd:MD_Identifier", string("gmd:code", name)))
    cited = element("gmd:CI_Citation", string("gmd:title", THESAURI[name]), nothing("gmd:date"), identifier)
    return element("gmd:thesaurusName", cited)


def _words(words: Iterable[str]) -> list[Element]:
    return [made for word in words if (made := string("gmd:keyword", word)) is not None]


def _sensor(shown: Shown) -> str:
    return _SENSORS[any(name in shown.properties for name in _RADAR)]


def _product(shown: Shown) -> list[str]:
    """`eo:orbitDirection:…` and the like, as catalogues of the OGC family write them."""
    told: dict[str, Any] = {
        "productType": shown.said("product:type"),
        "orbitDirection": (shown.said("sat:orbit_state") or "").upper(),
        "orbitNumber": number(shown.properties.get("sat:relative_orbit")),
        "processingLevel": shown.said("processing:level"),
        "snowCover": number(shown.properties.get("eo:snow_cover")),
    }
    return [f"eo:{name}:{_written(value)}" for name, value in told.items() if value not in (None, "")]


def _written(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
