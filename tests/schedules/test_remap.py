"""Kept records and quarantine through the mapping again, without harvesting."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest

from harvesters.source import Extent, Page
from index.protocol import Index, LeaseLost
from index.state import Outcome
from mappings.audience import EVERYTHING
from mappings.record import Answer, Broken, Item, Record, Unmappable
from mappings.validation import Validator
from schedules.lease import Busy, held_lease, this_owner
from schedules.remap import Remapped, Remapper
from schedules.run import harvest
from schedules.stop import Stop, Stopped
from tests.support.toy import ToyMapping, ToySource, ticking, toy_record

NOW = datetime(2024, 6, 1, tzinfo=UTC)
VALIDATOR = Validator()


class NewMapping(ToyMapping):
    """Takes what was bad, refuses 13, and puts the value into another Item's name."""

    version = "toy-2"

    def to_item(self, record: Record) -> Item:
        members = record.json
        if members["value"] == 13:
            raise Unmappable("unlucky", "value")
        item = super().to_item(Record(record.source, record.native_id, record.updated, orjson.dumps({**members, "value": 2})))
        return {**item, "id": members.get("becomes", item["id"])}


def fill(index: Index, *records: Record, broken: tuple[Broken, ...] = ()) -> None:
    harvest(ToySource([Page("s", records=records, broken=broken, closed=Extent())]), index, VALIDATOR, now=ticking(NOW), owner="test")


def remapper(index: Index, mapping: ToyMapping | None = None, stop: Stop | None = None) -> Remapper:
    return Remapper("toy", mapping or NewMapping(), index, VALIDATOR, ticking(NOW), this_owner(), stop or Stop())


def items(index: Index) -> set[str]:
    return {record.key.id for record in index.records("toy")}


def test_a_new_mapping_makes_items_anew_from_what_is_kept(index: Index) -> None:
    fill(index, toy_record("a"), toy_record("b", becomes="c"), toy_record("d", value=13))
    done = remapper(index).remap()
    assert (done.counts.received, done.counts.changed, done.counts.rejected) == (3, 2, 1)
    # b became c; d, which the new mapping refuses, keeps the Item that it had.
    assert items(index) == {"a", "c", "d"}
    assert (done.items_put, done.items_deleted) == (2, 1)
    assert [rejection.native_id for rejection in index.rejections("toy")] == ["d"]


