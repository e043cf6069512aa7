"""One run of one source, opened before work starts and closed in one place, whatever happens."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import uuid4

from harvesters.errors import HarvestError, Misconfigured
from harvesters.source import Page, Source, Span
from index.protocol import Index, IndexUnavailable, LeaseLost
from index.state import Applied, Batch, Counts, Lease, Outcome, Run
from mappings.validation import Validator
from schedules.lease import take_lease
from schedules.marks import Marks
from schedules.pipeline import Pipeline

LEASE_TTL = timedelta(minutes=5)
INTERRUPTED = "interrupted"
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """`since` overrides the watermarks, `until` makes it a backfill, `limit` stops after so many records, `dry_run` writes nothing."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    dry_run: bool = False


Progress = Callable[[Page, Counts], None]


def harvest(
    source: Source,
    index: Index,
    validator: Validator,
    *,
    now: Callable[[], datetime],
    owner: str,
    name: str | None = None,
    options: Options = Options(),
    progress: Progress = lambda page, counts: None,
) -> Run:
    """Harvests one source and reports it under its configured `name`; `source.name` is the archive whose records it brings, which
    other sources may bring too. Raises Busy when another run has the archive, Misconfigured (the run is closed
    then) when an operator must change a setting, IndexUnavailable when the store is gone."""
    name = name or source.name
    run = Run(id=uuid4().hex[:12], source=name, started=now())
    marks = Marks(index, source.name, f"{name}:" if name != source.name else "", options.since, options.until)
    with _leased(index, source.name, owner, now, options) as lease:
        work = _Run(source, index, Pipeline(source.name, source.mapping, index, validator, run.id), now, options, lease, run, marks)
        if not options.dry_run:
            _close_forgotten(index, name, run.started)
            index.save_run(run)
        ended = work.close(work.drive, progress)
        if not options.dry_run:
            index.refresh()
            index.save_run(ended)
        if work.misconfigured is not None:
            raise work.misconfigured
        return ended


def _close_forgotten(index: Index, source: str, when: datetime) -> None:
    """Whoever has the lease knows that no other run of the source lives: one still open was killed."""
    for run in index.runs(source):
        if run.outcome is Outcome.RUNNING:
            index.save_run(replace(run, outcome=Outcome.ABORTED, reason="its process ended without closing it", ended=when))


@contextmanager
def _leased(index: Index, name: str, owner: str, now: Callable[[], datetime], options: Options) -> Iterator[Lease | None]:
    if options.dry_run:
        yield None
        return
    lease = take_lease(index, f"harvest:{name}", owner, now(), LEASE_TTL)
    try:
        yield lease
    finally:
        index.release(lease)


class _Limit(Exception):
    """As many records as were asked for have come."""


@dataclass
class _Run:
    source: Source
    index: Index
    pipeline: Pipeline
    now: Callable[[], datetime]
    options: Options
    lease: Lease | None
    run: Run
    marks: Marks
    stream: str | None = None
    misconfigured: Misconfigured | None = None

    def close(self, drive: Callable[[Progress], None], progress: Progress) -> Run:
        """The one place that ends a run: every way out has its outcome and its reason."""
        try:
            drive(progress)
        except _Limit:
            return self._ended(Outcome.ABORTED, f"stopped after {self.options.limit} records, as asked")
        except KeyboardInterrupt:
            return self._ended(Outcome.ABORTED, INTERRUPTED)
        except LeaseLost as error:
            return self._ended(Outcome.ABORTED, str(error) or "another run took the source over")
        except HarvestError as error:
            self.misconfigured = error if isinstance(error, Misconfigured) else None
            return self._ended(Outcome.PARTIAL if self.run.counts.received else Outcome.FAILED, str(error))
        except IndexUnavailable:
            raise
        except Exception as error:
            # The one place where anything may be caught: a fault of ours must not leave a run open for ever.
            LOGGER.exception("run %s of %s failed", self.run.id, self.source.name)
            return self._ended(Outcome.FAILED, f"unexpected {type(error).__name__}: {error}"[:500])
        if self.run.counts.missing:
            return self._ended(Outcome.PARTIAL, f"the archive announced {self.run.counts.missing} records that it did not give")
        return self._ended(Outcome.COMPLETE, None)

    def _ended(self, outcome: Outcome, reason: str | None) -> Run:
        return replace(self.run, outcome=outcome, reason=reason, ended=self.now())

    def drive(self, progress: Progress) -> None:
        for page in self.source.harvest(Span(self.marks.begin, self.options.until)):
            if page.stream != self.stream:
                self.stream = page.stream
                self.pipeline.begin_stream()
            self._take(page)
            progress(page, self.run.counts)
            if self.options.limit is not None and self.run.counts.received >= self.options.limit:
                raise _Limit
        self._write(Batch(self.source.name, self.run.id, self.now(), watermarks=self.marks.at_the_end(whole=not self.run.counts.missing)))

    def _take(self, page: Page) -> None:
        page = self._within_limit(page)
        batch, counts = self.pipeline.digest(page, self.now())
        self.marks.advance(page)
        applied = self._write(replace(batch, watermarks=self.marks.with_page(page)))
        self.run = replace(
            self.run,
            counts=_sum(self.run.counts, counts),
            items_put=self.run.items_put + applied.items_put,
            items_deleted=self.run.items_deleted + applied.items_deleted,
        )

    def _write(self, batch: Batch) -> Applied:
        lease = self._renewed()
        if self.options.dry_run or batch.is_empty():
            return Applied(0, 0, 0)
        return self.index.apply(replace(batch, lease=lease))

    def _within_limit(self, page: Page) -> Page:
        """A page cut to the limit, so that `--limit 10` writes ten records."""
        left = None if self.options.limit is None else self.options.limit - self.run.counts.received
        return page if left is None or len(page.records) <= left else replace(page, records=page.records[:left])

    def _renewed(self) -> Lease | None:
        """The lease, its heartbeat given when half of it has gone."""
        if self.lease is not None and self.lease.expires - self.now() < LEASE_TTL / 2:
            if not self.index.renew(self.lease, self.now(), LEASE_TTL):
                raise LeaseLost(f"another run took {self.source.name} over")
            self.lease = replace(self.lease, expires=self.now() + LEASE_TTL)
        return self.lease


def _sum(left: Counts, right: Counts) -> Counts:
    return Counts(**{f.name: getattr(left, f.name) + getattr(right, f.name) for f in fields(Counts)})
