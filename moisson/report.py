"""A run's report, as JSON members and as a line."""

from dataclasses import fields
from typing import Any

from index.state import Counts, Run
from mappings.times import format_time
from schedules.remap import Remapped


def run_document(run: Run) -> dict[str, Any]:
    """The run for scripts: times RFC 3339, counts that add up."""
    counts = {"announced": run.counts.announced, "received": run.counts.received, "distinct": run.counts.distinct}
    counts.update({f.name: getattr(run.counts, f.name) for f in fields(Counts)})
    return {
        "id": run.id,
        "source": run.source,
        "outcome": str(run.outcome),
        "reason": run.reason,
        "started": format_time(run.started),
        "ended": format_time(run.ended) if run.ended else None,
        "counts": counts,
        "items_put": run.items_put,
        "items_deleted": run.items_deleted,
    }


def remapped_document(source: str, done: Remapped) -> dict[str, Any]:
    """What mapping again did, for scripts."""
    counts = {"received": done.counts.received, **{f.name: getattr(done.counts, f.name) for f in fields(Counts)}}
    return {"source": source, "counts": counts, "items_put": done.items_put, "items_deleted": done.items_deleted}


def run_line(run: Run) -> str:
    """`peps: complete: received 900 (new 900), 900 Items put`; only counts that are not zero."""
    shown = ", ".join(f"{f.name} {value}" for f in fields(Counts) if (value := getattr(run.counts, f.name)))
    line = f"{run.source}: {run.outcome}: announced {run.counts.announced}, received {run.counts.received}"
    line += f" ({shown})" if shown else ""
    line += f"; Items put {run.items_put}, deleted {run.items_deleted}"
    return f"{line}: {run.reason}" if run.reason else line
