"""What EOP says of a radar image, as STAC's sar:* members."""

import re
from typing import Any

from mappings.ogc.elements import Element, said
from mappings.ogc.missions import Mission
from mappings.ogc.texts import unescaped

_CHANNELS = ("HH", "HV", "VV", "VH", "RH", "RV", "LH", "LV")
_WORD = re.compile(r"[\s,;/+|]+")
_NAMED_BEAMS = re.compile(r"[A-Za-z0-9_.-]{1,40}", re.ASCII)
# Of TerraSAR-X and PAZ; `SAR_SM_` was seen in FedEO, the others are those of its product names.
_TERRASAR_MODES = {"SM": "SM", "SL": "SL", "HS": "HS", "HS300": "HS300", "ST": "ST", "SC": "SC", "WS": "WS"}
_SENTINEL_MODES = frozenset(("IW", "EW", "WV", "SM", *(f"S{n}" for n in range(1, 7))))


def members(acquisition: Element | None, sensor: Element | None, mission: Mission) -> dict[str, Any]:
    """The sar:* members of an image of a radar; band and frequency from the mission's table, for what records write there is the Doppler
    shift or 0."""
    look = (said(acquisition, "antennaLookDirection") or "").lower()
    return {
        "sar:instrument_mode": mode_of(said(sensor, "operationalMode"), mission),
        "sar:polarizations": polarizations_of(said(acquisition, "polarisationChannels") or said(acquisition, "polarizationChannels")),
        "sar:frequency_band": mission.band,
        "sar:center_frequency": mission.frequency,
        "sar:observation_direction": look if look in ("left", "right") else None,
        "sar:beam_ids": beams_of(said(sensor, "swathIdentifier")),
    }


def polarizations_of(value: str | None) -> list[str]:
    """`VH, VV`, `HH/HV`, `VV VH` as lists, each channel once, in their order."""
    return list(dict.fromkeys(one for one in _WORD.split((value or "").upper()) if one in _CHANNELS))


def mode_of(value: str | None, mission: Mission) -> str | None:
    """`IW_DP` -> IW, `SAR_SM_` -> SM; what is in no table stays as it is written."""
    written = (value or "").strip().upper()
    if not written:
        return None
    parts = [part for part in written.split("_") if part]
    if mission.id == "sentinel-1":
        return next((part for part in parts if part in _SENTINEL_MODES), written)
    if mission.constellation == "terrasar-x":
        return next((_TERRASAR_MODES[part] for part in parts if part in _TERRASAR_MODES), written)
    return written


def beams_of(value: str | None) -> list[str]:
    """`IW1_x0020_IW2_x0020_IW3` and `IW1 IW2` as lists."""
    return [beam for beam in _WORD.split(unescaped(value) or "") if _NAMED_BEAMS.fullmatch(beam)][:40]
