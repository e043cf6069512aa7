"""Geometries that nobody means well: refused with a reason within a second, as an area and in a filter."""

from math import cos, pi, sin
from typing import Any

import pytest

from tests.fuzz.asking import JSON, Asked
from tests.fuzz.test_hostile import check
from tests.fuzz.world import ring

Positions = list[list[float]]


def _polygon(*rings: Positions) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def _comb(teeth: int) -> Positions:
    """Slanting teeth, all boxes of which meet."""
    inner = [[-90 + step * 0.01 + 80 * (step % 2), -50 + 80.0 * (step % 2)] for step in range(teeth)]
    return [[-100, -60], *inner, [100, -60], [-100, -60]]


def _line(count: int) -> Positions:
    """From anywhere to anywhere."""
    return [[180 * sin(step * 12.9898), 90 * sin(step * 78.233)] for step in range(count)]


STAR = [[40 * cos(2 * pi * step * 2499 / 5001), 40 * sin(2 * pi * step * 2499 / 5001)] for step in range(5001)]
SHELLS = [ring(4, 0.01 * step) for step in range(1, 1200)]
REFUSED: dict[str, Any] = {
    "100,000 positions": _polygon(ring(100_000, 40)),
    "a zigzag": _polygon(_comb(9000)),
    "a star": _polygon([*STAR, STAR[0]]),
    "a bow": _polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]),
    "a spike": _polygon([[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]]),
    "a hole outside": _polygon([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], [[5, 5], [6, 5], [6, 6], [5, 5]]),
    "holes in holes": _polygon(ring(4, 80), *SHELLS),
    "shells in shells": {"type": "MultiPolygon", "coordinates": [[shell] for shell in SHELLS]},
    "no area": _polygon([[0, 0], [1, 0], [2, 0], [0, 0]]),
    "one place": _polygon([[0, 0]] * 4),
    "both poles": _polygon([[-180, 90], [0, 90], [180, 90], [-180, 90]]),
    "a random line": {"type": "LineString", "coordinates": _line(9999)},
    "a collection": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 1]}]},
    "nothing": {"type": "MultiPolygon", "coordinates": []},
    "no rings": {"type": "MultiPolygon", "coordinates": [[]]},
    "no positions": {"type": "MultiPoint", "coordinates": [[], []]},
    "texts": {"type": "Point", "coordinates": ["1", "2"]},
    "flags": {"type": "Point", "coordinates": [True, False]},
    "too many numbers": {"type": "Point", "coordinates": [1, 2, 3, 4, 5]},
    "too far": {"type": "Point", "coordinates": [1e308, 1]},
    "no coordinates": {"type": "Point"},
    "an object": {"type": "Point", "coordinates": {"a": 1}},
    "another type": {"type": ["Point"], "coordinates": [1, 1]},
    "a Feature": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 1]}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_shape_that_is_none_is_refused(asked: Asked, name: str) -> None:
    shape = REFUSED[name]
    answers = [asked.post("/search", {"intersects": shape}), asked.post("/aggregate", {"intersects": shape})]
    answers += [asked.post("/search", {"filter": {"op": "s_within", "args": [{"property": "geometry"}, shape]}})]
    for answer, parameter in zip(answers, ("intersects", "intersects", "filter"), strict=True):
        check(answer, refused=True)
        assert answer.json()["parameter"] == parameter


def test_numbers_that_json_does_not_have_are_refused(asked: Asked) -> None:
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"01", b"0x1", b"1e", b"[" * 5000):
        point = b'{"type":"Point","coordinates":[%b,1]}' % number
        check(asked.post("/search", b'{"intersects":%b}' % point, (JSON,)), refused=True)
        check(asked.get("/search", {"intersects": point}), refused=True)


def test_lines_that_cross_themselves_are_refused_where_each_item_would_count_the_crossings(asked: Asked) -> None:
    for relation, refused in (("s_touches", True), ("s_crosses", True), ("s_intersects", False), ("s_within", False)):
        line = {"type": "LineString", "coordinates": _line(1000)}
        answer = asked.post("/search", {"filter": {"op": relation, "args": [{"property": "geometry"}, line]}, "limit": 1})
        check(answer, refused=refused)


def test_detailed_outlines_are_answered(asked: Asked) -> None:
    for shape in (_polygon(ring(9999, 40)), _polygon(ring(5000, 40), ring(4000, 20)), {"type": "Point", "coordinates": [0, 90]}):
        check(asked.post("/search", {"intersects": shape, "limit": 1}), refused=False)
    for relation in ("within", "contains", "overlaps", "touches", "crosses", "equals", "disjoint"):
        found = asked.post("/search", {"filter": {"op": f"s_{relation}", "args": [{"property": "geometry"}, _polygon(ring(9999, 40))]}})
        check(found, refused=False)
