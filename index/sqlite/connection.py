"""Connections to one SQLite file: a pool that grows to as many as are used at once, transactions, and what their errors mean."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.filters.nodes import FilterError
from index.protocol import IndexUnavailable
from index.sqlite.functions import add_functions

# Seconds that a writer waits for another process.
BUSY_SECONDS = 30.0

_ADVICE = {
    sqlite3.SQLITE_BUSY: "another process keeps it locked: wait for its harvest, or stop it",
    sqlite3.SQLITE_LOCKED: "another process keeps it locked: wait for its harvest, or stop it",
    sqlite3.SQLITE_FULL: "the disk is full: free some space and run again",
    sqlite3.SQLITE_NOTADB: "not an SQLite file: name another file, or move this one away",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: restore a copy, or harvest into a new file",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: the file or its folder is missing, or not writable",
    sqlite3.SQLITE_READONLY: "cannot be written: give this user write access to the file and its folder",
    sqlite3.SQLITE_PERM: "cannot be opened: give this user access to the file",
    sqlite3.SQLITE_IOERR: "the disk does not answer: check it, and its free space",
    sqlite3.SQLITE_PROTOCOL: "cannot be locked: keep it on a local disk, not on a network share",
    sqlite3.SQLITE_SCHEMA: "another process changed its tables: run again",
}


class Pool:
    """Connections to `path`, opened when they are needed and kept for whichever thread comes next."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.busy_seconds = busy_seconds
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = threading.Lock()
        # Writers of this process queue here; only those of other processes make SQLite poll.
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file until the block ends."""
        with self.connection() as db:
            db.execute("BEGIN")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed at the end of the block, rolled back by any exception."""
        with self._writing, self.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def connection(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection outside of any transaction. SQLite's errors become IndexUnavailable where the file is at fault."""
        try:
            db = self._take(create)
            try:
                yield db
            finally:
                self._give_back(db)
        except sqlite3.Error as error:
            raise explained(self.path, error) from error

    def close(self) -> None:
        """Closes all connections; those in use are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _take(self, create: bool) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise IndexUnavailable(f"{self.path}: this index was closed")
            if self._idle:
                return self._idle.pop()
        return self._connect(create)

    def _give_back(self, db: sqlite3.Connection) -> None:
        try:
            # A filter's time is its own.
            db.set_progress_handler(None, 0)
            if db.in_transaction:
                db.rollback()
        except sqlite3.Error:
            db.close()
            return
        with self._lock:
            if not self._closed:
                self._idle.append(db)
                return
        db.close()

    def _connect(self, create: bool) -> sqlite3.Connection:
        # A file that was taken away while it is served is an error, not a new empty one.
        uri = f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        # A connection has one user at a time, but not always the same thread.
        db = sqlite3.connect(uri, uri=True, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False, cached_statements=256)
        try:
            # What is read comes from the system's cache, without a copy for each connection.
            for pragma in (
                "synchronous = NORMAL",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                "cache_size = -32000",
                "mmap_size = 2147418112",
            ):
                db.execute(f"PRAGMA {pragma}")
            # A page of a harvest dirties some 10 MB, mostly the same index pages each time: 64 MB of log before they are copied.
            db.execute("PRAGMA wal_autocheckpoint = 16000")
            db.execute("PRAGMA journal_size_limit = 67108864")
            # Some builds overwrite what is deleted with zeros, which nobody was promised here.
            db.execute("PRAGMA secure_delete = OFF")
            add_functions(db)
        except sqlite3.Error:
            db.close()
            raise
        return db


def explained(path: Path, error: sqlite3.Error) -> Exception:
    """IndexUnavailable with what to do, FilterError when a filter is more than SQLite takes, or the error itself when it is a mistake of
    this program."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return FilterError("", "takes too long here: ask for less of the catalogue, by collections, a time or an area")
    if "parser stack overflow" in str(error):
        return FilterError("", "nested too deeply for this server's index")
    # The primary code is the lowest byte of an extended one.
    advice = _ADVICE.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    return IndexUnavailable(f"{path}: {advice} ({error})") if advice else error
