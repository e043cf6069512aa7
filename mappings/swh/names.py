"""Names of SPOT scenes (CNES report §3.3-3.5), and the acquisition key that each gives.

A SceneName is `008-012_S2_693-381-0_2007-02-10-14-19-06_HRV-2_X_DT_GU`: rank and count in the segment, satellite, K-J-shift of the
reference grid, time, instrument, mode, recording, station. CNES is about to name its items without rank and count: that is the
Item's id here, so that records of the archive's three forms meet in one Item.

The key (`moisson:scene`) is satellite, time, instrument and mode: `SPOT2/20070210T141906/HRV2/X`. A scene that two stations received
is one acquisition and two Items. SceneIDs are no key: they do not tell stations apart.
"""

import re
from dataclasses import dataclass
from typing import Any

from mappings.record import Unmappable
from mappings.values import text

_GRAMMAR = re.compile(
    r"(?:(?P<rank>\d{1,4})-(?P<count>\d{1,4})_)?"
    r"(?P<name>S(?P<unit>[1-5])_(?P<k>\d{3})-(?P<j>\d{3})-(?P<shift>\d{1,2})_(?P<time>\d{4}(?:-\d\d){5})"
    r"_(?P<instrument>HRVIR|HRV|HRG|HRS)-(?P<number>\d)_(?P<code>[A-Z]{1,3})_[A-Z0-9]{1,3}_(?P<station>[A-Z0-9]{1,3}))",
    re.ASCII,
)
# A name in an unknown grammar is a name still, as long as it is one of a SPOT scene.
_LOOSE = re.compile(r"(?:\d{1,4}-\d{1,4}_)?(S[1-5]_[A-Za-z0-9_.-]+)", re.ASCII)
_ENDINGS = (".zip", ".ZIP", ".jpg")


@dataclass(frozen=True, slots=True)
class SceneName:
    """What a scene's name tells; `item_id` is the name less rank and count. Members are None where the name is in no known grammar."""

    item_id: str
    unit: str
    scene: str | None = None
    grid: str | None = None
    shift: int | None = None
    rank: int | None = None
    count: int | None = None
    instrument: str | None = None
    code: str | None = None
    station: str | None = None

    @property
    def platform(self) -> str:
        return f"spot-{self.unit}"


def parse_name(value: Any) -> SceneName | None:
    """The parts of a SceneName or of a file named after one; None for what is in another grammar."""
    match = _GRAMMAR.fullmatch(_bare(value))
    if match is None:
        return None
    rank, count = match["rank"], match["count"]
    clock = match["time"].replace("-", "")
    return SceneName(
        item_id=match["name"],
        unit=match["unit"],
        scene=f"SPOT{match['unit']}/{clock[:8]}T{clock[8:]}/{match['instrument']}{match['number']}/{match['code']}",
        grid=f"{match['k']}-{match['j']}",
        shift=int(match["shift"]),
        rank=int(rank) if rank else None,
        count=int(count) if count else None,
        instrument=match["instrument"].lower(),
        code=match["code"],
        station=match["station"],
    )


def scene_name(value: Any, field: str) -> SceneName:
    """As parse_name; a name of a SPOT scene in an unknown grammar gives its id and satellite only. Raises Unmappable."""
    found = parse_name(value)
    if found is not None:
        return found
    written = _bare(value)
    if not written:
        raise Unmappable("no identifier", field)
    loose = _LOOSE.fullmatch(written)
    if loose is None:
        raise Unmappable(f"not the name of a SPOT scene: {written[:60]!r}", field)
    return SceneName(loose[1], loose[1][1])


def _bare(value: Any) -> str:
    name = text(value) or ""
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name
