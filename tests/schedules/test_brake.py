"""A run removes no more than an operator would expect, until one confirms."""

from datetime import UTC, datetime

import pytest

from harvesters.source import Page
from index.harvests.commands import confirm
from index.protocol import Index
from index.state import Outcome
from schedules.run import Options, harvest
from tests.schedules.support import NOW, VALIDATOR, listing, many, names, notices, run
from tests.support.toy import ToySource, ticking, toy_record


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


def test_a_confirmation_is_used_once_also_when_the_run_does_not_end_well(index: Index) -> None:
    run(index, Page("s", records=tuple(many(100))))
    run(index, Page("d", records=notices(*range(30))))
    confirm(index, "toy", "me")
    assert run(index, Page("d", records=notices(*range(30)), missing=1)).outcome is Outcome.PARTIAL
    assert len(names(index)) == 70
    ended = run(index, Page("d", records=notices(*range(30, 60))))
    assert (ended.outcome, len(names(index))) == (Outcome.PARTIAL, 70)


def test_a_brake_does_not_close_a_gap(index: Index) -> None:
    day = datetime(2024, 2, 5, tzinfo=UTC)
    run(index, Page("s", records=tuple(many(100)), ordered=True), Page("s", ordered=True, missing=2, missing_since=day))
    late = toy_record("late", updated="2024-02-12T00:00:00Z")
    run(index, Page("s", records=(*notices(*range(30)), late), ordered=True), Page("s", ordered=True, missing=2, missing_since=day))
    source = ToySource([Page("s", ordered=True)])
    run(index, source=source)
    assert source.asked == ["2024-02-01T00:00:00Z"]


def test_a_backfill_leaves_the_brake_as_it_is(index: Index) -> None:
    run(index, listing(*many(40)))
    run(index, listing())
    harvest(ToySource([]), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(until=NOW))
    assert confirm(index, "toy", "me") is not None


def test_a_dry_run_removes_nothing_and_pulls_no_brake(index: Index) -> None:
    run(index, listing(*many(40)))
    harvest(ToySource([listing()]), index, VALIDATOR, now=ticking(NOW), owner="test", options=Options(dry_run=True))
    assert (len(names(index)), confirm(index, "toy", "me")) == (40, None)
