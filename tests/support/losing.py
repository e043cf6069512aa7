"""Items that go from a store without its knowing: a disk, an older snapshot, somebody's hand."""

import sqlite3
from contextlib import closing

from index.elastic import ElasticIndex
from index.protocol import Index
from index.sqlite import SqliteIndex


def lose(index: Index, collection: str, *item_ids: str) -> None:
    """Deletes Items where they are searched, and nothing of what is written beside them."""
    if isinstance(index, SqliteIndex):
        with closing(sqlite3.connect(index._pool.path)) as db, db:
            gone = [db.execute("DELETE FROM items WHERE collection = ? AND id = ?", (collection, name)).rowcount for name in item_ids]
        assert gone == [1] * len(item_ids)
        return
    assert isinstance(index, ElasticIndex)
    for name in item_ids:
        index._store.client.delete(index=index._names.collection(collection), id=name)
