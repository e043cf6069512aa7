"""Exports out of one read transaction: what they hold of the file, and that nobody waits for them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.protocol import IndexUnavailable
from index.sqlite import SqliteIndex, export
from index.state import StoredItem
from tests.index.helpers import ask, batch
from tests.index.sqlite.helpers import AREAS, scattered
from tests.support.items import make_document


def log_is_free(path: Path) -> bool:
    """Whether all of the log can be copied into the file and cut: no reader needs what was there before."""
    with closing(sqlite3.connect(path, timeout=0)) as db:
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _broken(item: StoredItem) -> int:
    raise RuntimeError(f"the consumer of {item.id}")


def test_writers_do_not_wait_for_an_export_and_the_log_is_cut_after_it(
    index: SqliteIndex, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PORTION", 2)
    index.apply(batch(items=[make_document(f"i{number}") for number in range(9)]))
    going = index.export(ask())
    next(going)
    with SqliteIndex.open(path, busy_seconds=0) as other:
        for number in range(20):
            other.apply(batch(items=[make_document(f"i{number}", title="newer")]))
    assert not log_is_free(path)
    assert len(list(going)) == 8
    assert log_is_free(path)


def test_an_export_that_stops_early_gives_its_connection_back(index: SqliteIndex, path: Path) -> None:
    index.apply(batch(items=[make_document(f"i{number}") for number in range(9)]))
    for _ in range(3):
        going = index.export(ask())
        next(going)
        going.close()
        with pytest.raises(RuntimeError, match="consumer"):
            sum(_broken(item) for item in index.export(ask()))
    index.apply(batch(items=[make_document("i0", title="newer")]))
    assert log_is_free(path)
    assert len(index._pool._idle) == 1
    assert not any(db.in_transaction for db in index._pool._idle)


@pytest.mark.parametrize("area", AREAS[::3])
def test_whatever_the_plan_every_item_comes_once_and_in_order(index: SqliteIndex, monkeypatch: pytest.MonkeyPatch, area: object) -> None:
    index.apply(batch(items=scattered(2000)))
    for portion in (30, 2_000):
        monkeypatch.setattr(export, "PORTION", portion)
        assert list(index.export(ask(area=area))) == list(index.search(ask(area=area, limit=10_000)).items)


def test_an_export_of_a_file_that_went_is_an_error(index: SqliteIndex) -> None:
    going = index.export(ask())
    index.close()
    with pytest.raises(IndexUnavailable, match="closed"):
        next(going)
