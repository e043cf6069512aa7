"""The conditions of a query in SQL, and how the R*Tree reaches the Items of its area.

Every function takes a connection inside of a read transaction, so that all statements of a query see one state of the file.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from index.collapse import collapses, hides
from index.query import Query
from index.sqlite_area import Area, to_area

# Measured: looking an Item up from the R*Tree and sorting it costs some eight steps of a walk along an index.
LOOKUP = 8
CHUNK = 4096
"""Footprints tested at a time, at most."""

_MAX_STREAMS = 16


@dataclass(frozen=True)
class Conditions:
    """What a query asks, less cursor and order: `stretch` (the places that its times allow), `where` and `among` (its collections)
    are SQL on `items`. `streams` are the collections when they are so few that each is walked by itself."""

    stretch: str
    where: str
    among: str
    params: Mapping[str, Any]
    streams: tuple[str, ...]
    by_id: bool
    area: Area | None
    since: int | None
    until: int | None


def conditions(db: sqlite3.Connection, query: Query) -> Conditions:
    """The Conditions of a query; what can match nothing becomes `0`."""
    stretch, clauses, among = ["1"], ["1"], "1"
    params: dict[str, Any] = {}
    streams: tuple[str, ...] = ()
    _facts(db, query, clauses)
    _collapse(db, query, clauses)
    _times(db, query, stretch, clauses, params)
    if query.collections is not None:
        among = "collection IN (SELECT value FROM json_each(:collections))"
        params["collections"] = to_json(query.collections)
        if query.ids is None and len(query.collections) <= _MAX_STREAMS:
            streams = tuple(dict.fromkeys(query.collections))
        else:
            # The plus keeps SQLite from seeking every pair of an id and a collection.
            among = f"+{among}"
    if query.ids is not None:
        clauses.append("id IN (SELECT value FROM json_each(:ids))")
        params["ids"] = to_json(query.ids)
    area = to_area(query.area) if query.area is not None else None
    if area:
        clauses.append(f"({area.meets})")
        params.update(area.params)
    elif query.area is not None or query.collections == ():
        clauses.append("0")
    by_id = query.ids is not None
    return Conditions(" AND ".join(stretch), " AND ".join(clauses), among, params, streams, by_id, area, query.start, query.end)


def _facts(db: sqlite3.Connection, query: Query, clauses: list[str]) -> None:
    """The audience's predicate and the exclusion of Airbus, as the few combinations of facts that pass both."""
    rows = db.execute("SELECT fact, source, availability, licence FROM facts").fetchall()
    kept = [
        fact
        for fact, source, availability, licence in rows
        if query.audience.finds(source, availability, licence) and not (query.exclude_airbus and availability == "orderable")
    ]
    if len(kept) < len(rows):
        clauses.append(f"fact IN ({','.join(map(str, kept))})")


def _collapse(db: sqlite3.Connection, query: Query, clauses: list[str]) -> None:
    """What a better copy stands for, as the few sets of such copies of which one could come in the answer."""
    if not collapses(query):
        return
    sets = db.execute("SELECT better, copies FROM betters")
    hidden = [number for number, copies in sets if any(hides(query, tuple(copy)) for copy in orjson.loads(copies))]
    if hidden:
        clauses.append(f"coalesce(better, 0) NOT IN ({','.join(map(str, hidden))})")


def _times(db: sqlite3.Connection, query: Query, stretch: list[str], clauses: list[str], params: dict[str, Any]) -> None:
    """The interval test, and the range of places outside of which no interval of the store can meet it."""
    if query.end is not None:
        lead = db.execute("SELECT max(-place - begins) FROM items WHERE -place - begins > 0").fetchone()[0] or 0
        clauses.append("begins <= :until")
        stretch.append("place >= :first_place")
        params.update(until=query.end, first_place=-(query.end + lead))
    if query.start is not None:
        reach = db.execute("SELECT max(ends + place) FROM items WHERE ends + place > 0").fetchone()[0] or 0
        clauses.append("ends >= :since")
        stretch.append("place <= :last_place")
        params.update(since=query.start, last_place=reach - query.start)


def by_box(asked: Conditions) -> tuple[str, dict[str, int]]:
    """FROM and the beginning of WHERE that reach Items by the R*Tree. An Item with two boxes, or in two parts, comes once."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.since, asked.until)
    return f"items NOT INDEXED WHERE seq IN (SELECT id / 2 FROM ({boxes}))", days


def boxes_up_to(db: sqlite3.Connection, asked: Conditions, most: int) -> int:
    """How many boxes meet area and time, counted no further than `most`."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.since, asked.until)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({boxes}) LIMIT {most})"
    found: int = db.execute(sql, {**asked.area.params, **days}).fetchone()[0]
    return found


def total_of(db: sqlite3.Connection) -> int:
    """About how many Items there are: deleted ones leave gaps."""
    last: int = db.execute("SELECT coalesce(max(seq), 0) FROM items").fetchone()[0]
    return last


def to_json(values: Any) -> str:
    return orjson.dumps(values).decode()
