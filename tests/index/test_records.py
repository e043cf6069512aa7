"""Records that are kept: their pages, names and numbers, as the harvests compare them with an archive's."""

from datetime import UTC, datetime, timedelta

import pytest

from index.protocol import Index
from index.state import Batch, StoredRecord
from tests.index.helpers import NOW, batch, record, rejection

DAY = timedelta(days=1)


def kept(*records: StoredRecord, **members: object) -> Batch:
    return batch(records=records, **members)


def all_names(index: Index, stream: str, since: datetime | None, until: datetime | None, limit: int) -> list[str]:
    found: list[str] = []
    while portion := index.record_names("test", stream, since, until, found[-1] if found else None, limit):
        assert len(portion) <= limit
        found += portion
    return found


# --- streams -----------------------------------------------------------------------------------------------------------------


def test_a_record_comes_back_with_its_stream(index: Index) -> None:
    index.apply(kept(record("r", stream="é/«S2»")))
    assert index.records("test") == [record("r", stream="é/«S2»")]
    index.apply(kept(record("r", stream="other")))
    assert [one.stream for one in index.records("test")] == ["other"]
    index.apply(batch(rejected=[rejection("r", stream="s")]))
    assert [one.stream for one in index.rejections("test")] == ["s"]


def test_no_stream_is_a_stream_of_its_own(index: Index) -> None:
    index.apply(kept(record("r"), record("s", stream="x"), rejected=[rejection("q", updated=NOW)]))
    assert index.record_names("test", "", None, None) == ["r"]
    assert index.count_records("test", "") == 2
    assert index.count_records("test", "x") == 1


# --- pages -------------------------------------------------------------------------------------------------------------------


def test_records_come_in_pages_by_native_id_and_whole(index: Index) -> None:
    records = [record(name, raw=name.encode() * 50) for name in ("", "A", "a b/c", "a'\"", "b", "é", "中", "😀")]
    index.apply(kept(*records[::-1]))
    index.apply(kept(record("b"), source="other"))
    expected = sorted(records, key=lambda one: one.native_id)
    assert index.records("test") == expected
    found: list[StoredRecord] = []
    while portion := index.records("test", found[-1].native_id if found else None, limit=3):
        assert len(portion) <= 3
        found += portion
    assert found == expected
    assert index.records("none") == []
    assert index.records("test", "😀") == []


def test_what_was_just_written_is_in_the_pages_names_and_numbers(index: Index) -> None:
    for number in range(1, 4):
        index.apply(kept(record(f"r{number}", stream="s")))
        assert len(index.records("test")) == len(index.record_names("test", "s", None, None)) == number
        assert index.count_records("test") == index.count_records("test", "s") == number


# --- names ---------------------------------------------------------------------------------------------------------------------


def test_names_are_those_of_a_stream_between_two_times_the_first_included(index: Index) -> None:
    micro = timedelta(microseconds=1)
    times = {"a": NOW - micro, "b": NOW, "c": NOW + DAY - micro, "d": NOW + DAY, "e": None}
    index.apply(kept(*(record(name, updated=when, stream="s") for name, when in times.items()), record("x", stream="t")))
    index.apply(kept(record("y", stream="s"), source="other"))
    assert index.record_names("test", "s", NOW, NOW + DAY) == ["b", "c"]
    assert index.record_names("test", "s", NOW, None) == ["b", "c", "d"]
    assert index.record_names("test", "s", None, NOW) == ["a"]
    assert index.record_names("test", "s", None, None) == ["a", "b", "c", "d", "e"]
    assert index.record_names("test", "s", NOW + DAY, NOW) == []
    assert index.record_names("test", "none", None, None) == []
    for since, until in [(NOW, NOW + DAY), (NOW, None), (None, NOW), (None, None), (NOW + DAY, NOW)]:
        assert index.count_records("test", "s", since, until) == len(index.record_names("test", "s", since, until))


@pytest.mark.parametrize("bounds", [(None, None), (NOW, NOW + DAY), (NOW, None)])
def test_names_come_in_pages_whatever_the_order_of_their_times(index: Index, bounds: tuple[datetime | None, datetime | None]) -> None:
    records = [record(f"r{n * 7 % 25:02d}", updated=NOW + timedelta(minutes=n), stream="s") for n in range(25)]
    index.apply(kept(*records))
    for limit in (1, 10, 25, 10_000):
        assert all_names(index, "s", *bounds, limit) == [f"r{n:02d}" for n in range(25)]


