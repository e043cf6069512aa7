"""Records that were removed: where they go, how they come back, when they are gone for good."""

from dataclasses import replace
from datetime import timedelta

import pytest

from index.protocol import Index, LeaseLost
from index.state import Deleted, ItemKey, Removal
from tests.index.helpers import NOW, batch, record, rejection
from tests.support.items import make_document

HOUR = timedelta(hours=1)
UNTIL = NOW + timedelta(days=30)


def removal(native_id: str, reason: str = "feed", until: timedelta = timedelta(days=30)) -> Removal:
    return Removal(native_id, reason, NOW + until)


def names(index: Index, *asked: object, **conditions: object) -> list[str]:
    return [entry.record.native_id for entry in index.deleted(*asked, **conditions)]


def test_a_forgotten_record_is_moved_whole(index: Index) -> None:
    kept = record("r", stream="s", raw=b"<xml/>" * 1000, media_type="application/xml", url="https://x/r", updated=NOW - HOUR)
    index.apply(batch(records=[kept, record("stays")]))
    index.apply(batch(run="later", now=NOW + HOUR, forgotten=[removal("r", "absent")]))
    assert index.deleted("test") == [Deleted("test", kept, "absent", "later", NOW + HOUR, UNTIL)]
    assert set(index.known("test", ["r", "stays"])) == {"stays"}
    assert index.record_names("test", "s", None, None) == []
    assert index.count_records("test") == 1


def test_what_is_unknown_or_only_in_quarantine_is_not_moved(index: Index) -> None:
    index.apply(batch(rejected=[rejection("q")]))
    index.apply(batch(forgotten=[removal("q"), removal("never")]))
    assert index.deleted() == []
    assert [one.native_id for one in index.rejections()] == ["q"]


def test_a_record_that_is_kept_and_in_quarantine_is_moved_as_it_was_kept(index: Index) -> None:
    index.apply(batch(records=[record("r", raw=b"good")], rejected=[rejection("r")]))
    index.apply(batch(forgotten=[removal("r")], absolved=["r"]))
    assert [entry.record.raw for entry in index.deleted()] == [b"good"]
    assert index.known("test", ["r"]) == {}


def test_a_record_that_is_put_again_is_no_removed_one(index: Index) -> None:
    index.apply(batch(records=[record("r", raw=b"1"), record("s")]))
    index.apply(batch(forgotten=[removal("r"), removal("s")]))
    index.apply(batch(records=[record("r", raw=b"2")]))
    assert names(index) == ["s"]
    assert [one.raw for one in index.records("test")] == [b"2"]
    index.apply(batch(forgotten=[removal("r", "absent")], now=NOW + HOUR))
    assert [(entry.record.raw, entry.reason) for entry in index.deleted("test", ["r"])] == [(b"2", "absent")]


def test_a_record_forgotten_and_put_in_one_batch_is_kept(index: Index) -> None:
    index.apply(batch(records=[record("r", raw=b"1")]))
    index.apply(batch(forgotten=[removal("r")], records=[record("r", raw=b"2")]))
    assert index.deleted() == []
    assert [one.raw for one in index.records("test")] == [b"2"]


def test_a_record_removed_twice_is_there_once_as_it_was_last(index: Index) -> None:
    for raw, hours in ((b"1", 1), (b"2", 2)):
        index.apply(batch(records=[record("r", raw=raw)]))
        index.apply(batch(forgotten=[removal("r")], now=NOW + hours * HOUR))
    assert [(entry.record.raw, entry.time) for entry in index.deleted()] == [(b"2", NOW + 2 * HOUR)]


def test_a_removed_record_is_written_back_as_it_was(index: Index) -> None:
    item = make_document("a")
    kept = record("r", stream="s")
    index.apply(batch(records=[kept], items=[replace(item, records=("r",))]))
    index.apply(batch(forgotten=[removal("r")], removed=[ItemKey("c", "a")]))
    (entry,) = index.deleted("test", ["r"])
    index.apply(batch(records=[entry.record], items=[replace(item, records=("r",))]))
    assert index.members("test", [ItemKey("c", "a")]) == {ItemKey("c", "a"): [kept]}
    assert index.deleted() == []


