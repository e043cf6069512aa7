"""moisson usage: downloads by organisation, archive and month."""

import csv
import sys
from dataclasses import asdict
from typing import Annotated

import orjson
import typer
from rich.table import Table

from api.downloads.usage import NOBODY, Usage, is_month
from api.downloads.usage import usage as counted
from api.requests.form import safe_cell
from moisson.build import open_index
from moisson.commands.options import Config, Json, console
from moisson.sections import ConfigError
from moisson.settings import load_settings

_COLUMNS = ("month", "organisation", "archive", "downloads")


def usage(
    since: Annotated[str | None, typer.Option(metavar="MONTH", help="First month, as 2026-01")] = None,
    until: Annotated[str | None, typer.Option(metavar="MONTH", help="Last month, included")] = None,
    config: Config = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output, for spreadsheets")] = False,
) -> None:
    """Reports the downloads of each organisation ("-": without one) from each archive in each month."""
    for name, value in (("--since", since), ("--until", until)):
        if value is not None and not is_month(value):
            raise ConfigError(f"{name}: {value[:40]!r} is no month: give one as 2026-01")
    if since and until and since > until:
        raise ConfigError("--since: after --until")
    if as_json and as_csv:
        raise ConfigError("--json, --csv: give one of them")
    with open_index(load_settings(config)) as index:
        found = counted(index, since, until)
    if as_json:
        sys.stdout.write(orjson.dumps([asdict(one) for one in found]).decode() + "\n")
    elif as_csv:
        _write(found)
    else:
        _print(found)


def _write(found: list[Usage]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in found:
        names = (name if name == NOBODY else safe_cell(name) for name in (one.organisation, one.archive))
        writer.writerow((one.month, *names, one.downloads))


def _print(found: list[Usage]) -> None:
    out = console()
    grid = Table(*_COLUMNS, box=None)
    for one in found:
        grid.add_row(one.month, one.organisation, one.archive, str(one.downloads))
    out.print(grid)
    out.print(f"total: {sum(one.downloads for one in found)}")
