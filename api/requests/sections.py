"""The draft of a request as sections of labelled lines: what the page and the table of it are made of."""

from collections.abc import Iterator
from decimal import Decimal

from api.licences.words import CLASSES
from mappings.ordering.document import MAKERS, UNCONFIRMED
from mappings.ordering.draft import Chosen, Delivery, Draft, Format, Level, Tasking
from mappings.ordering.estimate import Amount, Estimate
from mappings.ordering.lines import ESTIMATE_ONLY
from mappings.ordering.practice import Notice
from mappings.ordering.products import KIND_NAMES, MODE_NAMES, PRODUCT_NAMES, Product
from mappings.words import Language, Text, money, number, span

Line = tuple[str, str]
Section = tuple[str, list[Line]]

TITLE = Text("Brouillon de demande d’images", "Draft of a request for images")
_FORMATS = {Format.GEOTIFF: "GeoTIFF", Format.JPEG2000: "JPEG 2000"}
_LEVELS = {Level.PRIMARY: Text("Primary", "Primary"), Level.ORTHO: Text("ortho", "ortho")}
_NOT_KNOWN = Text("non connu", "not known")
_OTHER = Text("Autre produit", "Other product")


def sections(draft: Draft, language: Language) -> list[Section]:
    """(title, lines) in one language, plain text."""

    def say(fr: str, en: str) -> str:
        return fr if language == "fr" else en

    return [
        (say("Demande", "Request"), list(_request(draft, language))),
        *((say("Image", "Image") + f" {n}", list(_item(item, language))) for n, item in enumerate(draft.items, 1)),
        *(
            (
                say("Estimation : ", "Estimate: ") + _product(found.wish.product).in_(language),
                list(_estimate(found, delivery, draft, language)),
            )
            for found, delivery in zip(draft.estimates, draft.deliveries, strict=True)
        ),
        (say("Total", "Total"), list(_total(draft, language))),
        (say("À savoir", "To know"), list(_notices(draft, language))),
    ]


def _request(draft: Draft, language: Language) -> Iterator[Line]:
    asker, options = draft.asker, draft.options
    fr = language == "fr"
    yield ("Établi le" if fr else "Made on"), draft.now.strftime("%Y-%m-%d %H:%M UTC")
    yield ("Nature" if fr else "Kind"), KIND_NAMES[draft.kind].in_(language)
    yield (
        ("Organisme" if fr else "Organisation"),
        asker.organisation_name or asker.organisation or ("à compléter" if fr else "to be filled in"),
    )
    yield ("Demandeur" if fr else "Requester"), asker.person or ("à compléter" if fr else "to be filled in")
    yield ("Classe d’utilisateurs" if fr else "Class of users"), CLASSES[asker.user_class].in_(language)
    yield ("Usage prévu" if fr else "Purpose"), draft.purpose or ("à compléter" if fr else "to be filled in")
    if draft.area is not None:
        west, south, east, north = draft.area.bounds
        yield (
            ("Emprise (ouest, sud, est, nord)" if fr else "Extent (west, south, east, north)"),
            f"{west:.5f}, {south:.5f}, {east:.5f}, {north:.5f}",
        )
        yield ("Surface de l’emprise" if fr else "Size of the area"), _km2(draft.area_km2 or Decimal(0), language)
        yield ("Géométrie (WKT)" if fr else "Geometry (WKT)"), draft.area.wkt
    if draft.tasking:
        yield from _tasking(draft.tasking, language)
    yield "Format", _FORMATS[options.format]
    yield ("Codage" if fr else "Depth"), f"{options.bits} bits"
    yield ("Niveau de produit" if fr else "Product level"), _LEVELS[options.level].in_(language)


def _tasking(tasking: Tasking, language: Language) -> Iterator[Line]:
    fr = language == "fr"
    yield ("Produit" if fr else "Product"), _product(tasking.product).in_(language)
    days = span(f"{tasking.start:%Y-%m-%d}", f"{tasking.end:%Y-%m-%d}", language)
    yield ("Période" if fr else "Period"), days
    yield ("Prise de vue" if fr else "Views"), MODE_NAMES[tasking.mode].in_(language)
    free = "sans limite" if fr else "no limit"
    yield ("Angle maximal" if fr else "Greatest angle"), free if tasking.angle_max is None else f"{tasking.angle_max:g}°"
    yield ("Nuages au plus" if fr else "Clouds at most"), free if tasking.cloud_cover_max is None else f"{tasking.cloud_cover_max:g} %"
    if tasking.product is Product.SPOT:
        yield ("Tentatives de scène" if fr else "Scene attempts"), str(tasking.scenes)


