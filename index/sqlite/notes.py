"""Notes in their table: small JSON values, changed by compare-and-set. Functions over a connection."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from index.state import Note


def note(db: sqlite3.Connection, kind: str, name: str) -> Note | None:
    row = db.execute("SELECT value, version FROM notes WHERE kind = ? AND name = ?", (kind, name)).fetchone()
    return Note(orjson.loads(row[0]), row[1]) if row else None


def notes(db: sqlite3.Connection, kind: str) -> dict[str, Note]:
    """All of a kind, ascending by name."""
    rows = db.execute("SELECT name, value, version FROM notes WHERE kind = ? ORDER BY name", (kind,))
    return {name: Note(orjson.loads(value), version) for name, value, version in rows}


def write_note(db: sqlite3.Connection, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
    """Inside of a write transaction; False when the note is not as it was seen."""
    row = db.execute("SELECT version FROM notes WHERE kind = ? AND name = ?", (kind, name)).fetchone()
    if (row[0] if row else None) != (seen.version if seen else None):
        return False
    if value is None:
        db.execute("DELETE FROM notes WHERE kind = ? AND name = ?", (kind, name))
        return True
    version: int = db.execute("UPDATE meta SET value = value + 1 WHERE name = 'note' RETURNING value").fetchone()[0]
    db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?)", (kind, name, orjson.dumps(dict(value)).decode(), version))
    return True
