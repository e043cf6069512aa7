"""Pages: the choice between walking the order and asking the R*Tree, and the exact test of footprints before the page is cut."""

import sqlite3
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from math import isqrt
from operator import itemgetter
from typing import Any

from index.query import Cursor, Page, Query
from index.sqlite_area import Area
from index.sqlite_conditions import CHUNK, LOOKUP, Conditions, boxes_up_to, by_box, conditions, to_json, total_of
from index.state import StoredItem

# A row of a candidate: seq, place, id, collection, footprint (None: it matches without an exact test).
_Row = tuple[int, int, str, str, bytes | None]

# How much longer than expected a walk may become before the R*Tree is asked after all.
_PATIENCE = 4


def search(db: sqlite3.Connection, query: Query) -> Page:
    """One page, and the cursor of the next when there is a further match."""
    asked = conditions(db, query)
    rows = list(islice(_matching(_candidates(db, asked, query), asked.area, query.limit + 1), query.limit + 1))
    found = rows[: query.limit]
    last = found[-1] if len(rows) > query.limit else None
    return Page(_load(db, [row[0] for row in found]), Cursor(-last[1], last[2], last[3]) if last else None)


def _load(db: sqlite3.Connection, seqs: list[int]) -> list[StoredItem]:
    sql = """SELECT seq, collection, id, head, middle, rest, facts.source, availability, licence, change
        FROM items JOIN bodies USING (seq) JOIN facts USING (fact) WHERE seq IN (SELECT value FROM json_each(?))"""
    found = {row[0]: StoredItem(*row[1:]) for row in db.execute(sql, (to_json(seqs),))}
    return [found[seq] for seq in seqs]


def _matching(rows: Iterator[_Row], area: Area | None, first: int) -> Iterator[_Row]:
    """The rows that match exactly, tested many at once: `first` rows, then ever more."""
    if area is None:
        yield from rows
        return
    size = first
    while chunk := list(islice(rows, size)):
        yield from _tested(chunk, area)
        size = min(size * 2, CHUNK)


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
    ahead = _ahead(asked, query, params)
    where = f"{ahead} AND {asked.where}"
    if asked.area is None or asked.by_id:
        yield from _walk(db, asked, where, params)
        return
    total = total_of(db)
    few = isqrt((query.limit + 1) * total // LOOKUP) + query.limit
    if boxes_up_to(db, asked, few) < few:
        yield from _from_boxes(db, asked, where, params)
        return
    far = f"SELECT place FROM items INDEXED BY items_order WHERE {ahead} ORDER BY place, id, collection LIMIT 1 OFFSET :far"
    row = db.execute(far, {**params, "far": _PATIENCE * LOOKUP * few}).fetchone()
    if row is None:
        yield from _walk(db, asked, where, params)
        return
    params["horizon"] = row[0]
    yield from _walk(db, asked, f"{where} AND place <= :horizon", params)
    many = total // LOOKUP
    rest = _from_boxes if boxes_up_to(db, asked, many) < many else _walk
    yield from rest(db, asked, f"{where} AND place > :horizon", params)


def _ahead(asked: Conditions, query: Query, params: dict[str, Any]) -> str:
    """SQL of the places that are left to read: those that the times allow, from the cursor on."""
    if query.after is None:
        return asked.stretch
    params.update(cursor_place=-query.after.sort_key, cursor_id=query.after.item_id, cursor_collection=query.after.collection)
    return f"{asked.stretch} AND (place, id, collection) > (:cursor_place, :cursor_id, :cursor_collection)"


def _columns(asked: Conditions) -> str:
    return f"seq, place, id, collection, {f'CASE WHEN {asked.area.inside} THEN NULL ELSE wkb END' if asked.area else 'NULL'}"


def _walk(db: sqlite3.Connection, asked: Conditions, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    """Rows in order without the R*Tree: by id, by collection (merged), or all that there are."""
    select = f"SELECT {_columns(asked)} FROM items INDEXED BY"
    order = "ORDER BY place, id, collection"
    if asked.streams:
        sql = f"{select} items_collection WHERE collection = :stream AND {where} {order}"
        return merge(*(db.execute(sql, {**params, "stream": stream}) for stream in asked.streams), key=itemgetter(1, 2, 3))
    index = "items_id" if asked.by_id else "items_order"
    return db.execute(f"{select} {index} WHERE {where} AND {asked.among} {order}", params)


def _from_boxes(db: sqlite3.Connection, asked: Conditions, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    source, days = by_box(asked)
    sql = f"SELECT {_columns(asked)} FROM {source} AND {where} AND {asked.among} ORDER BY place, id, collection"
    return db.execute(sql, {**params, **days})
