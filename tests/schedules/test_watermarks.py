"""Where the next run begins, and the gaps that it asks for again."""

from dataclasses import replace
from datetime import UTC, datetime

from harvesters.errors import StopSource
from harvesters.source import Page
from index.protocol import Index
from index.state import Outcome
from mappings.times import format_time
from schedules.run import Options, harvest
from tests.schedules.run_support import NOW, VALIDATOR, page, run, values
from tests.support.toy import ToySource, toy_record


def test_an_ordered_stream_saves_its_watermark_after_each_page(index: Index) -> None:
    first = page(toy_record("a", updated="2024-02-01T00:00:00Z"), toy_record("b", updated="2024-02-02T00:00:00Z"))
    run(index, first, fault=StopSource("gone"))
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert (format_time(mark.value), mark.boundary) == ("2024-02-02T00:00:00Z", frozenset({"b"}))


def test_an_unordered_stream_saves_its_watermark_after_a_complete_run_only(index: Index) -> None:
    first = page(toy_record("a"), ordered=False)
    run(index, first, fault=StopSource("gone"))
    assert index.watermark("toy", "s") is None
    run(index, replace(first, missing=1))
    assert index.watermark("toy", "s") is None
    run(index, first)
    assert index.watermark("toy", "s") is not None


def test_a_backfill_saves_no_watermark(index: Index) -> None:
    run(index, page(toy_record("a")), options=Options(until=NOW))
    assert index.watermark("toy", "s") is None


def test_a_run_that_starts_later_than_the_watermark_does_not_move_it(index: Index) -> None:
    run(index, page(toy_record("a", updated="2024-02-01T00:00:00Z")))
    late = Options(since=datetime(2024, 5, 1, tzinfo=UTC))
    run(index, page(toy_record("b", updated="2024-06-01T00:00:00Z")), options=late)
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert format_time(mark.value) == "2024-02-01T00:00:00Z"
    run(index, page(toy_record("b", updated="2024-06-01T00:00:00Z")), options=Options(since=datetime(2024, 1, 1, tzinfo=UTC)))
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert format_time(mark.value) == "2024-06-01T00:00:00Z"


def test_the_next_run_starts_at_the_watermark(index: Index) -> None:
    run(index, page(toy_record("a", updated="2024-02-01T00:00:00Z")))
    source = ToySource([page()])
    harvest(source, index, VALIDATOR, now=lambda: NOW, owner="o")
    assert source.asked == ["2024-02-01T00:00:00Z"]


def test_what_was_announced_and_not_given_makes_a_run_partial(index: Index) -> None:
    ended = run(index, page(toy_record("a"), missing=2, filtered=3))
    assert (ended.outcome, ended.counts.announced, ended.counts.received) == (Outcome.PARTIAL, 6, 4)
    assert ended.counts.missing == 2


def test_what_was_not_given_is_asked_for_again_until_it_comes(index: Index) -> None:
    days = [toy_record(f"r{n}", updated=f"2024-02-0{n}T00:00:00Z") for n in range(1, 5)]
    window = datetime(2024, 2, 2, tzinfo=UTC)
    run(index, page(days[0]), page(days[1], days[3]), page(missing=1, missing_since=window))
    assert _starts(index, page(days[1], days[3]), page(missing=1, missing_since=window)) == "2024-02-02T00:00:00Z"
    assert _starts(index, page(days[1], days[2], days[3])) == "2024-02-02T00:00:00Z"
    assert _starts(index, page()) == "2024-02-04T00:00:00Z"
    assert len(values(index)) == 4


def _starts(index: Index, *pages: Page) -> str | None:
    """Where the source was asked to begin."""
    source = ToySource(pages)
    harvest(source, index, VALIDATOR, now=lambda: NOW, owner="elsewhere:1:a")
    return source.asked[0]


def test_two_gaps_are_both_asked_for_again(index: Index) -> None:
    days = [toy_record(f"r{n}", updated=f"2024-02-0{n}T00:00:00Z") for n in range(1, 8)]
    early, late = datetime(2024, 2, 2, tzinfo=UTC), datetime(2024, 2, 4, tzinfo=UTC)
    run(index, page(days[0]), page(missing=1, missing_since=early), page(days[4]), page(missing=1, missing_since=late), page(days[6]))
    # A run that begins after a gap says nothing of it.
    run(index, page(days[5]), page(missing=1, missing_since=datetime(2024, 2, 6, tzinfo=UTC)), options=Options(since=late))
    assert _starts(index, page(days[6])) == "2024-02-02T00:00:00Z"
    assert _starts(index, page()) == "2024-02-07T00:00:00Z"


def test_windows_in_a_row_that_gave_nothing_keep_the_first(index: Index) -> None:
    first, second = datetime(2024, 2, 2, tzinfo=UTC), datetime(2024, 2, 4, tzinfo=UTC)
    run(
        index,
        page(missing=1, missing_since=first),
        page(missing=1, missing_since=second),
        page(toy_record("z", updated="2024-02-09T00:00:00Z")),
    )
    assert _starts(index, page()) == "2024-02-02T00:00:00Z"


def test_a_gap_that_closed_stays_closed_when_the_watermark_moves_on(index: Index) -> None:
    last = toy_record("m", updated="2024-02-03T00:00:00Z")
    run(index, page(last), page(missing=1, missing_since=datetime(2024, 2, 2, tzinfo=UTC)))
    run(index, page(last))
    run(index, page(toy_record("n", updated="2024-02-05T00:00:00Z")), fault=StopSource("gone"))
    assert _starts(index, page()) == "2024-02-05T00:00:00Z"


def test_a_gap_stays_open_until_a_run_has_come_past_it(index: Index) -> None:
    window = datetime(2024, 2, 2, tzinfo=UTC)
    last = toy_record("z", updated="2024-02-09T00:00:00Z")
    run(index, page(last), page(missing=1, missing_since=window))
    run(index, page(toy_record("y", updated="2024-02-03T00:00:00Z")), fault=StopSource("gone"))
    assert _starts(index, page(last)) == "2024-02-02T00:00:00Z"
    assert _starts(index, page(last)) == "2024-02-09T00:00:00Z"
