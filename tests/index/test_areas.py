"""Footprints and areas: exact, on both sides of the antimeridian."""

from collections.abc import Callable

import pytest
import shapely

from index.protocol import Index
from mappings.geometry import box
from tests.index.helpers import ask, ids
from tests.support.items import make_document

Put = Callable[..., None]


def test_a_box_finds_what_it_meets_in_any_way(index: Index, put: Put) -> None:
    put(
        make_document("inside", box=(1, 1, 2, 2)),
        make_document("overlapping", box=(-1, -1, 1, 1)),
        make_document("around", box=(-10, -10, 20, 20)),
        make_document("across", box=(-5, 4, 15, 5)),
        make_document("beside", box=(10.001, 0, 11, 10)),
        make_document("above", box=(0, 10.001, 10, 11)),
    )
    assert ids(index, area=box(0, 0, 10, 10)) == ["across", "around", "inside", "overlapping"]


def test_touching_is_meeting(index: Index, put: Put) -> None:
    put(make_document("edge", box=(1, 0, 2, 1)), make_document("corner", box=(1, 1, 2, 2)))
    assert ids(index, area=box(0, 0, 1, 1)) == ["corner", "edge"]


def test_the_exact_footprint_decides_not_its_box(index: Index, put: Put) -> None:
    put(make_document("triangle", geometry=shapely.Polygon([(0, 0), (10, 0), (0, 10)])))
    assert ids(index, area=box(8, 8, 9, 9)) == []
    assert ids(index, area=box(3, 3, 9, 9)) == ["triangle"]


def test_a_polygon_is_exact_too_and_its_hole_is_outside(index: Index, put: Put) -> None:
    put(
        make_document("in the hole", box=(4, 4, 6, 6)),
        make_document("on the ring", box=(1, 1, 2, 2)),
        make_document("across the hole", box=(2, 4, 4, 6)),
        make_document("around the hole", box=(-5, -5, 15, 15)),
    )
    ring = shapely.Polygon(box(0, 0, 10, 10).exterior.coords, [box(3, 3, 7, 7).exterior.coords[::-1]])
    assert ids(index, area=ring) == ["across the hole", "around the hole", "on the ring"]


def test_a_footprint_with_a_hole_is_not_met_in_the_hole(index: Index, put: Put) -> None:
    put(make_document("ring", geometry=shapely.Polygon(box(0, 0, 10, 10).exterior.coords, [box(3, 3, 7, 7).exterior.coords[::-1]])))
    assert ids(index, area=box(4, 4, 6, 6)) == []
    assert ids(index, area=box(6, 6, 8, 8)) == ["ring"]


def test_the_parts_of_a_multipolygon_are_met_one_by_one(index: Index, put: Put) -> None:
    put(
        make_document("first", box=(0, 0, 1, 1)),
        make_document("second", box=(20, 20, 21, 21)),
        make_document("between", box=(10, 10, 11, 11)),
        make_document("both", box=(0, 0, 30, 30)),
        make_document("parts", geometry=shapely.MultiPolygon([box(0, 40, 1, 41), box(10, 10, 11, 11)])),
    )
    assert ids(index, area=shapely.MultiPolygon([box(-1, -1, 2, 2), box(19, 19, 22, 22)])) == ["both", "first", "second"]
    assert ids(index, area=box(5, 31, 6, 45)) == []
    assert ids(index, area=box(0.5, 40.5, 0.6, 40.6)) == ["parts"]


def test_an_area_of_many_parts_is_exact(index: Index, put: Put) -> None:
    put(make_document("hit", box=(40, 0, 41, 1)), make_document("gap", box=(42, 0, 43, 1)), make_document("west", box=(-60, 0, -59, 1)))
    parts = [box(n, 0, n + 0.5, 1) for n in (*range(-160, 160, 8), -60)]
    assert ids(index, area=shapely.MultiPolygon(parts)) == ["hit", "west"]


@pytest.mark.parametrize("area", [shapely.Point(0.5, 0.5), shapely.LineString([(-5, 0.5), (5, 0.6)]), shapely.MultiPoint([(9, 9), (1, 1)])])
def test_points_and_lines_are_areas(index: Index, put: Put, area: shapely.Geometry) -> None:
    put(make_document("hit"), make_document("far", box=(50, 50, 51, 51)))
    assert ids(index, area=area) == ["hit"]


