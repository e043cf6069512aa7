"""The file written anew: each table in one piece, and nothing kept of what was deleted.

A file that grew has its tables in pieces all over it, and what searches look at lies between the Items' JSON, of which there is much
more. In one piece it stays in the system's memory, and in the part of the file that SQLite reads without copying.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from index.sqlite.connection import explained


def compact(path: Path, busy_seconds: float) -> None:
    """Readers go on, writers wait. Needs room for the file once more beside it, and once where SQLite has temporary files (SQLITE_TMPDIR,
    read when the process starts; else /var/tmp). Raises IndexUnavailable, and leaves the file as it was."""
    try:
        with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as db:
            db.execute("PRAGMA temp_store = FILE")
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise explained(path, error) from error
