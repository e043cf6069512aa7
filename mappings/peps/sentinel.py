"""STAC properties of a Sentinel product, from members named as GEODES names them today (resto's are translated first)."""

import re
from datetime import UTC, datetime
from typing import Any

from mappings.catalogue import CollectionInfo
from mappings.peps.collections import level_in, level_of, mission_of
from mappings.peps.names import ProductName
from mappings.record import Unmappable
from mappings.times import format_time, parse_time, usable_time
from mappings.values import identifier, items, percent, positive, text

# First images; catches a publication, or a default, taken for the acquisition (mapping §6).
_FIRST = {
    "sentinel-1": datetime(2014, 4, 1, tzinfo=UTC),
    "sentinel-2": datetime(2015, 6, 1, tzinfo=UTC),
    "sentinel-3": datetime(2016, 2, 1, tzinfo=UTC),
}
_TRACKS = {"sentinel-1": 175, "sentinel-2": 143, "sentinel-3": 385}
# Orbit number of each satellite's track 1, less one (mapping §2); older PEPS records lack the relative orbit (report §1.4).
_S1_SHIFT = {"S1A": 73, "S1B": 27}
_UNIT = re.compile(r"S(?:ENTINEL)?[ -]?([123][A-D])")
_TILE = re.compile(r"T?(\d{2}[C-X][A-Z]{2})", re.ASCII)
_MODE = re.compile(r"[A-Z0-9]{1,4}", re.ASCII)
_POLARIZATIONS = ("VV", "VH", "HH", "HV")
_S3_INSTRUMENTS = {"OL": ["olci"], "SL": ["slstr"], "SR": ["sral"], "SY": ["olci", "slstr"], "MW": ["mwr"]}
# ISO 8601 durations; "Nominal" promises no delay, and the extension allows no category without a duration.
_TIMELINESS = {"NRT-3H": "PT3H", "NRT-10M": "PT10M", "FAST24H": "PT24H"}
_UNTIMELY = {"NOMINAL", ""}
# The extension's names of what resto tells of L2A scenes; low-probability clouds have none.
_SCENE_CLASSES = {
    "bareSoil": "s2:not_vegetated_percentage",
    "highProbaClouds": "s2:high_proba_clouds_percentage",
    "mediumProbaClouds": "s2:medium_proba_clouds_percentage",
    "vegetation": "s2:vegetation_percentage",
    "water": "s2:water_percentage",
}


def properties_of(said: dict[str, Any], product: str, name: ProductName | None, collection: CollectionInfo) -> dict[str, Any]:
    """Properties of the product; members that are unusable are None. Raises Unmappable when the acquisition time is."""
    mission = mission_of(collection)
    unit = name.unit if name else unit_of(said.get("platform"), mission)
    properties = times_of(said, mission)
    properties["title"] = text(said.get("title")) or product
    properties["platform"] = f"sentinel-{unit[1:].lower()}" if unit else None
    properties["constellation"] = mission
    properties["providers"] = collection.provider_members()
    properties |= orbit_of(said, name, unit, mission)
    properties["product:type"] = text(said.get("product:type"))
    properties |= timeliness_of(said.get("product:timeliness"))
    level = level_of(said.get("processing:level"))
    properties["processing:level"] = f"L{level}" if level else level_in(collection)
    properties["processing:version"] = text(said.get("processing:version")) or (name.baseline if name else None)
    properties["processing:datetime"] = _written(usable_time(said.get("processing:datetime")))
    if mission == "sentinel-1":
        return properties | radar(said, name)
    if mission == "sentinel-2":
        return properties | optical(said, name)
    properties["instruments"] = s3_instruments(said.get("instrument"), name)
    properties["moisson:sensor_mode"] = text(said.get("sar:instrument_mode"))
    return properties


def times_of(said: dict[str, Any], mission: str) -> dict[str, Any]:
    """`datetime` is the start of the acquisition: GEODES' own `datetime` is the publication (report §2.5), `published` here."""
    if said.get("start_datetime") in (None, ""):
        raise Unmappable("no acquisition time", "start_datetime")
    start = parse_time(said["start_datetime"], "start_datetime")
    # An instant, as all of Sentinel-2, is written twice.
    end = None if said.get("end_datetime") == said["start_datetime"] else usable_time(said.get("end_datetime"))
    if start < _FIRST[mission]:
        raise Unmappable(f"before the first image of {mission}: {format_time(start)}", "start_datetime")
    if end and end < start:
        raise Unmappable(f"ends before it starts: {format_time(end)}", "end_datetime")
    published = usable_time(said.get("datetime"))
    return {
        "datetime": format_time(start),
        "start_datetime": format_time(start) if end and end != start else None,
        "end_datetime": format_time(end) if end and end != start else None,
        "created": _written(usable_time(said.get("created"))),
        "updated": _written(usable_time(said.get("updated"))),
        "published": _written(published) if published and published >= (end or start) else None,
    }


def _written(when: datetime | None) -> str | None:
    return format_time(when) if when else None


