"""Index: what a store offers to the harvest and to the API. tests/index/ is its definition; both stores pass it."""

from collections.abc import Collection, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from index.aggregation import Aggregates, Aggregation
from index.filters.operators import Operators
from index.matches import Match, MatchBatch, Scene, Side
from index.query import Matched, Page, Query, Summary
from index.state import Applied, Batch, Change, Deleted, ItemKey, Known, Lease, Note, Rejection, Run, StoredItem, StoredRecord
from index.stats import Stats
from index.tally import Tally
from mappings.audience import Audience
from mappings.watermark import Watermark


class Index(Protocol):
    """One store. Every method may raise IndexUnavailable; writes raise LeaseLost when the batch's lease is no longer held."""

    # --- reading -----------------------------------------------------------------------------------------------------------
    @property
    def operators(self) -> frozenset[Operators]:
        """What filters may hold beside comparisons; for whatever else they hold the methods below raise FilterError."""

    @property
    def lag(self) -> timedelta:
        """How long after the time that a batch bears its changes may first be read, at most."""

    def search(self, query: Query) -> Page:
        """At most query.limit Items in the query's order; `next` is None at the end. Fewer where PAGE_BYTES are full. An empty page has
        neither `next` nor `previous`. Raises FilterError, as all that take a query do."""

    def export(self, query: Query) -> Generator[StoredItem, None, None]:
        """Every Item that matches, in the query's order, all as they were when the first was taken; limit and cursor do not count. Pages
        are read as they are needed, and errors are raised there: FilterError by the first, IndexUnavailable by any, never a short export.
        Whoever stops early closes it, so that nothing stays open in the store."""

    def count(self, query: Query) -> int:
        """How many Items match, exactly; limit and cursor do not count."""

    def matched(self, query: Query) -> Matched:
        """As count, but quick: about, where there are many."""

    def aggregate(self, query: Query, wanted: Sequence[Aggregation]) -> Aggregates:
        """Summaries of all Items that match, exactly; limit, sort and cursor do not count."""

    def fields(self, query: Query) -> frozenset[str]:
        """Names of the fields (mappings/queryables.py) that Items of the query's Collections have, of those that the audience finds; of
        the query only audience and Collections count. A field that went with the last Item that had it may still be named."""

    def get(self, audience: Audience, collection: str, item_id: str) -> StoredItem | None:
        """One Item, or None when there is none or the audience does not find it."""

    def items(self, audience: Audience, keys: Collection[ItemKey]) -> Mapping[ItemKey, StoredItem]:
        """As get, of several; read-your-writes."""

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        """Per collection that has a match: count and extent."""

    def matches(self, audience: Audience, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[Match]]:
        """Per Item that has any: its matches whose Item on the other side the audience finds, best score first, then by key. Reading
        a key that the audience does not find itself is the caller's to avoid."""

    # --- matching ------------------------------------------------------------------------------------------------------------
    def scenes(self, keys: Collection[ItemKey]) -> Mapping[ItemKey, Scene]:
        """The scenes of these Items, as they were put; read-your-writes."""

    def scenes_at(self, side: Side, places: Collection[tuple[str, int, int]]) -> Sequence[Scene]:
        """Scenes of a side with an instant in one of (platform, first, last): µs since 1970, both inclusive; each once, ascending by
        key; read-your-writes."""

    def scenes_named(self, side: Side, names: Collection[str]) -> Sequence[Scene]:
        """Scenes of a side that have one of these names; each once, ascending by key; read-your-writes."""

    def apply_matches(self, batch: MatchBatch) -> int:
        """Writes all of the batch (Elasticsearch: the position last, so that a crash between repeats it); how many scenes, matches and
        Items really changed. What is as it was is not written. Neither an Item's bytes nor its change number change; searches that
        collapse find it after `refresh`. Raises LeaseLost."""

    def match_position(self) -> int:
        """The change number up to which all is matched; 0 at first."""

    # --- the state of harvests -----------------------------------------------------------------------------------------------
    def known(self, source: str, native_ids: Collection[str]) -> Mapping[str, Known]:
        """Fingerprint and Item of the records that are kept or quarantined; read-your-writes."""

    def members(self, source: str, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[StoredRecord]]:
        """All kept records of these Items, raw bytes included, by native id; read-your-writes."""

    def watermark(self, source: str, stream: str) -> Watermark | None:
        """How far the stream was read."""

    def watermarks(self, source: str) -> Mapping[str, Watermark]:
        """How far each stream of the source was read, by its name."""

    def apply(self, batch: Batch) -> Applied:
        """Writes all of the batch (SQLite: one transaction; Elasticsearch: Items, then records, then watermarks, so that a crash
        between repeats the page). An Item whose bytes did not change is not written and takes no change number. Raises LeaseLost,
        and ItemsRefused when the batch must be made anew without some Items."""

    def save_run(self, run: Run) -> None:
        """Inserts or updates a run by its id."""

    def runs(self, source: str | None = None, limit: int = 20) -> Sequence[Run]:
        """The newest first."""

    def rejections(self, source: str | None = None, reason: str | None = None, limit: int | None = None) -> Sequence[Rejection]:
        """What is in quarantine, oldest first; `reason` is a part of the reason, whatever its case."""

    def count_rejections(self, source: str | None = None) -> int:
        """How many records are in quarantine."""

    def rejected_names(self, source: str, stream: str) -> Sequence[str]:
        """Native ids of a stream's records in quarantine, ascending; read-your-writes."""

    def records(self, source: str, after: str | None = None, limit: int = 1000) -> Sequence[StoredRecord]:
        """Kept records, raw bytes included, ascending by native id after `after`; read-your-writes."""

    def record_names(
        self, source: str, stream: str, since: datetime | None, until: datetime | None, after: str | None = None, limit: int = 10_000
    ) -> Sequence[str]:
        """Native ids of the kept records of a stream whose `updated` lies in [since, until), ascending after `after`; None is no
        bound, and without any bound records without time are among them; read-your-writes."""

    def count_records(self, source: str, stream: str | None = None, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many records are kept or in quarantine (one that is both counts once), with the bounds of `record_names`."""

    def deleted(self, source: str | None = None, native_ids: Collection[str] | None = None, limit: int = 1000) -> Sequence[Deleted]:
        """Records that were removed and can be restored, the newest removal first."""

    def count_deleted(self, source: str) -> int:
        """How many removed records can be restored."""

    def purge(self, now: datetime) -> int:
        """Drops the records whose time to be restored has passed; how many. The tombstones of their Items stay."""

    # --- notes: the harvests' book-keeping -----------------------------------------------------------------------------------
    def note(self, kind: str, name: str) -> Note | None:
        """One note; read-your-writes."""

    def notes(self, kind: str) -> Mapping[str, Note]:
        """All notes of a kind by name, ascending; read-your-writes."""

    def write_note(self, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
        """Writes it (None: removes it) if it still is as `seen` (None: is not there); False when somebody else was quicker."""

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """Items put and deleted after a change number, ascending; the newest change of each Item only."""

    def change_of(self, key: ItemKey) -> Change | None:
        """The newest change of one Item, also when it is deleted; read-your-writes."""

    def acquire(self, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None = None) -> Lease | None:
        """The lease when it is free, has expired, or is still exactly `replacing` (its epoch then grows), else None."""

    def lease(self, name: str) -> Lease | None:
        """Who has the lease, expired or not; None when it was given back or never taken."""

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        """False when somebody else has it by now."""

    def release(self, lease: Lease) -> None:
        """Gives it back; nothing happens when it was lost."""

    def secret(self) -> bytes:
        """32 random bytes made once per store: the key of page tokens."""

    def refresh(self) -> None:
        """What was written is found by searches from here on (at once with SQLite)."""

    def tidy(self, put: int, took: timedelta) -> None:
        """A run or a remap that took so long has put so many Items: the store may bring itself into order, in its own time and without an
        error. With SQLite, `moisson index rebuild` does."""

    def tally(self, source: str) -> Tally:
        """How many Items of a source there are, and how many there are to be by what was written of them apart: their changes, or with
        SQLite, where an Item is its own change, the source's records. Read-your-writes; about a second for a million Items."""

    def stats(self) -> Stats:
        """How much it holds; what was written is counted. For operators: it may take seconds."""

    def check(self) -> None:
        """Raises IndexUnavailable when the store does not answer."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class IndexUnavailable(Exception):
    """The store does not answer; the message says which and why."""


class ItemsRefused(IndexUnavailable):
    """The store will never take some Items of a batch. `refused` says why, by key and digest. Nothing was written that goes on with
    them, and no watermark; what else was written of the batch (`applied` counts it) is not written again when it comes without them."""

    def __init__(self, message: str, refused: Mapping[tuple[ItemKey, bytes], str], applied: Applied) -> None:
        super().__init__(message)
        self.refused = refused
        self.applied = applied


class LeaseLost(Exception):
    """Another scheduler holds the lease: this one must stop writing."""
