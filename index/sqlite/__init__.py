"""The Index in one SQLite file."""

from index.sqlite.store import SqliteIndex

__all__ = ["SqliteIndex"]
