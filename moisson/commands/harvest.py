"""moisson harvest: one run of each source, with progress and a report."""

import signal
import sys
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from harvesters.errors import Misconfigured
from harvesters.source import Page
from index.protocol import Index
from index.state import Counts, Outcome, Run
from moisson.build import chosen_sources, open_index
from moisson.commands.options import Config, Json, parse_when, utc_now
from moisson.exits import Exit
from moisson.memory import spare_the_collector
from moisson.report import run_document, run_line
from moisson.runner import Runner
from moisson.settings import Settings, load_settings
from schedules.lease import Busy, this_owner
from schedules.run import INTERRUPTED, Options
from schedules.stop import Stop

_EXITS = {Outcome.COMPLETE: Exit.OK, Outcome.ABORTED: Exit.NOT_WHOLE, Outcome.PARTIAL: Exit.NOT_WHOLE, Outcome.FAILED: Exit.UNAVAILABLE}


def harvest(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Sources to harvest (default: all that are enabled)")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Harvest from this time instead of the watermark")] = None,
    until: Annotated[str | None, typer.Option(help="Backfill up to this time; saves no watermark")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many records")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count, write nothing")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Harvests the archives into the index."""
    options = Options(since=parse_when(since), until=parse_when(until), limit=limit, dry_run=dry_run)
    settings = load_settings(config)
    names = chosen_sources(settings, sources or [])
    spare_the_collector()
    with open_index(settings) as index:
        code = _harvest_all(settings, names, index, options, as_json)
    raise typer.Exit(code)


def stop_on_signal() -> Stop:
    """Set by SIGTERM: a run then ends after the page in its hands."""
    stop = Stop()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    return stop


def _harvest_all(settings: Settings, names: list[str], index: Index, options: Options, as_json: bool) -> Exit:
    """One run after the other, each reported as it ends; a source that cannot be harvested does not keep the others from it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    runner, stop, codes = Runner(settings, index, this_owner(), utc_now), stop_on_signal(), [Exit.OK]
    reports: list[str] = []
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for name in names:
            bar = _Bar(progress, progress.add_task(name, total=None))
            try:
                run = runner.harvest(name, stop, options=options, progress=bar)
            except (Busy, Misconfigured) as error:
                progress.console.print(f"moisson: {name}: {error}", markup=False, highlight=False, soft_wrap=True)
                codes.append(Exit.USAGE if isinstance(error, Misconfigured) else Exit.UNAVAILABLE)
                continue
            bar.finish(run)
            reports.append((orjson.dumps(run_document(run)).decode() if as_json else run_line(run)) + "\n")
            if progress.disable:
                _print(reports)
            codes.append(exit_of(run))
            if run.reason == INTERRUPTED:
                break
    _print(reports)
    return max(codes)


def exit_of(run: Run) -> Exit:
    """What a run's outcome means to a script."""
    return Exit.INTERRUPTED if run.reason == INTERRUPTED else _EXITS[run.outcome]


def _print(reports: list[str]) -> None:
    """At once for a script; below the progress bars, which lines in between would tear, for a person."""
    sys.stdout.writelines(reports)
    sys.stdout.flush()
    reports.clear()


class _Bar:
    """A source's progress: records received of those that its streams announced so far."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._totals: dict[str, int] = {}

    def __call__(self, page: Page, counts: Counts) -> None:
        if page.total is not None:
            self._totals[page.stream] = max(page.total, self._totals.get(page.stream, 0))
        total = max(sum(self._totals.values()), counts.received) if self._totals else None
        self._progress.update(self._task, completed=counts.received, total=total)

    def finish(self, run: Run) -> None:
        """A full bar for what has ended."""
        self._progress.update(self._task, completed=run.counts.received, total=max(run.counts.announced, 1))
