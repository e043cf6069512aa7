"""Queries in SQL: the conditions, the choice between walking the order and asking the R*Tree, pages, counts, summaries.

Every function takes a connection inside of a read transaction, so that its statements see one state of the file.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import isqrt
from typing import Any

import orjson

from index.query import Cursor, Page, Query, Summary
from index.sqlite_area import Area, to_area
from index.state import StoredItem

# A row of a candidate: seq, place, id, collection, footprint (None: it matches without an exact test).
_Row = tuple[int, int, str, str, bytes | None]

# Measured: looking an Item up from the R*Tree and sorting it costs some eight steps of a walk along the order.
_LOOKUP = 8
# How much longer than expected a walk may become before the R*Tree is asked after all.
_PATIENCE = 4
_CHUNK = 4096


@dataclass(frozen=True)
class Conditions:
    """What a query asks, less cursor and order: `stretch` and `where` are SQL on `items`, `index` the one that walks them in order,
    `stretch` the part of it that needs to be walked."""

    stretch: str
    where: str
    params: Mapping[str, Any]
    index: str
    area: Area | None
    since: int | None
    until: int | None


def conditions(db: sqlite3.Connection, query: Query) -> Conditions:
    """The Conditions of a query; what can match nothing becomes `0`."""
    stretch, clauses = ["1"], ["1"]
    params: dict[str, Any] = {}
    index = "items_order"
    _facts(db, query, clauses)
    _times(db, query, stretch, clauses, params)
    if query.collections is not None and len(query.collections) == 1:
        index = "items_collection"
        stretch.append("collection = :collection")
        params["collection"] = query.collections[0]
    elif query.collections is not None:
        clauses.append("collection IN (SELECT value FROM json_each(:collections))")
        params["collections"] = _json(query.collections)
    if query.ids is not None:
        index = "items_id"
        clauses.append("id IN (SELECT value FROM json_each(:ids))")
        params["ids"] = _json(query.ids)
    area = to_area(query.area) if query.area is not None else None
    if area:
        clauses.append(f"({area.meets})")
        params.update(area.params)
    elif query.area is not None:
        clauses.append("0")
    return Conditions(" AND ".join(stretch), " AND ".join(clauses), params, index, area, query.start, query.end)


def _facts(db: sqlite3.Connection, query: Query, clauses: list[str]) -> None:
    """The audience's predicate and the exclusion of Airbus, as the few combinations of facts that pass both."""
    rows = db.execute("SELECT fact, availability, licence FROM facts").fetchall()
    kept = [
        fact
        for fact, availability, licence in rows
        if query.audience.finds(availability, licence) and not (query.exclude_airbus and availability == "orderable")
    ]
    if len(kept) < len(rows):
        clauses.append(f"fact IN ({','.join(map(str, kept))})")


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


# --- pages -----------------------------------------------------------------------------------------------------------------


def search(db: sqlite3.Connection, query: Query) -> Page:
    """One page, and the cursor of the next when there is a further match."""
    asked = conditions(db, query)
    rows = list(islice(_matching(_candidates(db, asked, query), asked.area, query.limit + 1), query.limit + 1))
    found = rows[: query.limit]
    last = found[-1] if len(rows) > query.limit else None
    return Page(_load(db, [row[0] for row in found]), Cursor(-last[1], last[2], last[3]) if last else None)


def _load(db: sqlite3.Connection, seqs: list[int]) -> list[StoredItem]:
    sql = """SELECT seq, collection, id, head, middle, rest, availability, licence, change
        FROM items JOIN bodies USING (seq) JOIN facts USING (fact) WHERE seq IN (SELECT value FROM json_each(?))"""
    found = {row[0]: StoredItem(*row[1:]) for row in db.execute(sql, (_json(seqs),))}
    return [found[seq] for seq in seqs]


def _matching(rows: Iterator[_Row], area: Area | None, first: int) -> Iterator[_Row]:
    """The rows that match exactly, tested many at once: `first` rows, then ever more."""
    if area is None:
        yield from rows
        return
    size = first
    while chunk := list(islice(rows, size)):
        yield from _tested(chunk, area)
        size = min(size * 2, _CHUNK)


def _tested(chunk: list[_Row], area: Area) -> Iterator[_Row]:
    footprints = [row[4] for row in chunk if row[4] is not None]
    answers = iter(area.touches(footprints) if footprints else ())
    return (row for row in chunk if row[4] is None or next(answers))


