"""Search parameters: what is accepted, what is refused, and that a refusal names the parameter."""

import pytest
from shapely.geometry import Point

from api.areas import MAX_POSITIONS, parse_bbox, parse_intersects
from api.errors import Problem
from api.params import (
    MAX_LIMIT,
    SearchParams,
    parse_flag,
    parse_interval,
    parse_limit,
    parse_names,
    refuse_unknown,
    to_query,
)
from mappings.audience import EVERYTHING
from mappings.times import from_micros, parse_time, to_micros


def micros(text: str) -> int:
    return to_micros(parse_time(text, "t"))


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z"),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
        ("1996-12-19T16:39:57-00:00", "1996-12-19T16:39:57Z"),
        ("1937-01-01T12:00:27.87+01:00", "1937-01-01T11:00:27.87Z"),
        ("1985-04-12t23:20:50.000z", "1985-04-12T23:20:50Z"),
        ("2020-07-23T00:00:00.0123456789Z", "2020-07-23T00:00:00.012345Z"),
        ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z"),
        # A "+" that was not encoded in the query string arrives as a space.
        ("2020-07-23T00:00:00 03:00", "2020-07-22T21:00:00Z"),
    ],
)
def test_an_instant_is_rfc_3339(text: str, same_as: str) -> None:
    assert parse_interval(text) == (micros(same_as), micros(same_as))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("../1985-04-12T23:20:50.52Z", None, "1985-04-12T23:20:50.52Z"),
        ("/1985-04-12T23:20:50.52Z", None, "1985-04-12T23:20:50.52Z"),
        ("1985-04-12T23:20:50.52Z/..", "1985-04-12T23:20:50.52Z", None),
        ("1985-04-12T23:20:50.52Z/", "1985-04-12T23:20:50.52Z", None),
        ("1985-04-12T23:20:50Z/1986-04-12T23:20:50+01:00", "1985-04-12T23:20:50Z", "1986-04-12T22:20:50Z"),
    ],
)
def test_an_interval_may_be_open(text: str, start: str | None, end: str | None) -> None:
    assert parse_interval(text) == (micros(start) if start else None, micros(end) if end else None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "../..",
        "/..",
        "../",
        "1984-04-12T23:20:50Z/1985-04-12T23:20:50Z/1986-04-12T23:20:50Z",
        "1986-04-12T23:20:50.52Z/1985-04-12T23:20:50.52Z",
        "1985-04-12",
        "1985-12-12T23:20:50.52",
        "1937-01-01T12:00:27.87+0100",
        "37-01-01T12:00:27.87Z",
        "21985-12-12T23:20:50.52Z",
        "1985-13-12T23:20:50.52Z",
        "1985-12-32T23:20:50.52Z",
        "1985-12-01T25:20:50.52Z",
        "1985-12-01T00:60:50.52Z",
        "1985-12-01T00:06:61.52Z",
        "1985-04-12T23:20:50.Z",
        "1985-04-12T23:20:50,5Z",
        "1985-04-12T23:20:50+25:00",
        "0001-01-01T00:00:00+23:00",
        "١٩٨٥-04-12T23:20:50Z",
        20200101,
        ["2020-01-01T00:00:00Z"],
    ],
)
def test_what_is_no_datetime_is_a_400_that_names_it(text: object) -> None:
    with pytest.raises(Problem) as refused:
        parse_interval(text)
    assert (refused.value.status, refused.value.parameter) == (400, "datetime")


@pytest.mark.parametrize(
    ("value", "limit"), [(None, 10), ("", 10), ("1", 1), (250, 250), ("10000", MAX_LIMIT), ("1000000", MAX_LIMIT), (10**15, MAX_LIMIT)]
)
def test_a_limit_that_is_too_large_is_brought_down(value: object, limit: int) -> None:
    assert parse_limit(value) == limit


