"""The tables of the SQLite index, version by version: each migration takes a file from the version that is its place to the next."""

import secrets
import sqlite3
from collections.abc import Callable

from index.sqlite import fields, match_tables

# Marks the file as Moisson's ("Mois").
APPLICATION_ID = 0x4D6F6973

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

_FORMER = """
-- Of Items and tombstones whose facts changed; one that has an old fact again keeps it here.
CREATE TABLE former (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    fact INTEGER NOT NULL REFERENCES facts,
    PRIMARY KEY (collection, id, fact)
) WITHOUT ROWID;
"""


def _first(db: sqlite3.Connection) -> None:
    _run(db, _ITEMS + _STATE)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.executemany("INSERT INTO meta VALUES (?, ?)", [("change", 0), ("secret", secrets.token_bytes(32))])


def _second(db: sqlite3.Connection) -> None:
    """Streams, removed records, notes."""
    _run(db, _SECOND)


def _third(db: sqlite3.Connection) -> None:
    """Facts by source; scenes, matches, and the copies that come before an Item."""
    _run(db, match_tables.TABLES)


def _run(db: sqlite3.Connection, script: str) -> None:
    # executescript() would commit the transaction first.
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


def _fourth(db: sqlite3.Connection) -> None:
    """The fields that filters and sorts look at."""
    _run(db, fields.TABLES)
    fields.fill(db)
    _run(db, fields.INDEXES)


def _fifth(db: sqlite3.Connection) -> None:
    """The facts that Items had before."""
    _run(db, _FORMER)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first, _second, _third, _fourth, _fifth)
"""They are only ever added to. Foreign keys are not enforced while they run."""
