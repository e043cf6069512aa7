"""SqliteIndex: the Index in one SQLite file, for any number of readers and one writer at a time, in one process or several."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from zstandard import ZstdCompressor, ZstdDecompressor

from index.aggregation import Aggregates, Aggregation
from index.bounds import Bounds
from index.filters.operators import Operators
from index.matches import Match, MatchBatch, Scene, Side
from index.query import Matched, Page, Query, Summary
from index.sqlite import match_write, matches, notes, records, state, stats
from index.sqlite.compact import compact
from index.sqlite.connection import BUSY_SECONDS, Pool
from index.sqlite.export import export
from index.sqlite.filter import OPERATORS
from index.sqlite.reading import Reading, change_of
from index.sqlite.schema import migrate
from index.sqlite.tally import tally
from index.sqlite.write import write
from index.state import Applied, Batch, Change, Deleted, ItemKey, Known, Lease, Note, Rejection, Run, StoredItem, StoredRecord
from index.stats import Stats
from index.tally import Tally
from mappings.audience import Audience
from mappings.watermark import Watermark

# A batch bears the time at which it was begun, and may wait for others to be written.
_LAG = timedelta(minutes=5)


class SqliteIndex:
    """Implements Index. Made by `open`; the constructor touches nothing."""

    def __init__(self, path: Path | str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._pool = Pool(Path(path), busy_seconds)
        self._reading = Reading(self._pool)

    @classmethod
    def open(cls, path: Path | str, *, busy_seconds: float = BUSY_SECONDS) -> Self:
        """The index in this file, made when it is missing and upgraded when it is older. Raises IndexUnavailable."""
        index = cls(path, busy_seconds=busy_seconds)
        try:
            with index._pool.connection(create=True) as db:
                migrate(db, str(path))
        except BaseException:
            index.close()
            raise
        return index

    # --- reading -----------------------------------------------------------------------------------------------------------
    @property
    def operators(self) -> frozenset[Operators]:
        return OPERATORS

    @property
    def lag(self) -> timedelta:
        return _LAG

    def search(self, query: Query) -> Page:
        return self._reading.search(query)

    def export(self, query: Query) -> Generator[StoredItem, None, None]:
        return export(self._pool, query)

    def count(self, query: Query) -> int:
        return self._reading.count(query)

    def matched(self, query: Query) -> Matched:
        return self._reading.matched(query)

    def aggregate(self, query: Query, wanted: Sequence[Aggregation]) -> Aggregates:
        return self._reading.aggregate(query, wanted)

    def fields(self, query: Query) -> frozenset[str]:
        return self._reading.fields(query)

    def get(self, audience: Audience, collection: str, item_id: str) -> StoredItem | None:
        return self.items(audience, [ItemKey(collection, item_id)]).get(ItemKey(collection, item_id))

    def items(self, audience: Audience, keys: Collection[ItemKey]) -> Mapping[ItemKey, StoredItem]:
        return self._reading.items(audience, keys)

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        return self._reading.summaries(query)

    def matches(self, audience: Audience, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[Match]]:
        with self._pool.read() as db:
            return matches.matches(db, audience, keys)

    # --- matching ----------------------------------------------------------------------------------------------------------
    def scenes(self, keys: Collection[ItemKey]) -> Mapping[ItemKey, Scene]:
        with self._pool.read() as db:
            return matches.scenes(db, keys)

    def scenes_at(self, side: Side, places: Collection[tuple[str, int, int]]) -> Sequence[Scene]:
        with self._pool.read() as db:
            return matches.scenes_at(db, side, places)

    def scenes_named(self, side: Side, names: Collection[str]) -> Sequence[Scene]:
        with self._pool.read() as db:
            return matches.scenes_named(db, side, names)

    def apply_matches(self, batch: MatchBatch) -> int:
        with self._pool.write() as db:
            return match_write.write(db, batch)

    def match_position(self) -> int:
        with self._pool.read() as db:
            return matches.position(db)

    # --- the state of harvests ---------------------------------------------------------------------------------------------
    def known(self, source: str, native_ids: Collection[str]) -> Mapping[str, Known]:
        with self._pool.read() as db:
            return records.known(db, source, native_ids)

    def members(self, source: str, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[StoredRecord]]:
        with self._pool.read() as db:
            return records.members(db, source, keys, _unpack())

    def watermark(self, source: str, stream: str) -> Watermark | None:
        with self._pool.read() as db:
            return state.watermark(db, source, stream)

    def watermarks(self, source: str) -> Mapping[str, Watermark]:
        with self._pool.read() as db:
            return state.watermarks(db, source)

    def apply(self, batch: Batch) -> Applied:
        if batch.is_empty():
            with self._pool.read() as db:
                return Applied(0, 0, change_of(db))
        # Before the transaction, so that other writers wait less.
        compress = ZstdCompressor().compress
        packed = [compress(record.raw) for record in batch.records]
        with self._pool.write() as db:
            return write(db, batch, packed)

    def save_run(self, run: Run) -> None:
        with self._pool.write() as db:
            state.save_run(db, run)

    def runs(self, source: str | None = None, limit: int = 20) -> Sequence[Run]:
        with self._pool.read() as db:
            return state.runs(db, source, limit)

    def rejections(self, source: str | None = None, reason: str | None = None, limit: int | None = None) -> Sequence[Rejection]:
        with self._pool.read() as db:
            return records.rejections(db, source, reason, limit)

    def count_rejections(self, source: str | None = None) -> int:
        with self._pool.read() as db:
            return records.count_rejections(db, source)

    def records(self, source: str, after: str | None = None, limit: int = 1000) -> Sequence[StoredRecord]:
        with self._pool.read() as db:
            return records.records(db, source, after, limit, _unpack())

    def record_names(
        self, source: str, stream: str, since: datetime | None, until: datetime | None, after: str | None = None, limit: int = 10_000
    ) -> Sequence[str]:
        with self._pool.read() as db:
            return records.record_names(db, source, Bounds.of(stream, since, until), after, limit)

    def count_records(self, source: str, stream: str | None = None, since: datetime | None = None, until: datetime | None = None) -> int:
        with self._pool.read() as db:
            return records.count_records(db, source, Bounds.of(stream, since, until))

    def deleted(self, source: str | None = None, native_ids: Collection[str] | None = None, limit: int = 1000) -> Sequence[Deleted]:
        with self._pool.read() as db:
            return records.deleted(db, source, native_ids, limit, _unpack())

    def rejected_names(self, source: str, stream: str) -> Sequence[str]:
        with self._pool.read() as db:
            return records.rejected_names(db, source, stream)

    def count_deleted(self, source: str) -> int:
        with self._pool.read() as db:
            return records.count_deleted(db, source)

    def purge(self, now: datetime) -> int:
        with self._pool.write() as db:
            return records.purge(db, now)

    def note(self, kind: str, name: str) -> Note | None:
        with self._pool.read() as db:
            return notes.note(db, kind, name)

    def notes(self, kind: str) -> Mapping[str, Note]:
        with self._pool.read() as db:
            return notes.notes(db, kind)

    def write_note(self, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
        with self._pool.write() as db:
            return notes.write_note(db, kind, name, value, seen)

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        with self._pool.read() as db:
            return state.changes(db, after, limit)

    def change_of(self, key: ItemKey) -> Change | None:
        with self._pool.read() as db:
            return state.change_of(db, key)

    def acquire(self, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None = None) -> Lease | None:
        with self._pool.write() as db:
            return state.acquire(db, name, owner, now, ttl, replacing)

    def lease(self, name: str) -> Lease | None:
        with self._pool.read() as db:
            return state.lease(db, name)

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        with self._pool.write() as db:
            return state.renew(db, lease, now, ttl)

    def release(self, lease: Lease) -> None:
        with self._pool.write() as db:
            state.release(db, lease)

    def secret(self) -> bytes:
        """Made together with the tables, in the same transaction."""
        with self._pool.read() as db:
            secret: bytes = db.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()[0]
        return secret

    def refresh(self) -> None:
        """Nothing to do: what is committed is found."""

    def tidy(self, put: int, took: timedelta) -> None:
        """Nothing to do here: a file is brought into one piece by a command (docs/decisions/0028)."""

    def tally(self, source: str) -> Tally:
        with self._pool.read() as db:
            return tally(db, source)

    def stats(self) -> Stats:
        with self._pool.read() as db:
            return stats.stats(db, self._pool.path)

    def rebuild(self) -> None:
        """As compact.py says."""
        compact(self._pool.path, self._pool.busy_seconds)

    def check(self) -> None:
        with self._pool.read() as db:
            change_of(db)

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _unpack() -> Callable[[bytes], bytes]:
    """zstd; one for each call, for no two threads may share it."""
    return ZstdDecompressor().decompress
