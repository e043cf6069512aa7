"""STAC properties of a SPOT scene, from members named as the coming GEODES form names them (the other forms are translated first)."""

import re
from datetime import UTC, datetime
from typing import Any

from mappings.catalogue import CollectionInfo
from mappings.record import Unmappable
from mappings.swh.names import SceneName
from mappings.times import format_time, parse_time, usable_time
from mappings.values import angle_0_360, identifier, integer, items, number, percent, positive, text

# From SPOT 1's launch to SPOT 5's last image: catches GEODES' `datetime`, a publication of 2021 or later (mapping §6).
_FIRST, _END = datetime(1986, 2, 1, tzinfo=UTC), datetime(2015, 4, 1, tzinfo=UTC)
_PLATFORM = re.compile(r"SPOT[ _-]?([1-5])", re.ASCII)
_INSTRUMENT = re.compile(r"(HRVIR|HRV|HRG|HRS)[ _-]?\d?", re.ASCII)
_GRID = re.compile(r"(?:SPOTGRS[-_])?(\d{3})[-_]?(\d{3})(?:-\d)?", re.ASCII)
_CODE = re.compile(r"[A-Z]{1,4}", re.ASCII)
# Eight letters, sixteen for HRS (seen in 66 of 400 records).
_QUOTES = re.compile(r"[A-E]{8}|[A-E]{16}", re.ASCII)
# Ground sampling in metres by sensor code.
_GSD = {"X": 20, "P": 10, "I": 20, "M": 10, "J": 10, "A": 5, "B": 5, "S": 10, "T": 2.5}
# Bands in the order of the file, last spectral band of XS first (report §3.3, a client of the archive).
_XS = (("XS3", "nir"), ("XS2", "red"), ("XS1", "green"))
_BANDS = {"X": _XS, "I": (*_XS, ("SWIR", "swir16")), "J": (*_XS, ("SWIR", "swir16"))}
_PAN = (("PAN", "pan"),)


def properties_of(said: dict[str, Any], name: SceneName | None, collection: CollectionInfo) -> dict[str, Any]:
    """Properties of the scene; members that are unusable are None. Raises Unmappable when time or satellite is."""
    unit = _unit(said.get("platform"), name)
    code = code_of(said, name)
    incidence = number(said.get("view:incidence_angle"))
    return {
        **times_of(said),
        "title": text(said.get("title")) or (name.item_id if name else None),
        "platform": f"spot-{unit}" if unit else None,
        "constellation": "spot",
        "instruments": _instruments(said, name),
        "gsd": _GSD.get(code or ""),
        "providers": collection.provider_members(),
        "processing:level": "L1A" if collection.id.endswith("l1a") else "L1C",
        "processing:datetime": _written(usable_time(said.get("processing:datetime"))),
        "product:type": text(said.get("product:type")),
        "eo:cloud_cover": percent(said.get("eo:cloud_cover"), "eo:cloud_cover"),
        "view:incidence_angle": _tilt(incidence),
        "view:off_nadir": _tilt(number(said.get("view:off_nadir"))),
        "view:sun_azimuth": angle_0_360(said.get("view:sun_azimuth")),
        "view:sun_elevation": _elevation(said.get("view:sun_elevation")),
        "grid:code": _grid(said.get("grid:code"), name),
        "sat:acquisition_station": identifier(said.get("sat:acquisition_station")) or (name.station if name else None),
        "proj:shape": _shape(said, code),
        "moisson:look_side": _side(incidence, signed=bool(said.get("signed"))),
        "moisson:image_quality": text(said.get("image_quality")),
        **_scene(said, name, code),
    }


def times_of(said: dict[str, Any]) -> dict[str, Any]:
    """`datetime` is the acquisition: the first of `start_datetime` and `datetime` that SPOT can have flown at. Raises Unmappable."""
    field = "start_datetime" if said.get("start_datetime") not in (None, "") else "datetime"
    if said.get(field) in (None, ""):
        raise Unmappable("no acquisition time", field)
    told = [when for name in ("start_datetime", "datetime") if (when := usable_time(said.get(name)))]
    taken = next((when for when in told if _FIRST <= when < _END), None)
    if taken is None:
        when = parse_time(said[field], field)
        raise Unmappable(f"outside of the life of SPOT 1 to 5: {format_time(when)}", field)
    published = usable_time(said.get("published"))
    return {
        "datetime": format_time(taken),
        "created": _written(usable_time(said.get("created"))),
        "updated": _written(usable_time(said.get("updated"))),
        "published": _written(published) if published and published > taken else None,
    }


def code_of(said: dict[str, Any], name: SceneName | None) -> str | None:
    """The letter of mode and resolution: X, P, I, M, J, A, B, S …"""
    code = (text(said.get("spot:sensor_code")) or "").upper()
    return code if _CODE.fullmatch(code) else name.code if name else None


