"""What is particular to the SQLite store; the other modules hold what both stores promise."""

import multiprocessing
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from zstandard import compress

from index import sqlite_schema
from index.document import Document
from index.matches import Better, Match, MatchBatch, Scene
from index.protocol import IndexUnavailable
from index.query import Cursor, Query
from index.sqlite import SqliteIndex
from index.state import ItemKey, Removal
from mappings.audience import EVERYTHING, Audience
from mappings.geometry import box
from mappings.times import to_micros
from tests.index.helpers import NOW, ask, batch, ids, micros, pages, record, rejection
from tests.support.items import make_document

FIRST = micros("2000-01-01")
HOUR = 3_600_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moisson.sqlite"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    with SqliteIndex.open(path) as opened:
        yield opened


def scattered(number: int) -> list[Document]:
    """Documents an hour apart, the older half in the west, the newer in the east."""
    rng, made = random.Random(1), make_document("x")
    found = []
    for n in range(number):
        west, south = (rng.uniform(10, 60) if n > number / 2 else rng.uniform(-60, -10)), rng.uniform(-60, 60)
        corners = (west, south, west + rng.uniform(0.1, 3), south + rng.uniform(0.1, 3))
        shape = shapely.box(*corners) if n % 3 else shapely.Polygon([corners[:2], (corners[2], corners[1]), (corners[0], corners[3])])
        when = FIRST + n * HOUR
        found.append(
            replace(
                made,
                id=f"i{n * 7919 % number:05d}",
                collection=f"c{n % 3}",
                digest=n.to_bytes(16, "big"),
                **{"sort_key": when, "start": when, "end": when + HOUR * (n % 2)},
                wkb=shapely.to_wkb(shape),
                boxes=[corners],
            )
        )
    return found


AREAS = [
    box(-180, -90, 180, 90),
    box(-70, -70, 0, 70),
    box(0, -70, 70, 70),
    box(-30, -30, 30, 30),
    box(11, 0, 13, 2),
    box(-35, -20, -25, 20),
    shapely.Point(0, 0).buffer(45),
    shapely.MultiPolygon([box(-40, -40, -20, 40), box(20, -40, 40, 40)]),
]


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
    found = index.search(Query(EVERYTHING, limit=2, after=Cursor(micros("2024-01-01"), "i150", "c")))
    assert [item.id for item in found.items] == ["i151", "i152"]


# --- transactions and processes ----------------------------------------------------------------------------------------------


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
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script, path], cwd=root, check=False).returncode == 9
    with SqliteIndex.open(path) as index:
        assert ids(index) == ["a"]


# --- files that are not as they should be --------------------------------------------------------------------------------------


def test_the_constructor_touches_nothing(path: Path) -> None:
    SqliteIndex(path).close()
    assert not path.exists()


