"""Source: what schedules/ needs of an archive, whatever its protocol."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from harvesters.area import Area
from mappings.record import Broken, Record
from mappings.record import Mapping as RecordMapping
from mappings.watermark import Watermark


@dataclass(frozen=True)
class Extent:
    """A part of a stream: its records whose `updated` lies in [since, until). None is no bound; a part without any bound is the
    whole stream, with the records that have no time."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """What one request brought. A source never holds more than a page.

    `stream` names the sequence whose watermark it moves (a GEODES collection, a workspace, the deletions feed). `ordered` says
    that the stream ascends by `updated`, so that its watermark may be saved after each page; else only after a complete run.
    `missing` counts records that the archive announced and did not give, known when a window of times is read to its end, and
    `missing_since` is that window's start: the next run reads from there, whatever the watermark says. `filtered` counts
    those outside the source's scope; `total` what the stream expects in all, for a progress bar. A deleted record carries the time
    of its deletion in `updated`: one older than the version kept is stale (published again since) and removes nothing.

    `closed` says, on the last page of a part of the stream, that all which the archive holds of that part has now been given in
    this run: what is kept of it and did not come is absent. It is never said of a part whose numbers do not agree.
    `present` are native ids that the archive holds although their records were not fetched: they are not absent.
    `remember` are words for the next run (an ETag), kept when this one is complete.
    """

    stream: str
    records: tuple[Record, ...] = ()
    broken: tuple[Broken, ...] = ()
    ordered: bool = False
    missing: int = 0
    missing_since: datetime | None = None
    filtered: int = 0
    total: int | None = None
    closed: Extent | None = None
    present: tuple[str, ...] = ()
    remember: Mapping[str, str] = field(default_factory=dict)


def _nothing(name: str) -> str | None:
    return None


@dataclass(frozen=True)
class Span:
    """Which times to harvest. `since(stream)` is the watermark to start at (inclusive) or None for all that the scope allows;
    `until` an upper bound for a backfill, exclusive, or None. `recalled(name)` is what the last complete run asked to remember.
    `kept(native_ids)` are those of which the store keeps a record, None where it cannot be asked: then nothing is only listed."""

    since: Callable[[str], Watermark | None]
    until: datetime | None = None
    recalled: Callable[[str], str | None] = _nothing
    kept: Callable[[Sequence[str]], Collection[str]] | None = None


class Source(Protocol):
    """One archive. `harvest` raises StopSource when it cannot go on and Misconfigured when a setting is at fault; whatever it
    yielded before that was received and counts."""

    name: str
    mapping: RecordMapping
    area: Area | None
    """The part of the world that the source is configured for; what lies outside is never judged absent."""

    def harvest(self, span: Span) -> Iterator[Page]: ...

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Of records that a listing did not show, those that the archive does not hold any more, asked one by one where the protocol
        can; all of them where it cannot. Raises HarvestError; then nothing is removed."""


@runtime_checkable
class Recountable(Source, Protocol):
    """A source whose archive is too big to be listed whole: its past is counted month by month, and listed where counts differ."""

    def past(self) -> Sequence[tuple[str, Extent]]:
        """Every (stream, calendar month of publication) of the source's scope, oldest first; no request is made."""

    def count(self, stream: str, extent: Extent) -> int | None:
        """How many records the archive announces for this part of a stream; None when it only gives a lower bound."""

    def relist(self, stream: str, extent: Extent) -> Iterator[Page]:
        """All records of this part of a stream; the last page says `closed` when the numbers agree."""
