"""Cover: how much of an area footprints cover, layer by layer, and the fewest of them that do (greedy)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from mappings.areas import square_metres

LEAST_SHARE = 1e-6
"""What adds less than this share of the area is rounding of outlines, for which no scene is chosen."""

_BLOCK = 64
_ALL = 1 - 1e-9
_POLYGON, _MULTIPOLYGON = 3, 6


@dataclass(frozen=True)
class Layer:
    """m² that a layer covers alone, and what it adds to the layers before it."""

    alone: float
    beyond: float


@dataclass(frozen=True)
class Pick:
    """A chosen footprint: its place in the input, its own m² inside the area, the m² it adds to those chosen before it, and where."""

    place: int
    own: float
    adds: float
    new: Any


@dataclass(frozen=True)
class Cover:
    """`area` in m²; `rest` is what nothing covers, an empty geometry when all is."""

    area: float
    layers: tuple[Layer, ...]
    picks: tuple[Pick, ...]
    rest: Any

    @property
    def covered(self) -> float:
        """m² that the layers cover together."""
        return sum(layer.beyond for layer in self.layers)

    @property
    def left(self) -> float:
        """m² that nothing covers; 0 for what is but rounding."""
        left = self.area - self.covered
        return 0.0 if left < self.area * LEAST_SHARE or self.rest.is_empty else left


def cover(area: Any, footprints: Any, layers: Any, phases: Sequence[Sequence[int]]) -> Cover:
    """Of a valid polygon (lon/lat, split at the antimeridian): `footprints` an array of geometries, `layers` the layer of each (0, 1, …);
    footprints are chosen phase by phase, those of the layers of a phase alike; equal ones in the order of the input."""
    whole = float(square_metres([area])[0])
    least = whole * LEAST_SHARE
    names = [layer for phase in phases for layer in phase]
    pieces = clip(footprints, area)
    sizes = square_metres(pieces)
    layers = np.asarray(layers, dtype=int)
    counted, together = _layers(pieces, sizes, layers, names, whole)
    chosen = _Choice(pieces, sizes, least)
    ends = []
    for phase in phases:
        chosen.extend(np.isin(layers, phase), sum(counted[layer].beyond for layer in phase))
        ends.append(len(chosen.picked))
    kept, new = _pruned(pieces, chosen, ends, least)
    picks = tuple(Pick(at, float(sizes[at]), adds, where) for at, adds, where in zip(kept, square_metres(new).tolist(), new, strict=True))
    return Cover(whole, counted, picks, _polygons(_minus(area, together)))


def clip(footprints: Any, area: Any) -> Any:
    """What of each footprint lies in the area: polygons only."""
    pieces = np.array(footprints, dtype=object)
    if not len(pieces):
        return pieces
    shapely.prepare(area)
    inside = shapely.covers(area, pieces)
    west, south, east, north = shapely.bounds(pieces).T
    bounds = area.bounds
    over = ~inside & (west <= bounds[0]) & (south <= bounds[1]) & (east >= bounds[2]) & (north >= bounds[3])
    over[over] = shapely.covers(pieces[over], area)
    crossing = ~inside & ~over
    pieces[over] = area
    pieces[crossing] = _overlay(shapely.intersection, pieces[crossing], area)
    odd = ~np.isin(shapely.get_type_id(pieces), (_POLYGON, _MULTIPOLYGON))
    pieces[odd] = [_polygons(piece) for piece in pieces[odd]]
    return pieces


class _Choice:
    """Lazy greedy: a gain only falls while footprints are chosen, so that one which is up to date and the greatest is the next. What is
    left of a footprint is kept with it: the work is with its neighbours only."""

    def __init__(self, pieces: Any, sizes: Any, least: float) -> None:
        self._pieces, self._least = pieces, least
        self._left, self._gains = pieces.copy(), sizes.copy()
        self._bounds = shapely.bounds(pieces) if len(pieces) else np.zeros((0, 4))
        self._due: list[list[int]] = [[] for _ in pieces]
        self.picked: list[int] = []
        self.added: list[Any] = []
        """What each of the picked adds to those before it."""

    def extend(self, among: Any, wanted: float) -> None:
        """Chooses among these until they add the m² that all of them add, so that none adds anything."""
        while wanted >= self._least:
            ranked = np.where(among, self._gains, 0.0)
            best = int(ranked.argmax())
            if ranked[best] < self._least:
                return
            if not self._due[best]:
                wanted -= float(ranked[best])
                self._pick(best)
                continue
            top = np.argpartition(ranked, -_BLOCK)[-_BLOCK:] if len(ranked) > _BLOCK else np.arange(len(ranked))
            others = [place for place in top.tolist() if place != best and self._due[place] and ranked[place] >= self._least]
            # Of many equal ones, the best need not be among the top.
            self._update([best, *others])

    def _pick(self, place: int) -> None:
        self.picked.append(place)
        self.added.append(self._left[place])
        self._gains[place] = 0.0
        near = _near(self._bounds, shapely.bounds(self._left[place])) & (self._gains >= self._least)
        for other in np.flatnonzero(near).tolist():
            self._due[other].append(place)

    def _update(self, places: list[int]) -> None:
        changed = np.array(places)
        while places:
            others = [self._due[place].pop() for place in places]
            self._left[places] = _minus(self._left[places], self._pieces[others])
            empty = shapely.is_empty(self._left[places])
            for place, gone in zip(places, empty.tolist(), strict=True):
                if gone:
                    self._due[place].clear()
            places = [place for place in places if self._due[place]]
        self._gains[changed] = square_metres(self._left[changed])


def _pruned(pieces: Any, chosen: _Choice, ends: Sequence[int], least: float) -> tuple[list[int], list[Any]]:
    """The picked without those that the others of their phase and of the phases before cover, the last chosen first; and what each of
    those left adds to the ones before it."""
    picked, added = chosen.picked, list(chosen.added)
    if not picked:
        return [], []
    own, end = shapely.bounds(pieces[picked]), len(picked)
    alive = np.ones(len(picked), dtype=bool)
    for at in range(len(picked) - 1, -1, -1):
        end = min(value for value in ends if value > at)
        # The earlier ones are all there yet, and do not meet what it adds to them.
        later = np.flatnonzero(_near(own[at + 1 : end], shapely.bounds(added[at])) & alive[at + 1 : end]) + at + 1
        left = _without(added[at], pieces[[picked[other] for other in later.tolist()]])
        alive[at] = bool(square_metres([left])[0] >= least)
    for at in np.flatnonzero(alive).tolist():
        near = _near(own[:at], own[at])
        if (near & ~alive[:at]).any():
            before = np.flatnonzero(near & alive[:at]).tolist()
            added[at] = _without(pieces[picked[at]], pieces[[picked[other] for other in before]])
    kept = np.flatnonzero(alive).tolist()
    return [picked[at] for at in kept], [added[at] for at in kept]


def _without(piece: Any, others: Any) -> Any:
    for other in others:
        if piece.is_empty:
            break
        piece = _minus(piece, other)
    return piece


def _near(bounds: Any, box: Any) -> Any:
    """Which boxes meet a box."""
    return (bounds[:, 0] < box[2]) & (bounds[:, 2] > box[0]) & (bounds[:, 1] < box[3]) & (bounds[:, 3] > box[1])


def _layers(pieces: Any, sizes: Any, layers: Any, names: Sequence[int], whole: float) -> tuple[tuple[Layer, ...], Any]:
    """The layers, by their number, and the union of all; `names` in the order in which they count."""
    found: dict[int, Layer] = {}
    together, before = shapely.Polygon(), 0.0
    for name in names:
        mine = (layers == name) & (sizes > 0)
        union = _union(pieces[mine], sizes[mine], whole)
        together = _polygons(_overlay(shapely.union, together, union))
        alone, after = (float(value) for value in square_metres([union, together]))
        found[name] = Layer(alone, max(after - before, 0.0))
        before = after
    return tuple(found[name] for name in sorted(found)), together


def _union(pieces: Any, sizes: Any, whole: float) -> Any:
    """The union, the biggest first: what they cover already needs no overlay, and nothing does once they cover all."""
    left, union, block = pieces[np.argsort(-sizes, kind="stable")], shapely.Polygon(), _BLOCK
    while len(left):
        union = _polygons(_overlay_all([union, *left[:block]]))
        left, block = left[block:], block * 2
        if square_metres([union])[0] > whole * _ALL:
            return union
        shapely.prepare(union)
        left = left[~shapely.covers(union, left)] if len(left) else left
    return union


def _polygons(geometry: Any) -> Any:
    """Its polygons alone."""
    if shapely.get_type_id(geometry) in (_POLYGON, _MULTIPOLYGON):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if shapely.get_type_id(part) in (_POLYGON, _MULTIPOLYGON)]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _minus(one: Any, other: Any) -> Any:
    return _overlay(shapely.difference, one, other)


_GRID = 1e-9  # degrees, a tenth of a millimetre: for outlines that touch so nearly that GEOS gives up with all digits


def _overlay(operation: Any, one: Any, other: Any) -> Any:
    try:
        return operation(one, other)
    except shapely.errors.GEOSException:
        return operation(one, other, grid_size=_GRID)


def _overlay_all(geometries: Any) -> Any:
    try:
        return shapely.union_all(geometries)
    except shapely.errors.GEOSException:
        return shapely.union_all(geometries, grid_size=_GRID)
