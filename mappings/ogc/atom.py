"""Entries of an Atom feed of OpenSearch-EO: with a record inside, or with nothing but GeoRSS and a few members of their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mappings.ogc import eop, iso, names
from mappings.ogc.axes import Hints
from mappings.ogc.described import Described
from mappings.ogc.elements import Element, anywhere, attribute, child, children, first, said, words
from mappings.ogc.gml import Shape, geojson, shapes_in, simple_shapes
from mappings.ogc.hrefs import Hrefs, media_type, taken
from mappings.ogc.identity import inside
from mappings.ogc.moments import Period, moment, written
from mappings.ogc.texts import keywords, line, prose
from mappings.record import Unmappable
from mappings.times import usable_time
from mappings.values import number, percent, positive
from mappings.xml import local

_CATEGORY = "eo:"


def describe(entry: Element, hints: Hints, largest: float | None = None) -> Described:
    """Raises Unmappable without time or footprint, and for an entry that stands for a collection. `largest` is for ISO inside."""
    inner = inside(entry)
    if inner is None:
        return _bare(entry, hints)
    found = eop.describe(inner, hints) if local(inner) == "EarthObservation" else iso.describe(inner, hints, largest)
    geometry, rule = (found.geometry, found.axis_rule) if found.geometry else _footprint(entry, hints)
    if found.form == "eop":
        _add_links(entry, found.hrefs)
    created = found.properties.get("created") or written(usable_time(words(child(entry, "published"))))
    updated = found.properties.get("updated") or written(usable_time(words(child(entry, "updated"))))
    return replace(
        found,
        geometry=geometry,
        axis_rule=rule,
        properties={**found.properties, "created": created, "updated": updated},
        names=(*found.names, said(entry, "identifier"), words(child(entry, "title"))),
        terms=(*found.terms, *_rights(entry)),
    )


def _bare(entry: Element, hints: Hints) -> Described:
    """An entry that has but its own members, and perhaps those of OpenSearch-EO."""
    categories = _categories(entry)

    def told(name: str) -> str | None:
        return said(entry, name) or categories.get(name)

    geometry, rule = _footprint(entry, hints)
    hrefs = Hrefs()
    _add_links(entry, hrefs)
    level, title = told("processingLevel"), words(child(entry, "title"))
    return Described(
        form="atom",
        period=_period(entry),
        geometry=geometry,
        axis_rule=rule,
        properties={**_own_members(entry), **_search_members(told), "processing:level": eop.level_of(level)},
        platforms=(told("platform"), told("platformShortName")),
        names=(said(entry, "identifier"), title, words(child(entry, "id"))),
        prose=(told("productType"), told("parentIdentifier"), title),
        terms=_rights(entry),
        level=level,
        hrefs=hrefs,
    )


def _own_members(entry: Element) -> dict[str, Any]:
    summary = child(entry, "summary")
    terms = (_term(one) for one in children(entry, "category"))
    return {
        "title": line(words(child(entry, "title"))),
        "description": prose(words(summary if summary is not None else child(entry, "content"))),
        "keywords": keywords(term for term in terms if term and not term.startswith(_CATEGORY)),
        "created": written(usable_time(words(child(entry, "published")))),
        "updated": written(usable_time(words(child(entry, "updated")))),
    }


def _search_members(told: Callable[[str], str | None]) -> dict[str, Any]:
    """Those of OpenSearch-EO (OGC 13-026), as elements or as categories."""
    direction = (told("orbitDirection") or "").lower()
    instrument = line(told("instrument"), 60)
    return {
        "instruments": [instrument.lower()] if instrument else None,
        "gsd": _resolution(told("resolution")),
        "eo:cloud_cover": percent(told("cloudCover")),
        "eo:snow_cover": percent(told("snowCover")),
        "sat:orbit_state": direction if direction in ("ascending", "descending") else None,
        "sat:absolute_orbit": positive(told("orbitNumber")),
        "sat:relative_orbit": positive(told("relativeOrbitNumber") or told("track")),
        "sat:acquisition_station": line(told("acquisitionStation"), 60),
        "processing:facility": line(told("processingCenter"), 200),
        "processing:datetime": written(usable_time(told("processingDate"))),
        "product:type": line(told("productType"), 100),
        "eop:parent_identifier": line(told("parentIdentifier"), 300),
    }


def _categories(entry: Element) -> dict[str, str]:
    """pycsw writes what it knows as `<category term="eo:orbitNumber:50"/>`."""
    found: dict[str, str] = {}
    for one in children(entry, "category"):
        prefix, _, rest = (_term(one) or "").partition(":")
        name, colon, value = rest.partition(":")
        if f"{prefix}:" == _CATEGORY and colon:
            found.setdefault(name, value)
    return found


def _term(category: Element) -> str | None:
    return attribute(category, "label") or attribute(category, "term") or words(category)


def _resolution(value: str | None) -> float | None:
    found = number(value)
    return found if found and 0 < found <= 100_000 else None


def _rights(entry: Element) -> tuple[str | None, ...]:
    return (
        words(child(entry, "rights")),
        *(attribute(link, "href") for link in children(entry, "link") if attribute(link, "rel") == "license"),
    )


def _period(entry: Element) -> Period:
    """dc:date as `start/end`, else the sensing dates under the names that servers give them."""
    for name, later in (("date", None), ("sensingStartDate", "sensingStopDate"), ("startDate", "completionDate"), ("start", "end")):
        told = said(entry, name)
        if not told:
            continue
        start, _, end = told.partition("/")
        from_, to = moment(start), moment(end or (said(entry, later) if later else None))
        if name == "date" and from_ and not end:
            stop = moment(said(entry, "sensingStopDate"))
            to = stop if stop and from_.start <= stop.end else None
        if from_:
            last = to or from_
            if last.end < from_.start:
                raise Unmappable(f"ends before it starts: {told[:80]}", name)
            return Period(from_.start, last.end, endless=end == ".." or (not end and told.endswith("/")))
    named = names.period_of((said(entry, "identifier"), words(child(entry, "title"))))
    if named:
        return named
    if not any(attribute(link, "rel") == "enclosure" for link in children(entry, "link")):
        raise Unmappable("neither time nor product: an entry for a collection, not an image", "dc:date")
    raise Unmappable("no acquisition time", "dc:date")


def _footprint(entry: Element, hints: Hints) -> tuple[dict[str, Any] | None, str | None]:
    """georss:where with GML, else GeoRSS-Simple."""
    shapes: list[Shape] = []
    for place in anywhere(entry, "where"):
        shapes += shapes_in(place)
    shapes = shapes or simple_shapes(entry)
    return geojson(shapes, hints) if shapes else (None, None)


def _add_links(entry: Element, found: Hrefs) -> None:
    for link in children(entry, "link"):
        rel, href = attribute(link, "rel") or "alternate", attribute(link, "href")
        kind, title = attribute(link, "type"), line(attribute(link, "title"), 200)
        if rel == "enclosure" or kind == "enclosure":
            found.asset("data", href, roles=("data",), title=title, type=media_type(kind, href))
        elif rel == "icon":
            eop.add_browse(found, "THUMBNAIL", href, kind)
        elif rel == "license":
            found.link("terms-of-service", href, type=media_type(kind, None), title=title)
        elif rel in ("alternate", "via"):
            found.link("via" if rel == "via" else "related", href, type=media_type(kind, None), title=title)
    for content in anywhere(entry, "content"):
        url, category = attribute(content, "url"), words(first(content, "category"))
        if url and category and category.upper() in ("QUICKLOOK", "THUMBNAIL") and not taken(found.assets, category.lower()):
            eop.add_browse(found, category, url, attribute(content, "type"))
