"""moisson follow: other Moissons' changes, again and again."""

import sys
from typing import Annotated

import orjson
import typer

from harvesters.errors import Misconfigured
from moisson.build import chosen_sources, open_index
from moisson.commands.harvest import exit_of, stop_on_signal
from moisson.commands.options import Config, Json, utc_now
from moisson.exits import Exit
from moisson.memory import spare_the_collector
from moisson.report import run_document, run_line
from moisson.runner import Runner
from moisson.sections import ConfigError, MoissonSection
from moisson.settings import Settings, load_settings
from schedules.lease import Busy, this_owner
from schedules.stop import Stop


def follow(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Sources with the protocol moisson (default: all that are enabled)")
    ] = None,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two readings")] = 300,
    once: Annotated[bool, typer.Option("--once", help="Read to the end and stop")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Takes over what changes in other Moissons, deletions included, until SIGTERM or ctrl-C."""
    settings = load_settings(config)
    names = followed(settings, sources or [])
    spare_the_collector()
    stop, codes = stop_on_signal(), list[Exit]()
    with open_index(settings) as index:
        runner = Runner(settings, index, this_owner(), utc_now)
        while True:
            codes = [_read(runner, name, stop, as_json=as_json) for name in names]
            if once or stop.wait(every):
                break
    raise typer.Exit(max(codes) if once else Exit.OK)


def followed(settings: Settings, names: list[str]) -> list[str]:
    """Those asked for, or all that are enabled. Raises ConfigError for one that is no Moisson, and where there is none."""
    others = {name for name, section in settings.sources.items() if isinstance(section, MoissonSection)}
    if names:
        strange = next((name for name in chosen_sources(settings, names) if name not in others), None)
        if strange is not None:
            raise ConfigError(f"{strange}: not another Moisson: moisson harvest {strange}")
        return names
    chosen = [name for name, section in settings.sources.items() if name in others and section.enabled]
    if not chosen:
        raise ConfigError('no source has protocol = "moisson": see docs/settings.md')
    return chosen


def _read(runner: Runner, name: str, stop: Stop, *, as_json: bool) -> Exit:
    """One run; a source that cannot be read now is read the next time."""
    if stop.asked:
        return Exit.INTERRUPTED
    try:
        run = runner.harvest(name, stop)
    except (Busy, Misconfigured) as error:
        sys.stderr.write(f"moisson: {name}: {error}\n")
        return Exit.USAGE if isinstance(error, Misconfigured) else Exit.UNAVAILABLE
    sys.stdout.write((orjson.dumps(run_document(run)).decode() if as_json else run_line(run)) + "\n")
    sys.stdout.flush()
    return exit_of(run)
