"""What the image is: its title, names, summary, organisations, key words and terms."""

from collections.abc import Iterator

from mappings.iso_out.distribution import pictures
from mappings.iso_out.extent import extent
from mappings.iso_out.keywords import keywords
from mappings.iso_out.parts import anchor, bilingual, code, date, party, string
from mappings.iso_out.shown import Shown
from mappings.iso_out.terms import constraints
from mappings.iso_out.writing import Element, element
from mappings.values import items, number, text
from mappings.words import Text

_ROLES = {"producer": "originator", "licensor": "owner", "processor": "processor", "host": "distributor"}


def identification(shown: Shown, locale: str) -> Element:
    """gmd:identificationInfo."""
    gsd = number(shown.properties.get("gsd"))
    data = element(
        "gmd:MD_DataIdentification",
        element("gmd:citation", _citation(shown)),
        _abstract(shown, locale),
        string("gmd:credit", shown.attribution),
        code("gmd:status", "MD_ProgressCode", "completed"),
        *_parties(shown),
        *pictures(shown),
        *keywords(shown),
        *constraints(shown, locale),
        code("gmd:spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "grid"),
        _resolution(gsd) if gsd else None,
        code("gmd:language", "LanguageCode", "zxx"),
        element("gmd:topicCategory", element("gmd:MD_TopicCategoryCode", "imageryBaseMapsEarthCover")),
        extent(shown),
    )
    return element("gmd:identificationInfo", data)


def _citation(shown: Shown) -> Element:
    """Named by its STAC Item, by its Collection and id, and as the archive names it."""
    return element(
        "gmd:CI_Citation",
        string("gmd:title", shown.title),
        *(date(when, kind) for when, kind in _dates(shown)),
        element("gmd:identifier", element("gmd:MD_Identifier", anchor("gmd:code", shown.href, shown.href))),
        _identifier(shown.id, shown.collection),
        _identifier(shown.said("moisson:source_id"), shown.said("moisson:source") or ""),
        code("gmd:presentationForm", "CI_PresentationFormCode", "imageDigital"),
    )


def _identifier(code_: str | None, space: str) -> Element | None:
    if not code_:
        return None
    return element("gmd:identifier", element("gmd:RS_Identifier", string("gmd:code", code_), string("gmd:codeSpace", space)))


def _dates(shown: Shown) -> Iterator[tuple[str, str]]:
    """When the image was taken, where the product has no date of its own: ISO wants one."""
    yield shown.said("created") or shown.start, "creation"
    published, updated = shown.said("published"), shown.said("updated")
    if published:
        yield published, "publication"
    if updated:
        yield updated, "revision"


def _abstract(shown: Shown, locale: str) -> Element | None:
    """The Item's own words; ISO wants some."""
    described = shown.said("description")
    if described:
        return string("gmd:abstract", described)
    took = shown.said("platform") or shown.said("constellation") or shown.collection
    fr = f"Image satellite {took}, {shown.start}. Source : {shown.attribution}."
    en = f"Satellite image {took}, {shown.start}. Source: {shown.attribution}."
    return bilingual("gmd:abstract", Text(fr, en), locale)


def _parties(shown: Shown) -> Iterator[Element]:
    """gmd:pointOfContact for each organisation and role; none has an address of a person."""
    for one in shown.providers:
        roles = [_ROLES[role] for role in items(one.get("roles")) if role in _ROLES] or ["resourceProvider"]
        for role in roles:
            yield party("gmd:pointOfContact", str(one["name"]), role, href=text(one.get("url")))
    yield party("gmd:pointOfContact", shown.catalogue.title, "pointOfContact", email=shown.catalogue.email, href=f"{shown.catalogue.base}/")


def _resolution(metres: float) -> Element:
    distance = element("gmd:distance", element("gco:Distance", repr(metres), uom="m"))
    return element("gmd:spatialResolution", element("gmd:MD_Resolution", distance))
