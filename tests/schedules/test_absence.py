"""What a whole listing does not show is hidden; what is there, or may be, is not."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from harvesters.area import Area
from harvesters.errors import StopSource
from harvesters.source import Extent, Page
from index.protocol import Index
from index.state import Outcome
from mappings.record import Broken, Record
from schedules.rules import Rules
from tests.schedules.support import NOW, listing, many, names, run
from tests.support.toy import ToySource, toy_record


def test_a_record_that_a_whole_listing_does_not_show_goes_and_leaves_a_tombstone(index: Index) -> None:
    run(index, listing(*many(5)))
    ended = run(index, listing(*many(4)))
    assert (ended.outcome, ended.counts.deleted, ended.items_deleted) == (Outcome.COMPLETE, 1, 1)
    assert names(index) == ["r000", "r001", "r002", "r003"]
    assert index.changes(0, 100)[-1].deleted
    removed = index.deleted("toy")
    assert [(one.record.native_id, one.reason, one.until) for one in removed] == [("r004", "absent", NOW + Rules().grace)]


def test_a_listing_that_was_not_whole_removes_nothing(index: Index) -> None:
    run(index, listing(*many(5)))
    run(index, listing(*many(4), closed=None))
    ended = run(index, listing(*many(4), missing=1))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 5)
    source = ToySource([listing(*many(4))], fault=StopSource("down"))
    assert run(index, source=source).outcome is Outcome.PARTIAL
    assert len(names(index)) == 5


def test_only_the_part_that_was_closed_is_judged(index: Index) -> None:
    old, new = toy_record("old", updated="2024-01-10T00:00:00Z"), toy_record("new", updated="2024-03-10T00:00:00Z")
    run(index, listing(old, new, toy_record("timeless", updated=None), closed=None))
    month = Extent(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))
    run(index, listing(closed=month))
    assert names(index) == ["new", "timeless"]
    run(index, listing(closed=Extent(), stream="another"))
    assert names(index) == ["new", "timeless"]


def test_a_record_that_comes_back_is_restored_by_coming_back(index: Index) -> None:
    run(index, listing(*many(3)))
    run(index, listing(*many(2)))
    ended = run(index, listing(*many(3)))
    assert (ended.counts.new, names(index), list(index.deleted("toy"))) == (1, ["r000", "r001", "r002"], [])


def test_what_the_archive_still_knows_by_name_stays(index: Index) -> None:
    run(index, listing(*many(3)))
    source = ToySource([listing(*many(2))], alive=frozenset({"r002"}))
    assert run(index, source=source).outcome is Outcome.COMPLETE
    assert len(names(index)) == 3


class Silent(ToySource):
    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        raise StopSource("does not answer about single records")


def test_an_archive_that_cannot_be_asked_about_what_is_absent_keeps_it(index: Index) -> None:
    run(index, listing(*many(3)))
    ended = run(index, source=Silent([listing(*many(2))]))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 3)
    assert "single records" in (ended.reason or "")


def test_narrowing_the_area_is_no_deletion(index: Index) -> None:
    run(index, listing(*many(3)))
    elsewhere = ToySource([listing(many(1)[0])], area=Area(100.0, 0.0, 110.0, 10.0))
    run(index, source=elsewhere)
    assert len(names(index)) == 3
    here = ToySource([listing(*many(2))], area=Area(0.0, 40.0, 10.0, 50.0))
    run(index, source=here)
    assert names(index) == ["r000", "r001"]


def test_while_something_new_cannot_be_read_nothing_of_its_stream_is_judged_absent(index: Index) -> None:
    run(index, listing(*many(3)))
    broken = Broken("broken-1", "no identifier", "id", b"{}")
    run(index, listing(*many(2), broken=(broken,)))
    assert len(names(index)) == 3
    # The same broken member again is not news: the absent record is judged.
    run(index, listing(*many(2), broken=(broken,)))
    assert names(index) == ["r000", "r001"]


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_record_that_moved_to_another_stream_is_not_absent(index: Index, first: str) -> None:
    run(index, listing(*many(3), stream="old"), listing(stream="new"))
    pages = {"old": listing(*many(2), stream="old"), "new": listing(*many(1, 2), stream="new")}
    order = [first, "new" if first == "old" else "old"]
    ended = run(index, *(pages[stream] for stream in order))
    assert (ended.counts.deleted, names(index)) == (0, ["r000", "r001", "r002"])


def test_what_the_archive_said_is_there_is_not_absent(index: Index) -> None:
    run(index, listing(*many(3)))
    assert run(index, listing(*many(2), present=("r002",))).counts.deleted == 0


@pytest.mark.parametrize(
    "version",
    [
        toy_record("x", value="bad", updated="2024-03-01T00:00:00Z"),
        toy_record("x", updated="2024-01-01T00:00:00Z"),
        toy_record("x", value=5, updated="2024-01-01T00:00:00Z"),
    ],
)
@pytest.mark.parametrize("lacks_first", [True, False])
def test_what_another_stream_brought_in_the_same_run_is_not_absent(index: Index, version: Record, lacks_first: bool) -> None:
    run(index, listing(toy_record("x"), stream="a"))
    pages = [listing(stream="a"), listing(version, stream="b")]
    ended = run(index, *(pages if lacks_first else pages[::-1]))
    assert (ended.counts.deleted, names(index)) == (0, ["x"])
    assert index.count_rejections("toy") == (version.json["value"] == "bad")
    # From here on it is the other stream that tells whether it is there.
    run(index, listing(stream="a"))
    assert names(index) == ["x"]
    run(index, listing(stream="b"))
    assert names(index) == []


def test_quarantine_ends_for_what_a_whole_listing_does_not_show_unless_the_brake_holds_it(index: Index) -> None:
    bad = tuple(toy_record(f"bad{number}", value="bad") for number in range(5))
    run(index, listing(*many(40), *bad))
    run(index, listing())
    assert (len(names(index)), index.count_rejections("toy")) == (40, 5)
    run(index, listing(*many(40), bad[0], closed=None))
    assert index.count_rejections("toy") == 5
    run(index, listing(*many(40), bad[0]))
    assert [one.native_id for one in index.rejections("toy")] == ["bad0"]


@pytest.mark.parametrize("lacks_first", [True, False])
def test_quarantine_goes_on_for_what_another_stream_brings(index: Index, lacks_first: bool) -> None:
    bad = toy_record("x", value="bad")
    run(index, listing(bad, stream="a"))
    pages = [listing(stream="a"), listing(bad, stream="b")]
    run(index, *(pages if lacks_first else pages[::-1]))
    assert index.count_rejections("toy") == 1


def test_one_that_could_not_be_read_on_one_page_and_can_on_the_next_arrives(index: Index) -> None:
    run(index, Page("s", broken=(Broken("x", "torn", "record", b"<"),), present=("x",)), Page("s", records=(toy_record("x"),)))
    assert (names(index), index.count_rejections("toy")) == (["x"], 0)


def test_words_are_remembered_by_complete_runs_only(index: Index) -> None:
    source = ToySource([listing(*many(1), remember={"tag": "one"})])
    run(index, source=source)
    source = ToySource([listing(*many(1), remember={"tag": "two"}, missing=1)])
    run(index, source=source)
    assert source.recalled == ["one"]
    source = ToySource([])
    run(index, source=source)
    assert source.recalled == ["one"]