@pytest.mark.parametrize("area", [box(0.5, 0.5, 0.5, 0.5), box(0.5, -1, 0.5, 2), box(-1, 0.5, 2, 0.5)])
def test_a_box_without_width_or_height_is_met(index: Index, put: Put, area: shapely.Geometry) -> None:
    put(make_document("hit"), make_document("far", box=(50, 50, 51, 51)))
    assert ids(index, area=area) == ["hit"]


def test_points_and_lines_are_footprints(index: Index, put: Put) -> None:
    put(
        make_document("point", geometry={"type": "Point", "coordinates": [1.0, 1.0]}),
        make_document("line", geometry={"type": "LineString", "coordinates": [[0.0, 5.0], [10.0, 5.0]]}),
    )
    assert ids(index, area=box(0, 0, 2, 2)) == ["point"]
    assert ids(index, area=box(4, 4, 6, 6)) == ["line"]


@pytest.fixture
def pacific(put: Put) -> None:
    put(
        make_document("across", box=(179, -18, -179, -16)),
        make_document("fiji", box=(177, -18, 178, -17)),
        make_document("samoa", box=(-173, -18, -172, -17)),
        make_document("australia", box=(140, -18, 141, -17)),
        make_document("africa", box=(20, -18, 21, -17)),
    )


@pytest.mark.usefixtures("pacific")
@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ((176, -20, -170, -10), ["across", "fiji", "samoa"]),
        ((179.5, -20, -179.5, -10), ["across"]),
        ((179.5, -20, -170, -10), ["across", "samoa"]),
        ((170, -20, 180, -10), ["across", "fiji"]),
        ((-180, -20, -179.5, -10), ["across"]),
        ((-178, -20, 178, -10), ["africa", "australia", "fiji", "samoa"]),
        ((-180, -90, 180, 90), ["across", "africa", "australia", "fiji", "samoa"]),
        ((0, -20, 100, -10), ["africa"]),
    ],
)
def test_the_antimeridian_is_no_border(index: Index, area: tuple[float, float, float, float], expected: list[str]) -> None:
    assert ids(index, area=box(*area)) == expected


def test_an_unlocated_item_is_in_no_area_and_is_found_without_one(index: Index, put: Put) -> None:
    put(make_document("nowhere", box=None), make_document("somewhere"))
    assert ids(index) == ["nowhere", "somewhere"]
    assert ids(index, ids=("nowhere",)) == ["nowhere"]
    assert ids(index, area=box(-180, -90, 180, 90)) == ["somewhere"]
    assert ids(index, area=box(-180, -90, 180, 90), ids=("nowhere",)) == []


def test_what_changes_its_place_is_found_at_the_new_one_only(index: Index, put: Put) -> None:
    put(make_document("a", box=(179, 0, -179, 1)))
    put(make_document("a", box=(10, 0, 11, 1)))
    assert ids(index, area=box(170, -5, -170, 5)) == []
    assert ids(index, area=box(9, -5, 12, 5)) == ["a"]
    put(make_document("a", box=None))
    assert ids(index, area=box(-180, -90, 180, 90)) == []


def test_summaries_of_an_area_are_of_the_exact_matches(index: Index, put: Put) -> None:
    put(
        make_document("inside", box=(1, 1, 2, 2)),
        make_document("border", box=(4, 4, 6, 6)),
        make_document("triangle", geometry=shapely.Polygon([(4.8, 4.8), (9, 4.8), (9, -9)])),
        make_document("missed", "d", geometry=shapely.Polygon([(4.9, 9), (9, 9), (9, 4.9)])),
        make_document("other", "d", box=(0, 0, 1, 1)),
    )
    found = index.summaries(ask(area=box(0, 0, 5, 5)))
    assert {name: (s.count, s.bbox) for name, s in found.items()} == {"c": (3, (1, -9, 9, 6)), "d": (1, (0, 0, 1, 1))}


def test_area_time_and_collection_are_all_needed(index: Index, put: Put) -> None:
    put(
        make_document("hit", datetime="2024-01-01T00:00:00Z"),
        make_document("late", datetime="2024-01-01T00:00:01Z"),
        make_document("far", box=(50, 0, 51, 1)),
        make_document("other", "d"),
    )
    assert ids(index, area=box(0, 0, 1, 1), start="2024-01-01", end="2024-01-01", collections=("c",)) == ["hit"]
