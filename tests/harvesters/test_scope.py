"""Scope: what is filtered, what is broken, under which name records go on."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from harvesters.paging import Piece
from harvesters.scope import Area, page_of
from mappings.record import Record, Unmappable


def feature(name: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"id": name, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def to_record(member: dict[str, Any]) -> Record:
    if "id" not in member:
        raise Unmappable("no identifier", "id")
    return Record("mapping", member["id"], datetime(2025, 1, 1, tzinfo=UTC), orjson.dumps(member))


@pytest.mark.parametrize(
    ("bounds", "member", "outside"),
    [
        ((0, 40, 10, 50), feature("in", 1, 41, 2, 42), False),
        ((0, 40, 10, 50), feature("touching", 10, 50, 11, 51), False),
        ((0, 40, 10, 50), feature("out", 20, 41, 21, 42), True),
        ((170, -10, -170, 10), feature("east", 175, 0, 176, 1), False),
        ((170, -10, -170, 10), feature("west", -176, 0, -175, 1), False),
        ((170, -10, -170, 10), feature("between", 0, 0, 1, 1), True),
        ((170, -10, -170, 10), feature("across", 179, 0, 181, 1), False),
        ((0, 40, 10, 50), {"id": "unlocated", "geometry": None}, False),
        ((0, 40, 10, 50), {"id": "damaged", "geometry": "POINT (0 0)"}, False),
        ((0, 40, 10, 50), "no object", False),
    ],
)
def test_only_what_surely_lies_outside_is_excluded(bounds: tuple[float, float, float, float], member: Any, outside: bool) -> None:
    assert Area(*bounds).excludes(member) is outside


def test_counts_of_a_page_add_up() -> None:
    members = [feature("a", 1, 41, 2, 42), feature("b", 60, 0, 61, 1), {"geometry": None}, 7]
    page = page_of("peps", "stream", Piece(members), to_record, area=Area(0, 40, 10, 50))
    assert [record.native_id for record in page.records] == ["a"]
    assert (len(page.broken), page.filtered) == (2, 1)
    assert page.records[0].source == "peps"


def test_until_is_exclusive() -> None:
    when = datetime(2025, 1, 1, tzinfo=UTC)
    assert page_of("s", "s", Piece([{"id": "a"}]), to_record, until=when).filtered == 1
    assert page_of("s", "s", Piece([{"id": "a"}]), to_record, until=when.replace(microsecond=1)).filtered == 0


def test_members_that_cannot_be_written_again_are_broken_alone() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    members = [{"id": "a"}, {"id": "b", "x": deep}, {"id": "c", "x": "\ud800"}, {"id": "d", "x": 2**70}, {"id": "e"}]
    page = page_of("s", "s", Piece(members), to_record)
    assert [record.native_id for record in page.records] == ["a", "e"]
    assert len(page.broken) == 3
    assert all(one.raw for one in page.broken)


def test_bounds_are_written_without_exponents() -> None:
    assert Area(-0.00001, 1.0, 2.5, 3).text == "-0.00001,1,2.5,3"


def test_what_is_kept_of_broken_members_holds_no_secret() -> None:
    deep: Any = "secret"
    for _ in range(400):
        deep = [deep]
    address = "https://user:secret@h/x?token=secret"
    members = [{"x": address}, {"id": "c", "x": "\ud800", "y": address, "dataUri": "secret"}, {"id": "b", "x": deep}]
    page = page_of("s", "s", Piece(members), to_record)
    assert len(page.broken) == 3
    assert not any(b"secret" in one.raw for one in page.broken)