def test_a_remap_tells_the_store_how_much_it_put(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(index, *(toy_record(f"r{number}") for number in range(6)))
    told: list[int] = []
    monkeypatch.setattr(type(index), "tidy", lambda _, put, took: told.append(put))
    assert remapper(index).remap().items_put == 6
    assert remapper(index).remap().items_put == 0
    assert told == [6, 0]


def test_the_same_mapping_changes_nothing_unless_told_to_map_all(index: Index) -> None:
    fill(index, toy_record("a"), toy_record("b"))
    done = remapper(index, ToyMapping()).remap()
    assert (done.counts.unchanged, done.items_put) == (2, 0)
    assert remapper(index, ToyMapping()).remap(afresh=True).counts.changed == 2


def test_a_remap_that_was_stopped_goes_on_where_it_was(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.remap._CHUNK", 2)
    fill(index, *(toy_record(f"r{number}") for number in range(6)))
    stop = Stop()

    def after_the_first(done: Remapped) -> None:
        stop.set()

    with pytest.raises(Stopped):
        remapper(index, stop=stop).remap(progress=after_the_first)
    done = remapper(index).remap()
    assert (done.counts.received, done.counts.changed) == (4, 4)
    # And from the beginning once it came to its end.
    assert remapper(index).remap().counts.unchanged == 6


def test_records_keep_their_streams_so_that_absence_is_still_judged(index: Index) -> None:
    fill(index, toy_record("a"), toy_record("b"))
    remapper(index).remap()
    assert list(index.record_names("toy", "s", None, None)) == ["a", "b"]


def test_a_replay_maps_what_was_in_quarantine(index: Index) -> None:
    fill(index, toy_record("a", value="bad"), toy_record("b", value="bad"))
    assert index.count_rejections("toy") == 2
    unmended = remapper(index, ToyMapping()).replay(index.rejections("toy"))
    assert (unmended.counts.rejected, index.count_rejections("toy")) == (2, 2)
    done = remapper(index).replay(index.rejections("toy", "BAD"))
    assert (done.counts.new, items(index), index.count_rejections("toy")) == (2, {"a", "b"}, 0)


class Reading(ToyMapping):
    def read(self, body: bytes) -> Answer:
        return Answer((toy_record("mended"),))


def test_what_was_not_even_a_record_leaves_quarantine_once_the_mapping_can_read_it(index: Index) -> None:
    fill(index, toy_record("a"), broken=(Broken("broken-0", "no id", "id", b'{"odd": 1}'),))
    done = remapper(index, Reading()).replay(index.rejections("toy"))
    assert (done.counts.new, index.count_rejections("toy"), items(index)) == (1, 0, {"a", "mended"})


def test_no_remap_while_the_archive_is_harvested(index: Index) -> None:
    fill(index, toy_record("a"))
    with held_lease(index, "harvest:toy", "elsewhere:1:x", ticking(datetime.now(UTC))), pytest.raises(Busy):
        Remapper("toy", NewMapping(), index, VALIDATOR, ticking(NOW), this_owner()).remap()


def test_a_remap_that_lost_its_lease_writes_no_more(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.remap._CHUNK", 1)
    fill(index, toy_record("a"), toy_record("b"))

    def rob(done: Remapped) -> None:
        lease = index.lease("harvest:toy")
        assert index.acquire("harvest:toy", "thief", NOW, NOW - NOW, replacing=lease)

    with pytest.raises(LeaseLost):
        remapper(index).remap(progress=rob)
    prints = {name: index.known("toy", [name])[name].fingerprint for name in ("a", "b")}
    fill(index, toy_record("a"), toy_record("b"))
    assert prints["b"] == index.known("toy", ["b"])["b"].fingerprint


def test_what_is_rejected_can_be_replayed_from_a_partial_run_too(index: Index) -> None:
    ended = harvest(
        ToySource([Page("s", records=(toy_record("a", value="bad"),), missing=1)]), index, VALIDATOR, now=ticking(NOW), owner="t"
    )
    assert ended.outcome is Outcome.PARTIAL
    assert remapper(index).replay(index.rejections("toy")).counts.new == 1


@pytest.mark.parametrize("updated", ["2024-02-01T00:00:00Z", "2024-05-01T00:00:00Z", None])
def test_a_remap_of_an_older_version_leaves_the_newer_one_in_quarantine(index: Index, updated: str | None) -> None:
    fill(index, toy_record("a", value=1, updated="2024-02-01T00:00:00Z" if updated else None))
    fill(index, toy_record("a", value="bad", updated=updated))
    done = remapper(index).remap()
    assert done.counts.changed == 1
    [rejection] = index.rejections("toy")
    assert b"bad" in rejection.raw
    assert remapper(index).replay([rejection]).counts.rejected == 0
    assert index.count_rejections("toy") == 0


class Choosy(ToyMapping):
    """Refuses to make one Item of two records."""

    def merge(self, items: Sequence[Item]) -> Item:
        raise Unmappable("not of one scene", "item")


def test_a_record_that_another_item_refuses_keeps_the_item_that_it_has(index: Index) -> None:
    def harvested(*records: Record) -> None:
        source = ToySource([Page("s", records=records)], mapping=Choosy())
        harvest(source, index, VALIDATOR, now=ticking(NOW), owner="test")

    for key in ("aaa", "zzz"):
        harvested(toy_record(f"r-{key}", item=key), toy_record("m", item="mmm"))
        harvested(toy_record(f"r-{key}", item="mmm", updated="2024-03-01T00:00:00Z"))
        assert index.get(EVERYTHING, "toy", key) is not None
        assert index.get(EVERYTHING, "toy", "mmm") is not None
