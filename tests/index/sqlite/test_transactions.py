"""Transactions, threads and processes."""

import multiprocessing
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.matches import Match, MatchBatch, Scene
from index.sqlite import SqliteIndex
from index.state import ItemKey
from tests.demo import ROOT
from tests.index.helpers import NOW, ask, batch, ids, record
from tests.support.items import make_document


def test_a_batch_that_fails_in_the_middle_leaves_nothing(index: SqliteIndex) -> None:
    index.apply(batch(items=[make_document("a")]))
    before = index.changes()
    broken = batch(items=[make_document("b")], removed=[ItemKey("c", "a")], records=[record(fingerprint=None)])
    with pytest.raises(sqlite3.IntegrityError):
        index.apply(broken)
    assert index.changes() == before
    assert ids(index) == ["a"]
    assert index.apply(batch(items=[make_document("b")])).items_put == 1


def test_an_empty_batch_takes_no_lock(index: SqliteIndex, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert index.apply(batch()).change == 0
    other.close()


def test_readers_in_many_threads_see_whole_batches_while_one_writes(index: SqliteIndex) -> None:
    def read(_: int) -> bool:
        return len(index.search(ask(limit=1000)).items) % 10 == 0

    with ThreadPoolExecutor(8) as pool:
        reads = pool.map(read, range(200))
        for n in range(20):
            index.apply(batch(items=[make_document(f"{n}-{m}") for m in range(10)]))
        assert all(reads)
    assert index.count(ask()) == 200


def test_writers_in_many_threads_wait_for_each_other(index: SqliteIndex) -> None:
    with ThreadPoolExecutor(8) as pool:
        applied = list(pool.map(lambda n: index.apply(batch(items=[make_document(f"i{n}")])).change, range(40)))
    assert sorted(applied) == list(range(1, 41))


def _put(path: Path, name: str, number: int) -> bytes:
    with SqliteIndex.open(path) as index:
        for n in range(number):
            index.apply(batch(items=[make_document(f"{name}-{n}")]))
        return index.secret()


def test_processes_may_make_and_write_one_file_together(path: Path) -> None:
    names = ["a", "b", "c", "d"]
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        secrets = processes.starmap(_put, [(path, name, 20) for name in names])
    with SqliteIndex.open(path) as index:
        assert set(secrets) == {index.secret()}
        assert index.count(ask()) == 80
        assert [change.number for change in index.changes()] == list(range(1, 81))


def test_a_killed_writer_leaves_the_last_whole_batch(path: Path) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom index.sqlite import SqliteIndex\n"
        "from tests.index.helpers import batch\nfrom tests.support.items import make_document\n"
        "index = SqliteIndex.open(Path(sys.argv[1]))\nindex.apply(batch(items=[make_document('a')]))\n"
        "with index._pool.write() as db:\n    db.execute('DELETE FROM items')\n    os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, path], cwd=ROOT, check=False).returncode == 9
    with SqliteIndex.open(path) as index:
        assert ids(index) == ["a"]


def test_matching_that_fails_in_the_middle_leaves_nothing(index: SqliteIndex) -> None:
    scene = Scene(ItemKey("c", "a"), "held", "p", (1,), ("n",), {}, None)
    broken = Match(ItemKey("c", "b"), ItemKey("c", "a"), "M1", None, 1.0)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        index.apply_matches(MatchBatch(NOW, scenes=[scene], matches={broken.catalogue: [broken]}, position=3))
    assert index.scenes([scene.key]) == {}
    assert index.match_position() == 0
