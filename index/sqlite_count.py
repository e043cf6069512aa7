"""Counts and extents, exact under the same conditions as pages."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from index.query import Query, Summary
from index.sqlite_area import Area
from index.sqlite_conditions import CHUNK, LOOKUP, Conditions, boxes_up_to, by_box, conditions, to_json, total_of


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many Items match."""
    asked = conditions(db, query)
    source, params = _whole(db, asked)
    if asked.area is None:
        total: int = db.execute(f"SELECT count(*) FROM {source}", params).fetchone()[0]
        return total
    inside = f"({asked.area.inside})"
    sql = f"SELECT count(*) FILTER (WHERE {inside}), json_group_array(seq) FILTER (WHERE NOT {inside}) FROM {source}"
    sure, border = db.execute(sql, params).fetchone()
    return int(sure) + sum(1 for _ in _touching(db, asked.area, border))


def summaries(db: sqlite3.Connection, query: Query) -> dict[str, Summary]:
    """Count and extent per collection with a match."""
    asked = conditions(db, query)
    source, params = _whole(db, asked)
    if asked.area is not None:
        border = db.execute(f"SELECT json_group_array(seq) FROM {source} AND NOT ({asked.area.inside})", params).fetchone()[0]
        params["border"] = to_json(list(_touching(db, asked.area, border)))
        source += f" AND (({asked.area.inside}) OR seq IN (SELECT value FROM json_each(:border)))"
    sql = f"""SELECT collection, count(*), min(west), min(south), max(east), max(north), min(begins), max(ends)
        FROM {source} GROUP BY collection"""
    return {
        collection: Summary(number, (west, south, east, north) if west is not None else None, begins, ends)
        for collection, number, west, south, east, north, begins, ends in db.execute(sql, params)
    }


def _touching(db: sqlite3.Connection, area: Area, border: str) -> Iterator[int]:
    """Those of the Items (a JSON list of seq) whose footprint meets the area, exactly."""
    rows = db.execute("SELECT seq, wkb FROM items WHERE seq IN (SELECT value FROM json_each(?))", (border,))
    while chunk := rows.fetchmany(CHUNK):
        answers = area.touches([wkb for _, wkb in chunk])
        yield from (seq for (seq, _), answer in zip(chunk, answers, strict=True) if answer)


def _whole(db: sqlite3.Connection, asked: Conditions) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE over all Items: by the R*Tree unless the area holds much of the store."""
    params = dict(asked.params)
    where = f"{asked.stretch} AND {asked.where} AND {asked.among}"
    if asked.area is not None and not asked.by_id:
        many = total_of(db) // LOOKUP + 1
        if boxes_up_to(db, asked, many) < many:
            source, days = by_box(asked)
            return f"{source} AND {where}", {**params, **days}
    index = "items_id" if asked.by_id else "items_collection" if asked.streams else "items_order"
    return f"items INDEXED BY {index} WHERE {where}", params
