"""Data sets as ISO 19139 and ISO 19115-2 (gmd:MD_Metadata, gmi:MI_Metadata) describe them, when they are images."""

import re
from collections.abc import Iterator
from typing import Any

from mappings.iso_out.names import INSTRUMENT, THESAURI
from mappings.ogc import names
from mappings.ogc.axes import Hints
from mappings.ogc.described import Described
from mappings.ogc.distribution import hrefs_of
from mappings.ogc.elements import Element, anywhere, attribute, child, children, code, every, first, said, words
from mappings.ogc.eop import level_of, sun_of
from mappings.ogc.extents import area_of, footprint_of
from mappings.ogc.iso_words import is_platform, level_in, members_of, words_of
from mappings.ogc.moments import Period, moment, period_of, written
from mappings.ogc.own import line_of, own_of
from mappings.ogc.parties import providers_of
from mappings.ogc.texts import keywords, line, prose
from mappings.record import Unmappable
from mappings.times import usable_time
from mappings.values import number, percent
from mappings.xml import local

_IMAGES = frozenset(("", "dataset", "tile", "image", "granule", "product", "scene"))
_KINDS = {
    "series": "a series: a Collection, not an image",
    "collection": "a collection, not an image",
    "service": "a service, not an image",
    "nongeographicdataset": "not geographic: not an image",
    "staticmap": "a static map, not an image",
    "interactivemap": "an interactive map, not an image",
}
_EPSG = re.compile(r"(?:EPSG[^0-9]{0,3}(?:[0-9.]+:|0/)?|^\s*)(\d{4,6})\b", re.I)


def describe(metadata: Element, hints: Hints, largest: float | None = None) -> Described:
    """Raises Unmappable for what is no data set, has no time, no footprint, no end, or covers more than `largest` square degrees."""
    _check_level(metadata)
    data = _identification(metadata)
    citation = child(data, "citation", "CI_Citation")
    words_ = list(words_of(data))
    own = own_of(metadata, data, words_)
    geometry, rule, approximate = _place(data, hints, unlocated=own is not None)
    period = _period(data, tuple(_names(metadata, citation)))
    if largest is not None and geometry is not None and approximate and area_of(data) > largest:
        raise Unmappable("covers too large a part of the world: a Collection, not an image", "EX_GeographicBoundingBox")
    content = first(metadata, "MD_ImageDescription", "MI_ImageDescription")
    title = said(citation, "title") or said(citation, "alternateTitle")
    level = said(content, "processingLevelCode", "RS_Identifier", "code") or said(content, "processingLevelCode", "MD_Identifier", "code")
    free = [word for word, thesaurus in words_ if thesaurus not in THESAURI]
    return Described(
        form="iso",
        period=period,
        geometry=geometry,
        axis_rule=rule,
        approximate=approximate,
        properties=_properties(metadata, data, content, title, level, words_),
        platforms=(*_platforms(metadata), *(word for word, thesaurus in words_ if is_platform(thesaurus))),
        names=tuple(_names(metadata, citation)),
        prose=(title, *free),
        codes=tuple(_codes(data)),
        terms=tuple(_terms(data)),
        level=level or level_of(level_in(word for word, _ in words_)),
        providers=providers_of(metadata, data),
        hrefs=hrefs_of(metadata, data),
        own=own,
    )


def _place(data: Element, hints: Hints, *, unlocated: bool) -> tuple[dict[str, Any] | None, str | None, bool]:
    """As footprint_of; None where that is allowed and there is none."""
    if unlocated:
        line = line_of(data)
        if line or first(data, "EX_GeographicBoundingBox", "EX_BoundingPolygon") is None:
            return line, None, False
    return footprint_of(data, hints)


def _properties(
    metadata: Element, data: Element, content: Element | None, title: str | None, level: str | None, told: list[tuple[str, str | None]]
) -> dict[str, Any]:
    words_ = [word for word, thesaurus in told if thesaurus not in THESAURI]
    return {
        "title": line(title),
        "description": prose(said(data, "abstract")),
        "keywords": keywords(words_),
        "created": _created(child(data, "citation", "CI_Citation")),
        "updated": written(usable_time(said(metadata, "dateStamp"))),
        "gsd": _gsd(data),
        **_content(content),
        "instruments": _instruments(metadata) or [word.lower() for word, thesaurus in told if thesaurus == INSTRUMENT],
        "processing:level": level_of(level),
        "processing:lineage": prose(next((said(one, "statement") for one in anywhere(metadata, "LI_Lineage")), None), 2000),
        "proj:code": _projection(metadata),
        **members_of(word for word, _ in told),
        "eop:parent_identifier": line(said(metadata, "parentIdentifier"), 300),
    }


def _check_level(metadata: Element) -> None:
    """A data set is what says so, or says nothing (ISO's default). Dublin Core's types come as addresses."""
    told = code(metadata, "hierarchyLevel") or ""
    kind = told.rstrip("/").rpartition("/")[2].replace(" ", "").lower()
    if kind not in _IMAGES:
        raise Unmappable(_KINDS.get(kind, f"{told[:60]}: not an image"), "hierarchyLevel")