def test_a_file_from_a_newer_moisson_is_refused(path: Path) -> None:
    SqliteIndex.open(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(IndexUnavailable, match="newer Moisson"):
        SqliteIndex.open(path)


def test_an_older_file_is_upgraded_step_by_step(index: SqliteIndex, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.apply(batch(items=[make_document("a")]))

    def second(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE added (x)")

    def broken(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("stopped")

    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", (*sqlite_schema.MIGRATIONS, second, broken))
    with pytest.raises(sqlite3.OperationalError, match="stopped"):
        SqliteIndex.open(path)
    db = sqlite3.connect(path)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    assert ("added" in tables, "half" in tables) == (True, False)
    assert db.execute("PRAGMA user_version").fetchone() == (len(sqlite_schema.MIGRATIONS) - 1,)
    db.close()
    assert ids(index) == ["a"]


def test_a_file_of_version_1_keeps_all_and_learns_the_rest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as first:
        first.setattr(sqlite_schema, "MIGRATIONS", sqlite_schema.MIGRATIONS[:1])
        SqliteIndex.open(path).close()
    db = sqlite3.connect(path)
    raw = compress(b"<xml/>")
    row = ("test", "r", b"print", "c", "a", to_micros(NOW), "application/xml", None, raw)
    db.execute(
        "INSERT INTO records (source, native_id, fingerprint, collection, id, updated, media_type, url, raw) VALUES (?,?,?,?,?,?,?,?,?)",
        row,
    )
    held = ("test", "q", "no time", "time", b"bad", "application/json", None, "run", to_micros(NOW), b"{}", None)
    db.execute("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", held)
    db.execute("INSERT INTO watermarks VALUES ('test', 'all', 1, '[]')")
    db.commit()
    (secret,) = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
    db.close()
    with SqliteIndex.open(path) as index:
        old = record(fingerprint=b"print", raw=b"<xml/>", media_type="application/xml")
        assert index.records("test") == [old]
        assert [(one.native_id, one.reason, one.stream) for one in index.rejections(reason="NO")] == [("q", "no time", "")]
        assert index.record_names("test", "", NOW, None) == ["r"]
        assert index.count_records("test") == 2
        assert index.secret() == secret
        index.apply(batch(forgotten=[Removal("r", "feed", NOW)], rejected=[rejection("s", stream="x")]))
        assert [entry.record for entry in index.deleted()] == [old]
        assert index.write_note("k", "n", {}, None)
    with SqliteIndex.open(path) as again:
        assert again.count_records("test", "x") == 1


def _version_2(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose sources `a` and `b` share facts: an Item and a tombstone of each, `a` has one more, and one of other facts."""
    with monkeypatch.context() as second:
        second.setattr(sqlite_schema, "MIGRATIONS", sqlite_schema.MIGRATIONS[:2])
        SqliteIndex.open(path).close()
    db = sqlite3.connect(path)
    db.executemany("INSERT INTO facts VALUES (?, ?, ?)", [(1, "held", "l"), (2, "open", "l"), (3, "view", "never used")])
    items = [(1, "a1", "a", 1), (2, "b1", "b", 1), (3, "a2", "a", 1), (4, "a3", "a", 2)]
    db.executemany(
        "INSERT INTO items VALUES (?1, -?1, ?2, 'c', ?1, ?1, ?4, 0, 0, 1, 1, ?1, 0, ?3, x'', ?5)",
        [(*item, shapely.to_wkb(shapely.box(0, 0, 1, 1))) for item in items],
    )
    db.executemany("INSERT INTO bodies VALUES (?, 'head', 'middle', 'rest')", [item[:1] for item in items])
    db.executemany("INSERT INTO boxes VALUES (?, 0, 1, 0, 1, 0, 0)", [(2 * item[0],) for item in items])
    db.executemany("INSERT INTO tombstones VALUES (?, 'c', ?, ?, 0, ?)", [(5, "a4", "a", 1), (6, "b2", "b", 1), (7, "d1", "d", 2)])
    db.execute("UPDATE meta SET value = 7 WHERE name = 'change'")
    db.commit()
    db.close()


def test_a_file_of_version_2_learns_whose_facts_are_whose(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _version_2(path, monkeypatch)
    with SqliteIndex.open(path) as index:
        facts = [(one.key.id, one.source, one.availability, one.licence, one.deleted) for one in index.changes()]
        assert facts == [
            *[("a1", "a", "held", "l", False), ("b1", "b", "held", "l", False), ("a2", "a", "held", "l", False)],
            *[("a3", "a", "open", "l", False), ("a4", "a", "held", "l", True), ("b2", "b", "held", "l", True)],
            ("d1", "d", "open", "l", True),
        ]
        ruled = Audience("ruled", frozenset({("held", "l")}), (("b", frozenset()),))
        for query in (ask(audience=ruled), ask(audience=ruled, area=AREAS[0]), ask(audience=ruled, collections=("c",))):
            assert [item.id for item in index.search(query).items] == ["a2", "a1"]
        assert index.get(ruled, "c", "b1") is None
        with index._pool.read() as db:
            assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            assert db.execute("SELECT count(*) FROM facts").fetchone() == (4,)
        assert ids(index, collapse=True) == ["a3", "a2", "b1", "a1"]
        assert index.match_position() == 0
        index.apply(batch(items=[make_document("a5", source="a")], removed=[ItemKey("c", "b1")]))
        assert [one.source for one in index.changes(7)] == ["a", "b"]


def test_an_upgrade_that_fails_leaves_the_older_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _version_2(path, monkeypatch)
    db = sqlite3.connect(path)
    # Stands where the migration puts a table of its own, late.
    db.execute("CREATE TABLE scene_names (x)")
    before = list(db.iterdump())
    with pytest.raises(sqlite3.OperationalError, match="scene_names"):
        SqliteIndex.open(path)
    assert list(db.iterdump()) == before
    assert db.execute("PRAGMA user_version").fetchone() == (2,)
    db.close()


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


def test_matching_that_fails_in_the_middle_leaves_nothing(index: SqliteIndex) -> None:
    scene = Scene(ItemKey("c", "a"), "held", "p", (1,), ("n",), {}, None)
    broken = Match(ItemKey("c", "b"), ItemKey("c", "a"), "M1", None, 1.0)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        index.apply_matches(MatchBatch(NOW, scenes=[scene], matches={broken.catalogue: [broken]}, position=3))
    assert index.scenes([scene.key]) == {}
    assert index.match_position() == 0


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


def test_records_are_kept_compressed(index: SqliteIndex, path: Path) -> None:
    index.apply(batch(now=NOW, records=[record(raw=b"<xml/>" * 10_000)]))
    db = sqlite3.connect(path)
    assert db.execute("SELECT length(raw) FROM records").fetchone()[0] < 1000
    db.close()
