"""Which copies of one acquisition come before which: those that a collapsed page would show in their place."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mappings.areas import share

K = TypeVar("K", bound=Hashable)

_AVAILABILITY = {"open": 0, "held": 1, "orderable": 2}
# Fit to be used at once before what must still be rectified.
_LEVELS = {"ORTHO": 0, "MOSAIC": 1, "PROJECTED": 2, "SENSOR": 3}
LEAST_COVER = 0.98
"""A copy that covers less of another's ground does not come before it: hiding that one would hide ground."""


@dataclass(frozen=True)
class Copy(Generic[K]):
    """`key` orders what is equal else; `area` a shapely geometry or None; `coverage` the share of the catalogue's footprint."""

    key: K
    availability: str
    coverage: float
    level: str | None
    area: Any


def before(copy: Copy[K], copies: Sequence[Copy[K]]) -> list[Copy[K]]:
    """The copies that come before this one, best first: open before held before orderable, then the larger coverage, then the level
    nearest to use, then the key. Nothing comes before what has no footprint."""
    if copy.area is None:
        return []
    rank = _rank(copy)
    ahead = sorted((other for other in copies if _rank(other) < rank), key=_rank)
    return [other for other in ahead if other.area is not None and share(other.area, copy.area) >= LEAST_COVER]


def _rank(copy: Copy[K]) -> tuple[int, float, int, Any]:
    level = _LEVELS.get((copy.level or "").upper(), len(_LEVELS))
    return _AVAILABILITY.get(copy.availability, len(_AVAILABILITY)), -copy.coverage, level, copy.key
