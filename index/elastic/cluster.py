"""ElasticIndex: an Index on an Elasticsearch 8 cluster, for more than one machine. One index of Items per collection."""

import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from index.aggregation import Aggregates, Aggregation
from index.bounds import Bounds
from index.elastic.announced import tally
from index.elastic.connection import connect
from index.elastic.copies import Copies
from index.elastic.filter import OPERATORS
from index.elastic.lease import LAG, Leases, Numbers
from index.elastic.matches import Matching
from index.elastic.merging import tidy
from index.elastic.migrate import migrate
from index.elastic.names import Names
from index.elastic.notes import Notes
from index.elastic.places import Places
from index.elastic.reading import Reading
from index.elastic.rebuild import Rebuild
from index.elastic.records import Records
from index.elastic.runs import Runs
from index.elastic.schema import prepare
from index.elastic.secret import secret
from index.elastic.stats import stats
from index.elastic.store import Store
from index.elastic.write import Writer
from index.filters.operators import Operators
from index.matches import Match, MatchBatch, Scene, Side
from index.protocol import IndexUnavailable
from index.query import Matched, Page, Query, Summary
from index.state import Applied, Batch, Change, Deleted, ItemKey, Known, Lease, Note, Rejection, Run, StoredItem, StoredRecord
from index.stats import Stats
from index.tally import Tally
from mappings.audience import Audience
from mappings.watermark import Watermark

_CHECK_SECONDS = 5.0


