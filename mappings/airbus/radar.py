"""One record of the radar catalogue (TerraSAR-X, TanDEM-X, PAZ) as an Item (report §2; mapping table B)."""

import re
from typing import Any

import orjson

from mappings.airbus.redaction import redacted
from mappings.facts import Availability, Facts
from mappings.geometry import clean_footprint
from mappings.item import build_item
from mappings.record import Item, Record, Unmappable
from mappings.times import format_time, parse_time, usable_time
from mappings.values import integer, items, mapping, number, positive, text

SOURCE = "airbus"
COLLECTION = "airbus-radar"
# A search gives every record an identifier of its own, a state and an expiry: they belong to the search (report §2).
VOLATILE = tuple(("properties", name) for name in ("itemId", "itemType", "status", "lastUpdateTime", "expiry", "orderTemplate"))

# Satellite, then an underscore: no identifier of the optical search, which are UUIDs, can be one of these.
_IDENTIFIER = re.compile(r"(?P<sat>[A-Z]{2,4}-\d{1,2})_(?P<rest>[\w-]{3,150})", re.ASCII)
_SATELLITE = re.compile(r"[A-Z]{3}-\d{1,2}", re.ASCII)
# Mode and polarisation as the identifier has them (report §2): HS300_S is SAR_HS_S_300.
_MODE = re.compile(r"(?P<mode>[A-Z]{2})(?P<bandwidth>\d{3})?_(?P<pol>[SD])_.*", re.ASCII)
_POLARIZATIONS = frozenset(("HH", "HV", "VH", "VV"))
_LOOKS = {"R": "right", "L": "left"}
# COSPAR designators, as published orbit catalogues give them.
_DESIGNATORS = {"tsx-1": "2007-026A", "tdx-1": "2010-030A", "paz-1": "2018-020A"}
_HREF = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/-]*")
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_AIRBUS = "Airbus Defence and Space", "https://space-solutions.airbus.com/"
_PROVIDERS = {
    "tsx": [
        {"name": "DLR", "roles": ["producer"], "url": "https://www.dlr.de/"},
        {"name": _AIRBUS[0], "roles": ["producer", "licensor", "host"], "url": _AIRBUS[1]},
    ],
    "paz": [
        {"name": "Hisdesat", "roles": ["producer", "licensor"], "url": "https://www.hisdesat.es/"},
        {"name": _AIRBUS[0], "roles": ["host"], "url": _AIRBUS[1]},
    ],
}
_MISSIONS = {"TSX": "tsx", "TDX": "tsx", "PAZ": "paz"}


def is_radar(properties: dict[str, Any]) -> bool:
    """Whether a feature's properties are those of the radar catalogue."""
    return "acquisitionId" in properties and not {"acquisitionIdentifier", "sourceIdentifier"} & properties.keys()


