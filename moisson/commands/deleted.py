"""moisson deleted: records that were removed, and can be put back until their grace ends."""

import sys
from typing import Annotated

import orjson
import typer
from rich.table import Table

from mappings.times import format_time
from moisson.build import archive_of, chosen_sources, open_index
from moisson.commands.harvest import stop_on_signal
from moisson.commands.options import Config, Json, Limit, SourceName, console, utc_now
from moisson.runner import Runner, remapped_line
from moisson.sections import ConfigError
from moisson.settings import load_settings
from schedules.lease import this_owner

app = typer.Typer(help="Records that were removed, and putting them back.", no_args_is_help=True, rich_markup_mode=None)
_ALL = 1_000_000


@app.command("list")
def list_records(
    source: Annotated[str | None, typer.Option("--source", help="Only this source's")] = None,
    limit: Limit = 100,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Removed records that can be restored, the newest removal first."""
    settings = load_settings(config)
    if source is not None:
        chosen_sources(settings, [source])
    with open_index(settings) as index:
        found = index.deleted(archive_of(source, settings.sources[source]) if source else None, limit=limit)
    if as_json:
        for one in found:
            members = {"source": one.source, "record": one.record.native_id, "collection": one.record.key.collection}
            members |= {"item": one.record.key.id, "reason": one.reason, "run": one.run}
            line = orjson.dumps({**members, "time": format_time(one.time), "until": format_time(one.until)})
            sys.stdout.write(line.decode() + "\n")
        return
    table = Table("source", "record", "Item", "why", "removed", "restorable until", "run", box=None)
    for one in found:
        times = (format_time(one.time), format_time(one.until))
        table.add_row(one.source, one.record.native_id, "/".join(one.record.key), one.reason, *times, one.run)
    console().print(table)


@app.command("restore")
def restore(
    source: SourceName,
    records: Annotated[list[str] | None, typer.Argument(metavar="RECORD", help="Names, as `list` prints them")] = None,
    run: Annotated[str | None, typer.Option("--run", help="All that this run removed")] = None,
    config: Config = None,
) -> None:
    """Puts removed records back. They stay, although their archive does not show them, until it does again."""
    if not records and not run:
        raise ConfigError("name the records to restore, or --run")
    settings = load_settings(config)
    chosen_sources(settings, [source])
    with open_index(settings) as index:
        found = index.deleted(archive_of(source, settings.sources[source]), records or None, _ALL)
        wanted = [one for one in found if run is None or one.run == run]
        missing = set(records or ()) - {one.record.native_id for one in wanted}
        if missing or not wanted:
            names = ", ".join(sorted(missing)[:5]) or f"run {run}"
            raise ConfigError(f"{names}: nothing to restore: `moisson deleted list --source {source}` names what is")
        with Runner(settings, index, this_owner(), utc_now).remapping(source, stop_on_signal()) as remapper:
            done = remapper.restore(wanted)
    sys.stdout.write(f"{source}: {remapped_line(done)}\n")
