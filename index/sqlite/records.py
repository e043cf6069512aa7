"""What the tables say of records: those kept, those in quarantine, those removed. Functions over a connection."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

import orjson

from index.bounds import Bounds, Version, quarantined
from index.state import Deleted, ItemKey, Known, Rejection, StoredRecord
from mappings.times import from_micros, to_micros

Unpack = Callable[[bytes], bytes]
_RECORD = "native_id, fingerprint, collection, id, updated, raw, media_type, url, stream"


# --- kept --------------------------------------------------------------------------------------------------------------------


def known(db: sqlite3.Connection, source: str, native_ids: Collection[str]) -> dict[str, Known]:
    """Kept and quarantined records; of one that is both, the rejected version's fingerprint and the Item that it still has."""
    asked = (source, _json(list(native_ids)))
    condition = "WHERE source = ? AND native_id IN (SELECT value FROM json_each(?))"
    found = {
        native_id: Known(fingerprint, ItemKey(collection, item_id), updated=_time(updated), stream=stream)
        for native_id, fingerprint, collection, item_id, updated, stream in db.execute(
            f"SELECT native_id, fingerprint, collection, id, updated, stream FROM records {condition}", asked
        )
    }
    sql = f"SELECT native_id, fingerprint, updated, stream FROM quarantine {condition}"
    for native_id, fingerprint, updated, rejected in db.execute(sql, asked):
        kept = found.get(native_id)
        newest = max((when for when in (_time(updated), kept.updated if kept else None) if when), default=None)
        stream = kept.stream if kept else rejected
        found[native_id] = Known(fingerprint, kept.key if kept else None, quarantined=True, updated=newest, stream=stream)
    return found


def members(db: sqlite3.Connection, source: str, keys: Collection[ItemKey], unpack: Unpack) -> dict[ItemKey, list[StoredRecord]]:
    """Every asked key, with its records by native id; none for an Item that has none."""
    sql = """SELECT native_id, fingerprint, records.collection, records.id, updated, raw, media_type, url, stream
        FROM json_each(?2) AS asked
        CROSS JOIN records ON source = ?1 AND collection = asked.value ->> 0 AND records.id = asked.value ->> 1 ORDER BY native_id"""
    found: dict[ItemKey, list[StoredRecord]] = {ItemKey(*key): [] for key in keys}
    for row in db.execute(sql, (source, _json([tuple(key) for key in found]))):
        record = _record(row, unpack)
        found[record.key].append(record)
    return found


def records(db: sqlite3.Connection, source: str, after: str | None, limit: int, unpack: Unpack) -> list[StoredRecord]:
    """Ascending by native id."""
    past, bound = ("AND native_id > ?", (after,)) if after is not None else ("", ())
    sql = f"SELECT {_RECORD} FROM records WHERE source = ? {past} ORDER BY native_id LIMIT ?"
    return [_record(row, unpack) for row in db.execute(sql, (source, *bound, limit))]


def record_names(db: sqlite3.Connection, source: str, bounds: Bounds, after: str | None, limit: int) -> list[str]:
    """Ascending. Sorted anew for each page: that costs less than a second index over all names costs every write."""
    where, values = _within(source, bounds)
    if after is not None:
        where, values = f"{where} AND native_id > ?", [*values, after]
    sql = f"SELECT native_id FROM records INDEXED BY records_stream WHERE {where} ORDER BY native_id LIMIT ?"
    return [native_id for (native_id,) in db.execute(sql, (*values, limit))]


def count_records(db: sqlite3.Connection, source: str, bounds: Bounds) -> int:
    """Kept or in quarantine, each once."""
    where, values = _within(source, bounds)
    kept: int = db.execute(f"SELECT count(*) FROM records WHERE {where}", values).fetchone()[0]
    return kept + quarantined(bounds, _rejected_and_kept(db, source))


