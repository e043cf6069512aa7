"""All Items of a query out of one state of the file, page by page as searches read them."""

from collections.abc import Generator
from dataclasses import replace
from sqlite3 import Connection

from index.query import Query
from index.sqlite.conditions import Conditions
from index.sqlite.connection import Pool
from index.sqlite.reach import Places, places_of
from index.sqlite.search import search
from index.state import StoredItem

PORTION = 2_000


def export(pool: Pool, query: Query) -> Generator[StoredItem, None, None]:
    """As Index.export, in one read transaction on a connection that nobody else uses meanwhile.

    Writers go on. But what they write stays in the log (`-wal`) beside what it replaces until the export ends: the log grows by all
    that is written meanwhile, and is copied into the file and cut afterwards. A consumer that never ends keeps it growing.
    """
    asked: Query | None = replace(query, limit=PORTION, after=None)
    found: list[Places] = []

    def reach(db: Connection, conditions: Conditions) -> Places:
        # The file as it is read does not change: the area's boxes are asked for once.
        if not found:
            found.append(places_of(db, conditions))
        return found[0]

    with pool.read() as db:
        while asked is not None:
            page = search(db, asked, reach)
            yield from page.items
            asked = replace(asked, after=page.next) if page.next else None
