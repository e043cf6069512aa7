"""Sweeps: listings paged by position (CSW, OpenSearch), read to their end and judged by their numbers (OGC report §3.2-3.5, §3.13)."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from harvesters.errors import StopSource
from harvesters.readings import Reading, names_of
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Answer

# What a catalogue announces that counts no further: GeoNetwork 4 stops at 10 000, others at 15 000 (§3.5).
CAPS = frozenset((10_000, 15_000))
_WINDOW = re.compile(r"result.?window|window is too large|from \+ size", re.I)
# So many positions one after the other that cannot be read are no bad records: the catalogue does not page so far.
_MOST_UNREAD = 20


class Listing(Protocol):
    """Records that a catalogue gives page by page. Every method may raise Refused and HarvestError."""

    def count(self) -> int | None:
        """How many there are now; None when the catalogue does not say it, or not exactly."""

    def read(self, position: int, size: int) -> OgcAnswer:
        """At most `size` records from `position` (from 1); fewer where the catalogue has a limit of its own."""

    def name(self, position: int) -> str | None:
        """The identifier of a record that cannot be read, if it can be learnt in another way."""

    def parts(self) -> "Sequence[Listing]":
        """Smaller listings that hold the same together; none when it cannot be cut."""


@dataclass
class Limits:
    """`size` of a page; how often a listing whose numbers disagree is read again; `window`: positions beyond it are not given, None
    as long as that is not known; `cuts`: how often listings may still be cut, for a catalogue that ignores filters has no small ones."""

    size: int
    repeats: int = 2
    window: int | None = None
    cuts: int = 1000

    def exceeded(self, total: int | None) -> bool:
        """Whether a listing of so many records cannot be read by its positions."""
        return total is not None and (total in CAPS or (self.window is not None and total > self.window))


@dataclass(frozen=True)
class Verdict:
    """How a listing ended. `whole`: all that the catalogue holds of it was given, and every number says so; `missing` records were
    announced and did not come."""

    whole: bool
    missing: int = 0


class Sweep:
    """A listing read to its end: the answers as they come, and afterwards the verdict. Raises Refused for one that is refused."""

    def __init__(self, listing: Listing, limits: Limits) -> None:
        self._answers = read_listing(listing, limits)
        self.verdict = Verdict(False)

    def __iter__(self) -> Iterator[Answer]:
        self.verdict = yield from self._answers


class _TooDeep(Exception):
    """The catalogue does not give positions as far as this."""


def read_listing(listing: Listing, limits: Limits) -> Generator[Answer, None, Verdict]:
    """All records of a listing, in parts where the catalogue pages no further. Raises Refused for one that is refused altogether, and
    StopSource for a catalogue whose parts do not become smaller."""
    todo, verdicts = [listing], list[Verdict]()
    while todo:
        part = todo.pop()
        if not limits.exceeded(part.count()):
            with suppress(_TooDeep):
                verdicts.append((yield from _read_repeatedly(part, limits)))
                continue
        limits.cuts -= 1
        if limits.cuts < 0:
            raise StopSource("its parts are as long as the whole: the catalogue does not page so far, and seems to ignore filters")
        parts = part.parts()
        if parts:
            todo += reversed(parts)
        else:
            verdicts.append((yield from _read_reachable(part, limits)))
    return Verdict(all(one.whole for one in verdicts), sum(one.missing for one in verdicts))


def _read_reachable(listing: Listing, limits: Limits) -> Generator[Answer, None, Verdict]:
    """What positions can reach of a listing that is too long and cannot be cut. A total that is a cap tells of more."""
    reading = Reading()
    with suppress(_TooDeep):
        yield from _Pass(listing, limits, reading).read()
    return Verdict(False, max(reading.short, 1))


def _read_repeatedly(listing: Listing, limits: Limits) -> Generator[Answer, None, Verdict]:
    before: Reading | None = None
    for _ in range(limits.repeats + 1):
        reading = Reading()
        yield from _Pass(listing, limits, reading).read()
        if reading.agrees:
            return Verdict(not reading.unread)
        if reading.repeats(before):
            # Every announced position was given, twice alike.
            short = max(0, (reading.total or 0) - reading.nodes)
            return Verdict(not short and not reading.unread, short)
        before = reading
    return Verdict(False, before.short if before else 0)


@dataclass
class _Pass:
    """One reading, page after page. Each page begins with the last record of the one before: one that does not shows that records came
    or went. `last` are the records of the page before where it overlaps; `nameless` records in a row could not be read or named;
    `lies`: the announced total is too low.
    """

    listing: Listing
    limits: Limits
    reading: Reading
    position: int = 1
    last: frozenset[str] = field(default_factory=frozenset)
    nameless: int = 0
    lies: bool = False

    def read(self) -> Iterator[Answer]:
        ended = False
        while not ended:
            try:
                answer = self.listing.read(self.position, self._size)
            except Refused as error:
                ended = yield from self._read_singly(error)
                continue
            names = names_of(answer)
            # Positions beyond the end: nothing, or some catalogues' last page again.
            if not answer.nodes or (self.position > 1 and names <= self.reading.ids and len(names) <= len(self.last)):
                break
            if self.last and len(self.last & names) != 1:
                self.reading.moved = True
            yield self.reading.take(answer, self.last)
            end = self.position + answer.nodes - 1
            ended = _is_end(answer, end, self.lies) and not self._goes_on(answer, end)
            overlaps = answer.nodes > 1
            self.position, self.last = (end, names) if overlaps else (end + 1, frozenset())
        if self.reading.spoilt:
            yield Answer((), tuple(self.reading.spoilt))

    def _goes_on(self, answer: OgcAnswer, end: int) -> bool:
        """Whether a record comes after the announced last one: a total that is too low would hide all that follows."""
        if answer.matched is None or (self.limits.window is not None and end >= self.limits.window):
            return False
        try:
            more = self.listing.read(end + 1, 1)
        except Refused:
            return False
        self.lies = self.lies or not names_of(more) <= self.reading.ids
        return self.lies and bool(more.nodes)

    @property
    def _size(self) -> int:
        """Of the page: some catalogues refuse one whose end lies beyond their window, even where no record is there."""
        total = None if self.lies else self.reading.total
        ends = [end - self.position + 1 for end in (total, self.limits.window) if end is not None]
        if self.limits.window is not None and self.position > self.limits.window:
            raise _TooDeep
        return max(1, min(self.limits.size, *ends)) if ends else self.limits.size

    def _read_singly(self, error: Refused) -> Generator[Answer, None, bool]:
        """A page that the catalogue refuses, in halves down to single records: those that it cannot give are Broken. Returns whether
        the listing ends there."""
        total = self.listing.count()
        if self.position > 1 and _WINDOW.search(str(error)):
            reached = self.position if self.last else self.position - 1
            self.limits.window = min(reached, self.limits.window or reached)
            raise _TooDeep
        if total is not None and self.position > total:
            # It became shorter meanwhile, and what lies beyond an end is refused (§3.2).
            self.reading.moved = True
            return True
        if self.position == 1 and total is not None and _refuses_all(self.listing, total):
            raise error
        end = self.position + self.limits.size if total is None else min(self.position + self.limits.size, total + 1)
        yield from self._read_until(end)
        self.last = frozenset()
        return self.position < end or (total is not None and self.position > total)

    def _read_until(self, end: int) -> Iterator[Answer]:
        size = max(self.limits.size // 2, 1)
        while self.position < end:
            try:
                answer = self.listing.read(self.position, min(size, end - self.position))
            except Refused as error:
                if size > 1:
                    size //= 2
                    continue
                name = self.listing.name(self.position)
                self.nameless = 0 if name else self.nameless + 1
                if self.nameless == _MOST_UNREAD:
                    self.limits.window = max(self.position - _MOST_UNREAD, 1)
                    self.reading.spoilt.clear()
                    raise _TooDeep from None
                self.reading.lose(name, self.position, error)
                self.position += 1
                continue
            if not answer.nodes:
                return
            self.nameless, size = 0, min(size * 2, self.limits.size)
            yield self.reading.take(answer, self.last)
            self.position += answer.nodes


def _is_end(answer: OgcAnswer, end: int, lies: bool) -> bool:
    """By the number of records. nextRecord comes as 1, as 0 too early, as one more than there are, or not at all (§3.2), so that it
    only counts where nothing else does."""
    if answer.matched is not None:
        return end >= answer.matched and not lies
    if answer.kind == "csw":
        return not answer.next_position or answer.next_position <= end
    return False


def _refuses_all(listing: Listing, total: int) -> bool:
    """Whether no record can be read at all: then it is the question that is refused, not a record."""
    return total > 2 and all(_is_refused(listing, position) for position in (1, total // 2 + 1, total))


def _is_refused(listing: Listing, position: int) -> bool:
    try:
        listing.read(position, 1)
    except Refused:
        return listing.name(position) is None
    return False


def refused(where: str, error: Refused) -> StopSource:
    """The error that ends a run because its archive refuses the question."""
    return StopSource(f"{where}: it refuses: {error}"[:400])
