"""Counts and extents, under the same conditions as pages: exact, or about from a sample where there are many."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import sqrt
from typing import Any

import orjson

from index.query import EXACT, Matched, Query, Summary
from index.sqlite.area import Area
from index.sqlite.conditions import Conditions, conditions, to_json
from index.sqlite.reach import CHUNK, LOOKUP, Places, Reach, boxes_up_to, by_box, by_place, by_words, places_of, total_of, words_up_to

_SAMPLES = (2000, 8000)
# Fewer Items than this are counted sooner than sampled.
_FEW = 3 * EXACT


def matched(db: sqlite3.Connection, query: Query, reach: Reach = places_of) -> Matched:
    """As Index.matched."""
    asked = conditions(db, query)
    total = total_of(db)
    if asked.by_id or total <= _FEW or (asked.phrases and words_up_to(db, asked, EXACT) < EXACT):
        return Matched(_count(db, asked), exact=True)
    if asked.area is not None and (places := reach(db, asked)).whole:
        return _matched_of(db, asked, places)
    for size in _SAMPLES:
        about = _estimated(db, asked, total, size)
        if about is not None:
            return Matched(about, exact=False)
        # Reading boxes on costs more than the first sample and less than the second.
        if asked.area is not None and size == _SAMPLES[0] and (places := places_of(db, asked, _FEW)).whole:
            return _matched_of(db, asked, places)
    return Matched(_count(db, asked), exact=True)


def _matched_of(db: sqlite3.Connection, asked: Conditions, places: Places) -> Matched:
    """Of the Items of these boxes: first of a sample, then of the others, as far as it takes to know that they are more than EXACT."""
    seqs = sorted(set(orjson.loads(places.seqs))) if places.number > EXACT else []
    if len(seqs) <= EXACT:
        return Matched(_counted_of(db, asked, places.seqs, asked.left), exact=True)
    sample = random.Random(0).sample(seqs, _SAMPLES[0])
    found = _counted_of(db, asked, to_json(sample), asked.left)
    about = max(round(found * len(seqs) / len(sample)), EXACT + 1)
    if found > _surely_more(len(sample), len(seqs)):
        return Matched(about, exact=False)
    others = sorted(set(seqs).difference(sample))
    for start in range(0, len(others), CHUNK):
        found += _counted_of(db, asked, to_json(others[start : start + CHUNK]), asked.left)
        if found > EXACT:
            return Matched(max(about, found), exact=False)
    return Matched(found, exact=True)


def count(db: sqlite3.Connection, query: Query) -> int:
    """How many Items match."""
    return _count(db, conditions(db, query))


def summaries(db: sqlite3.Connection, query: Query) -> dict[str, Summary]:
    """Count and extent per collection with a match."""
    source, params = matching(db, query)
    sql = f"""SELECT collection, count(*), min(west), min(south), max(east), max(north), min(begins), max(ends)
        FROM {source} GROUP BY collection"""
    return {
        collection: Summary(number, (west, south, east, north) if west is not None else None, begins, ends)
        for collection, number, west, south, east, north, begins, ends in db.execute(sql, params)
    }


def matching(db: sqlite3.Connection, query: Query, *, looks_at_fields: bool = False) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE of exactly the Items that match, `fields` beside them where it is wanted, and the values."""
    asked = conditions(db, query)
    if looks_at_fields:
        asked = asked.with_fields()
    source, params = _whole(db, asked)
    if asked.area is not None:
        inside = asked.area.inside
        border = db.execute(f"SELECT json_group_array(items.seq) FROM {source} AND NOT ({inside})", params).fetchone()[0]
        params["border"] = to_json(list(_touching(db, asked.area, border)))
        source += f" AND (({inside}) OR items.seq IN (SELECT value FROM json_each(:border)))"
    return source, params


def _count(db: sqlite3.Connection, asked: Conditions) -> int:
    source, params = _whole(db, asked)
    return _counted(db, asked, source, params)


def _counted(db: sqlite3.Connection, asked: Conditions, source: str, params: dict[str, Any]) -> int:
    area = asked.area
    if area is None:
        total: int = db.execute(f"SELECT count(*) FROM {source}", params).fetchone()[0]
        return total
    found = 0
    rows = db.execute(f"SELECT CASE WHEN {area.inside} THEN NULL ELSE wkb END FROM {source}", params)
    while chunk := rows.fetchmany(CHUNK):
        border = [wkb for (wkb,) in chunk if wkb is not None]
        found += len(chunk) - len(border) + (sum(area.touches(border)) if border else 0)
    return found


def _touching(db: sqlite3.Connection, area: Area, border: str) -> Iterator[int]:
    """Those of the Items (a JSON list of seq) whose footprint meets the area, exactly."""
    rows = db.execute("SELECT seq, wkb FROM items WHERE seq IN (SELECT value FROM json_each(?))", (border,))
    while chunk := rows.fetchmany(CHUNK):
        answers = area.touches([wkb for _, wkb in chunk])
        yield from (seq for (seq, _), answer in zip(chunk, answers, strict=True) if answer)


def _estimated(db: sqlite3.Connection, asked: Conditions, total: int, size: int) -> int | None:
    """About how many Items of the whole store match, by a sample; None when they may be so few that they must be counted."""
    many = _surely_more(size, total)
    found = _counted_of(db, asked, to_json(_sample(total, size))) if many < size else 0
    return max(round(found * total / size), EXACT + 1) if found > many else None


def _surely_more(size: int, total: int) -> float:
    """How many of a sample (without replacement) come from less than EXACT matches only once in more than 10**9 times."""
    usual = size * EXACT / total
    return usual + 6 * sqrt(usual * (1 - EXACT / total) * (1 - size / total)) + 10


def _counted_of(db: sqlite3.Connection, asked: Conditions, places: str, where: str | None = None) -> int:
    """How many match of the Items at these places (a JSON list); `where` is what they are not known for."""
    where = where or f"{asked.stretch} AND {asked.where} AND {asked.among}"
    return _counted(db, asked, f"{by_place(asked)} AND {where}", {**asked.params, "places": places})


@lru_cache(maxsize=8)
def _sample(total: int, size: int) -> Sequence[int]:
    """The same places each time."""
    return sorted(random.Random(0).sample(range(1, total + 1), size))


def _whole(db: sqlite3.Connection, asked: Conditions) -> tuple[str, dict[str, Any]]:
    """FROM and WHERE over all Items: by the R*Tree unless the area holds much of the store, by the words unless many have them."""
    params = dict(asked.params)
    where = f"{asked.stretch} AND {asked.where} AND {asked.among}"
    if not asked.by_id:
        many = total_of(db) // LOOKUP + 1
        if asked.phrases and words_up_to(db, asked, many) < many:
            return f"{by_words(asked)} AND {where}", params
        if asked.area is not None and boxes_up_to(db, asked, many) < many:
            source, days = by_box(asked)
            return f"{source} AND {asked.left}", {**params, **days}
    index = "items_id" if asked.by_id else "items_collection" if asked.streams else "items_order"
    return f"items INDEXED BY {index} {asked.fields} WHERE {where}", params
