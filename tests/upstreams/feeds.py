"""Feeds: the records of one lane in order of their update time, by position, without a list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .chance import Spread, draw
from .clocks import DAY

STEP = 1_000_000


class Entry(NamedTuple):
    """What stands at a position: the record's index (`number`), how often it was revised, its update time (ns)."""

    number: int
    generation: int
    updated: int


class Feed(Protocol):
    """Update times grow strictly with the position, so a window of time is a range of positions."""

    @property
    def size(self) -> int: ...

    def at(self, position: int) -> Entry: ...

    def before(self, instant: int) -> int:
        """How many records were updated strictly before `instant`."""

    def find(self, index: int) -> int | None:
        """The position of a record, None when it was deleted."""


@dataclass(frozen=True, slots=True)
class Published:
    """`size` records published between `start` and `end` (ns), the i-th record at position i."""

    size: int
    start: int
    end: int
    seed: int
    lane: int

    @property
    def step(self) -> int:
        return (self.end - self.start) // max(self.size, 1)

    def at(self, position: int) -> Entry:
        step = self.step
        jitter = draw(self.seed, self.lane, position, 9) % (step - step // 16)
        return Entry(position, 0, self.start + position * step + jitter)

    def before(self, instant: int) -> int:
        slot = (instant - self.start) // self.step
        if slot < 0:
            return 0
        if slot >= self.size:
            return self.size
        return slot + (self.at(slot).updated < instant)

    def find(self, index: int) -> int | None:
        return index if 0 <= index < self.size else None


@dataclass(frozen=True, slots=True)
class Revised:
    """A feed some of whose records changed at `at` and later: they stand at its end, one STEP apart."""

    earlier: Feed
    chosen: Spread
    since: int

    @property
    def size(self) -> int:
        return self.earlier.size

    def at(self, position: int) -> Entry:
        moved = position - (self.size - self.chosen.some)
        if moved < 0:
            return self.earlier.at(self.chosen.other(position))
        entry = self.earlier.at(self.chosen.at(moved))
        return Entry(entry.number, entry.generation + 1, self.since + moved * STEP)

    def before(self, instant: int) -> int:
        earlier = self.earlier.before(instant)
        moved = min(max(-((self.since - instant) // STEP), 0), self.chosen.some)
        return earlier - self.chosen.below(earlier) + moved

    def find(self, index: int) -> int | None:
        position = self.earlier.find(index)
        if position is None:
            return None
        below = self.chosen.below(position)
        return self.size - self.chosen.some + below if self.chosen.has(position) else position - below


@dataclass(frozen=True, slots=True)
class Reduced:
    """A feed some of whose records were deleted at `since`."""

    earlier: Feed
    chosen: Spread
    since: int

    @property
    def size(self) -> int:
        return self.earlier.size - self.chosen.some

    def at(self, position: int) -> Entry:
        return self.earlier.at(self.chosen.other(position))

    def before(self, instant: int) -> int:
        earlier = self.earlier.before(instant)
        return earlier - self.chosen.below(earlier)

    def find(self, index: int) -> int | None:
        position = self.earlier.find(index)
        if position is None or self.chosen.has(position):
            return None
        return position - self.chosen.below(position)

    def gone(self, j: int) -> int:
        """The index of the j-th deleted record."""
        return self.earlier.at(self.chosen.at(j)).number


@dataclass(frozen=True, slots=True)
class Calendar:
    """Acquisition days: `size` scenes spread over `days` days from epoch day `first`, in order of their index."""

    size: int
    first: int
    days: int

    @classmethod
    def between(cls, size: int, start: int, end: int) -> Calendar:
        return cls(size, start // DAY, (end - start) // DAY)

    def day(self, index: int) -> int:
        return self.first + index * self.days // self.size

    def opening(self, day: int) -> int:
        """The first index whose day is not before `day`."""
        return min(max(-((self.first - day) * self.size // self.days), 0), self.size)

    def instant(self, index: int, ideal: int, unit: int) -> int:
        """Nanoseconds near `ideal` (units into the day) such that no two scenes of the calendar share one unit."""
        day = self.day(index)
        slots = self.size // self.days + 2
        clock = ideal // slots * slots + index - self.opening(day)
        return day * DAY + (clock if clock * unit < DAY else clock - slots) * unit
