"""Windows and pages: nothing twice without need, nothing lost in silence, no loop."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.errors import StopSource
from harvesters.paging import Batch, Loop, Paging, Piece, Window, identity_of, read_windows

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = Window(START, START + timedelta(days=1))


def member(number: int) -> dict[str, Any]:
    return {"id": str(number)}


class Archive:
    """Members by time, paged by counter; `cap` on what it announces, `change` spoils an answer before it is given."""

    def __init__(self, times: Sequence[datetime], size: int, change: Callable[[Window, int, Batch], Batch] | None = None) -> None:
        self.members = [(time, member(number)) for number, time in enumerate(sorted(times))]
        self.size = size
        self.cap = 10**9
        self.asked: list[tuple[Window, int]] = []
        self.change = change

    def __call__(self, window: Window, page: int) -> Batch:
        self.asked.append((window, page))
        found = [one for time, one in self.members if window.since <= time < window.until]
        batch = Batch(found[(page - 1) * self.size : page * self.size], min(len(found), self.cap))
        return self.change(window, page, batch) if self.change else batch


def spread(count: int) -> list[datetime]:
    return [START + timedelta(seconds=60 * number) for number in range(count)]


def read(archive: Archive, paging: Paging) -> tuple[list[str], int]:
    pieces = list(read_windows(archive, DAY, paging))
    return [one["id"] for piece in pieces for one in piece.members], sum(piece.missing for piece in pieces)


def test_a_window_is_read_to_its_total_without_asking_an_empty_page() -> None:
    archive = Archive(spread(30), 10)
    assert read(archive, Paging(10, 1000)) == ([str(n) for n in range(30)], 0)
    assert [page for _, page in archive.asked] == [1, 2, 3]


def test_smaller_pages_than_asked_are_followed_to_the_end() -> None:
    assert read(Archive(spread(30), 7), Paging(10, 1000)) == ([str(n) for n in range(30)], 0)


def test_a_window_above_the_limit_is_cut_until_its_parts_fit() -> None:
    archive = Archive(spread(1000), 10)
    ids, missing = read(archive, Paging(10, 99))
    assert ids == [str(n) for n in range(1000)]
    assert missing == 0
    assert max(page for _, page in archive.asked) <= 10


def test_a_capped_total_is_a_floor_and_no_expectation() -> None:
    archive = Archive(spread(1000), 10)
    archive.cap = 100
    pieces = list(read_windows(archive, DAY, Paging(10, 99, exact=False)))
    assert sum(len(piece.members) for piece in pieces) == 1000
    assert {piece.total for piece in pieces} == {None}


def test_an_exact_total_is_told_with_every_piece() -> None:
    assert {piece.total for piece in read_windows(Archive(spread(1000), 10), DAY, Paging(10, 99))} == {1000}


@given(st.lists(st.integers(0, 86_399_999), max_size=60, unique=True), st.integers(1, 8), st.integers(1, 20))
def test_every_member_comes_once_in_order_however_the_windows_fall(offsets: list[int], size: int, limit: int) -> None:
    archive = Archive([START + timedelta(milliseconds=offset) for offset in offsets], size)
    ids, missing = read(archive, Paging(size, limit))
    assert ids == [str(n) for n in range(len(offsets))]
    assert missing == 0


def test_what_cannot_be_cut_is_asked_narrower() -> None:
    archive = Archive([START] * 20, 10)
    halves = [Archive([START] * 10, 10), Archive([START] * 10, 10)]
    pieces = list(read_windows(archive, DAY, Paging(10, 15, exact=False, narrower=lambda _: halves)))
    assert sum(len(piece.members) for piece in pieces) == 20


def test_what_is_too_much_even_then_ends_the_run() -> None:
    archive = Archive([START] * 20, 10)
    with pytest.raises(StopSource, match="more than 15 records at one instant"):
        list(read_windows(archive, DAY, Paging(10, 15, narrower=lambda _: [archive])))


def test_what_cannot_be_cut_is_read_as_it_is_where_depth_is_allowed() -> None:
    assert read(Archive([START] * 20, 10), Paging(10, 15)) == ([str(n) for n in range(20)], 0)


def test_records_that_are_announced_and_never_come_are_missing() -> None:
    archive = Archive(spread(25), 10, lambda _, page, batch: Batch(batch.members[1:] if page == 2 else batch.members, batch.total))
    ids, missing = read(archive, Paging(10, 1000))
    assert (len(ids), missing) == (24, 1)


def test_a_total_that_fell_has_the_window_read_again_for_what_slipped_by() -> None:
    """A record of the first page goes while the second is asked: the eleventh becomes the tenth and is never shown."""
    archive = Archive(spread(25), 10)

    def change(window: Window, page: int, batch: Batch) -> Batch:
        if page == 1 and len(archive.asked) == 1:
            archive.members.pop(0)
        return batch

    archive.change = change
    ids, missing = read(archive, Paging(10, 1000))
    assert sorted(map(int, ids)) == list(range(25))
    assert missing == 0


def test_a_page_given_twice_has_the_window_read_again_once() -> None:
    def change(window: Window, page: int, batch: Batch) -> Batch:
        return archive_first if page == 2 and len(archive.asked) == 2 else batch

    archive = Archive(spread(25), 10)
    archive_first = archive(DAY, 1)
    archive.asked.clear()
    archive.change = change
    ids, missing = read(archive, Paging(10, 1000))
    assert ids == [str(n) for n in range(25)]
    assert missing == 0


def test_an_archive_that_goes_on_repeating_a_page_ends_the_run() -> None:
    archive = Archive(spread(25), 10)
    first = archive(DAY, 1)
    archive.change = lambda _, page, batch: first if page == 2 else batch
    with pytest.raises(StopSource, match="the archive repeats itself"):
        read(archive, Paging(10, 1000))


def test_the_last_page_again_beyond_the_end_is_an_end() -> None:
    archive = Archive(spread(19), 10)
    archive.members[3] = archive.members[2]
    last = archive(DAY, 2)
    archive.change = lambda _, page, batch: last if page > 2 else batch
    ids, missing = read(archive, Paging(10, 1000))
    assert (len(ids), missing) == (19, 1)


def test_without_totals_a_short_page_is_the_end_when_the_archive_says_so() -> None:
    archive = Archive(spread(25), 10, lambda _, page, batch: Batch(batch.members, None))
    assert len(read(archive, Paging(10, 0, short_ends=True))[0]) == 25
    assert len(archive.asked) == 3


def test_members_without_an_id_are_told_by_their_content() -> None:
    assert identity_of({"a": 1}) != identity_of({"a": 2})
    assert identity_of({"properties": {"id": "x"}}) == "x"
    assert identity_of("\ud800") == identity_of("\ud800")


def test_a_token_that_comes_again_is_a_loop() -> None:
    loop = Loop()
    loop.check("a", "archive.example")
    loop.check("b", "archive.example")
    with pytest.raises(StopSource, match="repeats itself"):
        loop.check("a", "archive.example")


def test_a_window_is_cut_down_to_a_millisecond() -> None:
    window = Window(START, START + timedelta(seconds=3))
    while halves := window.halves():
        assert halves[0].until == halves[1].since
        window = halves[1]
    assert window.until - window.since <= timedelta(milliseconds=1)
    assert Piece().members == ()


def test_a_window_that_cannot_be_read_again_says_where_it_began() -> None:
    day = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))
    # The total falls while the pages are read: a record slipped by. Before they can be read again the archive goes down.
    answers = iter([Batch([member(1), member(2)], 5), Batch([member(4), member(5)], 4)])

    def ask(window: Window, page: int) -> Batch:
        found = next(answers, None)
        if found is None:
            raise StopSource("gone")
        return found

    reading, pieces = read_windows(ask, day, Paging(2, 100)), list[Piece]()
    with pytest.raises(StopSource, match="gone"):
        pieces.extend(reading)
    assert [piece.missing_since for piece in pieces] == [None, None, day.since]


def lacking(page: int, stop: int | None = None) -> Archive:
    """25 members in pages of five; the given page lacks its first one, and the archive goes down when `stop` is asked."""

    def change(window: Window, asked: int, batch: Batch) -> Batch:
        if asked == stop:
            raise StopSource("down")
        return Batch(batch.members[1:], batch.total) if asked == page else batch

    return Archive(spread(25), 5, change)


def doubts(archive: Archive, paging: Paging) -> list[bool]:
    return [piece.doubtful for piece in read_windows(archive, DAY, paging)]


def test_from_a_page_that_lacks_a_member_on_all_is_doubtful_to_the_end_of_the_window() -> None:
    assert doubts(lacking(2), Paging(5, 1000)) == [False, True, True, True, True, False]
    assert doubts(lacking(1), Paging(5, 1000)) == [True, True, True, True, True, False]
    assert doubts(lacking(0), Paging(5, 1000)) == [False] * 6


def test_a_window_is_doubtful_on_its_own() -> None:
    archive = lacking(0)
    archive.change = lambda window, page, batch: Batch(batch.members[1:], batch.total) if window.since == START else batch
    pieces = list(read_windows(archive, DAY, Paging(5, 13)))
    ends = [number for number, piece in enumerate(pieces) if piece.missing or piece.closed]
    assert not any(pieces[number].doubtful for number in ends)
    assert pieces[0].doubtful
    assert not any(piece.doubtful for piece in pieces[ends[0] + 1 :])


def test_a_total_that_falls_leaves_what_follows_in_doubt() -> None:
    archive = lacking(0)

    def change(window: Window, page: int, batch: Batch) -> Batch:
        if page == 1 and len(archive.asked) == 1:
            archive.members.pop(0)
        return batch

    archive.change = change
    found = doubts(archive, Paging(5, 1000))
    # The first page was whole; the second reading is believed at its end only.
    assert (found[0], found[-1]) == (False, False)
    assert all(found[1:-1])


def test_smaller_pages_than_asked_are_in_doubt_until_the_window_closes() -> None:
    pieces = list(read_windows(Archive(spread(25), 4), DAY, Paging(5, 1000)))
    assert [piece.doubtful for piece in pieces][-3:] == [True, False, False]
    assert pieces[-1].closed == DAY


def test_without_a_total_nothing_is_in_doubt_and_nothing_closed() -> None:
    archive = Archive(spread(25), 10, lambda _, page, batch: Batch(batch.members, None))
    pieces = list(read_windows(archive, DAY, Paging(10, 0, short_ends=True)))
    assert not any(piece.doubtful or piece.closed for piece in pieces)
