"""Items of the STAC API of the Maison de la Télédétection, which holds SPOT 6/7 of the DINAMIS receiving station (report §3.1).

No answer of it was recorded: identifiers and assets are documented, the rest is taken when it is there and valid.
"""

import re
from typing import Any
from urllib.parse import quote

import orjson

from mappings.dinamis.held import Mission, auth_of, bucket_of, held_item, mission_of, refuse_neo, scene_of, storage
from mappings.dinamis.members import address, between, present, resolution, texts, unsigned
from mappings.record import Item, Record, Unmappable
from mappings.times import format_time, usable_time
from mappings.values import angle_0_360, integer, items, mapping, number, percent, positive, text

FORM = "stac"
_API = "https://api.stac.teledetection.fr"
# Titles and resolutions of the documented assets.
_KNOWN = {"src_xs": ("XS 6 m", 6.0), "src_pan": ("PAN 1.5 m", 1.5)}
_HEX = re.compile(r"[a-f0-9]+")
_EPSG = re.compile(r"[A-Za-z]{2,20}:[A-Za-z0-9_.-]{1,30}")


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of an Item. Raises Unmappable when it has no identifier."""
    native_id = text(feature.get("id"))
    if native_id is None:
        raise Unmappable("no identifier", "id")
    return Record(
        source="dinamis",
        native_id=native_id,
        updated=usable_time(mapping(feature.get("properties")).get("updated")),
        raw=orjson.dumps(unsigned(feature)),
        url=_place(feature, native_id),
    )


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of one record. Raises Unmappable without identifier or time, or when it is neither SPOT 6/7 nor Pléiades."""
    item_id = text(feature.get("id"))
    if item_id is None:
        raise Unmappable("no identifier", "id")
    properties = mapping(feature.get("properties"))
    scene = scene_of(item_id)
    upstream = text(feature.get("collection"))
    _check_neo(feature, properties)
    mission = _mission(properties, item_id, upstream)
    assets, schemes = _assets(mapping(feature.get("assets")))
    place = _place(feature, item_id)
    return held_item(
        record,
        item_id=item_id,
        form=FORM,
        mission=mission,
        scene=scene,
        footprint=feature.get("geometry"),
        properties={
            **_times(properties, scene.instant if scene else None),
            **_measures(properties),
            **_projection(properties),
            "gsd": resolution(properties.get("gsd")) or min((asset["gsd"] for asset in assets.values() if "gsd" in asset), default=None),
            "processing:level": text(properties.get("processing:level")) or ("ORTHO" if upstream == "spot-6-7-drs" else None),
            "storage:schemes": schemes,
            "dinamis:collection": upstream,
        },
        assets=assets,
        links=[
            {"rel": "via", "href": place, "type": "application/geo+json", "title": "Maison de la Télédétection"},
            {"rel": "canonical", "href": place, "type": "application/geo+json"},
        ],
    )


def _place(feature: dict[str, Any], native_id: str) -> str:
    collection = text(feature.get("collection")) or "spot-6-7-drs"
    return f"{_API}/collections/{quote(collection, safe='')}/items/{quote(native_id, safe='')}"


def _check_neo(feature: dict[str, Any], properties: dict[str, Any]) -> None:
    """In identifiers and properties; a description may compare the image with another."""
    refuse_neo("id", feature.get("id"))
    refuse_neo("collection", feature.get("collection"))
    refuse_neo("properties", *(value for name, value in properties.items() if name != "description"))
    for key, asset in mapping(feature.get("assets")).items():
        refuse_neo("assets", key, mapping(asset).get("href"), mapping(asset).get("title"))


def _mission(properties: dict[str, Any], item_id: str, collection: str | None) -> Mission:
    """The API serves other collections too, and anyone who contributes may add one."""
    told = (text(properties.get("platform")), item_id, text(properties.get("constellation")), collection)
    found = [mission for value in told if (mission := mission_of(value))]
    if not found:
        raise Unmappable(f"neither SPOT 6/7 nor Pléiades: collection {str(collection)[:60]!r}", "collection")
    return next((mission for mission in found if mission.platform and mission.name == found[0].name), found[0])


def _times(properties: dict[str, Any], token: Any) -> dict[str, Any]:
    when = usable_time(properties.get("datetime")) or token
    start, end = usable_time(properties.get("start_datetime")), usable_time(properties.get("end_datetime"))
    if not (start and end and start <= end):
        start = end = None
    if not (when or start):
        raise Unmappable("no acquisition time", "properties.datetime")
    created, updated = usable_time(properties.get("created")), usable_time(properties.get("updated"))
    times = {"datetime": when, "start_datetime": start, "end_datetime": end, "created": created, "updated": updated}
    return {name: format_time(time) if time else None for name, time in times.items()}


def _measures(properties: dict[str, Any]) -> dict[str, Any]:
    get = properties.get
    return {
        "eo:cloud_cover": percent(get("eo:cloud_cover")),
        "eo:snow_cover": percent(get("eo:snow_cover")),
        "view:incidence_angle": between(0, get("view:incidence_angle"), 90),
        "view:sun_azimuth": angle_0_360(get("view:sun_azimuth")),
        "view:sun_elevation": between(-90, get("view:sun_elevation"), 90),
    }


def _projection(members: dict[str, Any]) -> dict[str, Any]:
    """proj:* of version 2, or of version 1 (`proj:epsg`), where valid."""
    code, epsg = text(members.get("proj:code")), integer(members.get("proj:epsg"))
    if code is None and epsg is not None and epsg > 0:
        code = f"EPSG:{epsg}"
    shape = [positive(value) for value in items(members.get("proj:shape"))]
    found: dict[str, Any] = {
        "proj:code": code if code and _EPSG.fullmatch(code) else None,
        "proj:shape": shape if len(shape) == 2 and all(shape) else None,
    }
    for name, sizes in (("proj:transform", (6, 9)), ("proj:bbox", (4, 6))):
        numbers = [number(value) for value in items(members.get(name))]
        found[name] = numbers if len(numbers) in sizes and None not in numbers else None
    return found


def _assets(upstream: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    hrefs = {key: href for key, asset in upstream.items() if key and (href := address(mapping(asset).get("href")))}
    names, schemes = storage(bucket for href in hrefs.values() if (bucket := bucket_of(href)))
    return {key: _asset(key, href, upstream[key], names) for key, href in hrefs.items()}, schemes


def _asset(key: str, href: str, upstream: dict[str, Any], storages: dict[str, str]) -> dict[str, Any]:
    title, gsd = _KNOWN.get(key, (None, None))
    size, checksum = integer(upstream.get("file:size")), text(upstream.get("file:checksum"))
    roles = texts(upstream.get("roles")) or (["data"] if key in _KNOWN else [])
    # Previews elsewhere are open; image files never are, nor anything in the signed store.
    auth = auth_of(href)
    is_file = auth == ["mtd"] or "data" in roles or key in _KNOWN
    bucket = bucket_of(href)
    return present(
        {
            "href": href,
            "title": text(upstream.get("title")) or title,
            "type": text(upstream.get("type")),
            "roles": roles or None,
            "gsd": resolution(upstream.get("gsd")) or gsd,
            "file:size": size if size is not None and size >= 0 else None,
            "file:checksum": checksum if checksum and _HEX.fullmatch(checksum) else None,
            "auth:refs": auth if is_file else None,
            "storage:refs": [storages[bucket]] if bucket else None,
            **_projection(upstream),
        }
    )