def unit_of(platform: Any, mission: str) -> str | None:
    """`S2A` of `S2A` (PEPS, GEODES) or `SENTINEL2A` (Theia), if it is of that mission."""
    match = _UNIT.fullmatch((text(platform) or "").upper())
    return f"S{match[1]}" if match and match[1][0] == mission[-1] else None


def orbit_of(said: dict[str, Any], name: ProductName | None, unit: str | None, mission: str) -> dict[str, Any]:
    """The sat:* members. States come as `Descending` from GEODES, which the extension refuses."""
    state = (text(said.get("sat:orbit_state")) or "").lower()
    absolute = positive(said.get("sat:absolute_orbit")) or (name.orbit if name else None)
    relative = positive(said.get("sat:relative_orbit"))
    if relative is None or relative > _TRACKS[mission]:
        relative = name.track if name else None
        if relative is None and absolute and unit in _S1_SHIFT:
            relative = (absolute - _S1_SHIFT[unit]) % 175 + 1
    return {
        "sat:orbit_state": state if state in ("ascending", "descending") else None,
        "sat:relative_orbit": relative,
        "sat:absolute_orbit": absolute,
        "sat:orbit_cycle": positive(said.get("sat:orbit_cycle")),
    }


def timeliness_of(value: Any) -> dict[str, Any]:
    """Duration and category together; what is unknown stays readable under our own name (mapping §6)."""
    said = text(value) or ""
    duration = _TIMELINESS.get(said.upper())
    if duration:
        return {"product:timeliness": duration, "product:timeliness_category": said}
    return {} if said.upper() in _UNTIMELY else {"moisson:timeliness": said}


def radar(said: dict[str, Any], name: ProductName | None) -> dict[str, Any]:
    """The sar:* and s1:* members. Cloud cover is dropped: a constant 0 for this mission, not a measure (report §1.4)."""
    written = text(said.get("sar:instrument_mode"))
    usable = written is not None and _MODE.fullmatch(written)
    swath = text(said.get("swath")) or ""
    told = said.get("sar:polarizations")
    words = told.upper().split() if isinstance(told, str) else items(told)
    polarizations = [one for one in _POLARIZATIONS if one in words] or (list(name.polarizations) if name else [])
    take = identifier(said.get("mission_take_id")) or (str(int(name.take, 16)) if name and name.take else None)
    return {
        "instruments": ["c-sar"],
        "sar:instrument_mode": written if usable else (name.mode if name else None),
        "sar:polarizations": polarizations,
        "sar:frequency_band": "C",
        "sar:center_frequency": 5.405,
        "sar:beam_ids": [beam for beam in swath.split() if _MODE.fullmatch(beam)],
        "s1:datatake_id": take,
        "moisson:sensor_mode": None if usable else written,
    }


def optical(said: dict[str, Any], name: ProductName | None) -> dict[str, Any]:
    """Covers, tile and s2:* members. Both archives write the sensor mode INS-NOBS into a radar's field (report §2.5)."""
    members: dict[str, Any] = {
        "instruments": ["msi"],
        "gsd": 10,
        "eo:cloud_cover": percent(said.get("eo:cloud_cover"), "eo:cloud_cover"),
        "eo:snow_cover": percent(said.get("eo:snow_cover"), "eo:snow_cover"),
        "grid:code": tile_of(said.get("grid:code"), name),
        "s2:datatake_id": text(said.get("s2:datatake_id")),
        "moisson:sensor_mode": text(said.get("sar:instrument_mode")),
    }
    for native, stac in _SCENE_CLASSES.items():
        if native in said:
            members[stac] = percent(said[native], native)
    return members


def tile_of(value: Any, name: ProductName | None) -> str | None:
    """`MGRS-14ULD` of `T14ULD`, `14ULD`, or the name; names of Venus sites and the like are no tiles."""
    match = _TILE.fullmatch(text(value) or "")
    tile = match[1] if match else name.tile if name else None
    return f"MGRS-{tile}" if tile else None


def s3_instruments(value: Any, name: ProductName | None) -> list[str]:
    """From the name's code (`OL`), else what is written (`OLCI`)."""
    known = _S3_INSTRUMENTS.get(name.instrument or "") if name else None
    return list(known) if known else [word.lower() for word in (text(value) or "").split()]


_PLACES = frozenset(("continents", "countries", "regions", "states"))
_DEEPEST = 5


def places_of(political: Any) -> list[str]:
    """Names of continents, countries, regions and states, which GEODES nests in two ways (report §2.5)."""
    found: list[str] = []
    if isinstance(political, dict):
        _add_places(political, found, _DEEPEST)
    return found


def _add_places(node: dict[str, Any], found: list[str], depth: int) -> None:
    for kind, places in node.items():
        if kind not in _PLACES or not isinstance(places, list):
            continue
        for place in places:
            if isinstance(place, dict):
                name = text(place.get("name"))
                if name:
                    found.append(name)
                if depth:
                    _add_places(place, found, depth - 1)
