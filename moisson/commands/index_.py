"""moisson index: the store behind everything."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from index.elastic import ElasticIndex
from index.elastic.closing import LEASE
from index.sqlite import SqliteIndex
from index.stats import Stats
from moisson.build import migrate_index, open_index
from moisson.commands.options import Config, Json, console, utc_now
from moisson.sections import ConfigError
from moisson.settings import load_settings, without_password
from schedules.lease import Held, held_lease, this_owner

# More fit one shard, but it then takes long to move and to merge.
DIVIDED_ABOVE = 20_000_000

app = typer.Typer(help="The store.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The store."""


@app.command("stats")
def stats(config: Config = None, as_json: Json = False) -> None:
    """How much the store holds: Items per collection, records, what is in quarantine, changes, bytes; its tables or indices."""
    settings = load_settings(config)
    with open_index(settings) as index:
        found = index.stats()
    place = without_password(settings.index)
    if as_json:
        sys.stdout.write(orjson.dumps({"index": place, **asdict(found)}).decode() + "\n")
    else:
        _print(place, found)


@app.command("migrate")
def migrate(config: Config = None) -> None:
    """Brings a store that an older Moisson wrote to this version. Reads go on; harvests are to be stopped meanwhile."""
    settings = load_settings(config)
    for collection, count in migrate_index(settings).items():
        typer.echo(f"{collection}: {count} Items")
    typer.echo(f"{without_password(settings.index)} is of this version")


@app.command("rebuild")
def rebuild(
    collections: Annotated[
        list[str] | None, typer.Argument(metavar="COLLECTION...", help="Elasticsearch: those to rebuild (default: all)")
    ] = None,
    divide_above: Annotated[
        int, typer.Option(min=1, help="Elasticsearch: Collections of more Items get an index for each year")
    ] = DIVIDED_ABOVE,
    config: Config = None,
) -> None:
    """Writes the store anew, so that it is searched faster. A file whole: harvests are to be stopped meanwhile. On Elasticsearch Items into
    new indices, which then replace the old ones: reads and harvests go on."""
    settings = load_settings(config)
    with open_index(settings) as index:
        if isinstance(index, ElasticIndex):
            with held_lease(index, LEASE, this_owner(), utc_now) as held:
                for name, count in _rebuilt(index, collections, divide_above, held):
                    typer.echo(f"{name}: {count} Items")
            return
        if collections:
            raise ConfigError(f"{settings.index} is a file, which is rebuilt whole: name no Collection")
        assert isinstance(index, SqliteIndex)
        # SQLite itself lets nobody else write meanwhile.
        before = index.stats().bytes
        index.rebuild()
        typer.echo(f"{settings.index}: {_size(before)} before, {_size(index.stats().bytes)} now")


def _rebuilt(index: ElasticIndex, collections: list[str] | None, divide_above: int, held: Held) -> Iterator[tuple[str, int]]:
    items = index.stats().items
    for name in collections or items:
        if name not in items:
            raise ConfigError(f"{name}: no such Collection has Items here")
    for name in collections or items:
        yield name, index.rebuild(name, divide=items[name] > divide_above, told=lambda: _still(held))


def _still(held: Held) -> None:
    """Raises LeaseLost when another process rebuilds by now."""
    held.current()


def _print(place: str, found: Stats) -> None:
    out = console()
    out.print(f"{place}: schema version {found.version}, {_size(found.bytes)}")
    told = {"records": found.records, "in quarantine": found.quarantined, "removed": found.removed, "changes": found.changes}
    out.print(", ".join(f"{name}: {count}" for name, count in told.items()))
    out.print(_table(["collection", "Items"], [[name, count] for name, count in found.items.items()]))
    rows = [[part.name, part.documents, "-" if part.bytes is None else _size(part.bytes), part.collection or "-"] for part in found.parts]
    out.print(_table(["table or index", "documents", "size", "collection"], rows))


def _table(columns: list[str], rows: list[list[Any]]) -> Table:
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table


def _size(count: int) -> str:
    """Bytes in the largest unit that leaves a number above one."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{count} B" if units[0] == "B" else f"{size:.1f} {units[0]}"
