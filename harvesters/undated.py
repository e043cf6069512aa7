"""Undated: records without the time that windows go by, which no window shows, found by another time that they do have."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harvesters.paging import Ask, Paging, Piece, Window, identity_of, read_windows
from mappings.times import usable_time

LOGGER = logging.getLogger(__name__)
# All times that a record may sensibly have.
EVER = Window(datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
# An archive that ignores the other time would have its windows cut for ever.
_QUESTIONS = 1000


@dataclass(frozen=True)
class Undated:
    """What is asked of an archive. `count(window, dated)` is how many records it announces whose other time lies in the window (None:
    whatever it is), all or only those that have the first time; None where that is no count. `ask` pages through all of a window."""

    count: Callable[[Window | None, bool], int | None]
    ask: Ask
    lacks: Callable[[Any], bool]

    def excess(self) -> int | None:
        """How many records lack the time, None where that cannot be told."""
        every, dated = self._measure(None)
        return None if every is None or dated is None else every - dated

    def read(self, paging: Paging) -> Iterator[Piece]:
        """Those records, and how many of them were not found. Raises HarvestError."""
        expected, found = self.excess(), set[str]()
        todo, questions = [EVER], 0
        while todo and questions < _QUESTIONS and (expected is None or len(found) < expected):
            part, questions = todo.pop(), questions + 1
            every, dated = self._measure(part)
            if every is not None and every == dated:
                continue
            if every is None or dated is None or every > min(paging.limit, paging.size * (every - dated)):
                # Reading it would cost more pages than there are records to find.
                todo += reversed(part.halves() or ())
                continue
            for piece in read_windows(self.ask, part, paging):
                fresh = [member for member in piece.members if self.lacks(member) and identity_of(member) not in found]
                found.update(map(identity_of, fresh))
                yield Piece(fresh)
        if expected is None and todo:
            LOGGER.warning("whether there are more records without a time of publication cannot be told within %d questions", _QUESTIONS)
        elif expected and len(found) < expected:
            yield Piece(missing=expected - len(found))

    def _measure(self, window: Window | None) -> tuple[int | None, int | None]:
        """(All records of the window, those of them that have the time). What comes or goes between the counts is not taken for one that
        lacks it."""
        every = self.count(window, False)
        if not every:
            return every, every
        dated = self.count(window, True)
        if dated is None or every <= dated:
            return every, dated and every
        again = self.count(window, False)
        every = every if again is None else max(dated, min(every, again))
        return every, dated


def lacks(time: str) -> Callable[[Any], bool]:
    """Whether a feature has no usable property of that name."""

    def test(member: Any) -> bool:
        properties = member.get("properties") if isinstance(member, dict) else None
        when = usable_time(properties.get(time)) if isinstance(properties, dict) else None
        return when is None or not EVER.since <= when <= EVER.until

    return test
