"""moisson remap: kept records through the mapping again, without harvesting."""

import sys
from typing import Annotated

import orjson
import typer

from index.harvests.commands import Action, leave
from moisson.build import chosen_sources, open_index
from moisson.commands.harvest import stop_on_signal
from moisson.commands.options import Config, Json, Later, SourceName, operator, utc_now
from moisson.exits import Exit
from moisson.memory import spare_the_collector
from moisson.report import remapped_document
from moisson.runner import Runner, remapped_line
from moisson.settings import load_settings
from schedules.lease import this_owner
from schedules.stop import Stopped


def remap(
    source: SourceName,
    every: Annotated[bool, typer.Option("--all", help="Also records whose mapping did not change")] = False,
    later: Later = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Maps a source's kept records again, and reports what changed. One that was interrupted goes on where it was."""
    settings = load_settings(config)
    chosen_sources(settings, [source])
    spare_the_collector()
    stop = stop_on_signal()
    with open_index(settings) as index:
        if later:
            leave(index, source, Action.REMAP, by=operator(), now=utc_now(), arguments={"all": "yes"} if every else {})
            sys.stdout.write(f"{source}: left for the schedulers\n")
            return
        try:
            with Runner(settings, index, this_owner(), utc_now).remapping(source, stop) as remapper:
                done = remapper.remap(afresh=every)
        except (Stopped, KeyboardInterrupt):
            sys.stderr.write(f"moisson: {source}: interrupted: `moisson remap {source}` goes on from there\n")
            raise typer.Exit(Exit.INTERRUPTED) from None
    sys.stdout.write((orjson.dumps(remapped_document(source, done)).decode() if as_json else f"{source}: {remapped_line(done)}") + "\n")
    if done.counts.rejected:
        raise typer.Exit(Exit.NOT_WHOLE)
