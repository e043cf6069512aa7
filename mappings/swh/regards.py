"""Native records of the SWH tenant of REGARDS, as its legacy search gives them (CNES report §3.4)."""

import re
from typing import Any

import orjson

from mappings.facts import Availability, Facts
from mappings.geometry import clean_footprint, optional_footprint
from mappings.item import build_item
from mappings.peps.hrefs import plain, scrub
from mappings.record import Item, Record, Unmappable
from mappings.swh import assets
from mappings.swh.collections import native_collection
from mappings.swh.names import scene_name
from mappings.swh.spot import bands_of, properties_of
from mappings.times import usable_time
from mappings.values import items, mapping, text

_VERSION = re.compile(r":V(\d{1,6})\Z", re.ASCII)
_COUPLED = re.compile(r"CoupledScenes([A-Z0-9]{1,8})", re.ASCII)
_SCENE_ID = re.compile(r"(?:[A-Za-z0-9]+_)?([A-Za-z0-9]{1,40})", re.ASCII)
# What says nothing of the image, or belongs to the reader.
_DROPPED = frozenset(("links", "services", "session", "sessionOwner", "_online"))
# Native member -> the coming form's.
_RENAMED = {
    "DataDate": "datetime",
    "PlatformName": "platform",
    "InstrumentName": "instrument",
    "ProductionDate": "processing:datetime",
    "CloudCover": "eo:cloud_cover",
    "IncidenceAngle": "view:incidence_angle",
    "ViewingAngle": "view:off_nadir",
    "SunAzimuth": "view:sun_azimuth",
    "SunElevation": "view:sun_elevation",
    "GridReference": "grid:code",
    "Station": "sat:acquisition_station",
    "SensorCode": "spot:sensor_code",
    "SwathMode": "spot:scene_extent",
    "ShiftValue": "spot:shift_value",
    "SceneRank": "spot:scene_rank",
    "SceneCount": "spot:scene_count",
    "SceneID": "spot:scene_id",
    "GeraldName": "spot:segment_id",
    "CoupledMode": "spot:coupled_mode",
    "CouplingModes": "spot:coupling_modes",
    "CloudCoverquotes": "spot:cloud_cover_quotes",
    "ImageQualityIndicator": "image_quality",
    "NbRows": "rows",
    "NbCols": "columns",
    "NbBands": "bands",
}


def content_of(value: dict[str, Any]) -> dict[str, Any]:
    """The record without the wrapping of a page: {"content": …, "links": …}."""
    return value["content"] if isinstance(value.get("content"), dict) else value


def to_record(value: dict[str, Any]) -> Record:
    """The Record of a member of a page, or of a record alone. Raises Unmappable when it has no identifier.

    `session` (the ingestion) is its `updated`; "online" moves from each file into the volatile member `_online`.
    """
    content = content_of(value)
    native_id = text(content.get("id"))
    if native_id is None:
        raise Unmappable("no identifier", "id")
    kept = scrub({name: member for name, member in content.items() if name not in _DROPPED})
    online = _take_online(kept.get("files"))
    if online is not None:
        kept["_online"] = online
    try:
        raw = orjson.dumps(kept)
    except orjson.JSONEncodeError as error:
        raise Unmappable(f"cannot be kept: {error}", "content") from None
    return Record("swh", native_id, usable_time(content.get("session")), raw, url=_place(value, content))


def _take_online(files: Any) -> bool | None:
    """Takes the state out of every file; that of the first product file is returned."""
    states: list[bool] = []
    for kind, listed in mapping(files).items():
        for file in items(listed):
            state = mapping(file).pop("online", None)
            if kind == "RAWDATA" and isinstance(state, bool):
                states.append(state)
    return states[0] if states else None


def _place(*holders: dict[str, Any]) -> str | None:
    for holder in holders:
        for link in items(holder.get("links")):
            if mapping(link).get("rel") == "self":
                return plain(link.get("href"))
    return None


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of a record. Raises Unmappable."""
    content = content_of(feature)
    native = content.get("properties")
    if not isinstance(native, dict):
        raise Unmappable("no properties", "properties")
    name = scene_name(native.get("SceneName") or content.get("providerId"), "SceneName")
    collection = native_collection(native.get("ProcessingLevel"))
    said = {stac: native[member] for member, stac in _RENAMED.items() if member in native}
    said |= {"title": content.get("label"), "coupled": _coupled(native), "signed": True}
    properties = properties_of(said, name, collection)
    version = _VERSION.search(record.native_id)
    properties["version"] = version[1] if version else None
    properties["deprecated"] = True if content.get("last") is False else None
    geometry, bbox = _footprint(content)
    kept, schemes = assets.of_native(content.get("files"))
    if "product" in kept:
        kept["product"]["bands"] = bands_of(said, name)
    online = content.get("_online")
    return build_item(
        record,
        item_id=name.item_id,
        collection=collection.id,
        geometry=geometry,
        bbox=bbox,
        properties=properties | schemes,
        facts=Facts(
            Availability.OPEN,
            collection.licence,
            scene=name.scene,
            online=online if isinstance(online, bool) else None,
            online_as_of=record.updated,
        ),
        assets=kept,
        links=[{"rel": "via", "href": record.url, "type": "application/json", "title": "REGARDS"}] if record.url else [],
    )


def _footprint(content: dict[str, Any]) -> tuple[dict[str, Any] | None, list[float] | None]:
    """The archive's normalised outline; as published where there is none. All of the latter are clockwise (report §3.4)."""
    try:
        return clean_footprint(content.get("normalizedGeometry"), areas=True)
    except Unmappable:
        return optional_footprint(content.get("geometry"), areas=True)


def _coupled(native: dict[str, Any]) -> dict[str, list[str]]:
    """SceneIDs of scenes taken together, by mode. One mode, HMX, is written as the text "[a, b]" (66 of 400 records)."""
    found: dict[str, list[str]] = {}
    for member, value in native.items():
        match = _COUPLED.fullmatch(member)
        told = value.strip().removeprefix("[").removesuffix("]").split(",") if isinstance(value, str) else items(value)
        ids = [one[1] for part in told if isinstance(part, str) and (one := _SCENE_ID.fullmatch(part.strip()))]
        if match and ids:
            # Two stations' records of one scene have the same SceneID.
            found[match[1]] = list(dict.fromkeys(ids))
    return found
