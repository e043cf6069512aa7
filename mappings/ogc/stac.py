"""STAC Items of a partner's own API or files: taken as they are where they are valid, under our ids, facts and links."""

import re
from typing import Any

import orjson

from mappings.dinamis.members import unsigned
from mappings.ogc.described import Described
from mappings.ogc.hrefs import Hrefs, key_of, media_type
from mappings.ogc.moments import Period, written
from mappings.ogc.texts import keywords, line, prose
from mappings.record import Answer, NotAnAnswer, Record, Unmappable, answer_of, documents
from mappings.secrets import without_secrets
from mappings.times import usable_time
from mappings.values import angle_0_360, integer, items, mapping, number, percent, positive, text

_WORDS = re.compile(r"[A-Za-z0-9_.:/ -]{1,100}", re.ASCII)
_EPSG = re.compile(r"EPSG:\d{4,6}")
_HEX = re.compile(r"[a-f0-9]{8,200}")
_BANDS = frozenset(("P", "L", "S", "C", "X", "Ku", "K", "Ka"))
_CHANNELS = ("HH", "HV", "VV", "VH", "RH", "RV", "LH", "LV")
_STATES = frozenset(("ascending", "descending", "geostationary"))
_ROLES = re.compile(r"[a-z][a-z0-9_-]{0,40}", re.ASCII)
_RELATIONS = {rel: rel for rel in ("about", "related", "describedby", "cite-as", "derived_from", "thumbnail")}
# The licence is the table's; what the record names stays as its terms.
_RELATIONS["license"] = "terms-of-service"
_LICENCES = {"CC-BY-4.0": "CC-BY 4.0", "etalab-2.0": "Licence Ouverte 2.0"}


def read(body: bytes, source: str) -> Answer:
    """Records of an Item, a page, a list or lines of Items. Raises NotAnAnswer, also for OGC API Records, which describe data sets."""
    features = [feature for document in documents(body) for feature in features_of(document)]
    if features and not any(_is_item(feature) for feature in features):
        raise NotAnAnswer(_reason(features))
    return answer_of(features, lambda feature: to_record(feature, source), clean=lambda value: without_secrets(unsigned(value)))


def to_record(feature: dict[str, Any], source: str) -> Record:
    """The Record of an Item. Raises Unmappable when it has no identifier, or is none."""
    native_id = text(feature.get("id"))
    if native_id is None:
        raise Unmappable("no identifier", "id")
    if not _is_item(feature):
        raise Unmappable("no STAC Item: it has no assets", "assets")
    updated = usable_time(mapping(feature.get("properties")).get("updated"))
    return Record(source, native_id, updated, orjson.dumps(unsigned(feature)), url=_self(feature))


def describe(feature: dict[str, Any]) -> Described:
    """Raises Unmappable without time or footprint."""
    properties = mapping(feature.get("properties"))
    told = {name.lower(): value for name, value in properties.items()}
    licence = text(properties.get("license"))
    level = text(properties.get("processing:level"))
    links = [mapping(link) for link in items(feature.get("links"))]
    return Described(
        form="stac",
        period=_period(properties),
        geometry=feature.get("geometry"),
        properties=_properties(properties, level),
        platforms=(text(told.get("platform")), text(told.get("constellation")), text(told.get("mission"))),
        names=(text(feature.get("id")), text(properties.get("title"))),
        prose=(text(properties.get("title")), text(feature.get("collection"))),
        terms=(
            _LICENCES.get(licence or "", licence),
            text(feature.get("collection")),
            *(text(link.get("href")) for link in links if link.get("rel") == "license"),
        ),
        codes=tuple(text(properties.get(name)) for name in ("access", "classification", "restriction")),
        level=level,
        hrefs=_hrefs(feature, links),
    )


def features_of(document: Any) -> list[Any]:
    """Of a list, a FeatureCollection or one Feature. Raises NotAnAnswer."""
    if isinstance(document, list):
        return document
    members = mapping(document)
    if members.get("type") == "FeatureCollection" and isinstance(members.get("features"), list):
        return list(members["features"])
    if members.get("type") == "Feature":
        return [document]
    raise NotAnAnswer(f"no STAC Items: a JSON {members.get('type') or type(document).__name__} with {', '.join(sorted(members)[:8])}"[:300])


def _is_item(feature: Any) -> bool:
    """OGC API Records are features, too, but have no assets."""
    members = mapping(feature)
    return members.get("type") == "Feature" and ("stac_version" in members or isinstance(members.get("assets"), dict))


