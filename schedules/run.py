"""One run of one source, opened before work starts and closed in one place, whatever happens."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import structlog

from harvesters.source import Source
from index.protocol import Index
from index.state import Outcome, Run
from mappings.validation import Validator
from schedules.lease import Held, held_lease
from schedules.marks import Marks
from schedules.pipeline import Pipeline
from schedules.rules import Rules
from schedules.running import INTERRUPTED, Options, Progress, Running
from schedules.stop import Stop

__all__ = ["INTERRUPTED", "OPTIONS", "NotDue", "Options", "harvest"]

OPTIONS = Options()
RULES = Rules()
LOGGER = logging.getLogger(__name__)


class NotDue(Exception):
    """Another scheduler did this run meanwhile."""


def harvest(
    source: Source,
    index: Index,
    validator: Validator,
    *,
    now: Callable[[], datetime],
    owner: str,
    name: str | None = None,
    options: Options = OPTIONS,
    rules: Rules = RULES,
    progress: Progress = lambda page, counts: None,
    stop: Stop | None = None,
    is_due: Callable[[], bool] = lambda: True,
) -> Run:
    """Harvests one source and reports it under its configured `name`; `source.name` is the archive whose records it brings, which
    other sources may bring too. Raises Busy when another run has the archive, NotDue when `is_due`, asked under the lease, says no,
    Misconfigured (the run is closed then) when an operator must change a setting, IndexUnavailable when the store is gone."""
    name = name or source.name
    run = Run(id=uuid4().hex[:12], source=name, started=now())
    label = f"{name}:" if name != source.name else ""
    with _leased(index, source.name, owner, now, options) as lease, structlog.contextvars.bound_contextvars(source=name, run=run.id):
        if not is_due():
            raise NotDue
        pipeline = Pipeline(source.name, source.mapping, index, validator, run.id, label)
        marks = Marks(index, source.name, label, options.since, options.until, run.started)
        work = Running(source, index, pipeline, now, options, lease, run, marks, rules, stop or Stop())
        if not options.dry_run:
            _close_forgotten(index, name, run.started)
            index.save_run(run)
        LOGGER.info("run begins")
        ended = work.close(work.drive, progress)
        if not options.dry_run:
            index.refresh()
            index.save_run(ended)
            index.tidy(ended.items_put, now() - run.started)
        LOGGER.info("run ended %s: received %d%s", ended.outcome, ended.counts.received, f": {ended.reason}" if ended.reason else "")
        if work.misconfigured is not None:
            raise work.misconfigured
        return ended


def _close_forgotten(index: Index, source: str, when: datetime) -> None:
    """Whoever has the lease knows that no other run of the source lives: one still open was killed."""
    forgotten = [run for run in index.runs(source) if run.outcome is Outcome.RUNNING]
    if forgotten:
        # What it wrote is found once it is told as ended, as of any run.
        index.refresh()
    for run in forgotten:
        index.save_run(replace(run, outcome=Outcome.ABORTED, reason="its process ended without closing it", ended=when))


@contextmanager
def _leased(index: Index, name: str, owner: str, now: Callable[[], datetime], options: Options) -> Iterator[Held | None]:
    if options.dry_run:
        yield None
        return
    with held_lease(index, f"harvest:{name}", owner, now) as held:
        yield held
