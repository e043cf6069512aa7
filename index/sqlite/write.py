"""A batch into the tables. Every function takes a connection inside of a write transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from index.document import Document
from index.protocol import LeaseLost
from index.sqlite import fields
from index.state import Applied, Batch, ItemKey, Lease
from mappings.times import to_micros


def write(db: sqlite3.Connection, batch: Batch, packed: Sequence[bytes]) -> Applied:
    """Writes the batch; `packed` are its records' raw bytes, compressed. Raises LeaseLost."""
    if batch.lease is not None:
        check_lease(db, batch.lease)
    change: int = db.execute("SELECT value FROM meta WHERE name = 'change'").fetchone()[0]
    documents = {ItemKey(document.collection, document.id): document for document in batch.items}
    removed = [key for key in dict.fromkeys(batch.removed) if key not in documents]
    put = _put_items(db, documents, change, to_micros(batch.now))
    deleted = _delete_items(db, removed, change + put, to_micros(batch.now))
    if put or deleted:
        db.execute("UPDATE meta SET value = ? WHERE name = 'change'", (change + put + deleted,))
    _put_state(db, batch, packed)
    return Applied(put, deleted, change + put + deleted)


def check_lease(db: sqlite3.Connection, lease: Lease) -> None:
    """Raises LeaseLost unless the owner still holds this very epoch; that it has expired does not matter until another takes it."""
    row = db.execute("SELECT owner, epoch FROM leases WHERE name = ?", (lease.name,)).fetchone()
    if row != (lease.owner, lease.epoch):
        raise LeaseLost(f"{lease.owner} lost the lease {lease.name} (epoch {lease.epoch})")


# --- Items -----------------------------------------------------------------------------------------------------------------


def _put_items(db: sqlite3.Connection, documents: dict[ItemKey, Document], change: int, now: int) -> int:
    """Writes the Items whose bytes changed, numbered from change + 1; how many."""
    stored = _stored(db, documents)
    fresh = [(key, document) for key, document in documents.items() if stored.get(key, (0, b""))[1] != document.digest]
    if not fresh:
        return 0
    # Also above what is left of Items that somebody deleted from their table alone.
    seq: int = db.execute("SELECT max(ifnull((SELECT max(seq) FROM items), 0), ifnull((SELECT max(seq) FROM bodies), 0))").fetchone()[0]
    facts = _fact_numbers(db, {_facts(document) for _, document in fresh})
    kinds = fields.kinds(db, ((document.collection, facts[_facts(document)]) for _, document in fresh))
    rows: list[tuple[Any, ...]] = []
    bodies, boxes, old, looked_at = [], [], [], []
    for number, (key, document) in enumerate(fresh, change + 1):
        if key in stored:
            place = stored[key][0]
            old.append(place)
        else:
            seq += 1
            place = seq
        fact = facts[_facts(document)]
        rows.append(_item_row(document, place, fact, number, now))
        looked_at.append((place, fact, document))
        bodies.append((place, document.head, document.middle, document.rest))
        times = (document.start, document.end)
        boxes += fields.box_rows(place, kinds[document.collection, fact], times, document.boxes)
    _keep_former(db, [(key, facts[_facts(document)]) for key, document in fresh])
    _drop_boxes(db, old)
    fields.drop(db, old)
    db.executemany(_PUT_ITEM, rows)
    fields.put(db, looked_at)
    db.executemany("INSERT INTO bodies VALUES (?, ?, ?, ?) ON CONFLICT (seq) DO UPDATE SET head = ?2, middle = ?3, rest = ?4", bodies)
    db.executemany(fields.PUT_BOX, boxes)
    db.executemany("DELETE FROM tombstones WHERE id = ? AND collection = ?", [(key.id, key.collection) for key, _ in fresh])
    return len(fresh)


_PUT_ITEM = """INSERT INTO items
    (seq, place, id, collection, begins, ends, fact, west, south, east, north, change, changed, source, digest, wkb, cloud)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
    ON CONFLICT (seq) DO UPDATE SET place = ?2, begins = ?5, ends = ?6, fact = ?7, west = ?8, south = ?9, east = ?10, north = ?11,
    change = ?12, changed = ?13, source = ?14, digest = ?15, wkb = ?16, cloud = ?17"""


_KEEP_FORMER = """INSERT OR IGNORE INTO former SELECT collection, id, {table}.fact FROM {table}
    JOIN (SELECT value ->> 0 AS collection, value ->> 1 AS id, value ->> 2 AS fact FROM json_each(?)) AS new USING (collection, id)
    WHERE {table}.fact <> new.fact"""


def _keep_former(db: sqlite3.Connection, new: Sequence[tuple[ItemKey, int]]) -> None:
    """Of Items that are there, or were, with other facts than they are to have."""
    asked = orjson.dumps([(*key, fact) for key, fact in new]).decode()
    for table in ("items", "tombstones"):
        db.execute(_KEEP_FORMER.format(table=table), (asked,))


def _item_row(document: Document, seq: int, fact: int, change: int, now: int) -> tuple[Any, ...]:
    times = (document.start, document.end)
    return (
        *(seq, -document.sort_key, document.id, document.collection, *times, fact, *_envelope(document)),
        *(change, now, document.source, document.digest, document.wkb, document.values.get(fields.CLOUDS)),
    )


