"""An area in SQL: which boxes may meet it, which lie wholly inside, and the exact test for those between."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely

from index.sqlite.fields import days as days_of

# Beyond this, bounds per part cost more than they spare: one box per side of the antimeridian does.
_MAX_PARTS = 8

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """`shape`, the `bounds` of its parts, and `rectangles`: the bounds of those parts that fill them."""

    shape: Any
    bounds: tuple[Bounds, ...]
    rectangles: tuple[Bounds, ...]

    @cached_property
    def params(self) -> dict[str, float]:
        """The values of the SQL below."""
        found: dict[str, float] = {}
        for prefix, boxes in (("b", self.bounds), ("r", self.rectangles)):
            for number, box in enumerate(boxes):
                found.update({f"{prefix}{number}{side}": value for side, value in zip("wsen", box, strict=True)})
        return found

    @cached_property
    def meets(self) -> str:
        """The Item's box meets that of a part; false for Items without footprint."""
        return _any(f"west <= :b{n}e AND east >= :b{n}w AND south <= :b{n}n AND north >= :b{n}s" for n in range(len(self.bounds)))

    @cached_property
    def inside(self) -> str:
        """The Item's box lies in a rectangle of the area, so that it needs no exact test."""
        return _any(f"west >= :r{n}w AND east <= :r{n}e AND south >= :r{n}s AND north <= :r{n}n" for n in range(len(self.rectangles)))

    def boxes(self, kinds: Collection[int], since: int | None, until: int | None) -> tuple[str, dict[str, float]]:
        """A SELECT of the ids in the R*Tree whose box meets a part's, whose days meet [since, until] (µs), and of these kinds; and its
        values."""
        days: dict[str, float] = {}
        clause = _of(kinds)
        if since is not None:
            clause, days["first_day"] = clause + " AND maxt >= :first_day", days_of(since)
        if until is not None:
            clause, days["last_day"] = clause + " AND mint <= :last_day", days_of(until)
        parts = [
            f"SELECT id FROM boxes WHERE minx <= :b{n}e AND maxx >= :b{n}w AND miny <= :b{n}n AND maxy >= :b{n}s{clause}"
            for n in range(len(self.bounds))
        ]
        return " UNION ALL ".join(parts), days

    def touches(self, footprints: Sequence[bytes]) -> list[bool]:
        """Which of the footprints (WKB) meet the area, exactly."""
        found: list[bool] = shapely.intersects(self._prepared, shapely.from_wkb(footprints)).tolist()
        return found

    @cached_property
    def _prepared(self) -> Any:
        # A copy: preparing changes the geometry, and the caller's may be in use by another thread.
        copy = shapely.from_wkb(shapely.to_wkb(self.shape))
        shapely.prepare(copy)
        return copy


def to_area(geometry: Any) -> Area | None:
    """The Area of a shapely geometry in lon/lat; None when it is empty and nothing can match."""
    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    if not parts:
        return None
    if len(parts) <= _MAX_PARTS:
        return Area(geometry, tuple(part.bounds for part in parts), tuple(part.bounds for part in parts if _is_rectangle(part)))
    sides = ([part for part in parts if part.bounds[0] >= 0], [part for part in parts if part.bounds[0] < 0])
    return Area(geometry, tuple(tuple(shapely.total_bounds(side).tolist()) for side in sides if side), ())


def _of(kinds: Collection[int]) -> str:
    """The rows of these kinds, in one walk of the R*Tree: a plain IN would walk it once for each kind."""
    first, last = min(kinds, default=0), max(kinds, default=-1)
    among = f" AND mink >= {first} AND mink <= {last}"
    return among if len(set(kinds)) == last - first + 1 else f"{among} AND +mink IN ({','.join(map(str, sorted(kinds)))})"


def _is_rectangle(part: Any) -> bool:
    return part.geom_type == "Polygon" and shapely.get_num_coordinates(part) == 5 and bool(shapely.equals(part, shapely.box(*part.bounds)))


def _any(conditions: Any) -> str:
    return " OR ".join(f"({condition})" for condition in conditions) or "0"
