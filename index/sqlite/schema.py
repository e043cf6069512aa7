"""How an SQLite file is made, and how an older one becomes a newer one."""

import logging
import sqlite3

from index.protocol import IndexUnavailable
from index.sqlite.tables import APPLICATION_ID, MIGRATIONS

PAGE_BYTES = 4096
LOGGER = logging.getLogger(__name__)


def migrate(db: sqlite3.Connection, name: str) -> None:
    """Brings the file to this version, each step in a transaction of its own. Raises IndexUnavailable for a file that is not ours
    or is from a newer Moisson."""
    if _pragma(db, "user_version") == len(MIGRATIONS) and _pragma(db, "application_id") == APPLICATION_ID:
        return
    _refuse_strangers(db, name)
    if version := _pragma(db, "user_version"):
        LOGGER.warning("%s: brought from version %s to %d; with many Items this takes minutes", name, version, len(MIGRATIONS))
    # Both only take effect outside of a transaction; the size of a page only before the first table.
    db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    if _pragma(db, "journal_mode") != "wal":
        db.execute("PRAGMA journal_mode = WAL")
    # A table that others refer to can only be made anew without it.
    db.execute("PRAGMA foreign_keys = OFF")
    try:
        while _step(db, name):
            pass
    finally:
        db.execute("PRAGMA foreign_keys = ON")


def _step(db: sqlite3.Connection, name: str) -> bool:
    """One migration; False when there is none left. Another process may be doing the same: the version is read under the lock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        _refuse_strangers(db, name)
        version = int(_pragma(db, "user_version"))
        if version < len(MIGRATIONS):
            MIGRATIONS[version](db)
            db.execute(f"PRAGMA user_version = {version + 1}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
    return version + 1 < len(MIGRATIONS)


def _refuse_strangers(db: sqlite3.Connection, name: str) -> None:
    ours = _pragma(db, "application_id") == APPLICATION_ID
    version = int(_pragma(db, "user_version"))
    if not ours and (version or db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()):
        raise IndexUnavailable(f"{name}: the SQLite file of another program: name another file")
    if version > len(MIGRATIONS):
        raise IndexUnavailable(
            f"{name}: written by a newer Moisson (version {version}, this one knows {len(MIGRATIONS)}): upgrade, or name another file"
        )


def _pragma(db: sqlite3.Connection, name: str) -> int | str:
    value: int | str = db.execute(f"PRAGMA {name}").fetchone()[0]
    return value
