"""The fields that filters and sorts look at, a row beside each Item: its columns, how they are written, and which Collection has which."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from index.document import Document, centre_of, members_of, placed
from index.query import Query
from mappings.queryables import FIELDS, Field, Kind, Value, values_of, words_of

CLOUDS = "eo:cloud_cover"
"""The one field that stands in `items`, and so in the indexes that are walked: most filters ask for it."""

ARCHIVE = "moisson:source"
"""It stands with the facts: what is asked by archive is then answered from the indexes that are walked."""

STORED: tuple[Field, ...] = tuple(field for field in FIELDS.values() if not field.own and field.name not in (CLOUDS, ARCHIVE))
_TYPES = {Kind.NUMBER: "REAL", Kind.INTEGER: "INTEGER", Kind.TIME: "INTEGER", Kind.FLAG: "INTEGER"}
_COLUMNS = ", ".join(f'"{field.name}"' for field in STORED)

TABLES = f"""
ALTER TABLE items ADD COLUMN cloud REAL;
-- Whose Items they say they are; `source` is who brought them, and what an operator's rules go by.
ALTER TABLE facts ADD COLUMN archive TEXT NOT NULL DEFAULT '';
UPDATE facts SET archive = source;
DROP INDEX facts_triple;
CREATE UNIQUE INDEX facts_all ON facts (source, availability, licence, archive);
DROP INDEX items_order;
DROP INDEX items_collection;
-- A list of texts is a JSON list. `words` are what free text is looked for in, `lon` and `lat` the middle of the box.
CREATE TABLE fields (
    seq INTEGER PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    {", ".join(f'"{field.name}" {_TYPES.get(field.kind, "TEXT")}' for field in STORED)},
    lon REAL, lat REAL,
    words TEXT NOT NULL
);
CREATE VIRTUAL TABLE texts USING fts5 (words, content = 'fields', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 0');
-- Of the Items of a Collection with the same facts, and which fields they have. Only ever added to.
CREATE TABLE kinds (
    kind INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    fact INTEGER NOT NULL REFERENCES facts,
    UNIQUE (collection, fact)
);
CREATE TABLE present (kind INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (kind, field)) WITHOUT ROWID;
DROP TABLE boxes;
-- id = seq * 2 + part. Coordinates are 32-bit floats, which SQLite rounds outwards; times are days since 1970, exact in them, and so is
-- the kind (`mink`), which spares looking up the Item.
CREATE VIRTUAL TABLE boxes USING rtree (id, minx, maxx, miny, maxy, mint, maxt, mink, maxk);
"""
INDEXES = """
CREATE INDEX items_order ON items (place, id, collection, begins, ends, fact, better, cloud, west, south, east, north);
CREATE INDEX items_collection ON items (collection, place, id, begins, ends, fact, better, cloud, west, south, east, north);
CREATE INDEX items_cloud ON items (cloud, id, collection, begins, ends, fact, better, place, west, south, east, north);
"""

_PUT = f"INSERT INTO fields (seq, {_COLUMNS}, lon, lat, words) VALUES ({', '.join('?' * (len(STORED) + 4))})"
Box = tuple[float, float, float, float]
PUT_BOX = "INSERT OR REPLACE INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
DAY = 86_400_000_000
"""Microseconds."""
# The same for all, and far from any kind: boxes are put together by place and time, not by kind.
_MOST_KINDS = 1_000_000
_PORTION = 2000


def put(db: sqlite3.Connection, documents: Sequence[tuple[int, int, Document]]) -> None:
    """Writes the rows of Documents that are new or were dropped, each with its seq and fact."""
    rows = [_row(seq, document.values, document.centre, document.words) for seq, _, document in documents]
    _write(db, rows)
    _learn(db, {(document.collection, fact, name) for _, fact, document in documents for name in document.values})


def drop(db: sqlite3.Connection, seqs: Iterable[int]) -> None:
    """Removes rows; before the Items' own."""
    wanted = [(seq,) for seq in seqs]
    db.executemany("INSERT INTO texts (texts, rowid, words) SELECT 'delete', seq, words FROM fields WHERE seq = ?", wanted)
    db.executemany("DELETE FROM fields WHERE seq = ?", wanted)


def kinds(db: sqlite3.Connection, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The kind of each pair of a Collection and a fact, made when it is new."""
    db.executemany("INSERT OR IGNORE INTO kinds (collection, fact) VALUES (?, ?)", sorted(set(pairs)))
    return {(collection, fact): kind for kind, collection, fact in db.execute("SELECT kind, collection, fact FROM kinds")}


def days(time: int) -> float:
    """Of a time in µs, what the R*Tree has: whole days, in units that weigh like degrees (exact in 32 bits)."""
    return time // DAY / 64


def box_rows(seq: int, kind: int, times: tuple[int, int], boxes: Sequence[Box]) -> list[tuple[float, ...]]:
    """What `boxes` holds of an Item; its times in µs."""
    told = (*map(days, times), kind, _MOST_KINDS)
    return [(seq * 2 + part, west, east, south, north, *told) for part, (west, south, east, north) in enumerate(boxes)]


def fill(db: sqlite3.Connection) -> None:
    """Writes the rows of all Items, from their JSON: those of a file that an older Moisson wrote."""
    known = kinds(db, db.execute("SELECT DISTINCT collection, fact FROM items").fetchall())
    read = db.execute("SELECT seq, collection, fact, begins, ends, head FROM items JOIN bodies USING (seq)")
    present: set[tuple[str, int, str]] = set()
    while portion := read.fetchmany(_PORTION):
        rows, clouds, found = [], [], []
        for seq, collection, fact, start, end, head in portion:
            item = members_of(head)
            values = values_of(item)
            _, boxes = placed(item["geometry"])
            rows.append(_row(seq, values, centre_of(boxes), words_of(item)))
            found += box_rows(seq, known[collection, fact], (start, end), boxes)
            if CLOUDS in values:
                clouds.append((values[CLOUDS], seq))
            present.update((collection, fact, name) for name in values)
        _write(db, rows)
        db.executemany(PUT_BOX, found)
        db.executemany("UPDATE items SET cloud = ? WHERE seq = ?", clouds)
    _learn(db, present)


def names(db: sqlite3.Connection, query: Query) -> frozenset[str]:
    """As Index.fields."""
    sql = "SELECT collection, source, availability, licence, field FROM present JOIN kinds USING (kind) JOIN facts USING (fact)"
    rows = db.execute(sql)
    wanted = query.collections
    found = {
        field
        for collection, source, availability, licence, field in rows
        if (wanted is None or collection in wanted) and query.audience.finds(source, availability, licence)
    }
    any_item = bool(found)
    return frozenset(found | {field.name for field in FIELDS.values() if field.own and any_item})


def _learn(db: sqlite3.Connection, found: set[tuple[str, int, str]]) -> None:
    """That Items of a Collection, with these facts, have this field."""
    sql = "INSERT OR IGNORE INTO present SELECT kind, ?3 FROM kinds WHERE collection = ?1 AND fact = ?2"
    db.executemany(sql, sorted(found))


def _row(seq: int, values: Mapping[str, Value], centre: tuple[float, float] | None, words: str) -> tuple[Any, ...]:
    cells = (_cell(values.get(field.name)) for field in STORED)
    return (seq, *cells, *(centre or (None, None)), words)


def _cell(value: Value | None) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, tuple) else value


def _write(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    db.executemany(_PUT, rows)
    db.executemany("INSERT INTO texts (rowid, words) VALUES (?, ?)", [(row[0], row[-1]) for row in rows])
