"""Whether the Items are there that a source's records make."""

import sqlite3

from index.tally import Tally

# An Item is its own change here, and would go with it: what else tells of it are its records. One that went by a change left a tombstone.
_SQL = """SELECT count(items.seq), count(*)
    FROM (SELECT DISTINCT collection, id FROM records INDEXED BY records_item WHERE source = ?) AS made
    LEFT JOIN items INDEXED BY items_id ON items.id = made.id AND items.collection = made.collection
    WHERE items.seq IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM tombstones WHERE tombstones.id = made.id AND tombstones.collection = made.collection)"""


def tally(db: sqlite3.Connection, source: str) -> Tally:
    """As Index.tally, in one walk of the records' index."""
    items, announced = db.execute(_SQL, (source,)).fetchone()
    return Tally(items, announced)