def _envelope(document: Document) -> Sequence[float | None]:
    boxes = document.boxes
    if not boxes:
        return (None, None, None, None)
    if len(boxes) == 1:
        return boxes[0]
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return (min(wests), min(souths), max(easts), max(norths))


def _drop_boxes(db: sqlite3.Connection, seqs: Iterable[int]) -> None:
    db.executemany("DELETE FROM boxes WHERE id = ?", [(seq * 2 + part,) for seq in seqs for part in (0, 1)])


def _stored(db: sqlite3.Connection, keys: Iterable[ItemKey]) -> dict[ItemKey, tuple[int, bytes]]:
    """seq and digest of the Items that are there."""
    sql = """SELECT items.collection, items.id, seq, digest FROM json_each(?) AS asked
        CROSS JOIN items ON items.id = asked.value ->> 1 AND items.collection = asked.value ->> 0"""
    rows = db.execute(sql, (orjson.dumps([tuple(key) for key in keys]).decode(),))
    return {ItemKey(collection, item_id): (seq, digest) for collection, item_id, seq, digest in rows}


def _facts(document: Document) -> tuple[str, str, str, str]:
    archive = document.values.get(fields.ARCHIVE)
    return (document.source, document.availability, document.licence, archive if isinstance(archive, str) else document.source)


def _fact_numbers(db: sqlite3.Connection, facts: set[tuple[str, str, str, str]]) -> dict[tuple[str, str, str, str], int]:
    db.executemany("INSERT INTO facts (source, availability, licence, archive) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", sorted(facts))
    return {tuple(row[1:]): row[0] for row in db.execute("SELECT fact, source, availability, licence, archive FROM facts")}


def _delete_items(db: sqlite3.Connection, keys: list[ItemKey], change: int, now: int) -> int:
    """Removes those that are there and leaves tombstones, numbered from change + 1; how many."""
    stored = _stored(db, keys)
    seqs = [stored[key][0] for key in keys if key in stored]
    if not seqs:
        return 0
    sql = "INSERT INTO tombstones SELECT ?, collection, id, source, ?, fact FROM items WHERE seq = ?"
    db.executemany(sql, [(number, now, seq) for number, seq in enumerate(seqs, change + 1)])
    _drop_boxes(db, seqs)
    fields.drop(db, seqs)
    db.executemany("DELETE FROM items WHERE seq = ?", [(seq,) for seq in seqs])
    return len(seqs)


# --- records, quarantine, watermarks -----------------------------------------------------------------------------------------

_PUT_RECORD = """INSERT INTO records (source, native_id, fingerprint, collection, id, updated, media_type, url, raw, stream)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (source, native_id) DO UPDATE
    SET fingerprint = ?3, collection = ?4, id = ?5, updated = ?6, media_type = ?7, url = ?8, raw = ?9, stream = ?10"""
_MOVE = """INSERT OR REPLACE INTO deleted
    (source, native_id, reason, run, time, until, fingerprint, collection, id, updated, stream, media_type, url, raw)
    SELECT source, native_id, ?3, ?4, ?5, ?6, fingerprint, collection, id, updated, stream, media_type, url, raw
    FROM records WHERE source = ?1 AND native_id = ?2"""
_PUT_REJECTION = """INSERT OR REPLACE INTO quarantine
    (source, native_id, reason, field, fingerprint, media_type, url, run, time, raw, updated, stream)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _put_state(db: sqlite3.Connection, batch: Batch, packed: Sequence[bytes]) -> None:
    source = batch.source
    now = to_micros(batch.now)
    db.executemany(_MOVE, [(source, r.native_id, r.reason, batch.run, now, to_micros(r.until)) for r in batch.forgotten])
    _forget(db, "records", source, [removal.native_id for removal in batch.forgotten])
    records = [
        (source, r.native_id, r.fingerprint, *r.key, _micros(r.updated), r.media_type, r.url, raw, r.stream)
        for r, raw in zip(batch.records, packed, strict=True)
    ]
    db.executemany(_PUT_RECORD, records)
    _forget(db, "deleted", source, [record.native_id for record in batch.records])
    _forget(db, "quarantine", source, batch.absolved)
    rejected = [
        (
            *(r.source, r.native_id, r.reason, r.field, r.fingerprint, r.media_type, r.url, r.run),
            *(to_micros(r.time), r.raw, _micros(r.updated), r.stream),
        )
        for r in batch.rejected
    ]
    db.executemany(_PUT_REJECTION, rejected)
    marks = [(source, stream, to_micros(m.value), orjson.dumps(sorted(m.boundary)).decode()) for stream, m in batch.watermarks.items()]
    db.executemany("INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)", marks)


def _micros(when: datetime | None) -> int | None:
    return to_micros(when) if when else None


def _forget(db: sqlite3.Connection, table: str, source: str, native_ids: Sequence[str]) -> None:
    db.executemany(f"DELETE FROM {table} WHERE source = ? AND native_id = ?", [(source, native_id) for native_id in native_ids])