def bands_of(said: dict[str, Any], name: SceneName | None) -> list[dict[str, Any]]:
    """The bands of the product's file; none where the number that is said is not the mode's."""
    code = code_of(said, name) or ""
    bands = _BANDS.get(code) or (_PAN if code in ("P", "M", "A", "B", "S", "T") else ())
    told = integer(said.get("bands"))
    return [{"name": band, "eo:common_name": common} for band, common in bands] if told in (None, len(bands)) else []


def _written(when: datetime | None) -> str | None:
    return format_time(when) if when else None


def _unit(platform: Any, name: SceneName | None) -> str | None:
    match = _PLATFORM.fullmatch((text(platform) or "").upper())
    if match and name and match[1] != name.unit:
        raise Unmappable(f"{match[0]}, where its name says SPOT{name.unit}", "platform")
    return match[1] if match else name.unit if name else None


def _instruments(said: dict[str, Any], name: SceneName | None) -> list[str]:
    """Without the number of the twin, which stands in the name."""
    told = [said.get("instrument"), *items(said.get("instruments"))]
    matches = (_INSTRUMENT.fullmatch((text(one) or "").upper()) for one in told)
    found = list(dict.fromkeys(match[1].lower() for match in matches if match))
    return found or ([name.instrument] if name and name.instrument else [])


def _tilt(value: float | None) -> float | None:
    return abs(value) if value is not None and abs(value) <= 90 else None


def _side(incidence: float | None, *, signed: bool) -> str | None:
    """Native records write the side that the mirror looked to as the sign: by the recorded scenes, positive ones lie east of the track
    of a pass that descends, on its left. Elsewhere a positive angle may have lost its sign."""
    if not incidence or _tilt(incidence) is None or (incidence > 0 and not signed):
        return None
    return "left" if incidence > 0 else "right"


def _elevation(value: Any) -> float | None:
    found = number(value)
    return found if found is not None and -90 <= found <= 90 else None


def _grid(value: Any, name: SceneName | None) -> str | None:
    """`SPOTGRS-670-341` of `670341` (native), `SPOTGRS-553_212` (CNES' example) or the name."""
    match = _GRID.fullmatch(text(value) or "")
    grid = f"{match[1]}-{match[2]}" if match else name.grid if name else None
    return f"SPOTGRS-{grid}" if grid else None


def _shape(said: dict[str, Any], code: str | None) -> list[int] | None:
    """[lines, columns] as told, or the square of the one that is told; scenes of HRS are told by lines only and are not square."""
    told = [positive(one) for one in items(said.get("proj:shape"))]
    if len(told) == 2 and all(told):
        return [one for one in told if one]
    lines, columns = positive(said.get("rows")), positive(said.get("columns"))
    if code == "S" or code is None or not (lines or columns):
        return [lines, columns] if lines and columns else None
    return [lines or columns or 0, columns or lines or 0]


def _scene(said: dict[str, Any], name: SceneName | None, code: str | None) -> dict[str, Any]:
    """The members of CNES' SPOT extension under our own prefix: its schema is a proposal that nobody can be sent to yet, and an Item
    declares only what can be checked. `spot:x` is `moisson:spot_x` here."""
    quotes = text(said.get("spot:cloud_cover_quotes")) or ""
    modes = [mode for one in items(said.get("spot:coupling_modes")) if (mode := text(one)) and mode != "None"]
    coupled = {"Y": True, "N": False, True: True, False: False}.get(_flag(said.get("spot:coupled_mode")))
    if coupled is None and isinstance(said.get("spot:coupling_modes"), list):
        # SPOT 5 has no such member in its native records (report §3.4).
        coupled = bool(modes)
    return {
        "moisson:spot_sensor_code": code,
        "moisson:spot_scene_extent": (text(said.get("spot:scene_extent")) or "").lower(),
        "moisson:spot_shift_value": _count(said.get("spot:shift_value"), name.shift if name else None),
        "moisson:spot_scene_rank": _count(said.get("spot:scene_rank"), name.rank if name else None),
        "moisson:spot_scene_count": _count(said.get("spot:scene_count"), name.count if name else None),
        "moisson:spot_segment_id": text(said.get("spot:segment_id")),
        "moisson:spot_scene_id": text(said.get("spot:scene_id")),
        "moisson:spot_coupled_mode": coupled,
        "moisson:spot_coupling_modes": list(dict.fromkeys(modes)),
        "moisson:spot_coupled_scenes": said.get("coupled") or None,
        "moisson:spot_cloud_cover_quotes": quotes if _QUOTES.fullmatch(quotes) else None,
    }


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else (text(value) or "").upper()


def _count(value: Any, named: int | None) -> int | None:
    found = integer(value)
    return found if found is not None and found >= 0 else named
