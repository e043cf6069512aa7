"""Files of older and newer versions."""

import sqlite3
from pathlib import Path

import pytest
import shapely
from zstandard import compress

from index.filters.nodes import Compare, Literal, Property
from index.protocol import IndexUnavailable
from index.query import Sort
from index.sqlite import SqliteIndex, schema
from index.state import ItemKey, Removal
from mappings.audience import Audience
from mappings.queryables import FIELDS
from mappings.times import to_micros
from tests.index.helpers import NOW, ask, batch, ids, record, rejection
from tests.index.sqlite.helpers import AREAS
from tests.support.items import make_document


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

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, second, broken))
    with pytest.raises(sqlite3.OperationalError, match="stopped"):
        SqliteIndex.open(path)
    db = sqlite3.connect(path)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    assert ("added" in tables, "half" in tables) == (True, False)
    assert db.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS) - 1,)
    db.close()
    assert ids(index) == ["a"]


def test_a_file_of_version_1_keeps_all_and_learns_the_rest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as first:
        first.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
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
        second.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        SqliteIndex.open(path).close()
    db = sqlite3.connect(path)
    db.executemany("INSERT INTO facts VALUES (?, ?, ?)", [(1, "held", "l"), (2, "open", "l"), (3, "view", "never used")])
    items = [(1, "a1", "a", 1), (2, "b1", "b", 1), (3, "a2", "a", 1), (4, "a3", "a", 2)]
    db.executemany(
        "INSERT INTO items VALUES (?1, -?1, ?2, 'c', ?1, ?1, ?4, 0, 0, 1, 1, ?1, 0, ?3, x'', ?5)",
        [(*item, shapely.to_wkb(shapely.box(0, 0, 1, 1))) for item in items],
    )
    made = [(seq, make_document(item_id, box=(0, 0, 1, 1), **{"eo:cloud_cover": seq, "title": "Été"})) for seq, item_id, _, _ in items]
    db.executemany("INSERT INTO bodies VALUES (?, ?, ?, ?)", [(seq, one.head, one.middle, one.rest) for seq, one in made])
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


def test_a_file_of_version_3_learns_what_filters_and_free_text_look_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _version_2(path, monkeypatch)
    with SqliteIndex.open(path) as index:
        clouds = FIELDS["eo:cloud_cover"]
        assert ids(index, filter=Compare(">", Property(clouds), Literal(2.0, clouds.kind))) == ["a3", "a2"]
        assert ids(index, words=("ete",), sort=(Sort(clouds, descending=True),)) == ["a3", "a2", "b1", "a1"]
        assert index.fields(ask()) >= {"eo:cloud_cover", "title", "id"}
