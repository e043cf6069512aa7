"""What is read from which index of the file; the other modules hold what both stores promise."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from index.matches import Better, MatchBatch
from index.query import Cursor, Query
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from tests.index.helpers import NOW, ask, batch, ids, micros, pages, record
from tests.index.sqlite.helpers import AREAS, FIRST, HOUR, scattered
from tests.support.items import make_document


@pytest.mark.parametrize(
    "conditions", [{}, {"collections": ("c1",)}, {"collections": ("c2", "c0")}, {"start": FIRST + 500 * HOUR, "end": FIRST + 3000 * HOUR}]
)
def test_every_plan_finds_the_same_in_the_same_order(index: SqliteIndex, conditions: dict) -> None:
    documents = scattered(4000)
    index.apply(batch(items=documents))
    for area in AREAS:
        shapes = shapely.intersects(area, shapely.from_wkb([one.wkb for one in documents]))
        expected = [
            (one.id, one.collection)
            for one, meets in sorted(zip(documents, shapes, strict=True), key=lambda pair: -pair[0].sort_key)
            if meets
            and one.collection in conditions.get("collections", (one.collection,))
            and one.end >= conditions.get("start", one.end)
            and one.start <= conditions.get("end", one.start)
        ]
        query = ask(area=area, **conditions)
        assert index.count(query) == len(expected)
        assert sum(summary.count for summary in index.summaries(query).values()) == len(expected)
        for limit in (1, 17, 10_000):
            found = [(item.id, item.collection) for item in index.search(replace(query, limit=limit)).items]
            assert found == expected[:limit]
        found = [(item.id, item.collection) for page in pages(index, replace(query, limit=400)) for item in page]
        assert found == expected


def test_boxes_are_rounded_outwards_only(index: SqliteIndex) -> None:
    # 0.1 and 0.7 have no exact 32-bit float.
    for n, (west, south) in enumerate([(0.1, 0.7), (-0.1, -0.7), (179.3, 89.1), (-179.9, -89.9), (100.1, 33.3)]):
        edge = (west, south, west + 0.01, south + 0.01)
        index.apply(batch(items=[make_document(f"i{n}", box=edge)]))
        for touching in [(west - 0.5, south - 0.5, west, south), (edge[2], edge[3], edge[2] + 0.5, edge[3] + 0.5)]:
            assert f"i{n}" in ids(index, area=shapely.box(*touching))


def test_a_long_interval_is_found_far_from_its_start(index: SqliteIndex) -> None:
    index.apply(batch(items=[make_document(f"i{n}", datetime=f"20{n:02d}-06-01T00:00:00Z") for n in range(10, 25)]))
    index.apply(batch(items=[make_document("mosaics", datetime=None, start="1990-01-01T00:00:00Z", end="2020-01-01T00:00:00Z")]))
    assert ids(index, start="2019-12-01", end="2019-12-02") == ["mosaics"]
    index.apply(batch(removed=[ItemKey("c", "mosaics")]))
    assert ids(index, start="2019-12-01", end="2019-12-02") == []


def test_a_cursor_within_many_items_of_one_time_is_exact(index: SqliteIndex) -> None:
    index.apply(batch(items=[make_document(f"i{n:03d}") for n in range(300)]))
    found = index.search(Query(EVERYTHING, limit=2, after=Cursor((micros("2024-01-01"),), "i150", "c")))
    assert [item.id for item in found.items] == ["i151", "i152"]


def test_pages_and_counts_that_collapse_are_walked_in_an_index_alone(index: SqliteIndex) -> None:
    index.apply(batch(items=scattered(100)))
    index.apply_matches(MatchBatch(NOW, better={ItemKey("c1", "i00001"): [Better("c2", "s", "open", "l")]}))
    plans: list[str] = []
    with index._pool.connection() as db:
        db.set_trace_callback(plans.append)
    for collections in (None, ("c1", "c2")):
        index.search(ask(collapse=True, collections=collections))
        index.count(ask(collapse=True, collections=collections))
    with index._pool.connection() as db:
        db.set_trace_callback(None)
        walked = [plan for plan in plans if "coalesce(better" in plan]
        found = {db.execute(f"EXPLAIN QUERY PLAN {plan}").fetchone()[3].split(" (")[0] for plan in walked}
    assert len(walked) == 5
    assert found == {
        "SCAN items USING COVERING INDEX items_order",
        "SEARCH items USING COVERING INDEX items_collection",
    }


def test_counts_that_collapse_are_not_those_of_before_the_matching(index: SqliteIndex, path: Path) -> None:
    index.apply(batch(items=[make_document("a"), make_document("b")]))
    assert index.count(ask(collapse=True)) == 2
    with SqliteIndex.open(path) as other:
        other.apply_matches(MatchBatch(NOW, better={ItemKey("c", "a"): [Better("c", "test", "open", "copernicus")]}))
    assert index.count(ask(collapse=True)) == 1
    assert index.summaries(ask(collapse=True))["c"].count == 1
    assert index.count(ask()) == 2


def test_names_and_numbers_of_records_are_read_from_an_index_alone(index: SqliteIndex) -> None:
    """What a million records need: no row is read, and times outside of the bounds are not looked at."""
    plans: list[str] = []
    with index._pool.connection() as db:
        # The pool gives this very connection to the next who asks.
        db.set_trace_callback(plans.append)
    index.record_names("test", "s", NOW, NOW, "a")
    index.record_names("test", "s", None, None)
    index.count_records("test", "s", NOW, NOW)
    index.count_records("test", "s")
    index.count_records("test")
    index.records("test", "a")
    statements = [plan for plan in plans if " FROM records " in plan]
    with index._pool.connection() as db:
        db.set_trace_callback(None)
        found = [db.execute(f"EXPLAIN QUERY PLAN {statement}").fetchone()[3] for statement in statements]
    bounds = "(source=? AND stream=? AND updated>? AND updated<?)"
    stream = "SEARCH records USING COVERING INDEX records_stream (source=? AND stream=?)"
    assert found == [
        f"SEARCH records USING COVERING INDEX records_stream {bounds}",
        stream,
        f"SEARCH records USING COVERING INDEX records_stream {bounds}",
        stream,
        "SEARCH records USING COVERING INDEX records_native (source=?)",
        "SEARCH records USING INDEX records_native (source=? AND native_id>?)",
    ]


def test_records_are_kept_compressed(index: SqliteIndex, path: Path) -> None:
    index.apply(batch(now=NOW, records=[record(raw=b"<xml/>" * 10_000)]))
    db = sqlite3.connect(path)
    assert db.execute("SELECT length(raw) FROM records").fetchone()[0] < 1000
    db.close()
