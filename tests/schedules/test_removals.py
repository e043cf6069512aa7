"""What is deleted or absent is hidden, restorable, and never more than an operator would expect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.area import Area
from harvesters.errors import StopSource
from harvesters.source import Extent, Page
from index.protocol import Index
from index.state import Batch, Outcome, Run
from mappings.record import Broken, Record
from mappings.validation import Validator
from mappings.watermark import Watermark
from schedules.brake import confirm
from schedules.lease import this_owner
from schedules.remap import Remapper
from schedules.rules import Rules
from schedules.run import Options, harvest
from tests.support.toy import ToyMapping, ToySource, ticking, toy_record

NOW = datetime(2024, 6, 1, tzinfo=UTC)
VALIDATOR = Validator()
WHOLE = Extent()


def listing(*records: Record, stream: str = "s", closed: Extent | None = WHOLE, **more: object) -> Page:
    return Page(stream, records=records, closed=closed, **more)  # type: ignore[arg-type]


def many(count: int, first: int = 0) -> list[Record]:
    return [toy_record(f"r{number:03}") for number in range(first, first + count)]


def run(index: Index, *pages: Page, now: datetime = NOW, rules: Rules | None = None, source: ToySource | None = None) -> Run:
    source = source or ToySource(pages)
    return harvest(source, index, VALIDATOR, now=ticking(now), owner="test", rules=rules or Rules())


def names(index: Index) -> list[str]:
    return [record.native_id for record in index.records("toy")]


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


# --- the brake ---------------------------------------------------------------------------------------------------------------


def test_an_upstream_emptied_by_mistake_removes_nothing_until_an_operator_confirms(index: Index) -> None:
    run(index, listing(*many(40)))
    ended = run(index, listing())
    assert (ended.outcome, ended.items_deleted, len(names(index))) == (Outcome.PARTIAL, 0, 40)
    assert "40 of 40" in (ended.reason or "")
    assert "moisson confirm toy" in (ended.reason or "")
    assert run(index, listing()).outcome is Outcome.PARTIAL
    assert confirm(index, "toy", "me") is not None
    ended = run(index, listing())
    assert (ended.outcome, ended.items_deleted, names(index)) == (Outcome.COMPLETE, 40, [])
    assert confirm(index, "toy", "me") is None


def test_a_confirmation_is_for_what_was_stopped_and_not_for_more(index: Index) -> None:
    run(index, listing(*many(200)))
    assert run(index, listing(*many(170))).outcome is Outcome.PARTIAL
    confirm(index, "toy", "me")
    ended = run(index, listing(*many(20)))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 200)


def test_an_archive_that_mends_takes_the_brake_off(index: Index) -> None:
    run(index, listing(*many(40)))
    run(index, listing())
    assert run(index, listing(*many(40))).outcome is Outcome.COMPLETE
    assert confirm(index, "toy", "me") is None


@pytest.mark.parametrize(("gone", "stays"), [(10, False), (11, True)])
def test_the_brake_holds_above_five_percent_and_ten_records(index: Index, gone: int, stays: bool) -> None:
    run(index, listing(*many(100)))
    run(index, listing(*many(100 - gone)))
    assert (len(names(index)) == 100) is stays


def test_small_sources_may_lose_some_but_not_most(index: Index) -> None:
    run(index, listing(*many(8)))
    assert run(index, listing(*many(5))).outcome is Outcome.COMPLETE
    assert run(index, listing(*many(1))).outcome is Outcome.PARTIAL
    assert len(names(index)) == 5


def test_notices_of_deletion_have_the_brake_too(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100))))
    notices = [toy_record(f"r{number:03}", updated="2024-03-01T00:00:00Z", deleted=True) for number in range(30)]
    ended = run(index, Page("deletions", records=tuple(notices)), Page("s", records=tuple(many(1, 500))))
    assert (ended.outcome, len(names(index)), ended.counts.new) == (Outcome.PARTIAL, 101, 1)
    assert index.watermark("toy", "deletions") is None
    confirm(index, "toy", "me")
    ended = run(index, Page("deletions", records=tuple(notices)))
    assert (ended.outcome, len(names(index))) == (Outcome.COMPLETE, 71)
    assert index.watermark("toy", "deletions") is not None


def test_an_ordered_stream_does_not_move_past_deletions_that_the_brake_stopped(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100)), ordered=True))
    before = index.watermark("toy", "s")
    notices = [toy_record(f"r{number:03}", updated="2024-03-01T00:00:00Z", deleted=True) for number in range(30)]
    later = toy_record("later", updated="2024-03-02T00:00:00Z")
    run(index, Page("s", records=tuple(notices), ordered=True), Page("s", records=(later,), ordered=True))
    assert (index.watermark("toy", "s"), len(names(index))) == (before, 101)


def notices(*numbers: int, day: int = 1) -> tuple[Record, ...]:
    return tuple(toy_record(f"r{number:03}", updated=f"2024-03-{day:02}T00:00:00Z", deleted=True) for number in numbers)


@pytest.mark.parametrize("ordered", [True, False])
def test_the_brake_counts_the_run_and_not_its_pages_or_streams(index: Index, ordered: bool) -> None:
    run(index, Page("s", records=tuple(many(200))))
    pages = [Page(f"d{page % 2}", records=notices(*range(page * 8, page * 8 + 8)), ordered=ordered) for page in range(10)]
    ended = run(index, *pages)
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 200)
    assert "80 of 200" in (ended.reason or "")
    confirm(index, "toy", "me")
    # One confirmation is enough for all that was stopped.
    assert (run(index, *pages).outcome, len(names(index))) == (Outcome.COMPLETE, 120)


def test_absences_count_on_top_of_notices_and_a_confirmation_is_for_its_reason(index: Index) -> None:
    run(index, listing(*many(200)))
    ended = run(index, Page("d", records=notices(*range(8))), listing(*many(192, 8)[:-8]))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 192)
    confirm(index, "toy", "me")
    ended = run(index, Page("d", records=notices(*range(8, 20))))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 192)


def test_a_watermark_waits_for_the_deletions_before_it(index: Index) -> None:
    """A month of unordered pages, closed by an empty ordered one; then the archive fails."""
    run(index, Page("s", records=tuple(many(100)), ordered=True))
    later = toy_record("later", updated="2024-03-20T00:00:00Z")
    pages = (Page("s", records=(*notices(1), later)), Page("s", ordered=True))
    ended = run(index, source=ToySource(pages, fault=StopSource("down")))
    assert (ended.outcome, "r001" in names(index)) == (Outcome.PARTIAL, False)
    pages = (Page("s", records=(*notices(*range(2, 40)), later)), Page("s", ordered=True))
    before = index.watermark("toy", "s")
    assert run(index, *pages).outcome is Outcome.PARTIAL
    assert index.watermark("toy", "s") == before
    confirm(index, "toy", "me")
    assert (run(index, *pages).outcome, len(names(index))) == (Outcome.COMPLETE, 62)


def test_what_was_announced_again_since_its_deletion_stays_although_nothing_in_it_changed(index: Index) -> None:
    first = toy_record("a", updated="2024-02-01T00:00:00Z")
    again = toy_record("a", updated="2024-03-07T00:00:00Z")
    gone = toy_record("a", updated="2024-03-05T00:00:00Z", deleted=True)
    run(index, Page("s", records=(first,)))
    run(index, Page("s", records=(gone, again)))
    assert names(index) == ["a"]
    run(index, Page("deletions", records=(gone,)))
    assert names(index) == ["a"]
    run(index, Page("deletions", records=(gone, toy_record("a", updated="2024-03-09T00:00:00Z", deleted=True), gone)))
    assert names(index) == []


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


def test_a_brake_does_not_close_a_gap(index: Index) -> None:
    day = datetime(2024, 2, 5, tzinfo=UTC)
    run(index, Page("s", records=tuple(many(100)), ordered=True), Page("s", ordered=True, missing=2, missing_since=day))
    late = toy_record("late", updated="2024-02-12T00:00:00Z")
    run(index, Page("s", records=(*notices(*range(30)), late), ordered=True), Page("s", ordered=True, missing=2, missing_since=day))
    source = ToySource([Page("s", ordered=True)])
    run(index, source=source)
    assert source.asked == ["2024-02-01T00:00:00Z"]


def test_a_limit_ends_the_run_at_the_page_that_it_cuts(index: Index) -> None:
    run(index, Page("s", records=tuple(many(8))))
    pages = [Page("d", records=(*notices(*range(8)), toy_record("x")), ordered=True), Page("d", records=notices(7, day=9), ordered=True)]
    ended = harvest(ToySource(pages), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(limit=5))
    assert (ended.outcome, index.watermark("toy", "d")) == (Outcome.ABORTED, None)


def test_a_confirmation_is_used_once_also_when_the_run_does_not_end_well(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100))))
    run(index, Page("d", records=notices(*range(30))))
    confirm(index, "toy", "me")
    assert run(index, Page("d", records=notices(*range(30)), missing=1)).outcome is Outcome.PARTIAL
    assert len(names(index)) == 70
    ended = run(index, Page("d", records=notices(*range(30, 60))))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 70)


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


def test_a_held_watermark_goes_no_further_than_the_page_that_was_in_order(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100)), ordered=True))
    pages = (
        Page("s", records=(*notices(1, day=5), toy_record("in order", updated="2024-03-06T00:00:00Z")), ordered=True),
        Page("s", records=(toy_record("out of order", updated="2024-03-28T00:00:00Z"),)),
    )
    run(index, source=ToySource(pages, fault=StopSource("down")))
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert f"{mark.value:%m-%d}" == "03-06"


def test_a_watermark_of_the_future_is_forgotten_and_none_is_made(index: Index) -> None:
    ahead = toy_record("ahead", updated="2030-01-01T00:00:00Z")
    run(index, Page("s", records=(toy_record("a"), ahead), ordered=True))
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert mark.value < NOW
    later = run(index, Page("s", records=(toy_record("ahead", value=2, updated="2024-05-01T00:00:00Z"),), ordered=True))
    assert later.counts.changed == 1
    index.apply(Batch("toy", "r", NOW, watermarks={"s": Watermark(datetime(2031, 1, 1, tzinfo=UTC))}))
    source = ToySource([Page("s", records=(toy_record("b"),), ordered=True)])
    run(index, source=source)
    assert source.asked == [None]


def test_a_record_and_its_later_deletion_in_one_page_end_deleted(index: Index) -> None:
    run(index, Page("s", records=(toy_record("r001"), *notices(1, day=7)), ordered=True))
    assert names(index) == []


def test_deletions_beyond_what_is_held_in_memory_come_with_the_next_runs(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.removals._HELD", 5)
    run(index, Page("s", records=tuple(many(200))))
    page = Page("d", records=notices(*range(8)))
    assert (run(index, page).outcome, len(names(index))) == (Outcome.PARTIAL, 195)
    assert (run(index, page).outcome, len(names(index))) == (Outcome.COMPLETE, 192)


def test_a_backfill_leaves_the_brake_as_it_is(index: Index) -> None:
    run(index, listing(*many(40)))
    run(index, listing())
    harvest(ToySource([]), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(until=NOW))
    assert confirm(index, "toy", "me") is not None


# --- restoring ---------------------------------------------------------------------------------------------------------------


def remapper(index: Index) -> Remapper:
    return Remapper("toy", ToyMapping(), index, VALIDATOR, ticking(NOW), this_owner())


def test_a_restored_record_stays_until_its_archive_shows_it_again(index: Index) -> None:
    run(index, listing(*many(3)))
    run(index, listing(*many(2)))
    done = remapper(index).restore(index.deleted("toy"))
    assert (done.items_put, len(names(index)), list(index.deleted("toy"))) == (1, 3, [])
    run(index, listing(*many(2)))
    assert len(names(index)) == 3
    run(index, listing(*many(3)))
    # Shown again: from here on its absence counts as any other's.
    run(index, listing(*many(2)))
    assert names(index) == ["r000", "r001"]


def test_a_restored_record_of_a_feed_can_be_deleted_again_once_it_was_shown(index: Index) -> None:
    run(index, Page("s", records=tuple(many(3))))
    run(index, Page("d", records=notices(2)))
    remapper(index).restore(index.deleted("toy"))
    run(index, Page("d", records=notices(2)))
    assert len(names(index)) == 3
    run(index, Page("s", records=tuple(many(3))))
    run(index, Page("d", records=notices(2, day=9)))
    assert names(index) == ["r000", "r001"]


def test_after_the_grace_nothing_can_be_restored_and_the_tombstone_stays(index: Index) -> None:
    run(index, listing(*many(3)))
    run(index, listing(*many(2)))
    later = NOW + Rules().grace + timedelta(seconds=1)
    run(index, listing(*many(2)), now=later)
    assert list(index.deleted("toy")) == []
    assert [change.key.id for change in index.changes(0, 100) if change.deleted] == ["r002"]


def test_a_dry_run_removes_nothing_and_pulls_no_brake(index: Index) -> None:
    run(index, listing(*many(40)))
    harvest(ToySource([listing()]), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(dry_run=True))
    assert (len(names(index)), confirm(index, "toy", "me")) == (40, None)


def test_words_are_remembered_by_complete_runs_only(index: Index) -> None:
    source = ToySource([listing(*many(1), remember={"tag": "one"})])
    run(index, source=source)
    source = ToySource([listing(*many(1), remember={"tag": "two"}, missing=1)])
    run(index, source=source)
    assert source.recalled == ["one"]
    source = ToySource([])
    run(index, source=source)
    assert source.recalled == ["one"]


# --- recounts ------------------------------------------------------------------------------------------------------------------


def month(number: int) -> Extent:
    return Extent(datetime(2024, number, 1, tzinfo=UTC), datetime(2024, number + 1, 1, tzinfo=UTC))


@dataclass
class Past(ToySource):
    """An archive of two months, counted and listed as `upstream` says."""

    upstream: dict[int, list[Record]] = field(default_factory=dict)
    listed: list[int] = field(default_factory=list)

    def past(self) -> Sequence[tuple[str, Extent]]:
        return [("s", month(number)) for number in sorted(self.upstream)]

    def count(self, stream: str, extent: Extent) -> int | None:
        assert extent.since
        return len(self.upstream[extent.since.month])

    def relist(self, stream: str, extent: Extent):  # type: ignore[no-untyped-def]
        assert extent.since
        self.listed.append(extent.since.month)
        yield Page("s", records=tuple(self.upstream[extent.since.month]), closed=extent)


def of_month(number: int, count: int) -> list[Record]:
    return [toy_record(f"m{number}-{i}", updated=f"2024-0{number}-15T00:00:00Z") for i in range(count)]


def test_a_month_is_listed_only_where_its_count_differs(index: Index) -> None:
    both = of_month(1, 3) + of_month(2, 4)
    source = Past([Page("s", records=tuple(both), ordered=True)], upstream={1: of_month(1, 3), 2: of_month(2, 4)})
    run(index, source=source)
    assert source.listed == []
    # One that was never seen, and one that went, in the past: no watermark would bring either.
    source = Past([], upstream={1: of_month(1, 4), 2: of_month(2, 3)})
    ended = run(index, source=source, now=NOW + timedelta(days=2))
    assert (source.listed, ended.counts.new, ended.counts.deleted) == ([1, 2], 1, 1)
    assert names(index) == [record.native_id for record in of_month(1, 4) + of_month(2, 3)]
    source = Past([], upstream={1: of_month(1, 4), 2: of_month(2, 3)})
    run(index, source=source, now=NOW + timedelta(days=4))
    assert source.listed == []


def test_a_month_is_listed_now_and_then_whatever_its_count_says(index: Index) -> None:
    source = Past([Page("s", records=tuple(of_month(1, 3)), ordered=True)], upstream={1: of_month(1, 3)})
    run(index, source=source)
    swapped = [*of_month(1, 2), toy_record("m1-new", updated="2024-01-16T00:00:00Z")]
    source = Past([], upstream={1: swapped})
    run(index, source=source, now=NOW + timedelta(days=100))
    assert source.listed == []
    run(index, source=source, now=NOW + timedelta(days=200))
    assert (source.listed, names(index)) == ([1], ["m1-0", "m1-1", "m1-new"])


def test_months_take_turns(index: Index) -> None:
    upstream = {1: of_month(1, 1), 2: of_month(2, 2), 3: of_month(3, 3)}
    asked = []
    for day in range(3):
        source = Past([], upstream=upstream)
        run(index, source=source, now=NOW + timedelta(days=2 * day), rules=Rules(recounts=1))
        asked.append(source.listed)
    assert asked == [[1], [2], [3]]


def test_a_month_that_cannot_be_listed_keeps_neither_the_run_nor_the_other_months_from_their_end(index: Index) -> None:
    class Down(Past):
        def relist(self, stream: str, extent: Extent):  # type: ignore[no-untyped-def]
            raise StopSource("down")
            yield

    upstream = {1: of_month(1, 1), 2: of_month(2, 1)}
    ended = run(index, source=Down([Page("t", records=tuple(many(1)))], upstream=upstream))
    assert (ended.outcome, "s 2024-01 could not be counted again: down" in (ended.reason or "")) == (Outcome.COMPLETE, True)
    # The other month first, then the one that failed, when its turn comes again.
    source = Past([], upstream=upstream)
    run(index, source=source)
    assert source.listed == [2]
    source = Past([], upstream=upstream)
    run(index, source=source, now=NOW + timedelta(days=2))
    assert source.listed == [1]
