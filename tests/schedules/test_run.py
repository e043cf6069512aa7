"""One run of one source: counts that add up, watermarks, quarantine, merging, and every way that a run can end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from harvesters.errors import HarvestError, Misconfigured, StopSource
from harvesters.source import Page
from index.protocol import Index
from index.query import Query
from index.state import Outcome, Run
from mappings.audience import EVERYTHING
from mappings.record import Broken, Item, Record, Unmappable
from mappings.times import format_time
from mappings.validation import Validator
from schedules.lease import Busy, take_lease, this_owner
from schedules.run import Options, harvest
from tests.support.serving import plain_bytes
from tests.support.toy import ToyMapping, ToySource, toy_record

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALIDATOR = Validator()


def run(
    index: Index, *pages: Page, fault: BaseException | None = None, options: Options | None = None, owner: str = "elsewhere:1:a"
) -> Run:
    source = ToySource(pages, fault)
    return harvest(source, index, VALIDATOR, now=lambda: NOW, owner=owner, options=options or Options())


def page(*records: Any, stream: str = "s", ordered: bool = True, **more: Any) -> Page:
    return Page(stream, tuple(records), ordered=ordered, **more)


def values(index: Index) -> dict[str, list[Any]]:
    index.refresh()
    found = index.search(Query(EVERYTHING, limit=1000)).items
    return {item.id: orjson.loads(plain_bytes(item))["properties"]["toy:values"] for item in found}


def newest_change(index: Index) -> int:
    index.refresh()
    changes = index.changes(0, 10_000)
    return changes[-1].number if changes else 0


def test_new_records_become_items_and_the_counts_add_up(index: Index) -> None:
    ended = run(index, page(toy_record("a"), toy_record("b")), page(toy_record("c")))
    assert ended.outcome is Outcome.COMPLETE
    assert (ended.counts.announced, ended.counts.received, ended.counts.new, ended.items_put) == (3, 3, 3, 3)
    assert values(index) == {"a": [1], "b": [1], "c": [1]}


def test_a_second_harvest_without_changes_writes_nothing(index: Index) -> None:
    pages = [page(toy_record("a", noise=1), toy_record("b"))]
    run(index, *pages)
    before = newest_change(index)
    ended = run(index, page(toy_record("a", noise=2), toy_record("b")))
    assert (ended.counts.unchanged, ended.counts.received, ended.items_put) == (2, 2, 0)
    assert newest_change(index) == before


def test_a_changed_record_changes_its_item_only(index: Index) -> None:
    run(index, page(toy_record("a"), toy_record("b")))
    ended = run(index, page(toy_record("a", 2, updated="2024-03-01T00:00:00Z"), toy_record("b")))
    assert (ended.counts.changed, ended.counts.unchanged, ended.items_put) == (1, 1, 1)
    assert values(index) == {"a": [2], "b": [1]}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_records_of_one_item_end_the_same_in_any_order(index: Index, order: Sequence[int]) -> None:
    records = [toy_record(f"r{n}", n, item="i") for n in range(3)]
    ended = run(index, *(page(records[n]) for n in order))
    assert (ended.counts.new, ended.counts.merged) == (1, 2)
    assert values(index) == {"i": [0, 1, 2]}


def test_records_of_one_item_merge_within_a_page_too(index: Index) -> None:
    ended = run(index, page(toy_record("r0", 0, item="i"), toy_record("r1", 1, item="i")))
    assert (ended.counts.new, ended.counts.merged, ended.items_put) == (1, 1, 1)
    assert values(index) == {"i": [0, 1]}


def test_a_deleted_record_leaves_the_item_of_the_others_and_the_last_one_takes_it_along(index: Index) -> None:
    run(index, page(toy_record("r0", 0, item="i"), toy_record("r1", 1, item="i")))
    ended = run(index, page(toy_record("r0", deleted=True), stream="deletions"))
    assert (ended.counts.deleted, ended.counts.received, ended.items_deleted) == (1, 0, 0)
    assert values(index) == {"i": [1]}
    ended = run(index, page(toy_record("r1", deleted=True), toy_record("unheard", deleted=True), stream="deletions"))
    assert (ended.counts.deleted, ended.items_deleted) == (1, 1)
    assert values(index) == {}
    assert index.changes(0, 10)[-1].deleted


def test_a_deletion_older_than_the_record_kept_is_stale(index: Index) -> None:
    run(index, page(toy_record("a", updated="2024-03-01T00:00:00Z")))
    ended = run(index, page(toy_record("a", updated="2024-02-01T00:00:00Z", deleted=True), stream="deletions"))
    assert ended.counts.deleted == 0
    assert values(index) == {"a": [1]}
    ended = run(index, page(toy_record("a", updated="2024-03-02T00:00:00Z", deleted=True), stream="deletions"))
    assert ended.counts.deleted == 1
    assert values(index) == {}


def test_an_older_version_than_the_one_kept_changes_nothing(index: Index) -> None:
    run(index, page(toy_record("a", 2, updated="2024-03-01T00:00:00Z")))
    ended = run(index, page(toy_record("a", 1, updated="2024-02-01T00:00:00Z")))
    assert (ended.counts.repeated, ended.items_put) == (1, 0)
    assert values(index) == {"a": [2]}


def test_a_record_that_moves_to_another_item_leaves_the_first(index: Index) -> None:
    run(index, page(toy_record("r0", 0, item="i"), toy_record("r1", 1, item="i")))
    run(index, page(toy_record("r1", 1, item="j")))
    assert values(index) == {"i": [0], "j": [1]}


def test_one_bad_record_goes_to_quarantine_and_never_stops_a_run(index: Index) -> None:
    broken = Broken("broken-1", "no id", "id", b'{"x":1}')
    pages = [page(toy_record("a"), toy_record("b", "bad"), toy_record("c"), broken=(broken,))]
    ended = run(index, *pages)
    assert (ended.outcome, ended.counts.new, ended.counts.rejected, ended.counts.received) == (Outcome.COMPLETE, 2, 2, 4)
    index.refresh()
    kept = {rejection.native_id: (rejection.reason, rejection.field) for rejection in index.rejections("toy")}
    assert kept == {"b": ("bad value", "value"), "broken-1": ("no id", "id")}
    again = run(index, *pages)
    assert (again.counts.rejected, again.counts.unchanged) == (2, 2)


def test_a_record_that_was_mended_leaves_quarantine(index: Index) -> None:
    run(index, page(toy_record("a", "bad")))
    ended = run(index, page(toy_record("a", 5)))
    assert ended.counts.new == 1
    index.refresh()
    assert not index.rejections("toy")
    assert values(index) == {"a": [5]}


def test_a_bad_version_of_a_good_record_keeps_the_item(index: Index) -> None:
    run(index, page(toy_record("a", 1)))
    assert run(index, page(toy_record("a", "bad"))).counts.rejected == 1
    assert values(index) == {"a": [1]}
    assert run(index, page(toy_record("a", 1))).counts.changed == 1
    index.refresh()
    assert not index.rejections("toy")


def test_a_record_announced_twice_counts_once_as_new(index: Index) -> None:
    ended = run(index, page(toy_record("a"), toy_record("a")), page(toy_record("a")))
    assert (ended.counts.new, ended.counts.repeated, ended.counts.received) == (1, 2, 3)


def test_a_record_that_changes_between_pages_is_taken_again(index: Index) -> None:
    ended = run(index, page(toy_record("a", 1)), page(toy_record("a", 2, updated="2024-02-02T00:00:00Z")))
    assert (ended.counts.new, ended.counts.changed) == (1, 1)
    assert values(index) == {"a": [2]}


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


@pytest.mark.parametrize(
    ("fault", "received", "outcome"),
    [
        (StopSource("the archive is gone"), True, Outcome.PARTIAL),
        (StopSource("the archive is gone"), False, Outcome.FAILED),
        (HarvestError("anything"), True, Outcome.PARTIAL),
        (KeyboardInterrupt(), True, Outcome.ABORTED),
        (RuntimeError("a fault of ours"), True, Outcome.FAILED),
    ],
)
def test_every_way_out_closes_the_run(index: Index, fault: BaseException, received: bool, outcome: Outcome) -> None:
    ended = run(index, *([page(toy_record("a"))] if received else []), fault=fault)
    assert ended.outcome is outcome
    assert ended.reason
    index.refresh()
    kept = index.runs("toy")[0]
    assert (kept.outcome, kept.reason, kept.ended) == (outcome, ended.reason, NOW)
    assert values(index) == ({"a": [1]} if received else {})


def test_a_wrong_setting_closes_the_run_and_is_said(index: Index) -> None:
    with pytest.raises(Misconfigured, match="key is wrong"):
        run(index, fault=Misconfigured("sources.toy.key is wrong"))
    index.refresh()
    kept = index.runs("toy")[0]
    assert (kept.outcome, kept.reason) == (Outcome.FAILED, "sources.toy.key is wrong")


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


def test_a_mapping_that_names_items_anew_overwrites_nothing(index: Index) -> None:
    class Renaming(ToyMapping):
        version = "toy-2"

        def to_item(self, record: Record) -> Item:
            item = super().to_item(record)
            return {**item, "id": f"a-{item['id']}"}

    run(index, page(toy_record("r0", 0, item="i"), toy_record("r1", 1, item="i")))
    again = page(toy_record("r1", 1, item="i", updated="2024-03-01T00:00:00Z"))
    harvest(ToySource([again], mapping=Renaming()), index, VALIDATOR, now=lambda: NOW, owner="o")
    assert values(index) == {"i": [0], "a-i": [1]}


def test_an_older_bad_version_leaves_the_good_one_alone(index: Index) -> None:
    good, bad = toy_record("a", 1, updated="2024-02-05T00:00:00Z"), toy_record("a", "bad", updated="2024-02-02T00:00:00Z")
    run(index, page(good))
    for _ in range(2):
        ended = run(index, page(bad), page(good))
        assert (ended.counts.rejected, ended.counts.changed, ended.counts.repeated, ended.items_put) == (0, 0, 2, 0)
    index.refresh()
    assert not index.rejections("toy")


def test_a_gap_stays_open_until_a_run_has_come_past_it(index: Index) -> None:
    window = datetime(2024, 2, 2, tzinfo=UTC)
    last = toy_record("z", updated="2024-02-09T00:00:00Z")
    run(index, page(last), page(missing=1, missing_since=window))
    run(index, page(toy_record("y", updated="2024-02-03T00:00:00Z")), fault=StopSource("gone"))
    assert _starts(index, page(last)) == "2024-02-02T00:00:00Z"
    assert _starts(index, page(last)) == "2024-02-09T00:00:00Z"


def test_a_stale_deletion_spares_a_record_whose_newer_version_is_in_quarantine(index: Index) -> None:
    run(index, page(toy_record("a", 1, updated="2024-02-01T00:00:00Z")))
    run(index, page(toy_record("a", "bad", updated="2024-03-01T00:00:00Z")))
    run(index, page(toy_record("a", updated="2024-02-15T00:00:00Z", deleted=True), stream="deletions"))
    assert values(index) == {"a": [1]}


class _Stricter(ToyMapping):
    """The next version of the mapping: it refuses what the first one took."""

    version = "toy-2"

    def to_item(self, record: Record) -> Item:
        if record.native_id == "r0":
            raise Unmappable("not any more", "id")
        return super().to_item(record)


def test_a_record_that_a_new_mapping_refuses_stops_no_run_and_keeps_its_item(index: Index) -> None:
    run(index, page(toy_record("r0", 0, item="i"), toy_record("r1", 1, item="i"), toy_record("x"), toy_record("r0b", 0, item="j")))
    source = ToySource(
        [page(toy_record("r1", 5, item="i", updated="2024-03-01T00:00:00Z"), toy_record("r0", 0, item="i"))], mapping=_Stricter()
    )
    ended = harvest(source, index, VALIDATOR, now=lambda: NOW, owner="o")
    assert (ended.outcome, ended.counts.rejected, ended.counts.changed) == (Outcome.COMPLETE, 1, 1)
    assert values(index)["i"] == [5]
    index.refresh()
    assert {rejection.native_id for rejection in index.rejections("toy")} == {"r0"}


def test_sources_of_one_archive_share_its_items_and_not_their_watermarks(index: Index) -> None:
    for name, record in (("toy", toy_record("r0", 0, item="i")), ("toy-history", toy_record("r1", 1, item="i"))):
        harvest(ToySource([page(record)]), index, VALIDATOR, now=lambda: NOW, owner="o", name=name)
    assert values(index) == {"i": [0, 1]}
    index.refresh()
    assert {kept.source for kept in index.runs()} == {"toy", "toy-history"}
    assert index.watermark("toy", "toy-history:s") is not None


def test_a_live_run_of_this_process_keeps_its_lease(index: Index) -> None:
    mine, other = this_owner(), this_owner()
    take_lease(index, "harvest:toy", mine, NOW, timedelta(minutes=1))
    with pytest.raises(Busy):
        take_lease(index, "harvest:toy", other, NOW, timedelta(minutes=1))
    earlier_life = f"{mine.rsplit(':', 1)[0]}:00000000"
    index.release(index.lease("harvest:toy"))
    take_lease(index, "harvest:toy", earlier_life, NOW, timedelta(minutes=1))
    assert take_lease(index, "harvest:toy", other, NOW, timedelta(minutes=1)).owner == other


def test_a_run_that_was_killed_is_closed_by_the_next_one(index: Index) -> None:
    index.save_run(Run("killed", "toy", NOW - timedelta(hours=1)))
    run(index, page(toy_record("a")))
    outcomes = {kept.id == "killed": kept.outcome for kept in index.runs("toy")}
    assert outcomes == {True: Outcome.ABORTED, False: Outcome.COMPLETE}


def test_a_limit_cuts_the_page_and_the_watermark_stays_behind_it(index: Index) -> None:
    days = [toy_record(f"r{n}", updated=f"2024-02-0{n}T00:00:00Z") for n in range(1, 6)]
    ended = run(index, page(*days), options=Options(limit=2))
    assert (ended.outcome, ended.counts.new) == (Outcome.ABORTED, 2)
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert format_time(mark.value) == "2024-02-02T00:00:00Z"
    assert len(values(index)) == 2


def test_a_dry_run_counts_and_writes_nothing(index: Index) -> None:
    ended = run(index, page(toy_record("a"), toy_record("b", "bad")), options=Options(dry_run=True))
    assert (ended.counts.new, ended.counts.rejected) == (1, 1)
    assert values(index) == {}
    assert not index.rejections("toy")
    assert not index.runs("toy")
    assert index.watermark("toy", "s") is None


def test_two_runs_of_one_source_never_overlap(index: Index) -> None:
    index.acquire("harvest:toy", "otherhost:5:x", NOW, timedelta(minutes=1))
    with pytest.raises(Busy, match="otherhost"):
        run(index, page(toy_record("a")))
    index.release(index.lease("harvest:toy"))
    assert run(index, page(toy_record("a"))).outcome is Outcome.COMPLETE


def test_a_run_that_was_taken_over_stops_writing(index: Index) -> None:
    def take_over(number: int) -> None:
        if number == 1:
            index.acquire("harvest:toy", "thief:1:x", NOW, timedelta(minutes=1), replacing=index.lease("harvest:toy"))

    source = ToySource([page(toy_record("a")), page(toy_record("b"))], before_page=take_over)
    ended = harvest(source, index, VALIDATOR, now=lambda: NOW, owner="elsewhere:1:a")
    assert ended.outcome is Outcome.ABORTED
    assert values(index) == {"a": [1]}
