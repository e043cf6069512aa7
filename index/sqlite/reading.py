"""Items read from the SQLite file: pages, counts, summaries, single ones; the latest answers are kept."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from sqlite3 import Connection

import orjson

from index.aggregation import Aggregates, Aggregation
from index.collapse import collapses
from index.query import Matched, Page, Query, Summary
from index.sqlite import aggregate, count, fields, search
from index.sqlite.cache import Cache
from index.sqlite.conditions import Conditions
from index.sqlite.connection import Pool
from index.sqlite.reach import Places, Reach, places_of
from index.state import ItemKey, StoredItem
from mappings.audience import Audience
from mappings.times import from_micros


class Reading:
    """The Items of one file."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._counts = Cache[int]()
        self._matched = Cache[Matched]()
        # Of the latest areas, for the count and the pages that follow.
        self._places = Cache[Places](16)
        self._summaries = Cache[dict[str, Summary]]()
        self._aggregates = Cache[Aggregates]()

    def search(self, query: Query) -> Page:
        """As Index.search."""
        with self._pool.read() as db:
            return search.search(db, query, self._reach(query, _state(db, query)))

    def _reach(self, query: Query, state: Hashable) -> Reach:
        def reach(db: Connection, asked: Conditions) -> Places:
            return self._places.get(query, state, lambda: places_of(db, asked))

        return reach

    def count(self, query: Query) -> int:
        """As Index.count."""
        with self._pool.read() as db:
            return self._counts.get(query, _state(db, query), lambda: count.count(db, query))

    def matched(self, query: Query) -> Matched:
        """As Index.matched."""
        with self._pool.read() as db:
            state = _state(db, query)
            return self._matched.get(query, state, lambda: count.matched(db, query, self._reach(query, state)))

    def aggregate(self, query: Query, wanted: Sequence[Aggregation]) -> Aggregates:
        """As Index.aggregate."""
        with self._pool.read() as db:
            state = (*_state(db, query), *wanted)
            return self._aggregates.get(query, state, lambda: aggregate.aggregate(db, query, wanted))

    def fields(self, query: Query) -> frozenset[str]:
        """As Index.fields."""
        with self._pool.read() as db:
            return fields.names(db, query)

    def items(self, audience: Audience, keys: Iterable[ItemKey]) -> dict[ItemKey, StoredItem]:
        """As Index.items."""
        sql = """SELECT items.collection, items.id, head, middle, rest, facts.source, availability, licence, change, changed
            FROM json_each(?) AS asked CROSS JOIN items ON items.id = asked.value ->> 1 AND items.collection = asked.value ->> 0
            JOIN bodies USING (seq) JOIN facts USING (fact)"""
        asked = orjson.dumps([tuple(key) for key in keys]).decode()
        with self._pool.connection() as db:
            rows = db.execute(sql, (asked,)).fetchall()
        found = [replace(StoredItem(*row[:-1]), time=from_micros(row[-1])) for row in rows]
        return {ItemKey(one.collection, one.id): one for one in found if audience.finds(one.source, one.availability, one.licence)}

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        """As Index.summaries."""
        with self._pool.read() as db:
            return dict(self._summaries.get(query, _state(db, query), lambda: count.summaries(db, query)))


def change_of(db: Connection) -> int:
    """The newest change number, whichever process made it."""
    number: int = db.execute("SELECT value FROM meta WHERE name = 'change'").fetchone()[0]
    return number


def _state(db: Connection, query: Query) -> tuple[int, ...]:
    """What the answer to a query depends on: the newest change and, where it collapses, what matching wrote last."""
    if not collapses(query):
        return (change_of(db),)
    number: int = db.execute("SELECT value FROM meta WHERE name = 'betters'").fetchone()[0]
    return (change_of(db), number)
