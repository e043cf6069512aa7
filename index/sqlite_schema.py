"""The tables of the SQLite index, and how an older file becomes a newer one."""

import secrets
import sqlite3
from collections.abc import Callable

from index.protocol import IndexUnavailable

# Marks the file as Moisson's ("Mois").
APPLICATION_ID = 0x4D6F6973
PAGE_BYTES = 4096

_ITEMS = """
CREATE TABLE facts (
    fact INTEGER PRIMARY KEY,
    availability TEXT NOT NULL,
    licence TEXT NOT NULL,
    UNIQUE (availability, licence)
);
-- `place` is minus the sort key: one ascending row value (place, id, collection) is then the whole order.
-- Times are µs since 1970. The box is the footprint's; -180..180 when it crosses the antimeridian, NULL without footprint.
CREATE TABLE items (
    seq INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    id TEXT NOT NULL,
    collection TEXT NOT NULL,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    fact INTEGER NOT NULL REFERENCES facts,
    west REAL, south REAL, east REAL, north REAL,
    change INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    source TEXT NOT NULL,
    digest BLOB NOT NULL,
    wkb BLOB
);
CREATE UNIQUE INDEX items_id ON items (id, collection);
CREATE UNIQUE INDEX items_change ON items (change);
-- Both hold all that is filtered on, so that walking them reads no row before it matches.
CREATE INDEX items_order ON items (place, id, collection, begins, ends, fact, west, south, east, north);
CREATE INDEX items_collection ON items (collection, place, id, begins, ends, fact, west, south, east, north);
-- How far intervals reach from their sort key, which widens the range of places that a query by time looks at.
CREATE INDEX items_reach ON items (ends + place) WHERE ends + place > 0;
CREATE INDEX items_lead ON items (-place - begins) WHERE -place - begins > 0;
-- The JSON apart: rows of `items` stay small.
CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    head BLOB NOT NULL,
    middle BLOB NOT NULL,
    rest BLOB NOT NULL
);
-- id = seq * 2 + part. Coordinates are 32-bit floats, which SQLite rounds outwards; times are days since 1970, exact in them.
CREATE VIRTUAL TABLE boxes USING rtree (id, minx, maxx, miny, maxy, mint, maxt);
CREATE TABLE tombstones (
    change INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    changed INTEGER NOT NULL,
    fact INTEGER NOT NULL REFERENCES facts,
    UNIQUE (id, collection)
);
"""

_STATE = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    updated INTEGER,
    media_type TEXT NOT NULL,
    url TEXT,
    raw BLOB NOT NULL
);
CREATE UNIQUE INDEX records_native ON records (source, native_id);
CREATE INDEX records_item ON records (source, collection, id);
CREATE TABLE quarantine (
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    field TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    media_type TEXT NOT NULL,
    url TEXT,
    run TEXT NOT NULL,
    time INTEGER NOT NULL,
    raw BLOB NOT NULL,
    updated INTEGER,
    PRIMARY KEY (source, native_id)
);
CREATE TABLE watermarks (
    source TEXT NOT NULL,
    stream TEXT NOT NULL,
    value INTEGER NOT NULL,
    boundary TEXT NOT NULL,
    PRIMARY KEY (source, stream)
) WITHOUT ROWID;
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    started INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    ended INTEGER,
    reason TEXT,
    counts TEXT NOT NULL,
    items_put INTEGER NOT NULL,
    items_deleted INTEGER NOT NULL
);
CREATE INDEX runs_started ON runs (started);
CREATE INDEX runs_source ON runs (source, started);
-- A lease given back keeps its row, without owner: its epoch is never used again.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT,
    epoch INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
"""

_SECOND = """
ALTER TABLE records ADD COLUMN stream TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN stream TEXT NOT NULL DEFAULT '';
CREATE INDEX records_stream ON records (source, stream, updated, native_id);
CREATE INDEX quarantine_version ON quarantine (source, native_id, stream, updated);
CREATE INDEX quarantine_time ON quarantine (time, source, native_id);
CREATE TABLE deleted (
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    run TEXT NOT NULL,
    time INTEGER NOT NULL,
    until INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    updated INTEGER,
    stream TEXT NOT NULL,
    media_type TEXT NOT NULL,
    url TEXT,
    raw BLOB NOT NULL,
    PRIMARY KEY (source, native_id)
);
CREATE INDEX deleted_time ON deleted (time DESC, source, native_id);
CREATE INDEX deleted_until ON deleted (until);
-- A version is never used again, so that a note that was removed and made anew is not taken for the first.
CREATE TABLE notes (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
INSERT INTO meta VALUES ('note', 0);
"""


def _first(db: sqlite3.Connection) -> None:
    _run(db, _ITEMS + _STATE)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executemany("INSERT INTO meta VALUES (?, ?)", [("change", 0), ("secret", secrets.token_bytes(32))])


def _second(db: sqlite3.Connection) -> None:
    """Streams, removed records, notes."""
    _run(db, _SECOND)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first, _second)
"""Each takes a file from the version that is its place here to the next. They are only ever added to."""


def migrate(db: sqlite3.Connection, name: str) -> None:
    """Brings the file to this version, each step in a transaction of its own. Raises IndexUnavailable for a file that is not ours
    or is from a newer Moisson."""
    if _pragma(db, "user_version") == len(MIGRATIONS) and _pragma(db, "application_id") == APPLICATION_ID:
        return
    _refuse_strangers(db, name)
    # Both only take effect outside of a transaction; the size of a page only before the first table.
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    if _pragma(db, "journal_mode") != "wal":
        db.execute("PRAGMA journal_mode = WAL")
    while _step(db, name):
        pass


def _step(db: sqlite3.Connection, name: str) -> bool:
    """One migration; False when there is none left. Another process may be doing the same: the version is read under the lock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        _refuse_strangers(db, name)
        version = int(_pragma(db, "user_version"))
        if version < len(MIGRATIONS):
            MIGRATIONS[version](db)
            db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return version + 1 < len(MIGRATIONS)


def _refuse_strangers(db: sqlite3.Connection, name: str) -> None:
    ours = _pragma(db, "application_id") == APPLICATION_ID
    version = int(_pragma(db, "user_version"))
    if not ours and (version or db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()):
        raise IndexUnavailable(f"{name}: the SQLite file of another program: name another file")
    if version > len(MIGRATIONS):
        raise IndexUnavailable(
            f"{name}: written by a newer Moisson (version {version}, this one knows {len(MIGRATIONS)}): upgrade, or name another file"
        )


def _pragma(db: sqlite3.Connection, name: str) -> int | str:
    value: int | str = db.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _run(db: sqlite3.Connection, script: str) -> None:
    # executescript() would commit the transaction first.
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)
