"""moisson runs: the history of the harvests."""

import sys
from typing import Annotated

import orjson
import typer

from moisson.build import open_index
from moisson.commands.options import Config, Json, Limit
from moisson.report import run_document, run_line
from moisson.settings import load_settings


def runs(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Only this source's")] = None,
    limit: Limit = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """What was harvested when, and how it ended; the newest first."""
    settings = load_settings(config)
    with open_index(settings) as index:
        for run in index.runs(source, limit):
            line = orjson.dumps(run_document(run)).decode() if as_json else f"{run.started:%Y-%m-%dT%H:%M:%SZ} {run.id} {run_line(run)}"
            sys.stdout.write(line + "\n")