def _candidates(db: sqlite3.Connection, asked: Conditions, query: Query) -> Iterator[_Row]:
    """Rows in order, from the cursor on, of which some may miss the area.

    With few boxes in the area, the R*Tree gives them and they are sorted. With many, the next `limit` matches are soon met by
    walking the order; but when they all lie far down in it, the R*Tree (or, for most of the store, the walk) gives the rest.
    """
    params = dict(asked.params)
    ahead = _range(asked, query, params)
    where = f"{ahead} AND {asked.where}"
    if asked.area is None or query.ids is not None:
        yield from _walk(db, asked, where, params)
        return
    total = db.execute("SELECT max(seq) FROM items").fetchone()[0] or 0
    few = isqrt((query.limit + 1) * total // _LOOKUP) + query.limit
    if _boxes_up_to(db, asked, few) < few:
        yield from _from_boxes(db, asked, where, params)
        return
    stride = _PATIENCE * _LOOKUP * few
    row = db.execute(f"SELECT place FROM items INDEXED BY {asked.index} WHERE {ahead} LIMIT 1 OFFSET {stride}", params).fetchone()
    if row is None:
        yield from _walk(db, asked, where, params)
        return
    params["horizon"] = row[0]
    yield from _walk(db, asked, f"{where} AND place <= :horizon", params)
    rest = f"{where} AND place > :horizon"
    many = total // _LOOKUP
    yield from (_from_boxes if _boxes_up_to(db, asked, many) < many else _walk)(db, asked, rest, params)


def _range(asked: Conditions, query: Query, params: dict[str, Any]) -> str:
    """SQL of the stretch of the index that a walk reads: from the cursor on, within the places that the times allow."""
    clauses = [asked.stretch]
    if query.after is not None:
        params.update(cursor_place=-query.after.sort_key, cursor_id=query.after.item_id, cursor_collection=query.after.collection)
        clauses.append("(place, id, collection) > (:cursor_place, :cursor_id, :cursor_collection)")
    return " AND ".join(clauses)


def _columns(asked: Conditions) -> str:
    return f"seq, place, id, collection, {f'CASE WHEN {asked.area.inside} THEN NULL ELSE wkb END' if asked.area else 'NULL'}"


def _walk(db: sqlite3.Connection, asked: Conditions, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    return db.execute(f"SELECT {_columns(asked)} FROM items INDEXED BY {asked.index} WHERE {where} ORDER BY place, id, collection", params)


def _from_boxes(db: sqlite3.Connection, asked: Conditions, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    source, values = _source(asked)
    return db.execute(f"SELECT {_columns(asked)} FROM {source} AND {where} ORDER BY place, id, collection", {**params, **values})


def _source(asked: Conditions) -> tuple[str, dict[str, int]]:
    """FROM and the beginning of WHERE that reach Items by the R*Tree. An Item with two boxes, or in two parts, comes once."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.since, asked.until)
    return f"items NOT INDEXED WHERE seq IN (SELECT id / 2 FROM ({boxes}))", days


def _boxes_up_to(db: sqlite3.Connection, asked: Conditions, most: int) -> int:
    """How many boxes meet area and time, counted no further than `most`."""
    assert asked.area is not None
    boxes, days = asked.area.boxes(asked.since, asked.until)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({boxes}) LIMIT {most})"
    found: int = db.execute(sql, {**asked.area.params, **days}).fetchone()[0]
    return found


# --- counts and summaries --------------------------------------------------------------------------------------------------


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many Items match."""
    asked = conditions(db, query)
    source, params = _whole(db, asked, query)
    if asked.area is None:
        total: int = db.execute(f"SELECT count(*) FROM {source}", params).fetchone()[0]
        return total
    inside: int = db.execute(f"SELECT count(*) FROM {source} AND ({asked.area.inside})", params).fetchone()[0]
    return inside + sum(1 for _ in _on_the_border(db, asked, source, params))


def summaries(db: sqlite3.Connection, query: Query) -> dict[str, Summary]:
    """Count and extent per collection with a match."""
    asked = conditions(db, query)
    source, params = _whole(db, asked, query)
    if asked.area is not None:
        params["border"] = _json([row[0] for row in _on_the_border(db, asked, source, params)])
        source += f" AND (({asked.area.inside}) OR seq IN (SELECT value FROM json_each(:border)))"
    sql = f"""SELECT collection, count(*), min(west), min(south), max(east), max(north), min(begins), max(ends)
        FROM {source} GROUP BY collection"""
    return {
        collection: Summary(number, (west, south, east, north) if west is not None else None, begins, ends)
        for collection, number, west, south, east, north, begins, ends in db.execute(sql, params)
    }


def _on_the_border(db: sqlite3.Connection, asked: Conditions, source: str, params: dict[str, Any]) -> Iterator[_Row]:
    """The matching Items that are not wholly in a rectangle of the area, in no order."""
    assert asked.area is not None
    sql = f"SELECT seq, place, id, collection, wkb FROM {source} AND NOT ({asked.area.inside})"
    return _matching(db.execute(sql, params), asked.area, _CHUNK)


def _whole(db: sqlite3.Connection, asked: Conditions, query: Query) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE over all Items: by the R*Tree unless the area holds much of the store."""
    params = dict(asked.params)
    where = f"{asked.stretch} AND {asked.where}"
    if asked.area is not None and query.ids is None:
        many = (db.execute("SELECT max(seq) FROM items").fetchone()[0] or 0) // _LOOKUP + 1
        if _boxes_up_to(db, asked, many) < many:
            source, days = _source(asked)
            return f"{source} AND {where}", {**params, **days}
    return f"items INDEXED BY {asked.index} WHERE {where}", params


def _json(values: Any) -> str:
    return orjson.dumps(values).decode()
