"""Selections: which records of a world a query means, as ranges of positions where arithmetic is enough, else as compact arrays."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from itertools import islice
from typing import NamedTuple

from .clocks import Range
from .feeds import Entry, Feed
from .places import Area
from .scenes import Lane
from .world import World

ALWAYS = Range()


class Part(NamedTuple):
    """Chosen positions of one lane, ascending, therefore in order of update time."""

    lane: Lane
    feed: Feed
    positions: Sequence[int]

    def before(self, instant: int) -> int:
        return bisect_left(self.positions, self.feed.before(instant))


class Found(NamedTuple):
    lane: Lane
    entry: Entry


@dataclass(frozen=True)
class Want:
    """What a query asks of records; every member that is given must hold. `test` sees (world, lane, entry) and must be hashable."""

    lanes: tuple[Lane, ...]
    updated: Range = ALWAYS
    sensed: Range = ALWAYS
    area: Area | None = None
    entries: frozenset[tuple[Lane, int]] | None = None
    test: Callable[[World, Lane, Entry], bool] | None = None


class Selection:
    """The records a query means, sliced in any of the archives' orders."""

    def __init__(self, world: World, parts: list[Part]) -> None:
        self._world = world
        self._parts = [part for part in parts if part.positions]
        self._by_time: list[tuple[int, Lane, int]] | None = None
        self.total = sum(len(part.positions) for part in self._parts)

    def listed(self, offset: int, count: int) -> list[Found]:
        """Lane after lane, each in order of update time: an order without meaning, but stable."""
        found: list[Found] = []
        for part in self._parts:
            size = len(part.positions)
            if offset < size and count > 0:
                taken = part.positions[offset : offset + count]
                found += [Found(part.lane, part.feed.at(position)) for position in taken]
                count -= len(taken)
            offset = max(offset - size, 0)
        return found

    def by_update(self, offset: int, count: int, descending: bool = False) -> list[Found]:
        """In order of update time over all lanes; any depth costs the same."""
        if descending:
            end = self.total - offset
            start = max(end - count, 0)
            return self.by_update(start, end - start)[::-1] if end > 0 else []
        if len(self._parts) < 2:
            return self.listed(offset, count)
        low, high = 0, self._world.latest + 1
        while low < high - 1:
            middle = (low + high) // 2
            if sum(part.before(middle) for part in self._parts) <= offset:
                low = middle
            else:
                high = middle
        skipped = [part.before(low) for part in self._parts]
        runs = [self._run(part, start) for part, start in zip(self._parts, skipped, strict=True)]
        rest = offset - sum(skipped)
        return [found for _, found in islice(merge(*runs, key=lambda run: run[0]), rest, rest + count)]

    @staticmethod
    def _run(part: Part, start: int) -> Iterator[tuple[int, Found]]:
        for number in range(start, len(part.positions)):
            entry = part.feed.at(part.positions[number])
            yield entry.updated, Found(part.lane, entry)

    def by_sensing(
        self, offset: int, count: int, descending: bool = False, key: Callable[[World, Lane, int], int] = World.instant
    ) -> list[Found]:
        """In order of acquisition, by whichever time the archive shows; sorts the selection once."""
        if self._by_time is None:
            self._by_time = sorted(
                (key(self._world, part.lane, part.feed.at(position).number), part.lane, position)
                for part in self._parts
                for position in part.positions
            )
        if descending:
            end = len(self._by_time) - offset
            taken = self._by_time[max(end - count, 0) : end][::-1] if end > 0 else []
        else:
            taken = self._by_time[offset : offset + count]
        return [Found(lane, self._world.feeds[lane].at(position)) for _, lane, position in taken]


def _window(feed: Feed, updated: Range) -> range:
    low = 0 if updated.low is None else feed.before(updated.low)
    return range(low, feed.size if updated.high is None else max(feed.before(updated.high + 1), low))


def _kept(world: World, lane: Lane, window: range, want: Want) -> Iterator[int]:
    feed = world.feeds[lane]
    tester = want.area.tester() if want.area else None
    timed = want.sensed != Range()
    for position in window:
        entry = feed.at(position)
        if timed and not want.sensed.holds(world.instant(lane, entry.number)):
            continue
        if tester and not tester.touches(world.ring(lane, entry.number)):
            continue
        if want.test is None or want.test(world, lane, entry):
            yield position


def _near(world: World, lane: Lane, window: range, sensed: Range) -> range:
    """The part of a window in which scenes of a time of acquisition can lie; days grow with the index while nothing was changed."""
    if world.changes or sensed == Range():
        return window
    margin = 2 * 86_400 * 1_000_000_000
    album, _ = world.acquisition_of(lane, 0) if world.counts[lane] else (lane, 0)
    calendar = (world.missions[lane] if lane in world.missions else world.constellations[album]).calendar

    def edge(instant: int) -> int:
        index = calendar.opening(instant // (margin // 2))
        return index if album is lane else (world.held if lane in (Lane.HELD_PHR, Lane.HELD_SPOT) else world.sensor)[album].below(index)

    low = window.start if sensed.low is None else max(window.start, edge(sensed.low - margin))
    high = window.stop if sensed.high is None else min(window.stop, edge(sensed.high + margin))
    return range(low, max(low, high))


@lru_cache(maxsize=24)
def select(world: World, want: Want) -> Selection:
    """Arithmetic alone for windows of update time; a scan, kept for the next pages, where outlines or other facts are asked."""
    parts = []
    for lane in want.lanes:
        feed = world.feeds[lane]
        window = _window(feed, want.updated)
        positions: Sequence[int] = window
        if want.entries is not None:
            found = (feed.find(index) for wanted, index in want.entries if wanted is lane)
            positions = array("q", sorted(p for p in found if p is not None and p in window))
        if want.sensed != Range() or want.area or want.test:
            scanned = _near(world, lane, window, want.sensed) if positions is window else positions
            positions = array("q", _kept(world, lane, scanned, want))  # type: ignore[arg-type]
        parts.append(Part(lane, feed, positions))
    return Selection(world, parts)
