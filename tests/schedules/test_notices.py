"""Deletions that an archive announces, and the watermarks that wait for them."""

from datetime import UTC, datetime

import pytest

from harvesters.errors import StopSource
from harvesters.source import Page
from index.harvests.commands import confirm
from index.protocol import Index
from index.state import Batch, Outcome
from mappings.watermark import Watermark
from schedules.run import Options, harvest
from tests.schedules.support import NOW, VALIDATOR, many, names, notices, run
from tests.support.toy import ToySource, ticking, toy_record


def test_an_ordered_stream_does_not_move_past_deletions_that_the_brake_stopped(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100)), ordered=True))
    before = index.watermark("toy", "s")
    notices = [toy_record(f"r{number:03}", updated="2024-03-01T00:00:00Z", deleted=True) for number in range(30)]
    later = toy_record("later", updated="2024-03-02T00:00:00Z")
    run(index, Page("s", records=tuple(notices), ordered=True), Page("s", records=(later,), ordered=True))
    assert (index.watermark("toy", "s"), len(names(index))) == (before, 101)


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


def test_a_limit_ends_the_run_at_the_page_that_it_cuts(index: Index) -> None:
    run(index, Page("s", records=tuple(many(8))))
    pages = [Page("d", records=(*notices(*range(8)), toy_record("x")), ordered=True), Page("d", records=notices(7, day=9), ordered=True)]
    ended = harvest(ToySource(pages), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(limit=5))
    assert (ended.outcome, index.watermark("toy", "d")) == (Outcome.ABORTED, None)


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
    monkeypatch.setattr("schedules.removals.HELD", 5)
    run(index, Page("s", records=tuple(many(200))))
    page = Page("d", records=notices(*range(8)))
    assert (run(index, page).outcome, len(names(index))) == (Outcome.PARTIAL, 195)
    assert (run(index, page).outcome, len(names(index))) == (Outcome.COMPLETE, 192)
