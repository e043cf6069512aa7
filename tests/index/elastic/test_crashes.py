"""Batches whose process died on the way: what is known of them, and what may come next."""

from datetime import timedelta

import pytest

from index.elastic import ElasticIndex, write
from index.elastic.operation import Operation
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import ItemKey, Known, Rejection, Removal
from mappings.audience import EVERYTHING
from mappings.watermark import Watermark
from tests.index.elastic.harming import crash
from tests.index.elastic.helpers import NOW, TTL, batch, document, head_of, record
from tests.schedules.support import run
from tests.schedules.test_recount import Past, of_month


def _settles_records(operation: Operation) -> bool:
    return operation.index.endswith("-records") and (operation.source is None or operation.source["fingerprint"] != "")


def test_a_crash_before_the_records_repeats_the_page(store: Store, prefix: str, index: ElasticIndex) -> None:
    page = batch(document(), records=(record(),), watermarks={"all": Watermark(NOW)})
    crash(store, prefix, page, _settles_records)
    assert index.watermark("source", "all") is None
    # The record is named already, without fingerprint: a deletion that comes before the page is repeated finds its Item.
    assert index.known("source", ["r"]) == {"r": Known(b"", ItemKey("c", "a"), updated=record().updated)}
    assert index.apply(page).items_put == 0
    assert index.members("source", [ItemKey("c", "a")]) == {ItemKey("c", "a"): [record()]}
    assert [change.key for change in index.changes()] == [ItemKey("c", "a")]


def test_a_record_that_was_only_announced_is_named_and_known_but_not_kept(store: Store, prefix: str, index: ElasticIndex) -> None:
    a = ItemKey("c", "a")
    index.apply(batch(document(), records=(record(),)))
    crash(store, prefix, batch(document(text="both", records=("r", "s")), records=(record("s"),)), _settles_records)
    assert index.records("source") == [record()]
    assert index.members("source", [a]) == {a: [record()]}
    # Absence would else never find the Item that was made of it, and a recount would take for whole what is not.
    assert index.record_names("source", "", None, None) == ["r", "s"]
    assert index.count_records("source") == 1
    assert index.known("source", ["s"])["s"].key == a
    index.apply(batch(document(text="both", records=("r", "s")), records=(record("s"),)))
    assert index.records("source") == [record(), record("s")]
    assert index.count_records("source") == 2


def test_a_record_in_quarantine_whose_good_version_was_only_announced_counts_once(store: Store, prefix: str, index: ElasticIndex) -> None:
    held = Rejection("source", "r", "no footprint", "geometry", b"bad", b"raw", "application/json", None, "run", NOW)
    index.apply(batch(rejected=(held,)))
    assert index.count_records("source") == 1
    crash(store, prefix, batch(document(), records=(record(),), absolved=("r",)), _settles_records)
    assert index.count_records("source") == 1
    index.apply(batch(document(), records=(record(),), absolved=("r",)))
    assert index.count_records("source") == 1


def test_an_announced_record_that_is_deleted_next_takes_its_item_and_leaves_nothing_to_restore(
    store: Store, prefix: str, index: ElasticIndex
) -> None:
    crash(store, prefix, batch(document(), records=(record(),)), _settles_records)
    assert head_of(index) is not None
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=(ItemKey("c", "a"),)))
    assert head_of(index) is None
    assert (index.known("source", ["r"]), index.deleted(), index.count_records("source")) == ({}, [], 0)


def test_a_removed_record_whose_return_was_only_announced_can_be_restored_still(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=(ItemKey("c", "a"),)))
    crash(store, prefix, batch(document(), records=(record(),)), _settles_records)
    assert [entry.record for entry in index.deleted()] == [record()]
    index.apply(batch(document(), records=(record(),)))
    assert (index.deleted(), index.records("source")) == ([], [record()])


def test_a_record_that_was_moving_when_a_process_died_is_known_by_all_its_items(store: Store, prefix: str, index: ElasticIndex) -> None:
    """So that a notice of its deletion, were it the next that comes, leaves no Item behind."""
    a, b, c = (ItemKey("c", name) for name in "abc")
    index.apply(batch(document(), records=(record(),)))
    crash(store, prefix, batch(document("b"), removed=(a,), records=(record(item="b"),)), _settles_records)
    assert head_of(index) is None
    assert head_of(index, "b") is not None
    assert index.known("source", ["r"]) == {"r": Known(b"", a, updated=NOW, joining=(b,))}
    crash(store, prefix, batch(document("c"), removed=(a, b), records=(record(item="c"),)), lambda one: "-items-" in one.index)
    known = index.known("source", ["r"])["r"]
    assert known.keys == (a, b, c)
    assert index.members("source", known.keys) == {a: [], b: [], c: []}
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=known.keys))
    assert [head_of(index, name) for name in "abc"] == [None] * 3
    assert [entry.record.key for entry in index.deleted()] == [a]


def test_a_record_that_has_moved_after_all_is_known_by_its_item_only(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    page = batch(document("b"), removed=(ItemKey("c", "a"),), records=(record(item="b"),))
    crash(store, prefix, page, _settles_records)
    index.apply(page)
    assert index.known("source", ["r"]) == {"r": Known(b"print", ItemKey("c", "b"), updated=NOW)}
    assert index.members("source", [ItemKey("c", "b")]) == {ItemKey("c", "b"): [record(item="b")]}


def test_a_crash_while_a_record_is_removed_leaves_it_kept_to_be_mapped_again(store: Store, prefix: str, index: ElasticIndex) -> None:
    a = ItemKey("c", "a")
    index.apply(batch(document(), records=(record(),)))
    page = batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=(a,))
    crash(store, prefix, page, _settles_records)
    # Its Item is gone: without fingerprint, the record makes it anew if it comes again.
    assert head_of(index) is None
    assert index.known("source", ["r"]) == {"r": Known(b"", a, updated=NOW)}
    assert index.deleted() == []
    index.apply(page)
    assert index.known("source", ["r"]) == {}
    assert [entry.record.raw for entry in index.deleted()] == [record().raw]


def test_a_crash_before_a_returned_record_is_taken_from_the_removed_shows_it_once(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(records=(record(),)))
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),)))
    crash(store, prefix, batch(records=(record(),)), lambda operation: operation.index.endswith("-deleted"))
    assert index.records("source") == [record()]
    assert index.deleted() == []
    assert index.purge(NOW + TTL) == 1


def test_a_month_whose_last_page_was_only_announced_is_listed_again(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise IndexUnavailable("the wire was cut")

    with monkeypatch.context() as patch:
        patch.setattr(write, "put_items", cut)
        with pytest.raises(IndexUnavailable, match="the wire was cut"):
            run(index, source=Past([], upstream={1: of_month(1, 3)}))
    assert index.record_names("toy", "s", None, None) == ["m1-0", "m1-1", "m1-2"]
    source = Past([], upstream={1: of_month(1, 3)})
    run(index, source=source, now=NOW + timedelta(days=2))
    assert source.listed == [1]
    assert index.count(Query(EVERYTHING)) == len(index.records("toy")) == 3
