"""Product names of the Sentinels and of Theia: their grammars, and the acquisition key that each gives.

The key (`moisson:scene`) is mission and datatake, so that levels, baselines and discriminators of one acquisition share it:

- Sentinel-2: `S2A/20250402T175741/T14ULD`, start of the datatake and tile (old many-tile products: without tile);
- Sentinel-1: `S1C/20251217T230248/00AF3C`, start of the product and datatake: a datatake is cut into many products;
- Sentinel-3: `S3A/OL/20200101T093000`, instrument and start of the product: its names hold no datatake;
- Theia: `S2A/20181018T105349/T31SBU`, the *granule's* own time: these names hold no datatake, the key is not that of the L1C product.
"""

import re
from dataclasses import dataclass

_TIME = r"\d{8}T\d{6}"
_TILE = r"\d{2}[C-X][A-Z]{2}"
# ESA's naming conventions; checked on every recorded identifier.
_GRAMMARS: dict[str, tuple[re.Pattern[str], ...]] = {
    "S1": (
        re.compile(
            rf"(?P<unit>S1[A-D])_(?P<mode>[A-Z0-9]{{2}})_[A-Z]{{3}}[FHM_]_(?P<level>\d)[A-Z](?P<pol>SH|SV|DH|DV|HH|HV|VV|VH)"
            rf"_(?P<start>{_TIME})_{_TIME}_(?P<orbit>\d{{6}})_(?P<take>[0-9A-F]{{6}})_[0-9A-F]{{4}}(?:_COG)?",
            re.ASCII,
        ),
    ),
    "S2": (
        re.compile(
            rf"(?P<unit>S2[A-D])_MSIL(?P<level>\d[A-C])_(?P<start>{_TIME})_N(?P<baseline>\d{{4}})"
            rf"_R(?P<track>\d{{3}})_T(?P<tile>{_TILE})_{_TIME}",
            re.ASCII,
        ),
        # Until 2016-12-05: one product for all tiles of a datatake, or one of its tiles.
        re.compile(
            rf"(?P<unit>S2[A-D])_OPER_PRD_MSIL(?P<level>\d[A-C])_\w{{4}}_{_TIME}_R(?P<track>\d{{3}})"
            rf"_V(?P<start>{_TIME})_{_TIME}(?:_T(?P<tile>{_TILE}))?",
            re.ASCII,
        ),
    ),
    "S3": (
        re.compile(
            rf"(?P<unit>S3[A-D])_(?P<instrument>[A-Z]{{2}})_(?P<level>\d)_\w{{6}}_(?P<start>{_TIME})_{_TIME}_{_TIME}_\w{{17}}_\w{{3}}_\w{{8}}",
            re.ASCII,
        ),
    ),
    "SE": (
        re.compile(
            rf"SENTINEL(?P<unit>2[A-D])_(?P<day>\d{{8}})-(?P<time>\d{{6}})-\d{{3}}_L(?P<level>2A)_T(?P<tile>{_TILE})_[A-Z](?:_V\d+-\d+)?",
            re.ASCII,
        ),
    ),
}
_POLARIZATIONS = {
    "SH": ["HH"], "SV": ["VV"], "DH": ["HH", "HV"], "DV": ["VV", "VH"], "HH": ["HH"], "HV": ["HV"], "VV": ["VV"], "VH": ["VH"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProductName:
    """What a product's name tells. `unit` is S2A, …; `level` 1, 1C, 2A, …; `take` the datatake in hexadecimal (Sentinel-1)."""

    unit: str
    level: str
    scene: str
    theia: bool = False
    tile: str | None = None
    track: int | None = None
    orbit: int | None = None
    take: str | None = None
    baseline: str | None = None
    mode: str | None = None
    polarizations: tuple[str, ...] = ()
    instrument: str | None = None


def parse_name(identifier: str) -> ProductName | None:
    """The parts of a name in one of the grammars, or None."""
    for grammar in _GRAMMARS.get(identifier[:2], ()):
        match = grammar.fullmatch(identifier)
        if match:
            return _told(match.groupdict(), theia=identifier.startswith("SE"))
    return None


def _told(found: dict[str, str | None], theia: bool) -> ProductName:
    unit = f"S{found['unit']}" if theia else found["unit"] or ""
    start = f"{found['day']}T{found['time']}" if theia else found["start"]
    tile, take, baseline, instrument = found.get("tile"), found.get("take"), found.get("baseline"), found.get("instrument")
    key = (unit, instrument, start) if instrument else (unit, start, take or (tile and f"T{tile}"))
    return ProductName(
        unit=unit,
        level=found["level"] or "",
        scene="/".join(part for part in key if part),
        theia=theia,
        tile=tile,
        track=int(found.get("track") or 0) or None,
        orbit=int(found.get("orbit") or 0) or None,
        take=take,
        baseline=f"{baseline[:2]}.{baseline[2:]}" if baseline else None,
        mode=found.get("mode"),
        polarizations=tuple(_POLARIZATIONS.get(found.get("pol") or "", ())),
        instrument=instrument,
    )
