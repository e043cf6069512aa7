"""Exports are made while they are read, stop when their reader goes, and never end as if they were whole when they are not."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.exports import streaming
from index.protocol import Index, IndexUnavailable
from index.query import Query
from index.sqlite import SqliteIndex
from index.state import StoredItem
from mappings.audience import EVERYTHING
from tests.api.exports.reading import KINDS
from tests.index.helpers import batch
from tests.support.items import make_document
from tests.support.serving import serving

# What the sockets of a connection may hold beside what is being made: far less than this.
_FAR = 100_000
_CLIENT = "import sys, urllib.request as r; a = r.urlopen(sys.argv[1]); print(len(a.read(100)), flush=True); sys.stdin.read()"
_WAITING = "import sys, urllib.request as r; print(1, flush=True); r.urlopen(sys.argv[1]).read()"


class Watched:
    """An index whose exports are watched: how many Items were taken, and how many exports are open."""

    def __init__(self, index: Index, export: Callable[[Query], Generator[StoredItem, None, None]]) -> None:
        self._index = index
        self._export = export
        self.taken = 0
        self.open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def export(self, query: Query) -> Generator[StoredItem, None, None]:
        self.open += 1
        items = self._export(query)
        try:
            for item in items:
                self.taken += 1
                yield item
        finally:
            items.close()
            self.open -= 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        opened.apply(batch(items=[make_document(f"item-{n}", title="x" * 500) for n in range(3)]))
        yield opened


def endless(index: Index) -> Callable[[Query], Generator[StoredItem, None, None]]:
    """The store's Items for ever."""

    def export(query: Query) -> Generator[StoredItem, None, None]:
        page = index.search(query)
        while True:
            yield from page.items

    return export


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["geojson", "ndjson", "csv"])
def test_no_more_is_read_than_the_reader_takes(store: Index, kind: str) -> None:
    watched: Any = Watched(store, endless(store))
    with serving(watched) as base, httpx.stream("GET", f"{base}/export", params={"f": kind}) as answer:
        parts = answer.iter_raw(100)
        next(parts)
        time.sleep(1)
        waiting = watched.taken
        time.sleep(1)
        assert watched.taken == waiting < _FAR
        assert watched.open == 1
        for _ in range(100_000):
            next(parts)
        assert watched.taken > waiting


def test_a_reader_that_takes_nothing_is_left(store: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.5)
    watched: Any = Watched(store, endless(store))
    with serving(watched) as base, httpx.stream("GET", f"{base}/export", params={"f": "ndjson"}) as answer:
        parts = answer.iter_raw(100)
        next(parts)
        assert watched.open == 1
        wait_for(lambda: watched.open == 0)
        with pytest.raises(httpx.RemoteProtocolError):
            list(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_is_killed_leaves_nothing_behind(store: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whether it reads, or waits for the first byte of a file that has to be whole."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    watched: Any = Watched(store, endless(store))
    program = _WAITING if kind in ("parquet", "gpkg") else _CLIENT
    with serving(watched) as base:
        client = subprocess.Popen([sys.executable, "-c", program, f"{base}/export?f={kind}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with client:
            assert client.stdout is not None
            client.stdout.readline()
            wait_for(lambda: watched.taken > 2000)
            assert watched.open == 1
            client.kill()
        wait_for(lambda: watched.open == 0)
        wait_for(lambda: not any(folder.iterdir()))
        # The threads and the store are free again.
        assert httpx.get(f"{base}/search").status_code == 200


def test_the_files_transaction_ends_with_its_reader(tmp_path: Path) -> None:
    """SQLite's log can be cut again, which it cannot while somebody reads an old state."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        index.apply(batch(items=[make_document(f"item-{n}", title="x" * 2000) for n in range(10_000)]))
        watched: Any = Watched(index, index.export)
        with serving(watched) as base:
            with httpx.stream("GET", f"{base}/export", params={"f": "ndjson"}) as answer:
                # An iterator that nobody holds closes its connection.
                parts = answer.iter_raw(100)
                next(parts)
                assert watched.open == 1
                index.apply(batch(items=[make_document("new")]))
                assert not log_is_cut(tmp_path)
            wait_for(lambda: watched.open == 0)
        assert log_is_cut(tmp_path)
        assert index.count(Query(EVERYTHING, collections=("c",))) == 10_001


def log_is_cut(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "index.sqlite")) as db:
        busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_breaks_off_leaves_no_file_that_looks_whole(store: Index, kind: str) -> None:
    def broken(query: Query) -> Generator[StoredItem, None, None]:
        page = store.search(query)
        for _ in range(1000):
            yield from page.items
        raise IndexUnavailable("the disk does not answer")

    watched: Any = Watched(store, broken)
    with serving(watched) as base:
        if kind in ("parquet", "gpkg"):
            # Nothing of them was sent: they are only when they are whole.
            assert httpx.get(f"{base}/export", params={"f": kind}).status_code == 503
        else:
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(f"{base}/export", params={"f": kind})
        wait_for(lambda: watched.open == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_is_not_there_is_told_before_a_file_begins(store: Index, kind: str) -> None:
    def gone(query: Query) -> Generator[StoredItem, None, None]:
        raise IndexUnavailable("nobody answers")
        yield

    watched: Any = Watched(store, gone)
    with serving(watched) as base:
        answer = httpx.get(f"{base}/export", params={"f": kind})
        assert (answer.status_code, answer.json()["code"]) == (503, "index-unavailable")
        assert watched.open == 0


def test_a_head_tells_of_the_file_without_making_it(store: Index) -> None:
    watched: Any = Watched(store, endless(store))
    with serving(watched) as base:
        for kind in KINDS:
            answer = httpx.head(f"{base}/export", params={"f": kind, "bbox": "0,0,1,1"})
            assert answer.status_code == 200
            assert answer.headers["content-disposition"].endswith(f'.{kind}"')
            assert "content-length" not in answer.headers
            assert "etag" not in answer.headers
        assert httpx.head(f"{base}/export", params={"bbox": "x"}).status_code == 400
    assert watched.taken == 0


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"f": "shp"}, "f"),
        ({"limit": "1"}, "limit"),
        ({"token": "x"}, "token"),
        ({"fields": "id"}, "fields"),
        ({"bbox": "1,2"}, "bbox"),
        ({"filter": "none = 1"}, "filter"),
        ({"filtre": "a"}, "filtre"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_the_parameter(store: Index, given: dict[str, str], parameter: str) -> None:
    with serving(store) as base:
        answer = httpx.get(f"{base}/export", params=given)
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_accept_chooses_the_kind_where_f_does_not(store: Index) -> None:
    with serving(store) as base:
        for accept, kind in (("text/csv", "text/csv"), ("application/x-ndjson", "application/x-ndjson"), ("*/*", "application/geo+json")):
            answer = httpx.get(f"{base}/export", headers={"Accept": accept})
            assert answer.headers["content-type"].partition(";")[0] == kind


def test_searches_go_on_beside_more_exports_than_there_are_threads_for(store: Index) -> None:
    watched: Any = Watched(store, endless(store))
    with serving(watched) as base:
        clients = [subprocess.Popen([sys.executable, "-c", _WAITING, f"{base}/export?f=parquet"], stdout=subprocess.PIPE) for _ in range(6)]
        try:
            wait_for(lambda: watched.open >= 4)
            assert httpx.get(f"{base}/search", timeout=20).status_code == 200
        finally:
            for client in clients:
                client.kill()
                client.communicate()
        wait_for(lambda: watched.open == 0)
