"""moisson status: how each source stands."""

import sys
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from index.harvests.commands import commands
from index.harvests.standing import Standing, standing
from index.protocol import Index
from index.query import Query
from mappings.audience import EVERYTHING
from mappings.times import format_time
from moisson.build import open_index
from moisson.commands.options import Config, Json, console, utc_now
from moisson.exits import Exit
from moisson.report import run_document
from moisson.runner import Runner
from moisson.settings import load_settings


def status(
    config: Config = None,
    as_json: Json = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 when a source needs somebody: silent, braked, left alone, failed")
    ] = False,
) -> None:
    """Per source: last and next run, how far it has come, what is held up and why; Items per collection."""
    settings = load_settings(config)
    now = utc_now()
    with open_index(settings) as index:
        planned = Runner(settings, index, "status", utc_now).planned()
        found = [standing(index, one, now) for one in planned]
        document = _document(index, found)
    if as_json:
        sys.stdout.write(orjson.dumps(document).decode() + "\n")
    else:
        _print(document)
    if check and any(source["alarms"] for source in document["sources"].values()):
        raise typer.Exit(Exit.NOT_WHOLE)


def _document(index: Index, found: list[Standing]) -> dict[str, Any]:
    waiting = [command for command in commands(index) if command.state != "done"]
    return {
        "sources": {one.source: _source(one) for one in found},
        "commands": [{"source": one.source, "action": str(one.action), "state": one.state, "time": one.time} for one in waiting],
        "collections": {name: summary.count for name, summary in sorted(index.summaries(Query(EVERYTHING)).items())},
    }


def _source(one: Standing) -> dict[str, Any]:
    return {
        "last_run": run_document(one.last) if one.last else None,
        "last_complete": _time(one.complete),
        "next_run": _time(one.next),
        "watermarks": {stream: format_time(mark.value) for stream, mark in sorted(one.watermarks.items())},
        "lag_seconds": round(one.lag.total_seconds()) if one.lag is not None else None,
        "records": one.records,
        "quarantined": one.quarantined,
        "removed": one.removed,
        "paused": one.paused,
        "breaker_until": _time(one.broken_until),
        "brake": one.braked,
        "lease": {"owner": one.lease.owner, "epoch": one.lease.epoch, "expires": format_time(one.lease.expires)} if one.lease else None,
        "alarms": alarms(one),
    }


def alarms(one: Standing) -> list[str]:
    """What of a source needs somebody."""
    failed = one.last is not None and one.last.outcome == "failed"
    told = {"silent": one.silent, "brake": one.braked is not None, "breaker": one.broken_until is not None, "failed": failed}
    return [name for name, holds in told.items() if holds]


def _time(when: datetime | None) -> str | None:
    return format_time(when) if when else None


def _print(found: dict[str, Any]) -> None:
    out = console()
    table = Table("source", "last run", "outcome", "received", "missing", "quarantined", "removed", "next run", "lag", "", box=None)
    for name, source in found["sources"].items():
        run = source["last_run"] or {}
        counts = run.get("counts", {})
        cells = (run.get("started", "never"), run.get("outcome", "-"), counts.get("received", "-"), counts.get("missing", "-"))
        rest = (source["quarantined"], source["removed"], source["next_run"] or "paused", _lag(source["lag_seconds"]))
        table.add_row(name, *(str(cell) for cell in (*cells, *rest)), "; ".join([*source["alarms"], run.get("reason") or ""]).strip("; "))
    out.print(table)
    for command in found["commands"]:
        out.print(f"{command['state']}: {command['action']} {command['source']} (since {command['time']})")
    for name, count in found["collections"].items():
        out.print(f"{name}: {count}")


def _lag(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds // 86400} d" if seconds >= 172800 else f"{seconds // 3600} h" if seconds >= 7200 else f"{seconds // 60} min"
