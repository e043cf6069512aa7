"""Standing: how a source stands, for people and for alarms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from index.harvests import breaker
from index.harvests.commands import is_paused
from index.harvests.history import last_complete, last_done
from index.harvests.notes import BRAKE, TALLY, note_value
from index.protocol import Index
from index.state import Lease, Run
from mappings.watermark import GAP, Watermark


class Times(Protocol):
    """When a source is harvested."""

    @property
    def text(self) -> str:
        """As the settings have it: "every 6 h", or five cron fields."""

    def after(self, last: datetime | None, now: datetime) -> datetime:
        """When the source is due, whose last run began at `last` (None: never)."""


@dataclass(frozen=True)
class Planned:
    """A configured source: the archive whose records it brings, when it is harvested, and how long it may be silent. Schedulers leave
    alone one that is not enabled."""

    name: str
    archive: str
    timetable: Times
    silent_after: timedelta
    enabled: bool = True


@dataclass(frozen=True)
class Standing:
    """`lag` is how long ago the archive changed what was read last; `silent` that no run has been complete for too long;
    `braked` what the brake stopped, until an operator confirms it or the archive mends; `lacking` how many announced Items a run did
    not find in the index (below zero: how many there were too many)."""

    source: str
    last: Run | None
    complete: datetime | None
    next: datetime | None
    watermarks: dict[str, Watermark]
    lag: timedelta | None
    records: int
    quarantined: int
    removed: int
    paused: bool
    broken_until: datetime | None
    braked: str | None
    lacking: int
    lease: Lease | None
    silent: bool


_RUNS = 50
_ALL_RUNS = 10_000


def standing(index: Index, planned: Planned, now: datetime, since: datetime | None = None) -> Standing:
    """How the source stands. `since`: when somebody began to wait for its first run (a scheduler's start), None when nobody does."""
    runs = index.runs(planned.name, _RUNS)
    if len(runs) == _RUNS and last_complete(runs, now) is None:
        runs = index.runs(planned.name, _ALL_RUNS)
    marks = _own(planned, index.watermarks(planned.archive))
    newest = max((mark.value for mark in marks.values()), default=None)
    paused = is_paused(index, planned.name)
    tally = note_value(index, TALLY, planned.archive)
    complete = last_complete(runs, now)
    began = complete or (runs[-1].started if runs else since)
    return Standing(
        source=planned.name,
        last=runs[0] if runs else None,
        complete=complete,
        next=None if paused or not planned.enabled else planned.timetable.after(last_done(runs, now), now),
        watermarks=marks,
        lag=max(now - newest, timedelta(0)) if newest else None,
        records=index.count_records(planned.archive),
        quarantined=index.count_rejections(planned.archive),
        removed=index.count_deleted(planned.archive),
        paused=paused,
        broken_until=breaker.open_until(index, planned.name, now),
        braked=braked_of(index, planned.name),
        lacking=int(tally["announced"]) - int(tally["items"]) if tally else 0,
        lease=_live(index.lease(f"harvest:{planned.archive}"), now),
        silent=began is not None and now - began > planned.silent_after,
    )


def braked_of(index: Index, source: str) -> str | None:
    """What the brake stopped; None when nothing waits for an operator."""
    brake = note_value(index, BRAKE, source)
    return f"{brake['count']} of {brake['total']} records, {brake['why']}" if brake and not brake.get("confirmed") else None


def _own(planned: Planned, marks: Mapping[str, Watermark]) -> dict[str, Watermark]:
    """The source's streams by their own names: those of other sources of the same archive have a label before them."""
    label = f"{planned.name}:" if planned.name != planned.archive else ""
    return {
        stream.removeprefix(label): mark
        for stream, mark in marks.items()
        if not stream.endswith(GAP) and stream.startswith(label) and (label or ":" not in stream)
    }


def _live(lease: Lease | None, now: datetime) -> Lease | None:
    return lease if lease and lease.expires > now else None