def _item(item: Chosen, language: Language) -> Iterator[Line]:
    fr = language == "fr"
    yield "Collection", item.collection
    yield ("Identifiant" if fr else "Identifier"), item.id
    yield ("Produit" if fr else "Product"), _product(item.product).in_(language)
    yield ("Acquise le" if fr else "Acquired"), item.acquired or _NOT_KNOWN.in_(language)
    yield ("Surface dans l’emprise" if fr else "Size within the area"), _km2(item.km2, language)
    if item.remark:
        yield ("Remarque" if fr else "Remark"), item.remark.in_(language)
    for collection, name in item.held_by:
        yield ("Acquise par" if fr else "Held by"), f"{collection} / {name}"
    yield ("À commander" if fr else "To order"), _km2(item.ordered_km2, language)


def _estimate(found: Estimate, delivery: Delivery, draft: Draft, language: Language) -> Iterator[Line]:
    fr = language == "fr"
    wish = found.wish
    yield ("Vendeur" if fr else "Seller"), {"dinamis": "DINAMIS", "airbus": "Airbus"}[found.row.seller] if found.row else "–"
    yield ("Surface à commander" if fr else "Size to order"), _km2(wish.km2, language)
    if found.row and found.row.minimum_km2:
        yield ("Surface minimale" if fr else "Minimum area"), _km2(Decimal(found.row.minimum_km2), language)
    yield ("Montant estimé" if fr else "Estimated amount"), _amount(found.amount, language)
    for line in (*found.lines, *((found.reason,) if found.reason else ())):
        yield ("Calcul" if fr else "Reckoning"), line.in_(language)
    if found.row:
        source = found.row.source_fr if fr else found.row.source_en
        yield ("Tarif" if fr else "Tariff"), f"{found.row.date.isoformat()} · {source}"
    yield "Orthorectification", MAKERS[delivery.maker].in_(language)
    size = f"{number(delivery.gigabytes, language)} {'Go' if fr else 'GB'}" if delivery.gigabytes is not None else _NOT_KNOWN.in_(language)
    yield ("Volume estimé" if fr else "Estimated size"), size


def _total(draft: Draft, language: Language) -> Iterator[Line]:
    fr = language == "fr"
    found = draft.total
    if not draft.estimates:
        yield ("Montant estimé" if fr else "Estimated amount"), "rien à commander" if fr else "nothing to order"
        return
    shown = _amount(found.amount, language)
    if found.amount and not found.complete:
        shown += " ; à quoi s’ajoute ce qui n’est pas connu" if fr else "; and what is not known comes on top"
    yield ("Montant estimé" if fr else "Estimated amount"), shown
    yield ("Attention" if fr else "Note"), ESTIMATE_ONLY.in_(language)


def _notices(draft: Draft, language: Language) -> Iterator[Line]:
    fr = language == "fr"
    told: tuple[tuple[str, Notice], ...] = (
        ("Délais" if fr else "Delays", draft.practice.delays[draft.kind]),
        ("Acte à signer" if fr else "Deed to sign", draft.practice.deed),
        ("Accès de crise" if fr else "Crisis access", draft.practice.crisis),
    )
    for label, notice in told:
        doubt = "" if notice.confirmed else f" ({UNCONFIRMED.in_(language)})"
        yield label, f"{notice.text.in_(language)}{doubt} · {draft.practice.date.isoformat()} · {notice.source.in_(language)}"


def _amount(amount: Amount | None, language: Language) -> str:
    if amount is None:
        return _NOT_KNOWN.in_(language)
    return span(money(amount.low, language), money(amount.high, language), language)


def _product(product: Product | None) -> Text:
    return PRODUCT_NAMES[product] if product else _OTHER


def _km2(value: Decimal, language: Language) -> str:
    return f"{number(value, language)} km²"
