"""Records without the time that windows go by: found by another one, with few questions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harvesters.paging import Batch, Paging, Window
from harvesters.undated import Undated, lacks
from mappings.times import format_time, usable_time

PAGING = Paging(10, 200)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Archive:
    """Records by their time of acquisition; `cap` on totals, `deaf` to that time."""

    undated: frozenset[int]
    size: int = 5000
    cap: int | None = None
    deaf: bool = False
    timeless: frozenset[int] = frozenset()
    counts: int = 0
    pages: list[Window] = field(default_factory=list)

    def members(self) -> Iterable[dict[str, Any]]:
        for number in range(self.size):
            sensed = None if number in self.timeless else format_time(FIRST + timedelta(hours=number))
            yield {"id": str(number), "properties": {"sensed": sensed, "published": None if number in self.undated else "2020-01-01"}}

    def inside(self, window: Window | None) -> list[dict[str, Any]]:
        if window is None or self.deaf:
            return list(self.members())
        times = ((member, usable_time(member["properties"]["sensed"])) for member in self.members())
        return [member for member, when in times if when and window.since <= when <= window.until]

    def count(self, window: Window | None, dated: bool) -> int | None:
        self.counts += 1
        total = sum(1 for member in self.inside(window) if not dated or member["properties"]["published"])
        return None if self.cap and total >= self.cap else total

    def page(self, window: Window, number: int) -> Batch:
        self.pages.append(window)
        found = self.inside(window)
        return Batch(found[(number - 1) * 10 : number * 10], len(found))

    def read(self) -> tuple[set[str], int]:
        """The names found, and how many are missing."""
        pieces = list(Undated(self.count, self.page, lacks("published")).read(PAGING))
        return {member["id"] for piece in pieces for member in piece.members}, sum(piece.missing for piece in pieces)


def test_where_all_have_the_time_two_counts_are_all() -> None:
    archive = Archive(frozenset())
    assert archive.read() == (set(), 0)
    assert (archive.counts, archive.pages) == (2, [])


def test_an_empty_archive_is_counted_once() -> None:
    archive = Archive(frozenset(), size=0)
    assert archive.read() == (set(), 0)
    assert archive.counts == 1


def test_a_few_are_found_among_many_without_reading_them_all() -> None:
    archive = Archive(frozenset({7, 8, 3210}))
    assert archive.read() == ({"7", "8", "3210"}, 0)
    assert archive.counts < 200
    assert len(archive.pages) < 10


def test_many_are_read_in_parts_below_the_limit() -> None:
    archive = Archive(frozenset(range(1000, 4000)))
    assert archive.read() == ({str(number) for number in range(1000, 4000)}, 0)
    assert archive.counts < len(archive.pages)


def test_one_that_has_neither_time_is_missing() -> None:
    assert Archive(frozenset({7, 8}), timeless=frozenset({8})).read() == ({"7"}, 1)


def test_above_a_cap_on_totals_it_is_told_in_parts() -> None:
    assert Archive(frozenset({7, 3210}), cap=500).read() == ({"7", "3210"}, 0)


@pytest.mark.parametrize("cap", [None, 500])
def test_an_archive_that_ignores_the_other_time_is_not_asked_for_ever(cap: int | None) -> None:
    archive = Archive(frozenset({7}), size=600, cap=cap, deaf=True)
    assert archive.read() == (set(), 0 if cap else 1)
    assert archive.counts < 4000


def test_what_comes_or_goes_between_the_counts_lacks_nothing() -> None:
    answers = iter([100, 99, 99])
    assert Undated(lambda window, dated: next(answers), lambda window, page: Batch([], 0), lacks("published")).excess() == 0
    assert Undated(lambda window, dated: 101 if dated else 100, lambda window, page: Batch([], 0), lacks("published")).excess() == 0
