"""How the Items of Conditions are reached: by the R*Tree, by their words, by their place; and how many that would be.

Every function takes a connection inside of a read transaction, so that all statements of a query see one state of the file.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from index.query import EXACT
from index.sqlite.conditions import Conditions

# Measured: looking an Item up from the R*Tree and sorting it costs some eight steps of a walk along an index.
LOOKUP = 8
CHUNK = 4096
"""Footprints tested at a time, at most."""


def by_box(asked: Conditions) -> tuple[str, dict[str, float]]:
    """FROM and the beginning of WHERE that reach Items by the R*Tree. An Item with two boxes, or in two parts, comes once."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.kinds, asked.since, asked.until)
    return f"items NOT INDEXED {asked.fields} WHERE items.seq IN (SELECT id / 2 FROM ({boxes}))", days


def by_words(asked: Conditions) -> str:
    """FROM and the beginning of WHERE that reach Items by their words."""
    return f"items NOT INDEXED {asked.fields} WHERE items.seq IN (SELECT rowid FROM texts WHERE texts MATCH {asked.phrases})"


@dataclass(frozen=True)
class Places:
    """The seqs of Items of which a box meets area and time (a JSON list, an Item with two boxes twice) and how many these are; of all such
    Items when `whole`. They stay in SQLite's hands: most are never looked at here."""

    seqs: str
    number: int
    whole: bool


Reach = Callable[[sqlite3.Connection, Conditions], Places]
"""places_of, or what remembers its answer: a page and its count ask for the same."""


def places_of(db: sqlite3.Connection, asked: Conditions, most: int | None = None) -> Places:
    """The Places of an area, read no further than `most` boxes (EXACT)."""
    assert asked.area is not None
    most = most or EXACT
    boxes, days = asked.area.boxes(asked.kinds, asked.since, asked.until)
    sql = f"SELECT json_group_array(seq), count(*) FROM (SELECT id / 2 AS seq FROM ({boxes}) LIMIT {most})"
    seqs, number = db.execute(sql, {**asked.area.params, **days}).fetchone()
    return Places(seqs, number, number < most)


def by_place(asked: Conditions) -> str:
    """FROM and the beginning of WHERE that reach the Items of `:places`, a JSON list of seqs."""
    return f"items NOT INDEXED {asked.fields} WHERE items.seq IN (SELECT value FROM json_each(:places))"


def boxes_up_to(db: sqlite3.Connection, asked: Conditions, most: int) -> int:
    """How many boxes meet area and time, counted no further than `most`."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.kinds, asked.since, asked.until)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({boxes}) LIMIT {most})"
    found: int = db.execute(sql, {**asked.area.params, **days}).fetchone()[0]
    return found


def words_up_to(db: sqlite3.Connection, asked: Conditions, most: int) -> int:
    """How many Items have the words, counted no further than `most`."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM texts WHERE texts MATCH {asked.phrases} LIMIT {most})"
    found: int = db.execute(sql, {"phrases": asked.params["phrases"]}).fetchone()[0]
    return found


def total_of(db: sqlite3.Connection) -> int:
    """About how many Items there are: deleted ones leave gaps."""
    last: int = db.execute("SELECT coalesce(max(seq), 0) FROM items").fetchone()[0]
    return last