class ElasticIndex:
    """As Index says. `search`, `count` and `summaries` read what was refreshed. Whatever else reads sees what was written last: by id,
    or by refreshing first the index that it searches."""

    def __init__(self, store: Store, prefix: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds; it only tells which unfinished batches died. Does no I/O: see `open`."""
        self._store = store
        self._names = Names(prefix)
        self._numbers = Numbers(store, self._names, clock)
        self._leases = Leases(store, self._names)
        self._places = Places(store, self._names)
        self._records = Records(store, self._names, self._places)
        self._notes = Notes(store, self._names)
        self._runs = Runs(store, self._names, self._numbers)
        self._writer = Writer(store, self._names, self._places, self._numbers, self._leases)
        copies = Copies(store, self._names)
        self._reading = Reading(store, self._names, self._places, copies)
        self._matching = Matching(store, self._names, self._places, self._numbers, self._leases, copies)

    @classmethod
    def open(
        cls,
        url: str,
        prefix: str = "moisson",
        *,
        api_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        ca_certs: str | None = None,
        timeout: float = 30.0,
        migrating: bool = False,
    ) -> Self:
        """Connects and makes what is missing. `url` is http(s)://[user:password@]host[:port], or several of one cluster with commas
        between; `api_key` as it is sent, or `basic_auth` (user, password) where the address has none; `ca_certs` a file of certificates
        that are believed beside the system's; `timeout` in seconds. `migrating`: for `migrate` alone, whatever version wrote the
        store. Raises IndexUnavailable, also for a store that another version wrote."""
        index = cls(connect(url, api_key=api_key, basic_auth=basic_auth, ca_certs=ca_certs, timeout=timeout), prefix)
        try:
            if not migrating:
                prepare(index._store, index._names)
        except BaseException:
            index.close()
            raise
        return index

    def migrate(self, grace: float | None = None) -> Mapping[str, int]:
        """As migrate.py says; `grace` in seconds."""
        return migrate(self._store, self._names, Rebuild(self._store, self._names, self._numbers, grace=grace))

    def rebuild(self, collection: str, *, divide: bool, told: Callable[[], None], grace: float | None = None) -> int:
        """As rebuild.py says; `grace` in seconds. The caller holds the lease LEASE, and `told` raises LeaseLost when it is lost."""
        rebuild = Rebuild(self._store, self._names, self._numbers, told=told, grace=grace)
        try:
            return rebuild.run(collection, divide=divide)
        finally:
            self._places.forget()

    # --- reading -----------------------------------------------------------------------------------------------------------
    @property
    def operators(self) -> frozenset[Operators]:
        return OPERATORS

    @property
    def lag(self) -> timedelta:
        return LAG

    def search(self, query: Query) -> Page:
        return self._reading.search(query)

    def export(self, query: Query) -> Generator[StoredItem, None, None]:
        return self._reading.export(query)

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
        return self._matching.matches(audience, keys)

    # --- matching ------------------------------------------------------------------------------------------------------------
    def scenes(self, keys: Collection[ItemKey]) -> Mapping[ItemKey, Scene]:
        return self._matching.scenes(keys)

    def scenes_at(self, side: Side, places: Collection[tuple[str, int, int]]) -> Sequence[Scene]:
        return self._matching.scenes_at(side, places)

    def scenes_named(self, side: Side, names: Collection[str]) -> Sequence[Scene]:
        return self._matching.scenes_named(side, names)

    def apply_matches(self, batch: MatchBatch) -> int:
        """As Index.apply_matches; matches.py says what a harvest that writes meanwhile sees."""
        return self._matching.apply(batch)

    def match_position(self) -> int:
        return self._matching.position()

    # --- the state of harvests -----------------------------------------------------------------------------------------------
    def known(self, source: str, native_ids: Collection[str]) -> Mapping[str, Known]:
        return self._records.known(source, native_ids)

    def members(self, source: str, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[StoredRecord]]:
        return self._records.members(source, keys)

    def watermark(self, source: str, stream: str) -> Watermark | None:
        return self._runs.watermark(source, stream)

    def watermarks(self, source: str) -> Mapping[str, Watermark]:
        return self._runs.watermarks(source)

    def apply(self, batch: Batch) -> Applied:
        """As Index.apply; write.py says in which order, and what a lease guarantees."""
        return self._writer.apply(batch)

    def save_run(self, run: Run) -> None:
        self._runs.save(run)

    def runs(self, source: str | None = None, limit: int = 20) -> Sequence[Run]:
        return self._runs.runs(source, limit)

    def rejections(self, source: str | None = None, reason: str | None = None, limit: int | None = None) -> Sequence[Rejection]:
        return self._records.rejections(source, reason, limit)

    def count_rejections(self, source: str | None = None) -> int:
        return self._records.count_rejections(source)

    def records(self, source: str, after: str | None = None, limit: int = 1000) -> Sequence[StoredRecord]:
        return self._records.records(source, after, limit)

    def record_names(
        self, source: str, stream: str, since: datetime | None, until: datetime | None, after: str | None = None, limit: int = 10_000
    ) -> Sequence[str]:
        return self._records.names(source, Bounds.of(stream, since, until), after, limit)

    def count_records(self, source: str, stream: str | None = None, since: datetime | None = None, until: datetime | None = None) -> int:
        return self._records.count(source, Bounds.of(stream, since, until))

    def deleted(self, source: str | None = None, native_ids: Collection[str] | None = None, limit: int = 1000) -> Sequence[Deleted]:
        return self._records.deleted(source, native_ids, limit)

    def rejected_names(self, source: str, stream: str) -> Sequence[str]:
        return self._records.rejected_names(source, stream)

    def count_deleted(self, source: str) -> int:
        return self._records.count_deleted(source)

    def purge(self, now: datetime) -> int:
        return self._records.purge(now)

    def note(self, kind: str, name: str) -> Note | None:
        return self._notes.note(kind, name)

    def notes(self, kind: str) -> Mapping[str, Note]:
        return self._notes.notes(kind)

    def write_note(self, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
        return self._notes.write_note(kind, name, value, seen)

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        return self._runs.changes(after, limit)

    def change_of(self, key: ItemKey) -> Change | None:
        return self._runs.change_of(key)

    def acquire(self, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None = None) -> Lease | None:
        return self._leases.acquire(name, owner, now, ttl, replacing)

    def lease(self, name: str) -> Lease | None:
        return self._leases.current(name)

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        return self._leases.renew(lease, now, ttl)

    def release(self, lease: Lease) -> None:
        self._leases.release(lease)

    def secret(self) -> bytes:
        return secret(self._store, self._names)

    def refresh(self) -> None:
        self._store.refresh(self._names.items)

    def tidy(self, put: int, took: timedelta) -> None:
        tidy(self._store, self._names.items, put, took)

    def tally(self, source: str) -> Tally:
        return tally(self._store, self._names, source)

    def stats(self) -> Stats:
        return stats(self._store, self._names)

    def check(self) -> None:
        """As Index.check, within 5 s; also when the indices were deleted."""
        if self._store.within(_CHECK_SECONDS).get(self._names.meta, "schema") is None:
            raise IndexUnavailable(f"Elasticsearch has no indices {self._names.prefix}-*")

    def close(self) -> None:
        """Closes the connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
