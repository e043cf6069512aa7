"""A MatchBatch into the tables; what is as it was is not written. Every function takes a connection inside of a write transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from index.collapse import copies
from index.matches import Better, Match, MatchBatch, Scene
from index.sqlite.conditions import to_json
from index.sqlite.matches import OF_CATALOGUE, OF_HELD, SCENE_COLUMNS, keys_json, scene_rows, to_match
from index.sqlite.write import check_lease
from index.state import ItemKey

_PUT_MATCH = """INSERT OR REPLACE INTO matches
    (collection, id, held_collection, held_id, method, score, coverage, candidate) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def write(db: sqlite3.Connection, batch: MatchBatch) -> int:
    """As Index.apply_matches."""
    if batch.lease is not None:
        check_lease(db, batch.lease)
    put = {scene.key: scene for scene in batch.scenes}
    gone = set(batch.gone)
    changed = _write_scenes(db, put, gone - put.keys())
    changed += _write_matches(db, batch, gone)
    better: dict[ItemKey, Sequence[Better]] = {**dict.fromkeys(gone, ()), **batch.better}
    if items := _write_better(db, better):
        db.execute("UPDATE meta SET value = value + 1 WHERE name = 'betters'")
    if batch.position is not None:
        db.execute("UPDATE meta SET value = ?1 WHERE name = 'matched' AND value <> ?1", (batch.position,))
    return changed + items


def _write_scenes(db: sqlite3.Connection, put: dict[ItemKey, Scene], gone: set[ItemKey]) -> int:
    stored = scene_rows(db, [*put, *gone])
    rows = {key: _scene_row(scene) for key, scene in put.items()}
    changed = [key for key, row in rows.items() if key not in stored or stored[key][1:] != row]
    old = [stored[key] for key in (*changed, *gone) if key in stored]
    db.executemany("DELETE FROM scene_instants WHERE side = ? AND platform = ? AND instant = ? AND scene = ?", _instants(old))
    db.executemany("DELETE FROM scene_names WHERE side = ? AND name = ? AND scene = ?", _names(old))
    db.executemany("DELETE FROM scenes WHERE scene = ?", [row[:1] for row in old])
    last: int = db.execute("SELECT coalesce(max(scene), 0) FROM scenes").fetchone()[0]
    new = [(number, *rows[key]) for number, key in enumerate(changed, last + 1)]
    sql = f"INSERT INTO scenes (collection, id, scene, {SCENE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    db.executemany(sql, [(*key, *row) for key, row in zip(changed, new, strict=True)])
    db.executemany("INSERT OR IGNORE INTO scene_instants VALUES (?, ?, ?, ?)", _instants(new))
    db.executemany("INSERT OR IGNORE INTO scene_names VALUES (?, ?, ?)", _names(new))
    return len(changed) + len(gone & stored.keys())


def _scene_row(scene: Scene) -> tuple[Any, ...]:
    facts = orjson.dumps(scene.facts, option=orjson.OPT_SORT_KEYS).decode()
    return (scene.side, scene.platform, to_json(scene.instants), to_json(scene.names), facts, scene.wkb)


def _instants(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(side, platform, instant, scene) for scene, side, platform, instants, *_ in rows for instant in orjson.loads(instants)]


def _names(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(side, name, scene) for scene, side, _, _, names, *_ in rows for name in orjson.loads(names)]


def _write_matches(db: sqlite3.Connection, batch: MatchBatch, gone: set[ItemKey]) -> int:
    """What is given for a catalogue Item is all that it has; what else is gone with one of its Items is deleted."""
    before = _matches(db, OF_CATALOGUE, (*batch.matches, *gone)) | {
        pair: match for pair, match in _matches(db, OF_HELD, gone).items() if pair[0] not in batch.matches
    }
    after = {(match.catalogue, match.held): match for given in batch.matches.values() for match in given}
    dropped = [(*catalogue, *held) for catalogue, held in before.keys() - after.keys()]
    db.executemany("DELETE FROM matches WHERE collection = ? AND id = ? AND held_collection = ? AND held_id = ?", dropped)
    new = [match for pair, match in after.items() if before.get(pair) != match]
    rows = [(*one.catalogue, *one.held, one.method, one.score, one.coverage, one.candidate) for one in new]
    db.executemany(_PUT_MATCH, rows)
    return len(dropped) + len(new)


def _matches(db: sqlite3.Connection, sql: str, keys: Iterable[ItemKey]) -> dict[tuple[ItemKey, ItemKey], Match]:
    found = map(to_match, db.execute(sql, (keys_json(keys),)))
    return {(match.catalogue, match.held): match for match in found}


def _write_better(db: sqlite3.Connection, better: dict[ItemKey, Sequence[Better]]) -> int:
    """Sets the copies that come before Items; how many Items that changed. Those that are not there are left out."""
    sets = {key: to_json(found) if (found := copies(given)) else None for key, given in better.items()}
    db.executemany("INSERT OR IGNORE INTO betters (copies) VALUES (?)", [(one,) for one in sorted({s for s in sets.values() if s})])
    numbers: dict[str | None, int | None] = {text: number for number, text in db.execute("SELECT better, copies FROM betters")}
    rows = [(numbers.get(text), *key) for key, text in sets.items()]
    sql = "UPDATE items SET better = ?1 WHERE collection = ?2 AND id = ?3 AND better IS NOT ?1"
    return db.executemany(sql, rows).rowcount if rows else 0
