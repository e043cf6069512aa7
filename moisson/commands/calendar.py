"""moisson schedule, and what an operator asks of the schedulers: run, pause, resume, confirm."""

import logging
import signal
import sys
from typing import Annotated, Literal

import prometheus_client
import typer

from index.harvests import commands
from moisson.build import chosen_sources, open_index
from moisson.commands.harvest import stop_on_signal
from moisson.commands.options import Config, SourceName, operator, utc_now
from moisson.logs import set_up_logs
from moisson.memory import spare_the_collector
from moisson.runner import Runner
from moisson.sections import ConfigError
from moisson.settings import Settings, load_settings
from schedules.calendar import Calendar
from schedules.lease import this_owner
from schedules.metrics import HarvestMetrics


def schedule(
    config: Config = None,
    log: Annotated[Literal["text", "json"], typer.Option(help="How the log is written on standard error")] = "text",
) -> None:
    """Harvests every source at its time and obeys `run`, `pause`, `resume`, `quarantine replay --later`, `remap --later`, until
    SIGTERM or ctrl-C. Any number of schedulers may share one index: each run is done once."""
    settings = load_settings(config)
    chosen_sources(settings, [])
    set_up_logs(as_json=log == "json", level=logging.INFO)
    # The HTTP client tells every request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    spare_the_collector()
    stop, owner = stop_on_signal(), this_owner()
    with open_index(settings) as index:
        runner = Runner(settings, index, owner, utc_now)
        planned = runner.planned()
        _serve_metrics(settings, HarvestMetrics(index, planned, utc_now, utc_now()))
        chosen = settings.schedule
        calendar = Calendar(
            index, runner, {one.name: runner.timetable(one.name) for one in planned}, owner, utc_now, chosen.workers, chosen.poll_seconds
        )
        # As SIGTERM: what is under way ends after the page in its hands.
        signal.signal(signal.SIGINT, lambda number, frame: stop.set())
        calendar.run(stop)


def _serve_metrics(settings: Settings, metrics: HarvestMetrics) -> None:
    port = settings.schedule.metrics_port
    if port is None:
        return
    registry = prometheus_client.CollectorRegistry()
    registry.register(metrics)
    try:
        prometheus_client.start_http_server(port, settings.schedule.metrics_host, registry)
    except OSError as error:
        raise ConfigError(f"schedule.metrics_port {port}: {error.strerror}: choose another") from None


def run(source: SourceName, config: Config = None) -> None:
    """Asks the schedulers to harvest a source now; `moisson harvest` does it here."""
    settings = load_settings(config)
    chosen_sources(settings, [source])
    if not settings.sources[source].enabled:
        raise ConfigError(f"{source} is not enabled, so that no scheduler harvests it: `moisson harvest {source}` does")
    with open_index(settings) as index:
        commands.leave(index, source, commands.Action.RUN, by=operator(), now=utc_now())
    _say(f"{source}: asked for; `moisson status` shows the run")


def pause_source(source: SourceName, config: Config = None) -> None:
    """Holds back the scheduled runs of a source; one that is under way goes on."""
    settings = load_settings(config)
    chosen_sources(settings, [source])
    with open_index(settings) as index:
        commands.pause(index, source, by=operator(), now=utc_now())
    _say(f"{source}: paused until `moisson resume {source}`")


def resume_source(source: SourceName, config: Config = None) -> None:
    """Ends a pause."""
    settings = load_settings(config)
    chosen_sources(settings, [source])
    with open_index(settings) as index:
        was = commands.resume(index, source)
    _say(f"{source}: {'resumed' if was else 'was not paused'}")


def confirm_removal(source: SourceName, config: Config = None) -> None:
    """Lets the next run of a source remove what the brake stopped."""
    settings = load_settings(config)
    chosen_sources(settings, [source])
    with open_index(settings) as index:
        found = commands.confirm(index, source, operator())
    if found is None:
        raise ConfigError(f"{source}: the brake stopped nothing")
    _say(f"{source}: the next run may remove {found['count']} of {found['total']} records ({found['why']})")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
