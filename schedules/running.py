"""Running: a run's way from the archive's first page to what it leaves for the next run."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from harvesters.errors import HarvestError, Misconfigured
from harvesters.source import Page, Recountable, Source, Span
from index.harvests.notes import REMEMBERED, change_note, note_value
from index.protocol import Index, IndexUnavailable, LeaseLost
from index.state import Applied, Batch, Counts, Outcome, Run
from mappings.watermark import Watermark
from schedules.absence import Absences
from schedules.brake import Brake
from schedules.lease import Held
from schedules.marks import Marks
from schedules.pipeline import Pipeline
from schedules.recount import Recounts
from schedules.removals import Removals
from schedules.rules import Rules
from schedules.stop import Stop, Stopped
from schedules.tally import verify

INTERRUPTED = "interrupted"
LOGGER = logging.getLogger(__name__)
Progress = Callable[[Page, Counts], None]


@dataclass(frozen=True)
class Options:
    """`since` overrides the watermarks, `until` makes it a backfill, `limit` stops after so many records, `dry_run` writes nothing."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    dry_run: bool = False


class _Limit(Exception):
    """As many records as were asked for have come."""


@dataclass
class Running:
    """A run while it goes on."""

    source: Source
    index: Index
    pipeline: Pipeline
    now: Callable[[], datetime]
    options: Options
    lease: Held | None
    run: Run
    marks: Marks
    rules: Rules
    stop: Stop
    stream: str | None = None
    misconfigured: Misconfigured | None = None
    cut: bool = False
    told: str | None = None
    differs: str | None = None
    remembered: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        brake = Brake(self.index, self.run.source, self.source.name, self.rules, self.run.id)
        self.removals = Removals(self.index, self.pipeline, self.rules, brake, self.now, self._count_written)
        self.absences = Absences(self.source, self.removals)

    def close(self, drive: Callable[[Progress], None], progress: Progress) -> Run:
        """The one place that ends a run: every way out has its outcome and its reason."""
        try:
            drive(progress)
        except _Limit:
            return self._ended(Outcome.ABORTED, f"stopped after {self.options.limit} records, as asked")
        except (KeyboardInterrupt, Stopped):
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
        missing = self.run.counts.missing
        short = f"the archive announced {missing} records that it did not give" if missing else self.removals.braked
        if short or self.differs:
            return self._ended(Outcome.PARTIAL, "; ".join(filter(None, (short, self.differs))))
        return self._ended(Outcome.COMPLETE, self.told)

    def _ended(self, outcome: Outcome, reason: str | None) -> Run:
        return replace(self.run, outcome=outcome, reason=reason, ended=self.now())

    # --- a run's way ---------------------------------------------------------------------------------------------------------
    def drive(self, progress: Progress) -> None:
        """The archive's news, then what is absent of it; at the end of a whole run, what it leaves for the next."""
        recounts = self._recounts()
        try:
            span = Span(self.marks.begin, self.options.until, self._recalled, self._kept)
            self._follow(self.source.harvest(span), progress, self._take)
            if recounts is not None and not self.run.counts.missing:
                self._follow(recounts.pages(), progress, self._take_again)
                self.told = recounts.failed
        except HarvestError:
            # What the archive said was deleted is, whatever else it did not say.
            self._heed()
            raise
        self._heed()
        whole = not self.run.counts.missing
        if whole and not self.options.dry_run:
            self.absences.settle()
        whole = whole and not self.removals.braked
        self._keep_marks(self.marks.at_the_end(whole=whole))
        for stream, since in self.absences.missed_since.items():
            self._keep_marks(self.marks.miss(stream, since))
        if whole and not self.options.dry_run:
            self._leave(recounts)
        if not self.options.dry_run:
            self.differs = verify(self.index, self.source.name, self.run, self._confirm, self.now())

    def _heed(self) -> None:
        """Deletions that were announced, then the watermarks that waited for them."""
        if self.options.dry_run:
            return
        self.removals.heed()
        if not self.removals.braked:
            self._keep_marks(self.marks.held())

    def _keep_marks(self, marks: dict[str, Watermark]) -> None:
        self._write(Batch(self.source.name, self.run.id, self.now(), watermarks=marks))

    def _follow(self, pages: Iterator[Page], progress: Progress, take: Callable[[Page], None]) -> None:
        for page in pages:
            self.stop.check()
            if page.stream != self.stream:
                self.pipeline.begin_stream()
                self.stream = page.stream
            take(page)
            progress(page, self.run.counts)
            if self.cut or (self.options.limit is not None and self.run.counts.received >= self.options.limit):
                raise _Limit
        self.pipeline.begin_stream()
        self.stream = None

    def _take(self, page: Page) -> None:
        page = self._within_limit(page)
        batch, counts = self._digest(page)
        self.marks.advance(page)
        if not self.options.dry_run:
            self.removals.take_notices(page)
        marks = self.marks.with_page(page, hold=self.removals.waits(page.stream))
        self._count_written(replace(batch, watermarks=marks), counts)
        self._judge(page, news=True)

    def _take_again(self, page: Page) -> None:
        """A page of the past: it moves no watermark."""
        self._count_written(*self._digest(page))
        self._judge(page, news=False)

    def _digest(self, page: Page) -> tuple[Batch, Counts]:
        batch, counts = self.pipeline.digest(page, self.now())
        unreadable = {broken.native_id for broken in page.broken}
        if any(rejection.native_id in unreadable for rejection in batch.rejected):
            self.absences.doubt(page.stream)
        return batch, counts

    def _judge(self, page: Page, *, news: bool) -> None:
        if not self.options.dry_run:
            self.removals.see(page)
            self.absences.close(page, news=news)
        self.remembered |= page.remember

    # --- what a run leaves for the next --------------------------------------------------------------------------------------
    def _recalled(self, name: str) -> str | None:
        found = note_value(self.index, REMEMBERED, self.run.source).get(name)
        return found if isinstance(found, str) else None

    def _kept(self, native_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(name for name, known in self.index.known(self.source.name, native_ids).items() if known.key)

    def _recounts(self) -> Recounts | None:
        bounded = self.options.until or self.options.limit or self.options.dry_run
        if bounded or not isinstance(self.source, Recountable):
            return None
        return Recounts(self.source, self.index, self.run.source, self.source.name, self.pipeline.label, self.rules, self.now)

    def _leave(self, recounts: Recounts | None) -> None:
        # Notes know no lease: one that was lost meanwhile must not write them.
        self._confirm()
        if self.options.until is None and self.options.since is None:
            self.removals.brake.release()
        if recounts is not None:
            recounts.save()
        if self.remembered:
            change_note(self.index, REMEMBERED, self.run.source, lambda value: {**value, **self.remembered})
        self.index.purge(self.now())

    def _confirm(self) -> None:
        if self.lease is not None:
            self.lease.renew()
            self.lease.current()

    # --- writing -------------------------------------------------------------------------------------------------------------
    def _count_written(self, batch: Batch, counts: Counts) -> None:
        applied, counts = self.pipeline.write(batch, counts, self._write)
        self.run = replace(
            self.run,
            counts=self.run.counts + counts,
            items_put=self.run.items_put + applied.items_put,
            items_deleted=self.run.items_deleted + applied.items_deleted,
        )

    def _write(self, batch: Batch) -> Applied:
        lease = self.lease.current() if self.lease is not None else None
        if self.options.dry_run or batch.is_empty():
            return Applied(0, 0, 0)
        return self.index.apply(replace(batch, lease=lease))

    def _within_limit(self, page: Page) -> Page:
        """A page cut to the limit, so that `--limit 10` writes ten records; it is not the whole of anything then."""
        left = None if self.options.limit is None else self.options.limit - self.run.counts.received
        if left is None or len(page.records) <= left:
            return page
        self.cut = True
        return replace(page, records=page.records[:left], closed=None)
