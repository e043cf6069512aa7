"""A file that is written anew: smaller, whole, and read meanwhile."""

import sqlite3
from pathlib import Path

import pytest

from index.protocol import IndexUnavailable
from index.query import Query
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.geometry import box
from tests.index.helpers import batch
from tests.support.items import make_document

EVERY = Query(EVERYTHING, limit=1000)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.iterdir())


def _filled(path: Path) -> SqliteIndex:
    index = SqliteIndex.open(path, busy_seconds=0.1)
    documents = [make_document(f"i{n}", title="x" * 2000, box=(n % 50, 0, n % 50 + 1, 1), platform="SPOT 6") for n in range(500)]
    index.apply(batch(items=documents))
    index.apply(batch(removed=[ItemKey("c", f"i{n}") for n in range(100, 500)]))
    return index


def test_it_is_smaller_and_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    asked = Query(EVERYTHING, limit=1000, area=box(3.2, 0, 3.4, 1), words=("spot 6",))
    with _filled(path) as index, SqliteIndex.open(path) as other:
        before = _size(path), other.search(EVERY), other.search(asked)
        assert len(before[2].items) == 2
        index.rebuild()
        assert _size(path) < before[0] / 2
        assert {file.name for file in tmp_path.iterdir()} <= {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm"}
        assert (other.search(EVERY), other.search(asked)) == before[1:]
        index.apply(batch(items=[make_document("later")]))
        assert other.count(EVERY) == 101
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_while_another_writes_it_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with _filled(path) as index, sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexUnavailable, match="another process keeps it locked"):
            index.rebuild()
        writer.execute("ROLLBACK")
        assert index.count(EVERY) == 100
