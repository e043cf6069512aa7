"""Scope: what is filtered, what is broken, under which name records go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from harvesters.area import Area
from harvesters.errors import StopSource
from harvesters.paging import Batch, Paging, Piece, Window, read_windows
from harvesters.scope import page_of
from harvesters.source import Extent
from mappings.record import Record, Unmappable
from mappings.watermark import Watermark
from schedules.marks import Marks


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


def test_a_window_is_closed_for_those_whose_times_a_record_keeps() -> None:
    window = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC))
    assert page_of("s", "s", Piece(closed=window), to_record, closes=True).closed == Extent(window.since, window.until)
    assert page_of("s", "s", Piece(closed=window), to_record).closed is None


def test_a_doubtful_piece_moves_no_watermark() -> None:
    assert page_of("s", "s", Piece([{"id": "a"}]), to_record, ordered=True).ordered
    assert not page_of("s", "s", Piece([{"id": "a"}], doubtful=True), to_record, ordered=True).ordered


# --- a run that is cut short ----------------------------------------------------------------------------------------------------
START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = Window(START, START + timedelta(days=1))


@dataclass
class Kept:
    """Of an index only its watermarks."""

    marks: dict[str, Watermark] = field(default_factory=dict)

    def watermark(self, source: str, stream: str) -> Watermark | None:
        return self.marks.get(stream)


@dataclass
class Archive:
    """25 records a minute apart in pages of five. `lacks`: pages that silently lack their first one; `down`: the page that fails."""

    lacks: Sequence[int] = ()
    down: int | None = None

    def __call__(self, window: Window, page: int) -> Batch:
        if page == self.down:
            raise StopSource("down")
        times = [START + timedelta(minutes=number) for number in range(25)]
        found = [number for number, time in enumerate(times) if window.since <= time < window.until]
        here = found[(page - 1) * 5 : page * 5][1 if page in self.lacks else 0 :]
        return Batch([{"id": str(number)} for number in here], len(found))


def timed(member: dict[str, Any]) -> Record:
    return Record("s", member["id"], START + timedelta(minutes=int(member["id"])), b"{}")


def harvested(archive: Archive, kept: Kept, seen: set[str]) -> None:
    """One run: what each page brings, and the watermarks that are kept with it, until it is cut short or ends."""
    marks = Marks(kept, "s")  # type: ignore[arg-type]
    mark = marks.begin("stream")
    window = Window(max(START, mark.value) if mark else START, DAY.until)
    try:
        for piece in read_windows(archive, window, Paging(5, 1000)):
            page = page_of("s", "stream", piece, timed, ordered=True)
            seen |= {record.native_id for record in page.records}
            marks.advance(page)
            kept.marks |= marks.with_page(page)
    except StopSource:
        return
    kept.marks |= marks.at_the_end(whole=True)


@pytest.mark.parametrize("lacking", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("down", [2, 3, 4, 5, 6, None])
def test_a_record_that_a_page_lacked_comes_with_the_next_run_wherever_this_one_was_cut_short(lacking: int, down: int | None) -> None:
    kept, seen = Kept(), set[str]()
    harvested(Archive((lacking,), down), kept, seen)
    harvested(Archive(), kept, seen)
    assert seen == {str(number) for number in range(25)}
    assert kept.marks["stream"].value == START + timedelta(minutes=24)


def test_a_sound_run_that_is_cut_short_keeps_its_watermark() -> None:
    kept, seen = Kept(), set[str]()
    harvested(Archive((), 4), kept, seen)
    assert kept.marks["stream"].value == START + timedelta(minutes=14)