def test_names_before_1970_and_at_the_ends_of_the_calendar(index: Index) -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    index.apply(kept(record("a", updated=first, stream="s"), record("b", updated=last, stream="s")))
    assert index.record_names("test", "s", first, last) == ["a"]
    assert index.record_names("test", "s", last, None) == ["b"]


# --- numbers -------------------------------------------------------------------------------------------------------------------


def test_records_of_all_streams_are_counted_kept_or_in_quarantine(index: Index) -> None:
    index.apply(kept(record("a", stream="s"), record("b", stream="t"), record("c", stream="t", updated=None)))
    index.apply(batch(rejected=[rejection("q", stream="t", updated=NOW), rejection("p", stream="s")]))
    index.apply(batch(source="other", rejected=[rejection("q", source="other")]))
    assert index.count_records("test") == 5
    assert index.count_records("test", "s") == 2
    assert index.count_records("test", "t") == 3
    assert index.count_records("test", None, NOW, NOW + DAY) == 3
    assert index.count_records("test", "t", NOW) == 2
    assert index.count_records("none") == 0
    assert index.count_records("other") == 1


def test_a_record_that_is_kept_and_in_quarantine_counts_once(index: Index) -> None:
    index.apply(kept(record("r", stream="s"), rejected=[rejection("r", stream="s", updated=NOW)]))
    assert index.count_records("test") == index.count_records("test", "s") == index.count_records("test", "s", NOW, NOW + DAY) == 1
    index.apply(batch(absolved=["r"]))
    assert index.count_records("test") == index.count_records("test", "s", NOW, NOW + DAY) == 1


def test_a_record_whose_newer_version_was_rejected_counts_where_its_archive_counts_it(index: Index) -> None:
    later = NOW + 40 * DAY
    index.apply(kept(record("r", stream="s"), record("old", stream="s"), record("none", stream="s", updated=None)))
    rejected = [rejection("r", stream="s", updated=later), rejection("old", stream="s", updated=None), rejection("none", stream="s")]
    index.apply(batch(rejected=rejected))
    assert index.count_records("test", "s", NOW, NOW + DAY) == 1
    assert index.count_records("test", "s", later, later + DAY) == 1
    assert index.count_records("test", "s") == index.count_records("test") == 3
    index.apply(batch(rejected=[rejection("r", stream="t", updated=later)]))
    assert index.count_records("test", "s") == 2
    assert index.count_records("test", "t") == 1


# --- quarantine ----------------------------------------------------------------------------------------------------------------


def test_rejections_are_found_by_a_part_of_their_reason_whatever_its_case(index: Index) -> None:
    reasons = ["No Footprint", "footprint crosses itself", "Échelle * absente?", "100 % \\ cloud", "no time"]
    index.apply(batch(rejected=[rejection(f"q{n}", n, reason=reason) for n, reason in enumerate(reasons)]))
    index.apply(batch(source="other", rejected=[rejection("x", 9, source="other", reason="FOOTPRINT")]))

    def found(reason: str | None, **more: object) -> list[str]:
        return [one.native_id for one in index.rejections(reason=reason, **more)]

    assert found("FootPrint") == ["q0", "q1", "x"]
    assert found("footprint", source="test") == ["q0", "q1"]
    assert found("footprint", limit=1) == ["q0"]
    assert found("éCHELLE") == ["q2"]
    assert found("*") == found("?") == ["q2"]
    assert found("\\") == found("% \\ C") == ["q3"]
    assert found("footprint no") == []
    assert len(found("")) == len(found(None)) == 6
    assert found(None, limit=2) == ["q0", "q1"]


def test_rejections_are_counted(index: Index) -> None:
    assert index.count_rejections() == 0
    index.apply(batch(rejected=[rejection("a"), rejection("b")]))
    index.apply(batch(source="other", rejected=[rejection("a", source="other")]))
    assert (index.count_rejections(), index.count_rejections("test"), index.count_rejections("none")) == (3, 2, 0)
    index.apply(batch(absolved=["a"]))
    assert index.count_rejections("test") == 1
