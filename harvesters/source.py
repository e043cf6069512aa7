"""Source: what schedules/ needs of an archive, whatever its protocol."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mappings.record import Broken, Mapping, Record
from mappings.watermark import Watermark


@dataclass(frozen=True)
class Page:
    """What one request brought. A source never holds more than a page.

    `stream` names the sequence whose watermark it moves (a GEODES collection, a workspace, the deletions feed). `ordered` says
    that the stream ascends by `updated`, so that its watermark may be saved after each page; else only after a complete run.
    `missing` counts records that the archive announced and did not give, known when a window of times is read to its end, and
    `missing_since` is that window's start: the next run reads from there, whatever the watermark says. `filtered` counts
    those outside the source's scope; `total` what the stream expects in all, for a progress bar. A deleted record carries the time
    of its deletion in `updated`: one older than the version kept is stale (published again since) and removes nothing.
    """

    stream: str
    records: tuple[Record, ...] = ()
    broken: tuple[Broken, ...] = ()
    ordered: bool = False
    missing: int = 0
    missing_since: datetime | None = None
    filtered: int = 0
    total: int | None = None


@dataclass(frozen=True)
class Span:
    """Which times to harvest. `since(stream)` is the watermark to start at (inclusive) or None for all that the scope allows;
    `until` an upper bound for a backfill, exclusive, or None."""

    since: Callable[[str], Watermark | None]
    until: datetime | None = None


class Source(Protocol):
    """One archive. `harvest` raises StopSource when it cannot go on and Misconfigured when a setting is at fault; whatever it
    yielded before that was received and counts."""

    name: str
    mapping: Mapping

    def harvest(self, span: Span) -> Iterator[Page]: ...
