"""Files that are not as they should be."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from index.protocol import IndexUnavailable
from index.sqlite import SqliteIndex
from tests.index.helpers import batch, ids
from tests.support.items import make_document


def test_the_constructor_touches_nothing(path: Path) -> None:
    SqliteIndex(path).close()
    assert not path.exists()


def test_the_file_of_another_program_is_left_alone(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(IndexUnavailable, match="another program"):
        SqliteIndex.open(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_says_so(path: Path) -> None:
    path.write_bytes(b"no database " * 100)
    with pytest.raises(IndexUnavailable, match="not an SQLite file"):
        SqliteIndex.open(path)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="its folder is missing"):
        SqliteIndex.open(tmp_path / "none" / "moisson.sqlite")


def test_a_file_taken_away_is_an_error_and_no_new_file(path: Path) -> None:
    SqliteIndex.open(path).close()
    path.unlink()
    with SqliteIndex(path) as index, pytest.raises(IndexUnavailable, match="the file or its folder is missing"):
        index.check()
    assert not path.exists()


def test_a_path_with_any_sign_can_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "a b?c#d%20é.sqlite"
    with SqliteIndex.open(path) as index:
        index.apply(batch(items=[make_document("a")]))
    assert path.exists()


def test_a_lock_held_for_too_long_is_an_error_for_writers_and_none_for_readers(path: Path) -> None:
    with SqliteIndex.open(path, busy_seconds=0.05) as index:
        index.apply(batch(items=[make_document("a")]))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexUnavailable, match="another process keeps it locked"):
            index.apply(batch(items=[make_document("b")]))
        assert ids(index) == ["a"]
        other.close()
        assert index.apply(batch(items=[make_document("b")])).items_put == 1


def test_a_full_disk_is_an_error_that_says_so_and_nothing_is_lost(path: Path) -> None:
    with SqliteIndex.open(path) as index:
        index.apply(batch(items=[make_document("a")]))
        with index._pool.connection() as db:
            db.execute("PRAGMA max_page_count = 1")
        with pytest.raises(IndexUnavailable, match="disk is full"):
            index.apply(batch(items=[replace(make_document("b"), head=b"x" * 1_000_000)]))
        assert ids(index) == ["a"]


def test_a_closed_index_does_not_answer(index: SqliteIndex) -> None:
    index.close()
    index.close()
    with pytest.raises(IndexUnavailable, match="closed"):
        index.check()


def test_closing_waits_for_nobody_and_leaves_no_connection(index: SqliteIndex, path: Path) -> None:
    with index._pool.read() as db:
        index.close()
        assert db.execute("SELECT count(*) FROM items").fetchone() == (0,)
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT 1")
    assert not path.with_name(path.name + "-wal").exists()