def _identification(metadata: Element) -> Element:
    """Of data: a record may describe services of the data set, too."""
    for place in children(metadata, "identificationInfo"):
        for one in place:
            if local(one) != "SV_ServiceIdentification":
                return one
    kinds = [local(one) for one in every(metadata, "identificationInfo") for one in one]
    raise Unmappable(f"no identification of data: {', '.join(kinds)[:100] or 'none at all'}", "identificationInfo")


def _period(data: Element, product_names: tuple[str | None, ...]) -> Period:
    found = period_of(anywhere(data, "EX_TemporalExtent", "EX_SpatialTemporalExtent")) or names.period_of(product_names)
    if found is None:
        raise Unmappable("no time of acquisition: dates of the record are no image's", "temporalElement")
    if found.endless:
        raise Unmappable("goes on until now: a Collection, not an image", "temporalElement")
    return found


def _created(citation: Element | None) -> str | None:
    dates = {code(one, "dateType"): moment(said(one, "date")) for one in every(citation, "date", "CI_Date")}
    found = next((when for kind in ("creation", "publication", "revision") if (when := dates.get(kind))), None)
    return written(found.start) if found else None


def _gsd(data: Element) -> float | None:
    """Metres; a scale is no resolution. A distance without unit is in metres, as everywhere in practice."""
    for distance in anywhere(data, "Distance"):
        value, unit = number(words(distance)), (attribute(distance, "uom") or "m").lower().rpartition("#")[2].rpartition(":")[2]
        factor = {"m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "9001": 1.0, "cm": 0.01, "km": 1000.0}.get(unit)
        if value and factor and 0 < value * factor <= 100_000:
            return value * factor
    return None


def _content(content: Element | None) -> dict[str, Any]:
    """Percentages and angles in the unit of their names: 0.08 % of clouds is what is meant."""
    return {
        "eo:cloud_cover": percent(said(content, "cloudCoverPercentage")),
        **sun_of(said(content, "illuminationElevationAngle"), said(content, "illuminationAzimuthAngle")),
        "eop:image_quality": line(said(content, "imageQualityCode", "RS_Identifier", "code"), 100),
    }


def _identifier(element: Element) -> str | None:
    """gmi:identifier as the standard has it, or with the text alone."""
    return (
        said(element, "identifier", "MD_Identifier", "code")
        or said(element, "identifier", "RS_Identifier", "code")
        or words(child(element, "identifier"))
    )


def _platforms(metadata: Element) -> Iterator[str | None]:
    for platform in anywhere(child(metadata, "acquisitionInformation"), "MI_Platform"):
        yield _identifier(platform)
        yield line(said(platform, "description"), 60)


def _instruments(metadata: Element) -> list[str] | None:
    found = []
    for instrument in anywhere(child(metadata, "acquisitionInformation"), "MI_Instrument"):
        name = line(_identifier(instrument), 60)
        # INS-NOBS is a mode of Sentinel-2's, not an instrument.
        if name and name.upper() != "INS-NOBS":
            found.append(name.lower())
    return list(dict.fromkeys(found)) or None


def _projection(metadata: Element) -> str | None:
    """The EPSG code if there is but one."""
    found = set()
    for system in children(metadata, "referenceSystemInfo"):
        place = first(system, "RS_Identifier", "MD_Identifier")
        written_code = said(place, "code")
        link = attribute(first(child(place, "code"), "Anchor"), "href")
        match = _EPSG.search(written_code or "") or _EPSG.search(link or "")
        if match:
            found.add(match[1])
        elif written_code:
            found.add(written_code)
    only = found.pop() if len(found) == 1 else ""
    return f"EPSG:{only}" if only.isdigit() else None


def _names(metadata: Element, citation: Element | None) -> Iterator[str | None]:
    yield said(metadata, "fileIdentifier")
    for one in anywhere(citation, "MD_Identifier", "RS_Identifier"):
        yield said(one, "code")
    yield said(citation, "title")


def _codes(data: Element) -> Iterator[str | None]:
    for legal in anywhere(data, "MD_LegalConstraints"):
        for name in ("accessConstraints", "useConstraints"):
            for one in children(legal, name):
                yield from (attribute(inner, "codeListValue") for inner in one)
                yield from (words(inner) for inner in one)


def _terms(data: Element) -> Iterator[str | None]:
    """Texts and addresses of every constraint, in all languages."""
    for block in anywhere(data, "MD_LegalConstraints", "MD_Constraints", "MD_SecurityConstraints"):
        for name in ("useLimitation", "otherConstraints", "userNote"):
            for one in children(block, name):
                yield words(one)
                for inner in anywhere(one, "Anchor", "CharacterString", "LocalisedCharacterString"):
                    yield words(inner)
                    yield attribute(inner, "href")
