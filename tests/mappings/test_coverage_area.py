"""Areas and covers, against an independent computation: pyproj's geodesic areas of densified outlines."""

import math
import random
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.polygon import orient

from mappings.areas import square_kilometres, square_metres
from mappings.coverage import LEAST_SHARE, Cover, clip, cover
from mappings.geometry import box

_GEOD = Geod(ellps="WGS84")
ACCESSIBLE_FIRST = ((0, 1), (2,))


def geodesic_m2(geometry: Any) -> float:
    """Straight edges in longitude and latitude, cut so short that geodesics between their ends are as good as straight."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and not part.is_empty]
    areas = []
    for part in parts:
        west, south, east, north = part.bounds
        dense = shapely.segmentize(orient(part), max(east - west, north - south) / 4000)
        areas.append(abs(_GEOD.geometry_area_perimeter(dense)[0]))
    return sum(areas)


AREAS = {
    "a field": shapely.box(2.3, 48.8, 2.301, 48.801),
    "a region": shapely.Polygon([(1, 43), (4, 43.5), (3.6, 46), (0.8, 45)]),
    "a continent": box(-20, -35, 50, 37),
    "the far north": shapely.Polygon([(10, 79), (60, 80), (58, 88), (12, 86)]),
    "a pole's cap": shapely.box(-180, 80, 180, 90),
    "across the antimeridian": box(177, -20, -178, -15),
    "with a hole": shapely.Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]),
}


@pytest.mark.parametrize("name", AREAS)
def test_an_area_agrees_with_geodesic_areas(name: str) -> None:
    assert square_metres([AREAS[name]])[0] == pytest.approx(geodesic_m2(AREAS[name]), rel=1e-5)


def test_points_lines_and_nothing_have_no_area() -> None:
    assert square_metres([shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), shapely.Polygon()]).tolist() == [0, 0, 0]
    assert square_metres([]).tolist() == []


def test_the_earth_has_the_area_of_its_ellipsoid() -> None:
    assert square_kilometres(shapely.box(-180, -90, 180, 90)) == pytest.approx(510_065_621.724, abs=0.01)


def _scenes(area: Any, count: int, size: float, chance: random.Random) -> list[Any]:
    west, south, east, north = area.bounds
    shapes = []
    for _ in range(count):
        x, y, turn = chance.uniform(west, east), chance.uniform(south, north), chance.uniform(-0.4, 0.4)
        corners = [
            (x + (a * math.cos(turn) - b * math.sin(turn)) * size, y + (a * math.sin(turn) + b * math.cos(turn)) * size)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        shapes.append(shapely.Polygon(corners))
    return shapes


def check(found: Cover, area: Any, footprints: list[Any], layers: list[int]) -> None:
    """Against plain unions and geodesic areas."""
    unions = [
        shapely.intersection(area, shapely.union_all([f for f, one in zip(footprints, layers, strict=True) if one == n])) for n in range(3)
    ]
    tolerance = found.area * 1e-3
    assert found.area == pytest.approx(geodesic_m2(area), rel=1e-3)
    before = shapely.Polygon()
    for layer, union in zip(found.layers, unions, strict=True):
        assert layer.alone == pytest.approx(geodesic_m2(union), abs=tolerance)
        assert layer.beyond == pytest.approx(geodesic_m2(shapely.difference(union, before)), abs=tolerance)
        before = shapely.union(before, union)
    assert square_metres([found.rest])[0] == pytest.approx(geodesic_m2(shapely.difference(area, before)), abs=tolerance)
    # The chosen scenes reach what all of them reach, but for what is too little to choose a scene for.
    chosen = shapely.union_all([footprints[pick.place] for pick in found.picks])
    missed = shapely.difference(before, chosen)
    assert square_metres([missed])[0] <= found.area * LEAST_SHARE * (len(footprints) + 1)
    assert sum(pick.adds for pick in found.picks) == pytest.approx(square_metres([shapely.intersection(area, chosen)])[0], rel=1e-6)
    assert all(pick.own >= pick.adds - 1 for pick in found.picks)


@pytest.mark.parametrize("name", ["a field", "a region", "the far north", "across the antimeridian", "with a hole"])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_a_cover_agrees_with_unions_and_geodesic_areas(name: str, count: int) -> None:
    area, chance = AREAS[name], random.Random(count)
    west, south, east, north = (area.geoms[0] if area.geom_type == "MultiPolygon" else area).bounds
    footprints = _scenes(shapely.box(west, south, east, north), count, max(east - west, north - south) / 8, chance)
    footprints = [shapely.intersection(one, shapely.box(-180, -90, 180, 90)) for one in footprints]
    layers = [chance.randrange(3) for _ in footprints]
    check(cover(area, np.array(footprints, dtype=object), layers, ACCESSIBLE_FIRST), area, footprints, layers)


@seed(7)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(0, 2)), max_size=25))
def test_boxes_that_share_edges_are_covered_exactly(drawn: list[tuple[int, int, int, int]]) -> None:
    """Shared edges are where overlays go wrong; the cells of a grid are counted instead."""
    area = shapely.box(0, 0, 1, 1)
    footprints = [shapely.box(x / 10, y / 10, (x + size) / 10, (y + size) / 10) for x, y, size, _ in drawn]
    found = cover(area, np.array(footprints, dtype=object), [layer for *_, layer in drawn], ACCESSIBLE_FIRST)
    cells = {
        (x, y): float(square_metres([shapely.box(x / 10, y / 10, (x + 1) / 10, (y + 1) / 10)])[0]) for x in range(10) for y in range(10)
    }

    def cells_of(wanted: set[int]) -> set[tuple[int, int]]:
        return {(a, b) for x, y, size, n in drawn if n in wanted for a in range(x, x + size) for b in range(y, y + size)} & cells.keys()

    before: set[tuple[int, int]] = set()
    for number, layer in enumerate(found.layers):
        mine = cells_of({number})
        assert layer.alone == pytest.approx(sum(cells[cell] for cell in mine), abs=1)
        assert layer.beyond == pytest.approx(sum(cells[cell] for cell in mine - before), abs=1)
        before |= mine
    assert square_metres([found.rest])[0] == pytest.approx(sum(cells[cell] for cell in cells.keys() - before), abs=1)
    picked = {
        (a, b) for p in found.picks for x, y, s, _ in [drawn[p.place]] for a in range(x, x + s) for b in range(y, y + s)
    } & cells.keys()
    assert picked == before


def _boxes(*bounds: tuple[float, float, float, float]) -> Any:
    return np.array([shapely.box(*one) for one in bounds], dtype=object)


def test_one_big_scene_is_chosen_before_many_small_ones() -> None:
    footprints = _boxes((0, 0, 0.5, 1), (0.5, 0, 1, 1), (-0.1, -0.1, 1.1, 1.1))
    found = cover(shapely.box(0, 0, 1, 1), footprints, [0, 0, 0], ACCESSIBLE_FIRST)
    assert [pick.place for pick in found.picks] == [2]
    assert found.rest.is_empty


def test_what_later_choices_make_needless_is_dropped() -> None:
    # Greedy takes the middle first; the two sides then cover it.
    footprints = _boxes((0.2, 0, 0.8, 1), (0, 0, 0.5, 1), (0.5, 0, 1, 1))
    found = cover(shapely.box(0, 0, 1, 1), footprints, [0, 0, 0], ACCESSIBLE_FIRST)
    assert sorted(pick.place for pick in found.picks) == [1, 2]


def test_nothing_is_ordered_where_something_accessible_is() -> None:
    # The orderable scene alone would do, and makes no accessible one needless.
    footprints = _boxes((0, 0, 1, 1), (0, 0, 0.4, 1), (0.3, 0, 0.7, 1))
    found = cover(shapely.box(0, 0, 1, 1), footprints, [2, 0, 1], ACCESSIBLE_FIRST)
    assert {pick.place for pick in found.picks} == {0, 1, 2}
    adds = {pick.place: pick.adds / found.area for pick in found.picks}
    assert adds[0] == pytest.approx(0.3, rel=1e-3)
    assert found.layers[2].alone == pytest.approx(found.area)


def test_equal_scenes_are_chosen_in_the_order_given() -> None:
    found = cover(shapely.box(0, 0, 1, 1), _boxes((0, 0, 1, 1), (0, 0, 1, 1), (0, 0, 1, 1)), [1, 0, 1], ACCESSIBLE_FIRST)
    assert [pick.place for pick in found.picks] == [0]


def test_many_scenes_alike_are_all_looked_at() -> None:
    """More of the same size than are brought up to date at once, those that come first in the input being stale."""
    cells = [(x / 10, y / 10, x / 10 + 0.1, y / 10 + 0.1) for x in range(10) for y in range(10)]
    footprints = _boxes(*(cell for cell in cells for _ in range(2)))
    found = cover(shapely.box(0, 0, 1, 1), footprints, [0] * len(footprints), ACCESSIBLE_FIRST)
    assert len(found.picks) == 100
    assert square_metres([found.rest])[0] < 1


def test_a_sliver_is_not_worth_a_scene() -> None:
    footprints = _boxes((0, 0, 1, 1 - 1e-8), (0, 0.9, 1, 1))
    assert [pick.place for pick in cover(shapely.box(0, 0, 1, 1), footprints, [0, 0], ACCESSIBLE_FIRST).picks] == [0]


def test_clipping_leaves_polygons_only() -> None:
    area = shapely.box(0, 0, 1, 1)
    touching = shapely.union(shapely.box(1, 0, 2, 1), shapely.box(0.5, 0.5, 1.5, 0.6))
    pieces = clip([touching, shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6), shapely.box(-1, -1, 2, 2)], area)
    assert [piece.geom_type for piece in pieces] == ["Polygon"] * 4
    assert [piece.is_empty for piece in pieces] == [False, True, True, False]
    assert pieces[3].equals(area)


def test_a_scene_across_the_antimeridian_covers_both_sides() -> None:
    area, scene = box(179, -18, -179, -17), box(178, -19, -179.5, -16)
    found = cover(area, np.array([scene], dtype=object), [1], ACCESSIBLE_FIRST)
    assert found.layers[1].alone / found.area == pytest.approx(0.75, rel=1e-6)
