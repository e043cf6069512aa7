"""One run of one source: counts that add up, quarantine, merging, and every way that a run can end."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from harvesters.errors import HarvestError, Misconfigured, StopSource
from index.protocol import Index
from index.state import Outcome
from mappings.record import Broken, Item, Record, Unmappable
from mappings.times import format_time
from schedules.run import Options, harvest
from tests.schedules.run_support import NOW, VALIDATOR, newest_change, page, run, values
from tests.support.toy import ToyMapping, ToySource, toy_record


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
