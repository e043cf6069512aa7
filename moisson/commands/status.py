"""moisson status: how each source stands."""

import sys
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from index.protocol import Index
from index.query import Query
from index.state import Run
from mappings.audience import EVERYONE
from moisson.build import open_index
from moisson.commands.options import Config, Json
from moisson.report import run_document
from moisson.settings import load_settings


def status(config: Config = None, as_json: Json = False) -> None:
    """Last run, counts and quarantine of each source, and how many Items each collection holds."""
    settings = load_settings(config)
    with open_index(settings) as index:
        found = _status(index, list(settings.sources))
    if as_json:
        sys.stdout.write(orjson.dumps(found).decode() + "\n")
    else:
        _print(found)


def _status(index: Index, names: list[str]) -> dict[str, Any]:
    last: dict[str, Run] = {}
    for run in index.runs(limit=1000):
        last.setdefault(run.source, run)
    sources = {
        name: {
            "last_run": run_document(last[name]) if name in last else None,
            "quarantined": len(index.rejections(name)),
        }
        for name in dict.fromkeys([*names, *last])
    }
    return {"sources": sources, "collections": {k: v.count for k, v in sorted(index.summaries(Query(EVERYONE)).items())}}


def _print(found: dict[str, Any]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("source", "last run", "outcome", "received", "Items put", "missing", "quarantined", "reason", box=None)
    for name, source in found["sources"].items():
        run = source["last_run"] or {}
        counts = run.get("counts", {})
        cells = (run.get("started", "never"), run.get("outcome", "-"), counts.get("received", "-"), run.get("items_put", "-"))
        rest = (counts.get("missing", "-"), source["quarantined"], run.get("reason") or "")
        table.add_row(name, *(str(cell) for cell in (*cells, *rest)))
    console.print(table)
    for name, count in found["collections"].items():
        console.print(f"{name}: {count}")