def _rejected_and_kept(db: sqlite3.Connection, source: str) -> Iterator[tuple[Version, Version | None]]:
    sql = """SELECT held.stream, held.updated, kept.number, kept.stream, kept.updated FROM quarantine AS held
        LEFT JOIN records AS kept USING (source, native_id) WHERE held.source = ?"""
    for stream, updated, number, kept_stream, kept_updated in db.execute(sql, (source,)):
        yield Version(stream, updated), Version(kept_stream, kept_updated) if number is not None else None


def _within(source: str, bounds: Bounds) -> tuple[str, list[Any]]:
    """A condition and its values."""
    parts = {"source = ?": source, "stream = ?": bounds.stream, "updated >= ?": bounds.since, "updated < ?": bounds.until}
    given = {condition: value for condition, value in parts.items() if value is not None}
    return " AND ".join(given), list(given.values())


def _record(row: tuple[Any, ...], unpack: Unpack) -> StoredRecord:
    native_id, fingerprint, collection, item_id, updated, raw, media_type, url, stream = row
    return StoredRecord(native_id, fingerprint, ItemKey(collection, item_id), _time(updated), unpack(raw), media_type, url, stream)


# --- in quarantine -------------------------------------------------------------------------------------------------------------


def rejections(db: sqlite3.Connection, source: str | None, reason: str | None, limit: int | None) -> list[Rejection]:
    """By time, then source and native id."""
    # SQLite's own lower() knows ASCII only.
    db.create_function("lowered", 1, str.lower, deterministic=True)
    rows = db.execute(
        """SELECT source, native_id, reason, field, fingerprint, raw, media_type, url, run, time, updated, stream FROM quarantine
        WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR instr(lowered(reason), ?2)) ORDER BY time, source, native_id LIMIT ?3""",
        (source, reason.lower() if reason is not None else None, limit if limit is not None else -1),
    )
    return [Rejection(*(*said, from_micros(time), _time(updated), stream)) for *said, time, updated, stream in rows]


def count_rejections(db: sqlite3.Connection, source: str | None) -> int:
    where, values = ("WHERE source = ?", (source,)) if source is not None else ("", ())
    count: int = db.execute(f"SELECT count(*) FROM quarantine {where}", values).fetchone()[0]
    return count


# --- removed -------------------------------------------------------------------------------------------------------------------


def deleted(db: sqlite3.Connection, source: str | None, native_ids: Collection[str] | None, limit: int, unpack: Unpack) -> list[Deleted]:
    """The newest first; of one time, by source and native id."""
    conditions, values = ["1"], list[Any]()
    if source is not None:
        conditions.append("source = ?")
        values.append(source)
    if native_ids is not None:
        conditions.append("native_id IN (SELECT value FROM json_each(?))")
        values.append(_json(list(native_ids)))
    sql = f"""SELECT source, reason, run, time, until, {_RECORD} FROM deleted WHERE {" AND ".join(conditions)}
        ORDER BY time DESC, source, native_id LIMIT ?"""
    return [
        Deleted(origin, _record(tuple(row), unpack), reason, run, from_micros(time), from_micros(until))
        for origin, reason, run, time, until, *row in db.execute(sql, (*values, limit))
    ]


def rejected_names(db: sqlite3.Connection, source: str, stream: str) -> list[str]:
    rows = db.execute("SELECT native_id FROM quarantine WHERE source = ? AND stream = ? ORDER BY native_id", (source, stream))
    return [native_id for (native_id,) in rows]


def count_deleted(db: sqlite3.Connection, source: str) -> int:
    count: int = db.execute("SELECT count(*) FROM deleted WHERE source = ?", (source,)).fetchone()[0]
    return count


def purge(db: sqlite3.Connection, now: datetime) -> int:
    """Drops what cannot be restored any more; how many."""
    return db.execute("DELETE FROM deleted WHERE until <= ?", (to_micros(now),)).rowcount


def _time(micros: int | None) -> datetime | None:
    return from_micros(micros) if micros is not None else None


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