def _reason(features: list[Any]) -> str:
    first = mapping(features[0])
    conforms = " ".join(one for one in items(first.get("conformsTo")) if isinstance(one, str))
    if "time" in first or "linkTemplates" in first or "record" in conforms or "wcmp" in conforms:
        return "OGC API Records: they describe data sets, not images"
    return "features that are no STAC Items: none has assets"


def _self(feature: dict[str, Any]) -> str | None:
    found = Hrefs()
    return next(
        (
            href
            for link in items(feature.get("links"))
            if mapping(link).get("rel") == "self" and (href := found.usable(mapping(link).get("href")))
        ),
        None,
    )


def _period(properties: dict[str, Any]) -> Period:
    start, end = usable_time(properties.get("start_datetime")), usable_time(properties.get("end_datetime"))
    if start and end:
        if end < start:
            raise Unmappable("ends before it starts", "properties.end_datetime")
        return Period(start, end)
    when = usable_time(properties.get("datetime")) or start
    if when is None:
        raise Unmappable("no acquisition time", "properties.datetime")
    return Period(when, when)


def _properties(properties: dict[str, Any], level: str | None) -> dict[str, Any]:
    get = properties.get
    state = (text(get("sat:orbit_state")) or "").lower()
    look = (text(get("sar:observation_direction")) or "").lower()
    band = text(get("sar:frequency_band"))
    code, epsg = text(get("proj:code")), positive(get("proj:epsg"))
    code = code or (f"EPSG:{epsg}" if epsg else None)
    return {
        "title": line(get("title")),
        "description": prose(get("description")),
        "keywords": keywords(text(word) for word in items(get("keywords"))),
        "created": written(usable_time(get("created"))),
        "updated": written(usable_time(get("updated"))),
        "instruments": [word.lower() for one in items(get("instruments")) if (word := line(one, 60))] or None,
        "gsd": _between(0.001, get("gsd"), 100_000),
        "eo:cloud_cover": percent(get("eo:cloud_cover")),
        "eo:snow_cover": percent(get("eo:snow_cover")),
        "view:incidence_angle": _between(0, get("view:incidence_angle"), 90),
        "view:off_nadir": _between(0, get("view:off_nadir"), 90),
        "view:azimuth": angle_0_360(get("view:azimuth")),
        "view:sun_azimuth": angle_0_360(get("view:sun_azimuth")),
        "view:sun_elevation": _between(-90, get("view:sun_elevation"), 90),
        "sat:orbit_state": state if state in _STATES else None,
        "sat:absolute_orbit": positive(get("sat:absolute_orbit")),
        "sat:relative_orbit": positive(get("sat:relative_orbit")),
        "sat:acquisition_station": line(get("sat:acquisition_station"), 60),
        "sar:instrument_mode": _word(get("sar:instrument_mode")),
        "sar:frequency_band": band if band in _BANDS else None,
        "sar:center_frequency": _between(0.01, get("sar:center_frequency"), 100),
        "sar:polarizations": list(dict.fromkeys(one for one in items(get("sar:polarizations")) if one in _CHANNELS)),
        "sar:observation_direction": look if look in ("left", "right") else None,
        "product:type": _word(get("product:type")) or _word(get("sar:product_type")),
        "processing:level": line(level, 60),
        "processing:facility": line(get("processing:facility"), 200),
        "proj:code": code if code and _EPSG.fullmatch(code) else None,
    }


def _between(low: float, value: Any, high: float) -> float | None:
    found = number(value)
    return found if found is not None and low <= found <= high else None


def _word(value: Any) -> str | None:
    found = text(value)
    return found if found and _WORDS.fullmatch(found) else None


def _hrefs(feature: dict[str, Any], links: list[dict[str, Any]]) -> Hrefs:
    found = Hrefs()
    for key, asset in mapping(feature.get("assets")).items():
        given = mapping(asset)
        roles = tuple(dict.fromkeys(role for role in items(given.get("roles")) if isinstance(role, str) and _ROLES.fullmatch(role)))
        size, checksum = integer(given.get("file:size")), text(given.get("file:checksum"))
        found.asset(
            key_of(key),
            given.get("href"),
            # One without a role may well be the image.
            roles=roles or ("data",),
            title=line(given.get("title"), 200),
            type=media_type(given.get("type"), given.get("href")),
            **{
                "file:size": size if size is not None and size >= 0 else None,
                "file:checksum": checksum if checksum and _HEX.fullmatch(checksum) else None,
            },
        )
    for link in links:
        rel = text(link.get("rel"))
        if rel in _RELATIONS:
            kept = _RELATIONS[rel]
            found.link(kept, link.get("href"), type=media_type(link.get("type"), None), title=line(link.get("title"), 200))
    return found
