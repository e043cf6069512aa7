"""Pages: the choice between walking the order and asking the R*Tree or the words, and the exact test of footprints before the page is
cut."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from math import isqrt
from typing import Any

from index.query import PAGE_BYTES, Cursor, Page, Query
from index.sqlite.area import Area
from index.sqlite.conditions import Conditions, conditions, to_json
from index.sqlite.order import Order, looks_at_fields, order_in
from index.sqlite.reach import CHUNK, LOOKUP, Places, Reach, boxes_up_to, by_box, by_place, by_words, places_of, total_of, words_up_to
from index.state import StoredItem

# A row of a candidate: seq, id, collection, footprint (None: it matches without an exact test), then what it is sorted by.
_Row = tuple[Any, ...]
_KEYS = 4

# How much longer than expected a walk may become before the R*Tree is asked after all.
_PATIENCE = 4
# Items whose JSON is read at once: a page may be full before its limit.
_PORTION = 500


def search(db: sqlite3.Connection, query: Query, reach: Reach = places_of) -> Page:
    """One page, and the cursors of those beside it."""
    asked, order = conditions(db, query), order_in(query)
    if looks_at_fields(order):
        asked = asked.with_fields()
    candidates = _candidates(db, asked, order, query, reach)
    rows = list(islice(_matching(candidates, asked.area, query.limit + 1), query.limit + 1))
    items = _load(db, [row[0] for row in rows[: query.limit]])
    if not items:
        return Page([], None)
    # Where the page came from, and where it goes on.
    back = _cursor(order, rows[0], not order.backwards)
    behind = back if query.after and _is_behind(db, asked, order, query, back, reach) else None
    ahead = _cursor(order, rows[len(items) - 1], order.backwards) if len(rows) > len(items) else None
    return Page(items[::-1], behind, ahead) if order.backwards else Page(items, ahead, behind)


def _is_behind(db: sqlite3.Connection, asked: Conditions, order: Order, query: Query, back: Cursor, reach: Reach) -> bool:
    """Whether there still is an Item where the page came from: mostly the one that its cursor names."""
    cursor = query.after
    assert cursor is not None
    params = {**asked.params, "n_id": cursor.item_id, "n_collection": cursor.collection}
    params.update({f"n{number}": key.stored(value) for number, (key, value) in enumerate(zip(order.keys, cursor.values, strict=True))})
    there = " AND ".join(f"{key.sql} IS :n{number}" for number, key in enumerate(order.keys))
    named = f"items.id = :n_id AND collection = :n_collection AND {there} AND {asked.stretch} AND {asked.where} AND {asked.among}"
    rows = db.execute(f"SELECT {_columns(asked, order)} FROM items INDEXED BY items_id {asked.fields} WHERE {named}", params)
    if any(_matching(rows, asked.area, 1)):
        return True
    before = replace(query, limit=1, after=back)
    return any(_matching(_candidates(db, asked, order_in(before), before, reach), asked.area, 1))


def _cursor(order: Order, row: _Row, backwards: bool) -> Cursor:
    values = tuple(key.stored(value) for key, value in zip(order.keys, row[_KEYS:], strict=True))
    return Cursor(values, row[1], row[2], backwards)


def _load(db: sqlite3.Connection, seqs: Sequence[int]) -> list[StoredItem]:
    """The Items in this order, up to as many bytes as a page may have."""
    sql = """SELECT seq, collection, id, head, middle, rest, facts.source, availability, licence, change
        FROM items JOIN bodies USING (seq) JOIN facts USING (fact) WHERE seq IN (SELECT value FROM json_each(?))"""
    items: list[StoredItem] = []
    size = 0
    for start in range(0, len(seqs), _PORTION):
        wanted = seqs[start : start + _PORTION]
        found = {row[0]: StoredItem(*row[1:]) for row in db.execute(sql, (to_json(wanted),))}
        for item in map(found.__getitem__, wanted):
            size += len(item.head) + len(item.middle) + len(item.rest)
            if size > PAGE_BYTES and items:
                return items
            items.append(item)
    return items


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
    footprints = [row[3] for row in chunk if row[3] is not None]
    answers = iter(area.touches(footprints) if footprints else ())
    return (row for row in chunk if row[3] is None or next(answers))


def _candidates(db: sqlite3.Connection, asked: Conditions, order: Order, query: Query, reach: Reach) -> Iterator[_Row]:
    """Rows in order, from the cursor on, of which some may miss the area.

    With few boxes in the area, or few Items with the words, these are sorted. With many, the next `limit` matches are soon met by
    walking an index that has the order; but when they all lie far down in it, the R*Tree (or, for most of the store, the walk) gives
    the rest.
    """
    params = dict(asked.params)
    stretches = order.stretches(query.after, params)
    every = " OR ".join(f"({stretch})" for stretch in stretches)
    everything = f"({every}) AND {asked.stretch} AND {asked.where}"
    if asked.by_id:
        return _walk(db, asked, order, everything, params)
    total = total_of(db)
    few = isqrt((query.limit + 1) * total // LOOKUP) + query.limit
    if asked.phrases and words_up_to(db, asked, few) < few:
        return _sorted(db, asked, order, f"{by_words(asked)} AND {everything}", params)
    places = reach(db, asked) if asked.area is not None else Places("[]", 0, whole=False)
    if places.whole and places.number < few:
        return _sorted(db, asked, order, f"{by_place(asked)} AND {everything}", {**params, "places": places.seqs})
    if order.index is None:
        return _all(db, asked, order, everything, params, query.limit + 1)
    if asked.area is None:
        parts = (_walk(db, asked, order, f"({stretch}) AND {asked.stretch} AND {asked.where}", params) for stretch in stretches)
        return (row for part in parts for row in part)
    expected = (query.limit + 1) * total // places.number
    return _walk_and_ask(db, asked, order, stretches, params, places, max(_PATIENCE * expected, LOOKUP * places.number))


def _walk_and_ask(
    db: sqlite3.Connection, asked: Conditions, order: Order, stretches: Sequence[str], params: dict[str, Any], places: Places, far: int
) -> Iterator[_Row]:
    """A walk of the first `far` Items of the order, matching or not, and then whatever is quicker."""
    key, (stretch, *others) = order.keys[0], stretches
    up = key.descending == order.backwards
    first = f"({stretch}) AND {asked.stretch}"
    params["horizon"] = _horizon(db, asked, order, first, params, far)
    if params["horizon"] is None:
        for part in stretches:
            yield from _walk(db, asked, order, f"({part}) AND {asked.stretch} AND {asked.where}", params)
        return
    yield from _walk(db, asked, order, f"{first} AND {asked.where} AND {key.sql} {'<=' if up else '>='} :horizon", params)
    beyond = " OR ".join([f"({stretch}) AND {key.sql} {'>' if up else '<'} :horizon", *(f"({other})" for other in others)])
    rest = f"({beyond}) AND {asked.stretch} AND {asked.where}"
    if places.whole:
        source = f"{by_place(asked)} AND {rest}"
        yield from _sorted(db, asked, order, source, {**params, "places": places.seqs})
        return
    many = total_of(db) // LOOKUP
    yield from (_from_boxes if boxes_up_to(db, asked, many) < many else _walk)(db, asked, order, rest, params)


def _horizon(db: sqlite3.Connection, asked: Conditions, order: Order, where: str, params: dict[str, Any], far: int) -> Any:
    """The first key of the order beyond about `far` Items; of Collections that are walked one by one, the nearest. None: walk it all."""
    key = order.keys[0].sql
    end = f"{where} ORDER BY {order.sql} LIMIT 1 OFFSET :far"
    if asked.streams and order.is_time:
        sql = f"SELECT {key} FROM items INDEXED BY items_collection {asked.fields} WHERE collection = :stream AND {end}"
        far //= len(asked.streams)
        rows = [db.execute(sql, {**params, "far": far, "stream": stream}).fetchone() for stream in asked.streams]
    else:
        rows = [
            db.execute(f"SELECT {key} FROM items INDEXED BY {order.index} {asked.fields} WHERE {end}", {**params, "far": far}).fetchone()
        ]
    ends = [row[0] for row in rows if row is not None]
    if None in ends or not ends:
        return None
    return min(ends) if order.keys[0].descending == order.backwards else max(ends)


def _columns(asked: Conditions, order: Order) -> str:
    footprint = f"CASE WHEN {asked.area.inside} THEN NULL ELSE wkb END" if asked.area else "NULL"
    return f"items.seq, id, collection, {footprint}, {order.columns}"


def _walk(db: sqlite3.Connection, asked: Conditions, order: Order, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    """Rows in order without the R*Tree: by id, by collection (merged), or all that there are."""
    select = f"SELECT {_columns(asked, order)} FROM items INDEXED BY"
    if asked.streams and order.is_time:
        sql = f"{select} items_collection {asked.fields} WHERE collection = :stream AND {where} ORDER BY {order.sql}"
        streams = (db.execute(sql, {**params, "stream": stream}) for stream in asked.streams)
        return merge(*streams, key=order.merge_key, reverse=order.backwards)
    index = "items_id" if asked.by_id else order.index
    return db.execute(f"{select} {index} {asked.fields} WHERE {where} AND {asked.among} ORDER BY {order.sql}", params)


def _from_boxes(db: sqlite3.Connection, asked: Conditions, order: Order, where: str, params: dict[str, Any]) -> Iterator[_Row]:
    source, days = by_box(asked)
    return _sorted(db, asked, order, f"{source} AND {where}", {**params, **days})


def _sorted(db: sqlite3.Connection, asked: Conditions, order: Order, source: str, params: dict[str, Any]) -> Iterator[_Row]:
    return db.execute(f"SELECT {_columns(asked, order)} FROM {source} AND {asked.among} ORDER BY {order.sql}", params)


def _all(
    db: sqlite3.Connection, asked: Conditions, order: Order, where: str, params: dict[str, Any], limit: int
) -> Iterator[_Row]:  # fmt: skip
    """The first `limit` rows of an order that no index has: all that match are looked at, exactly, and few are kept."""
    index = "items_collection" if asked.streams else "items_order"
    area = asked.area
    if area is not None:
        db.create_function("touches", 1, lambda wkb: area.touches([wkb])[0], deterministic=True)
        where = f"{where} AND (({area.inside}) OR touches(wkb))"
    columns = f"items.seq, id, collection, NULL, {order.columns}"
    source = f"items INDEXED BY {index} {asked.fields} WHERE {where} AND {asked.among}"
    return db.execute(f"SELECT {columns} FROM {source} ORDER BY {order.sql} LIMIT {limit}", params)
