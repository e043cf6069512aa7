"""Windows: counter-paged searches over times, cut in two while an archive announces more than it can page through."""

from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson

from harvesters.errors import HarvestError, StopSource
from mappings.times import format_time

_FINEST = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Window:
    """Times from `since` to `until`; each archive says in its query which of both ends it holds."""

    since: datetime
    until: datetime

    def halves(self) -> tuple["Window", "Window"] | None:
        """Both halves, cut at a whole second or millisecond; None when the window is one millisecond."""
        width = self.until - self.since
        if width <= _FINEST:
            return None
        unit = timedelta(seconds=1) if width > timedelta(seconds=4) else _FINEST
        middle = self.since + max(width / 2 // unit, 1) * unit
        return Window(self.since, middle), Window(middle, self.until)

    def __str__(self) -> str:
        return f"{format_time(self.since)}/{format_time(self.until)}"


@dataclass(frozen=True)
class Batch:
    """The members of one answer and the total that it announces (None: it announces none)."""

    members: Sequence[Any]
    total: int | None


@dataclass(frozen=True)
class Piece:
    """What a window gave: the members of an answer, or at its end how many announced ones never came, and where it began; `closed`
    at the end of one whose numbers agree. `doubtful`: the pages so far brought fewer members than they should have, so that one may
    be lacking from them: a watermark that moved past it, in a reading that is then cut short, would hide it for ever."""

    members: Sequence[Any] = ()
    missing: int = 0
    missing_since: datetime | None = None
    total: int | None = None
    closed: Window | None = None
    doubtful: bool = False


Ask = Callable[[Window, int], Batch]
"""The page (from 1) of a window."""


def identity_of(member: Any) -> str:
    """A feature's own id, else a hash of its content."""
    if isinstance(member, dict):
        properties = member.get("properties")
        for holder in (member, properties if isinstance(properties, dict) else {}):
            if isinstance(holder.get("id"), str):
                return str(holder["id"])
    try:
        raw = orjson.dumps(member)
    except orjson.JSONEncodeError:
        raw = ascii(member).encode()
    return blake2b(raw, digest_size=8).hexdigest()


@dataclass(frozen=True)
class Paging:
    """How an archive pages: `size` asked of a page, `limit` that a window may announce before it is cut in two.

    `exact` says that an announced total above the limit is a count, not a cap. `narrower` gives smaller searches of a window that
    cannot be cut any more; without it such a window is read as it is. `short_ends`: a page with fewer members than asked is the last.
    `identity` tells members from each other.
    """

    size: int
    limit: int
    exact: bool = True
    short_ends: bool = False
    narrower: Callable[[Window], Sequence[Ask]] | None = None
    identity: Callable[[Any], str] = identity_of


def read_windows(ask: Ask, window: Window, paging: Paging) -> Iterator[Piece]:
    """All members of a window of time, in the archive's order within each part. Raises StopSource for an archive that repeats itself."""
    todo, total, asked = [window], None, False
    while todo:
        part = todo.pop()
        first = ask(part, 1)
        too_many = first.total is not None and first.total > paging.limit
        if not asked:
            total, asked = (None if too_many and not paging.exact else first.total), True
        if not too_many:
            yield from _read(ask, part, first, paging, total)
        elif halves := part.halves():
            todo += reversed(halves)
        elif paging.narrower is None:
            yield from _read(ask, part, first, paging, total)
        else:
            for narrower in paging.narrower(part):
                first = narrower(part, 1)
                if first.total is not None and first.total > paging.limit:
                    raise StopSource(f"more than {paging.limit} records at one instant ({part}): the archive cannot page through them")
                for piece in _read(narrower, part, first, paging, total):
                    # A narrower search does not show all of the window.
                    yield replace(piece, closed=None)


@dataclass
class _Pass:
    """One reading of a window: the ids it brought and the totals that were announced meanwhile."""

    here: set[str] = field(default_factory=set)
    totals: list[int] = field(default_factory=list)
    repeated: bool = False

    def lacks(self, asked: int) -> bool:
        """Whether pages that had room for `asked` members brought fewer, or a total fell, which shifts the later pages."""
        return bool(self.totals) and (len(self.here) < min(asked, self.totals[-1]) or self.totals[-1] < max(self.totals))

    @property
    def missing(self) -> int:
        return max(0, max(self.totals, default=0) - len(self.here))

    @property
    def sound(self) -> bool:
        # A total that fell shifts the later pages by what went: a record at the edge of a page is then never shown.
        return not self.repeated and (len(set(self.totals)) < 2 or not self.missing)


def _read(ask: Ask, window: Window, first: Batch, paging: Paging, total: int | None) -> Iterator[Piece]:
    """A window that need not be cut; read again once when it repeated a page, or lost records while its total changed."""
    reading = yield from _pass(ask, window, first, paging, None, total)
    if not reading.sound:
        try:
            reading = yield from _pass(ask, window, ask(window, 1), paging, frozenset(reading.here), total)
        except HarvestError:
            # Nobody knows what the first reading lacked: the next run begins this window again.
            yield Piece(missing=reading.missing, missing_since=window.since, total=total)
            raise
        if reading.repeated:
            raise StopSource(f"the archive repeats itself: a page of {window} brings only records that earlier pages brought")
    if reading.missing:
        yield Piece(missing=reading.missing, missing_since=window.since, total=total)
    else:
        # An archive that announces no total never says that this was all.
        yield Piece(total=total, closed=window if reading.totals else None)


def _pass(
    ask: Ask, window: Window, batch: Batch, paging: Paging, known: frozenset[str] | None, total: int | None
) -> Generator[Piece, None, _Pass]:
    """One reading; `known` is what an earlier one brought, None in the first. All of a second reading is doubtful until its end."""
    reading, page = _Pass(), 1
    while True:
        if batch.total is not None:
            reading.totals.append(batch.total)
        if not batch.members:
            return reading
        ids = [paging.identity(member) for member in batch.members]
        if reading.here.issuperset(ids):
            # Beyond the announced end some archives give their last page again: that is an end, not a loop.
            reading.repeated = batch.total is None or (page - 1) * paging.size < batch.total
            return reading
        reading.here.update(ids)
        fresh = [member for member, name in zip(batch.members, ids, strict=True) if name not in (known or ())]
        yield Piece(fresh, total=total, doubtful=known is not None or reading.lacks(page * paging.size))
        # Distinct ids, not page sizes: an archive may give smaller pages than were asked (GEODES: 80 of any, CNES report §2.4).
        if batch.total is not None and len(reading.here) >= batch.total:
            return reading
        if paging.short_ends and len(batch.members) < paging.size:
            return reading
        page += 1
        batch = ask(window, page)


class Loop:
    """Notices a token or request that comes a second time."""

    def __init__(self) -> None:
        self._seen: set[Hashable] = set()

    def check(self, token: Hashable, where: str) -> None:
        """Raises StopSource."""
        if token in self._seen:
            raise StopSource(f"{where}: the archive repeats itself: its next page is one that was read before")
        self._seen.add(token)
