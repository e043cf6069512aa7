"""The state of harvests: records, quarantine, watermarks, runs, leases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from index.protocol import Index, LeaseLost
from index.state import Counts, ItemKey, Known, Lease, Outcome, Removal, Run
from mappings.audience import EVERYTHING
from mappings.watermark import Watermark
from tests.index.helpers import NOW, batch, record, rejection
from tests.support.items import make_document

Opener = Callable[[], Index]
A, B = ItemKey("c", "a"), ItemKey("c", "b")
TTL = timedelta(minutes=5)


def item(name: str, *native_ids: str):
    """A Document of these records."""
    return replace(make_document(name), records=native_ids)


# --- records ---------------------------------------------------------------------------------------------------------------


def test_kept_records_are_known_with_fingerprint_and_item(index: Index) -> None:
    index.apply(batch(records=[record("r1", "a", fingerprint=b"1"), record("r2", "b", fingerprint=b"2")]))
    assert index.known("test", ["r1", "r2", "r3"]) == {"r1": Known(b"1", A, updated=NOW), "r2": Known(b"2", B, updated=NOW)}
    assert index.known("test", []) == {}
    assert index.known("other", ["r1"]) == {}


def test_the_newest_version_of_a_record_is_kept(index: Index) -> None:
    index.apply(batch(records=[record("r", "a", fingerprint=b"1")], items=[item("a", "r")]))
    index.apply(batch(records=[record("r", "b", fingerprint=b"2", raw=b"new")], items=[item("b", "r")]))
    assert index.known("test", ["r"]) == {"r": Known(b"2", B, updated=NOW)}
    found = index.members("test", [A, B])
    assert list(found[A]) == []
    assert [one.raw for one in found[B]] == [b"new"]


def test_members_are_all_records_of_an_item_by_native_id_as_they_came(index: Index) -> None:
    second = record("r2", raw=b"<xml/>" * 1000, media_type="application/xml", url="https://x/2", updated=None)
    first = record("r1", raw=b"", updated=datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    index.apply(batch(records=[second, first, record("r3", "b")], items=[item("a", "r1", "r2"), item("b", "r3")]))
    found = index.members("test", [A, ItemKey("c", "none")])
    assert list(found[A]) == [first, second]
    assert list(found[ItemKey("c", "none")]) == []
    assert B not in found


def test_records_of_different_sources_are_apart(index: Index) -> None:
    index.apply(batch(records=[record("r", fingerprint=b"1")], items=[item("a", "r")]))
    index.apply(batch(source="other", records=[record("r", "b", fingerprint=b"2")], items=[item("b", "r")]))
    assert index.known("test", ["r"])["r"].fingerprint == b"1"
    assert index.known("other", ["r"])["r"].fingerprint == b"2"
    assert list(index.members("other", [A])[A]) == []


def test_a_forgotten_record_is_gone(index: Index) -> None:
    index.apply(batch(records=[record("r1"), record("r2")], items=[item("a", "r1", "r2")]))
    forgotten = [Removal(name, "feed", NOW + TTL) for name in ("r1", "never")]
    index.apply(batch(forgotten=forgotten, items=[replace(make_document("a", title="2"), records=("r2",))]))
    assert set(index.known("test", ["r1", "r2"])) == {"r2"}
    assert [one.native_id for one in index.members("test", [A])[A]] == ["r2"]


def test_thousands_of_records_can_be_asked_at_once(index: Index) -> None:
    index.apply(batch(records=[record(f"r{n}", f"i{n}") for n in range(3)], items=[item(f"i{n}", f"r{n}") for n in range(3)]))
    assert len(index.known("test", [f"r{n}" for n in range(5000)])) == 3
    found = index.members("test", [ItemKey("c", f"i{n}") for n in range(5000)])
    assert sum(map(len, found.values())) == 3


# --- quarantine --------------------------------------------------------------------------------------------------------------


def test_rejections_are_kept_whole_and_the_oldest_comes_first(index: Index) -> None:
    first, second = rejection("z", url="https://x/z", updated=NOW), rejection("a", 1)
    other = rejection("a", 2, source="other")
    index.apply(batch(rejected=[second, first]))
    index.apply(batch(source="other", rejected=[other]))
    assert list(index.rejections("test")) == [first, second]
    assert list(index.rejections()) == [first, second, other]
    assert list(index.rejections("none")) == []


def test_the_newest_time_of_a_record_is_known_kept_or_rejected(index: Index) -> None:
    later = NOW + timedelta(days=1)
    index.apply(
        batch(records=[record("a"), record("b", updated=later)], rejected=[rejection("a", updated=later), rejection("b", updated=NOW)])
    )
    assert {known.updated for known in index.known("test", ["a", "b"]).values()} == {later}


def test_a_rejected_record_is_known_by_the_rejected_version(index: Index) -> None:
    index.apply(batch(records=[record("kept", fingerprint=b"good")], rejected=[rejection("never")]))
    index.apply(batch(rejected=[rejection("kept")]))
    assert index.known("test", ["kept", "never"]) == {"kept": Known(b"bad", A, True, NOW), "never": Known(b"bad", None, True)}


def test_a_second_rejection_replaces_the_first(index: Index) -> None:
    index.apply(batch(rejected=[rejection("r")]))
    index.apply(batch(rejected=[rejection("r", 5, reason="no time", fingerprint=b"worse")]))
    assert [(one.reason, one.fingerprint) for one in index.rejections()] == [("no time", b"worse")]


def test_absolving_ends_the_quarantine(index: Index) -> None:
    index.apply(batch(rejected=[rejection("r"), rejection("s")]))
    index.apply(batch(absolved=["r", "never"], records=[record("r", fingerprint=b"good")]))
    assert [one.native_id for one in index.rejections()] == ["s"]
    assert index.known("test", ["r"]) == {"r": Known(b"good", A, updated=NOW)}


# --- watermarks ----------------------------------------------------------------------------------------------------------------


def test_a_watermark_comes_back_with_its_boundary_to_the_microsecond(index: Index) -> None:
    mark = Watermark(datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), frozenset({"a", "é'\"", "b"}))
    assert index.watermark("test", "all") is None
    index.apply(batch(watermarks={"all": mark, "other": Watermark(NOW)}))
    assert index.watermark("test", "all") == mark
    assert index.watermark("test", "other") == Watermark(NOW)
    assert index.watermark("another", "all") is None
    index.apply(batch(watermarks={"all": Watermark(NOW)}))
    assert index.watermark("test", "all") == Watermark(NOW)


# --- runs ----------------------------------------------------------------------------------------------------------------------


def test_runs_come_newest_first_and_whole(index: Index) -> None:
    runs = [Run(f"r{n}", "ab"[n % 2], NOW + timedelta(microseconds=n)) for n in range(5)]
    for run in (runs[2], runs[0], runs[4], runs[1], runs[3]):
        index.save_run(run)
    assert list(index.runs()) == runs[::-1]
    assert list(index.runs("b")) == [runs[3], runs[1]]
    assert list(index.runs(limit=2)) == [runs[4], runs[3]]
    assert list(index.runs("none")) == []


def test_saving_a_run_again_updates_it(index: Index) -> None:
    begun = Run("r", "test", NOW)
    index.save_run(begun)
    counts = Counts(missing=1, new=2, changed=3, unchanged=4, merged=5, rejected=6, repeated=7, filtered=8, deleted=9)
    ended = replace(begun, outcome=Outcome.PARTIAL, ended=NOW + TTL, reason="«cut»", counts=counts, items_put=10, items_deleted=11)
    index.save_run(ended)
    (found,) = index.runs()
    assert found == ended
    assert isinstance(found.outcome, Outcome)


# --- leases ----------------------------------------------------------------------------------------------------------------


def test_one_owner_at_a_time_has_a_lease(index: Index) -> None:
    first = index.acquire("s", "one", NOW, TTL)
    assert first == Lease("s", "one", 1, NOW + TTL)
    assert index.acquire("s", "two", NOW, TTL) is None
    assert index.acquire("s", "one", NOW, TTL) is None
    assert index.acquire("s", "two", NOW + TTL - timedelta(microseconds=1), TTL) is None
    assert index.acquire("other", "two", NOW, TTL) is not None
    assert index.lease("s") == first
    assert index.lease("none") is None


def test_an_expired_lease_goes_to_the_next_with_a_greater_epoch(index: Index) -> None:
    first = index.acquire("s", "one", NOW, TTL)
    assert first is not None
    assert index.lease("s") == first
    second = index.acquire("s", "two", NOW + TTL, TTL)
    assert second == Lease("s", "two", first.epoch + 1, NOW + 2 * TTL)
    assert not index.renew(first, NOW + TTL, TTL)
    index.release(first)
    assert index.lease("s") == second


def test_renewing_keeps_the_epoch_and_moves_the_end(index: Index) -> None:
    first = index.acquire("s", "one", NOW, TTL)
    assert first is not None
    assert index.renew(first, NOW + TTL / 2, TTL)
    assert index.acquire("s", "two", NOW + TTL, TTL) is None
    assert index.lease("s") == replace(first, expires=NOW + TTL / 2 + TTL)
    assert index.renew(first, NOW + 10 * TTL, TTL), "nobody took it, though it had expired"


def test_a_lease_given_back_is_free_and_its_epoch_is_never_used_again(index: Index) -> None:
    first = index.acquire("s", "one", NOW, TTL)
    assert first is not None
    index.release(first)
    assert index.lease("s") is None
    assert not index.renew(first, NOW, TTL)
    second = index.acquire("s", "one", NOW, TTL)
    assert second is not None
    assert second.epoch == first.epoch + 1


def test_a_lease_is_replaced_only_while_it_is_exactly_the_one_named(index: Index) -> None:
    first = index.acquire("s", "dead", NOW, TTL)
    assert first is not None
    assert index.renew(first, NOW + timedelta(minutes=1), TTL)
    assert index.acquire("s", "two", NOW, TTL, replacing=first) is None
    second = index.acquire("s", "two", NOW, TTL, replacing=index.lease("s"))
    assert second == Lease("s", "two", first.epoch + 1, NOW + TTL)
    assert index.acquire("s", "three", NOW, TTL, replacing=first) is None


@pytest.mark.parametrize("lost", ["taken", "given back", "never had"])
def test_a_batch_without_its_lease_writes_nothing(index: Index, lost: str) -> None:
    lease = index.acquire("s", "one", NOW, TTL)
    assert lease is not None
    if lost == "taken":
        index.acquire("s", "two", NOW + TTL, TTL)
    elif lost == "given back":
        index.release(lease)
    else:
        lease = replace(lease, name="other")
    written = batch(
        items=[make_document("a")], records=[record()], rejected=[rejection("x")], watermarks={"all": Watermark(NOW)}, lease=lease
    )
    with pytest.raises(LeaseLost):
        index.apply(written)
    assert index.get(EVERYTHING, "c", "a") is None
    assert index.known("test", ["r", "x"]) == {}
    assert index.watermark("test", "all") is None
    assert list(index.changes()) == list(index.rejections()) == []


def test_a_batch_with_its_lease_is_written_also_when_it_expired_and_nobody_took_it(index: Index, open_index: Opener) -> None:
    lease = index.acquire("s", "one", NOW, TTL)
    assert lease is not None
    assert index.apply(batch(items=[make_document("a")], lease=lease)).items_put == 1
    assert open_index().apply(batch(items=[make_document("b")], lease=lease, now=NOW + 2 * TTL)).items_put == 1


def test_watermarks_are_listed_by_stream(index: Index) -> None:
    marks = {stream: Watermark(NOW, frozenset({stream})) for stream in ("b", "a", "a:b")}
    index.apply(batch(watermarks=marks))
    assert dict(index.watermarks("test")) == marks
    assert list(index.watermarks("test")) == ["a", "a:b", "b"]
    assert dict(index.watermarks("another")) == {}
