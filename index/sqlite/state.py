"""What the tables say of harvests: watermarks, runs, changes, leases. Functions over a connection."""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from index.state import Change, Counts, Facts, ItemKey, Lease, Outcome, Run
from mappings.times import from_micros, to_micros
from mappings.watermark import Watermark


def watermark(db: sqlite3.Connection, source: str, stream: str) -> Watermark | None:
    row = db.execute("SELECT value, boundary FROM watermarks WHERE source = ? AND stream = ?", (source, stream)).fetchone()
    return Watermark(from_micros(row[0]), frozenset(orjson.loads(row[1]))) if row else None


def watermarks(db: sqlite3.Connection, source: str) -> dict[str, Watermark]:
    """By stream, ascending."""
    rows = db.execute("SELECT stream, value, boundary FROM watermarks WHERE source = ? ORDER BY stream", (source,))
    return {stream: Watermark(from_micros(value), frozenset(orjson.loads(boundary))) for stream, value, boundary in rows}


def change_of(db: sqlite3.Connection, key: ItemKey) -> Change | None:
    """The newest of an Item."""
    sql = """SELECT change FROM items WHERE collection = ?1 AND id = ?2
        UNION ALL SELECT change FROM tombstones WHERE collection = ?1 AND id = ?2"""
    number = db.execute(sql, tuple(key)).fetchone()
    return changes(db, number[0] - 1, 1)[0] if number else None


def changes(db: sqlite3.Connection, after: int, limit: int) -> list[Change]:
    """Ascending by number."""
    sql = """SELECT change, collection, id, source, deleted, changed, availability, licence FROM (
        SELECT * FROM (SELECT change, collection, id, 0 AS deleted, changed, fact FROM items
            WHERE change > ?1 ORDER BY change LIMIT ?2)
        UNION ALL
        SELECT * FROM (SELECT change, collection, id, 1, changed, fact FROM tombstones WHERE change > ?1 ORDER BY change LIMIT ?2)
        ) JOIN facts USING (fact) ORDER BY change LIMIT ?2"""
    found = [
        Change(number, ItemKey(collection, item_id), source, bool(deleted), from_micros(time), availability, licence)
        for number, collection, item_id, source, deleted, time, availability, licence in db.execute(sql, (after, limit))
    ]
    former = _former(db, [change.key for change in found])
    return [replace(change, former=former[change.key] - {change.facts}) if change.key in former else change for change in found]


def _former(db: sqlite3.Connection, keys: Sequence[ItemKey]) -> dict[ItemKey, frozenset[Facts]]:
    sql = """SELECT former.collection, former.id, source, availability, licence FROM json_each(?) AS asked
        CROSS JOIN former ON former.collection = asked.value ->> 0 AND former.id = asked.value ->> 1 JOIN facts USING (fact)"""
    found: dict[ItemKey, frozenset[Facts]] = {}
    for collection, item_id, *facts in db.execute(sql, (orjson.dumps([tuple(key) for key in keys]).decode(),)):
        key = ItemKey(collection, item_id)
        found[key] = found.get(key, frozenset()) | {Facts(*facts)}
    return found


# --- runs ------------------------------------------------------------------------------------------------------------------


def save_run(db: sqlite3.Connection, run: Run) -> None:
    ended = to_micros(run.ended) if run.ended else None
    counts = _json(asdict(run.counts))
    db.execute(
        "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (run.id, run.source, to_micros(run.started), str(run.outcome), ended, run.reason, counts, run.items_put, run.items_deleted),
    )


def runs(db: sqlite3.Connection, source: str | None, limit: int) -> list[Run]:
    """The newest first; of equal starts, the greater id first."""
    where, params = ("WHERE source = ?", (source,)) if source is not None else ("", ())
    rows = db.execute(
        f"""SELECT id, source, started, outcome, ended, reason, counts, items_put, items_deleted FROM runs {where}
        ORDER BY started DESC, id DESC LIMIT ?""",
        (*params, limit),
    )
    return [_to_run(*row) for row in rows]


def _to_run(
    run_id: str, source: str, started: int, outcome: str, ended: int | None, reason: str | None, counts: str, put: int, deleted: int
) -> Run:
    return Run(run_id, source, from_micros(started), Outcome(outcome), _time(ended), reason, Counts(**orjson.loads(counts)), put, deleted)


# --- leases ----------------------------------------------------------------------------------------------------------------


def acquire(db: sqlite3.Connection, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None = None) -> Lease | None:
    """The next epoch, when nobody holds the lease at `now`, or exactly `replacing` does."""
    held = lease(db, name)
    if held and held.expires > now and held != replacing:
        return None
    row = db.execute("SELECT epoch FROM leases WHERE name = ?", (name,)).fetchone()
    taken = Lease(name, owner, row[0] + 1 if row else 1, now + ttl)
    db.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", (name, owner, taken.epoch, to_micros(taken.expires)))
    return taken


def lease(db: sqlite3.Connection, name: str) -> Lease | None:
    """Who has it, expired or not; None when it was given back or never taken."""
    row = db.execute("SELECT owner, epoch, expires FROM leases WHERE name = ? AND owner IS NOT NULL", (name,)).fetchone()
    return Lease(name, row[0], row[1], from_micros(row[2])) if row else None


def renew(db: sqlite3.Connection, held: Lease, now: datetime, ttl: timedelta) -> bool:
    """An expired lease can be renewed as long as nobody else took it."""
    sql = "UPDATE leases SET expires = ? WHERE name = ? AND owner = ? AND epoch = ?"
    return db.execute(sql, (to_micros(now + ttl), held.name, held.owner, held.epoch)).rowcount > 0


def release(db: sqlite3.Connection, held: Lease) -> None:
    sql = "UPDATE leases SET owner = NULL WHERE name = ? AND owner = ? AND epoch = ?"
    db.execute(sql, (held.name, held.owner, held.epoch))


def _time(micros: int | None) -> datetime | None:
    return from_micros(micros) if micros is not None else None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