@pytest.mark.parametrize("value", ["0", "-1", -1, 0, "ten", "1.5", 1.5, True, "1" * 5000, [], "٣"])
def test_a_limit_below_one_or_no_number_is_a_400(value: object) -> None:
    with pytest.raises(Problem) as refused:
        parse_limit(value)
    assert (refused.value.status, refused.value.parameter) == (400, "limit")


def test_a_bbox_may_be_3d_and_may_cross_the_antimeridian() -> None:
    assert parse_bbox("1,2,3,4").bounds == (1, 2, 3, 4)
    assert parse_bbox([1, 2, -9, 3, 4, 9]).bounds == (1, 2, 3, 4)
    crossing = parse_bbox("170,-20,-170,-10")
    assert crossing.contains(Point(175, -15))
    assert crossing.contains(Point(-175, -15))
    assert not crossing.contains(Point(0, -15))


@pytest.mark.parametrize(
    "value",
    [
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,nan,4",
        "1,2,inf,4",
        "1,4,3,2",
        "-200,0,10,10",
        "0,-91,1,1",
        [1, 2, 3, True],
        [1, 2, None, 4],
        {},
    ],
)
def test_what_is_no_bbox_is_a_400_that_names_it(value: object) -> None:
    with pytest.raises(Problem) as refused:
        parse_bbox(value)
    assert (refused.value.status, refused.value.parameter) == (400, "bbox")


_SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    "value",
    [
        "not json",
        "[]",
        {"type": "Feature", "geometry": None},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [float("nan"), 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[["a", 0], [1, 0], [1, 1], [0, 0]]]},
        {"type": "Point", "coordinates": [200, 0]},
        {"type": "Point", "coordinates": "x"},
        {"type": "Polygon"},
        {"type": "MultiPoint", "coordinates": [[0, 0]] * (MAX_POSITIONS + 1)},
    ],
)
def test_what_is_no_geometry_is_a_400_that_names_it(value: object) -> None:
    with pytest.raises(Problem) as refused:
        parse_intersects(value)
    assert (refused.value.status, refused.value.parameter) == (400, "intersects")


def test_a_geometry_nested_without_end_is_refused_at_once() -> None:
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(Problem):
        parse_intersects({"type": "Polygon", "coordinates": deep})


def test_a_geometry_comes_as_json_text_or_object() -> None:
    polygon = {"type": "Polygon", "coordinates": [_SQUARE]}
    assert parse_intersects(polygon).equals(parse_intersects('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}'))


def test_bbox_and_intersects_exclude_each_other() -> None:
    with pytest.raises(Problem, match="not both"):
        to_query(SearchParams(bbox="0,0,1,1", intersects={"type": "Point", "coordinates": [0, 0]}), EVERYTHING)


@pytest.mark.parametrize(("value", "flag"), [(None, False), ("", False), ("true", True), ("False", False), (True, True)])
def test_a_flag_is_true_or_false(value: object, flag: bool) -> None:
    assert parse_flag(value, "exclude_airbus") is flag


@pytest.mark.parametrize("value", ["yes", "1", 1, [], {}])
def test_any_other_flag_is_a_400_that_names_it(value: object) -> None:
    with pytest.raises(Problem) as refused:
        parse_flag(value, "exclude_airbus")
    assert refused.value.parameter == "exclude_airbus"


def test_names_are_a_list_or_comma_separated() -> None:
    assert parse_names("a,b,a", "ids") == ("a", "b")
    assert parse_names(["a"], "ids") == ("a",)
    assert parse_names([], "ids") is None
    for wrong in ("a,,b", [1], {"a": 1}, ["x"] * 10_001):
        with pytest.raises(Problem):
            parse_names(wrong, "ids")


def test_an_unknown_parameter_is_refused_with_a_suggestion() -> None:
    refuse_unknown(["bbox"], ["bbox", "exclude_airbus"])
    with pytest.raises(Problem, match="did you mean exclude_airbus"):
        refuse_unknown(["exlude_airbus"], ["bbox", "exclude_airbus"])


def test_micros_and_datetimes_round_trip() -> None:
    assert to_micros(from_micros(-1_234_567)) == -1_234_567
