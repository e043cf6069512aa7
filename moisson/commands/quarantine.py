"""moisson quarantine: records that could not become Items, with their reasons; and another try."""

import sys
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from index.harvests.commands import Action, leave
from index.protocol import Index
from index.state import Rejection
from mappings.times import format_time
from moisson.build import archive_of, chosen_sources, open_index
from moisson.commands.harvest import stop_on_signal
from moisson.commands.options import Config, Json, Later, Limit, SourceName, console, operator, utc_now
from moisson.exits import Exit
from moisson.report import remapped_document
from moisson.runner import Runner, remapped_line
from moisson.sections import ConfigError
from moisson.settings import Settings, load_settings
from schedules.lease import this_owner

app = typer.Typer(help="Records that could not become Items.", no_args_is_help=True, rich_markup_mode=None)

OnlySource = Annotated[str | None, typer.Option("--source", help="Only this source's")]
Reason = Annotated[str | None, typer.Option("--reason", help="Only those whose reason holds these words")]


@app.command("list")
def list_records(
    source: OnlySource = None, reason: Reason = None, limit: Limit = 100, config: Config = None, as_json: Json = False
) -> None:
    """What is in quarantine, oldest first."""
    settings = load_settings(config)
    with open_index(settings) as index:
        found = index.rejections(_archive(settings, source), reason, limit)
        total = index.count_rejections(_archive(settings, source))
    if as_json:
        sys.stdout.writelines(orjson.dumps(_document(rejection)).decode() + "\n" for rejection in found)
        return
    table = Table("source", "record", "member", "reason", "since", box=None)
    for rejection in found:
        table.add_row(rejection.source, rejection.native_id, rejection.field, rejection.reason, format_time(rejection.time))
    console().print(table)
    sys.stdout.write(f"{len(found)} of {total}\n")


@app.command("show")
def show(
    source: SourceName, record: Annotated[str, typer.Argument(help="The record's name, as `list` prints it")], config: Config = None
) -> None:
    """One record as it was received, on standard output; its reason on standard error."""
    settings = load_settings(config)
    with open_index(settings) as index:
        found = _one(index, settings, source, record)
    sys.stderr.write(f"{found.field}: {found.reason} (run {found.run}, {format_time(found.time)}, {found.url or 'no address'})\n")
    sys.stdout.buffer.write(found.raw + b"\n")


@app.command("replay")
def replay(source: OnlySource = None, reason: Reason = None, later: Later = False, config: Config = None, as_json: Json = False) -> None:
    """Tries the records in quarantine again, after a fix of the mapping or of a setting."""
    settings = load_settings(config)
    names = chosen_sources(settings, [source] if source else [])
    stop, rejected = stop_on_signal(), 0
    with open_index(settings) as index:
        runner, archives = Runner(settings, index, this_owner(), utc_now), set[str]()
        for name in names:
            archive = archive_of(name, settings.sources[name])
            found = [] if archive in archives else index.rejections(archive, reason)
            archives.add(archive)
            if later and found:
                leave(index, name, Action.REPLAY, by=operator(), now=utc_now(), arguments={"reason": reason} if reason else {})
                sys.stdout.write(f"{name}: left for the schedulers\n")
            elif found:
                with runner.remapping(name, stop) as remapper:
                    done = remapper.replay(found)
                rejected += done.counts.rejected
                sys.stdout.write(
                    (orjson.dumps(remapped_document(name, done)).decode() if as_json else f"{name}: {remapped_line(done)}") + "\n"
                )
    if rejected:
        raise typer.Exit(Exit.NOT_WHOLE)


def _archive(settings: Settings, source: str | None) -> str | None:
    if source is None:
        return None
    chosen_sources(settings, [source])
    return archive_of(source, settings.sources[source])


def _one(index: Index, settings: Settings, source: str, record: str) -> Rejection:
    for rejection in index.rejections(_archive(settings, source)):
        if rejection.native_id == record:
            return rejection
    raise ConfigError(f"{record}: not in quarantine: `moisson quarantine list --source {source}` names what is")


def _document(rejection: Rejection) -> dict[str, Any]:
    return {
        "source": rejection.source,
        "record": rejection.native_id,
        "member": rejection.field,
        "reason": rejection.reason,
        "time": format_time(rejection.time),
        "run": rejection.run,
        "url": rejection.url,
        "bytes": len(rejection.raw),
    }