def is_radar_id(native_id: str) -> bool:
    """Whether an identifier has the radar catalogue's form."""
    return _IDENTIFIER.fullmatch(native_id) is not None


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of a feature. Raises Unmappable without a usable identifier."""
    properties = mapping(feature.get("properties"))
    return Record(
        source=SOURCE,
        native_id=acquisition_id(properties),
        updated=usable_time(properties.get("catalogueTime")),
        raw=orjson.dumps(redacted(feature)),
    )


def to_revocation(member: dict[str, Any]) -> Record:
    """The notice that an acquisition was taken out of the catalogue. Raises Unmappable without identifier or time."""
    issued = parse_time(member.get("issueTime"), "issueTime")
    raw = orjson.dumps({"acquisitionId": acquisition_id(member), "issueTime": format_time(issued)})
    return Record(SOURCE, acquisition_id(member), issued, raw, deleted=True, media_type="application/json")


def acquisition_id(members: dict[str, Any]) -> str:
    """The acquisition's name. Raises Unmappable."""
    found = text(members.get("acquisitionId"))
    if found is None:
        raise Unmappable("no acquisition identifier", "acquisitionId")
    if not is_radar_id(found):
        raise Unmappable(f"does not begin with a satellite: {found[:60]!r}", "acquisitionId")
    return found


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of one record; identifier, start and footprint are required. Raises Unmappable."""
    properties = mapping(feature.get("properties"))
    item_id = acquisition_id(properties)
    platform, constellation = _satellite(properties, item_id)
    geometry, bbox = clean_footprint(feature.get("geometry"), areas=True)
    return build_item(
        record,
        item_id=item_id,
        collection=COLLECTION,
        geometry=geometry,
        bbox=bbox,
        properties={
            **_times(properties),
            "platform": platform,
            "constellation": constellation,
            "instruments": ["sar"],
            "sat:platform_international_designator": _DESIGNATORS.get(platform),
            **_radar(properties, item_id),
            **_orbit(properties),
            **_airbus(properties),
            "order:status": "orderable",
            "providers": _PROVIDERS[constellation],
        },
        facts=Facts(Availability.ORDERABLE, "airbus-radar", scene=item_id),
        assets=_assets(feature, properties),
    )


def _satellite(properties: dict[str, Any], item_id: str) -> tuple[str, str]:
    """(platform, constellation): the satellite named in the record, else the one of its identifier."""
    named = item_id.split("_")[0]
    told = (text(properties.get("satellite")) or named).upper()
    for platform in (told, named):
        constellation = _MISSIONS.get(platform.partition("-")[0])
        if constellation and _SATELLITE.fullmatch(platform):
            return platform.lower(), constellation
    raise Unmappable(f"none of TerraSAR-X, TanDEM-X, PAZ: {told[:40]!r}", "properties.satellite")


def _times(properties: dict[str, Any]) -> dict[str, Any]:
    start, stop = parse_time(properties.get("startTime"), "properties.startTime"), usable_time(properties.get("stopTime"))
    catalogued = usable_time(properties.get("catalogueTime"))
    spans = stop is not None and stop >= start
    return {
        "datetime": format_time(start),
        "start_datetime": format_time(start) if spans else None,
        "end_datetime": format_time(stop) if stop is not None and spans else None,
        "created": format_time(catalogued) if catalogued else None,
        "updated": format_time(catalogued) if catalogued else None,
    }


def _radar(properties: dict[str, Any], item_id: str) -> dict[str, Any]:
    low, high = _angles(properties)
    beam, look = text(properties.get("beamId")), text(properties.get("lookDirection"))
    return {
        "sar:instrument_mode": text(properties.get("sensorMode")) or _mode(item_id),
        "sar:frequency_band": "X",
        "sar:center_frequency": 9.65,
        "sar:polarizations": _polarizations(properties.get("polarizationChannels")),
        "sar:observation_direction": _LOOKS.get((look or "")[:1].upper()),
        "sar:beam_ids": [beam] if beam else None,
        "view:incidence_angle": round((low + high) / 2, 6) if low is not None and high is not None else None,
        "airbus:incidence_min": low,
        "airbus:incidence_max": high,
    }


def _mode(item_id: str) -> str | None:
    found = _MODE.fullmatch(item_id.partition("_")[2])
    return "_".join(filter(None, ("SAR", found["mode"], found["pol"], found["bandwidth"]))) if found else None


def _polarizations(value: Any) -> list[str] | None:
    """HHVV is two channels."""
    written = (text(value) or "").upper()
    found = [written[start : start + 2] for start in range(0, len(written), 2)]
    return list(dict.fromkeys(found)) if found and _POLARIZATIONS.issuperset(found) else None


def _angles(properties: dict[str, Any]) -> tuple[float | None, float | None]:
    angles = mapping(properties.get("incidenceAngle"))
    low, high = (number(angles.get(name)) for name in ("minimum", "maximum"))
    usable = low is not None and high is not None and 0 <= low <= high <= 90
    return (low, high) if usable else (None, None)


def _orbit(properties: dict[str, Any]) -> dict[str, Any]:
    direction = (text(properties.get("pathDirection")) or "").lower()
    return {
        "sat:orbit_state": direction if direction in ("ascending", "descending") else None,
        "sat:absolute_orbit": positive(properties.get("absoluteOrbit")),
        "sat:relative_orbit": positive(properties.get("relativeOrbit")),
    }


def _airbus(properties: dict[str, Any]) -> dict[str, Any]:
    outside, count = properties.get("outOfFullPerformance"), integer(properties.get("datastackCount"))
    return {
        "airbus:mission": text(properties.get("mission")),
        "airbus:quality": text(properties.get("quality")),
        "airbus:antenna_mode": text(properties.get("antennaMode")),
        "airbus:out_of_full_performance": outside if isinstance(outside, bool) else None,
        "airbus:datastack_count": count if count is not None and count >= 0 else None,
    }


def _assets(feature: dict[str, Any], properties: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The quicklook, which needs no token (report §2). Its address without query: that could hold one."""
    browse = mapping(mapping(feature.get("assets")).get("browse"))
    for value in (properties.get("quicklookUrl"), *(mapping(one).get("href") for one in items(browse) or [browse])):
        href = (text(value) or "").split("?")[0].split("#")[0]
        if _HREF.fullmatch(href):
            return {"overview": {"href": href, "title": "Quicklook", "type": _COG, "roles": ["overview"]}}
    return {}