def test_the_newest_removal_comes_first(index: Index) -> None:
    index.apply(batch(records=[record(name) for name in "abcd"]))
    index.apply(batch(source="other", records=[record("a")]))
    index.apply(batch(forgotten=[removal("c"), removal("a")]))
    index.apply(batch(source="other", forgotten=[removal("a")], now=NOW + HOUR))
    index.apply(batch(forgotten=[removal("b")], now=NOW + 2 * HOUR))
    assert [(entry.source, entry.record.native_id) for entry in index.deleted()] == [
        *(("test", "b"), ("other", "a")),
        *(("test", "a"), ("test", "c")),
    ]
    assert names(index, limit=2) == ["b", "a"]
    assert names(index, "test") == ["b", "a", "c"]
    assert names(index, "test", ["c", "b", "d", "never"]) == ["b", "c"]
    assert names(index, "test", ["c", "b"], 1) == ["b"]
    assert [entry.source for entry in index.deleted(None, ["a"])] == ["other", "test"]
    assert names(index, "test", []) == names(index, "none") == []


def test_thousands_of_records_are_removed_and_found(index: Index) -> None:
    many = [f"r{n:05d}" for n in range(1500)]
    index.apply(batch(records=[record(name) for name in many]))
    index.apply(batch(forgotten=[removal(name) for name in many]))
    assert names(index, "test", limit=10_000) == names(index, None, many, 10_000) == many
    assert names(index, "test", [f"x{n}" for n in range(20_000)] + many[:3]) == many[:3]
    assert index.purge(UNTIL) == 1500


def test_what_can_be_restored_no_more_is_purged(index: Index) -> None:
    index.apply(batch(records=[record(name) for name in "abc"], items=[make_document("a")]))
    forgotten = [removal(name, until=n * HOUR) for n, name in enumerate("abc", 1)]
    index.apply(batch(forgotten=forgotten, removed=[ItemKey("c", "a")]))
    changes = index.changes()
    assert index.purge(NOW + HOUR - timedelta(microseconds=1)) == 0
    assert index.purge(NOW + 2 * HOUR) == 2
    assert names(index) == ["c"]
    assert index.purge(NOW + 2 * HOUR) == 0
    assert index.changes() == changes
    assert changes[-1].deleted


def test_a_purged_record_may_come_and_go_again(index: Index) -> None:
    for hours in (1, 2):
        index.apply(batch(records=[record("r")]))
        index.apply(batch(forgotten=[removal("r", until=HOUR)], now=NOW + hours * HOUR))
        assert index.purge(NOW + HOUR) == 1
    assert index.deleted() == []


@pytest.mark.parametrize("name", ["a/b c", "é«'\"", "/x", "..", "x" * 3000, "*"])
def test_a_record_of_any_name_can_be_removed_and_found(index: Index, name: str) -> None:
    index.apply(batch(records=[record(name)]))
    index.apply(batch(forgotten=[removal(name)]))
    assert names(index, "test", [name]) == names(index, None, [name]) == [name]


def test_a_batch_that_lost_its_lease_moves_nothing(index: Index) -> None:
    index.apply(batch(records=[record("r")]))
    lost = index.acquire("s", "one", NOW, HOUR)
    index.acquire("s", "two", NOW + HOUR, HOUR)
    with pytest.raises(LeaseLost):
        index.apply(batch(forgotten=[removal("r")], lease=lost))
    assert index.deleted() == []
    assert index.records("test") == [record("r")]


def test_removed_records_are_counted_by_source(index: Index) -> None:
    assert index.count_deleted("test") == 0
    index.apply(batch(records=[record("r1"), record("r2")]))
    index.apply(batch(forgotten=[removal("r1"), removal("r2")]))
    assert (index.count_deleted("test"), index.count_deleted("another")) == (2, 0)


def test_a_known_record_says_in_which_stream_it_was_announced(index: Index) -> None:
    index.apply(batch(records=[record("r1", stream="one")]))
    assert index.known("test", ["r1"])["r1"].stream == "one"
    index.apply(batch(records=[record("r1", stream="two")]))
    assert index.known("test", ["r1"])["r1"].stream == "two"
    index.apply(batch(rejected=[rejection("r1")]))
    assert index.known("test", ["r1"])["r1"].stream == "two"


def test_names_in_quarantine_are_listed_by_stream(index: Index) -> None:
    index.apply(batch(rejected=[rejection("b", stream="one"), rejection("a", stream="one"), rejection("c", stream="two"), rejection("d")]))
    assert list(index.rejected_names("test", "one")) == ["a", "b"]
    assert list(index.rejected_names("test", "")) == ["d"]
    assert list(index.rejected_names("another", "one")) == []
