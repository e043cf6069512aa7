"""Pipeline: one page of records on its way into the index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from harvesters.source import Page
from index.document import Document
from index.protocol import Index, ItemsRefused
from index.state import Applied, Batch, Counts, ItemKey, Removal
from mappings.record import Item, Record, Unmappable
from mappings.record import Mapping as RecordMapping
from mappings.validation import Validator
from schedules.digest import Digest


@dataclass
class Pipeline:
    """Turns pages of one source into batches: what did not change costs no mapping and no write.

    `begin_stream` forgets which records were seen: ids are unique within a stream. Memory grows with a stream's length only (one
    number a record), never with its content. `label` goes before the names of streams, for sources that share an archive's records.
    `afresh` maps every record anew, whether or not it changed. `kept` says that the records are those that the store has, not news:
    none is stale, and a newer version in quarantine stays there.

    `elsewhere` are kept records that the run brought in another stream than the one they are kept under, `rejected` those that it
    brought and that are in quarantine: neither is absent, whatever another stream lacks.
    """

    source: str
    mapping: RecordMapping
    index: Index
    validator: Validator
    run: str
    label: str = ""
    afresh: bool = False
    kept: bool = False
    elsewhere: dict[str, str] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    _seen: set[int] = field(default_factory=set)
    _there: set[int] = field(default_factory=set)
    _refused: dict[tuple[ItemKey, bytes], str] = field(default_factory=dict)
    _work: Digest | None = None

    def begin_stream(self) -> None:
        """A new stream of records starts."""
        self._seen.clear()
        self._there.clear()

    def digest(self, page: Page, now: datetime) -> tuple[Batch, Counts]:
        """The batch that the page asks for (perhaps empty) and how its records count. Deleted records are left to `remove`."""
        work = Digest(self, now, self.label + page.stream)
        work.sort_out(page)
        batch, counts = self._settled(work)
        return batch, replace(counts, missing=page.missing, filtered=page.filtered)

    def remove(self, removals: Sequence[Removal], now: datetime) -> tuple[Batch, Counts]:
        """The batch that takes these records out of their Items, and Items of no other record out of the index."""
        work = Digest(self, now, "")
        work.known = self.index.known(self.source, [removal.native_id for removal in removals])
        work.forgotten = {removal.native_id: removal for removal in removals if removal.native_id in work.known}
        work.count("deleted", len(work.forgotten))
        return self._settled(work)

    def write(self, batch: Batch, counts: Counts, apply: Callable[[Batch], Applied]) -> tuple[Applied, Counts]:
        """Applies the batch that was made last; records whose Items the store refuses go into quarantine, and the rest is applied."""
        put = deleted = 0
        while True:
            try:
                applied = apply(batch)
            except ItemsRefused as error:
                if not error.refused or error.refused.keys() <= self._refused.keys() or self._work is None:
                    raise
                self._refused |= error.refused
                put, deleted = put + error.applied.items_put, deleted + error.applied.items_deleted
                again, counted = self._settled(self._work)
                batch = replace(again, watermarks=batch.watermarks)
                counts = replace(counted, missing=counts.missing, filtered=counts.filtered)
                continue
            return Applied(put + applied.items_put, deleted + applied.items_deleted, applied.change), counts

    def check_taken(self, document: Document) -> None:
        """Raises Unmappable for an Item that the store refused in these very bytes."""
        reason = self._refused.get((ItemKey(document.collection, document.id), document.digest))
        if reason is not None:
            raise Unmappable(reason, "")

    def _settled(self, work: Digest) -> tuple[Batch, Counts]:
        self._work = work
        work = work.anew()
        work.map_changed()
        work.settle_items()
        return work.batch(), work.counts()

    def has_seen(self, native_id: str) -> bool:
        """Whether this stream brought the record, or said that it is there."""
        key = _key(native_id)
        return key in self._seen or key in self._there

    def is_there(self, native_id: str, stream: str) -> None:
        """The stream says that it has a record, without bringing one that can be read."""
        self._there.add(_key(native_id))
        self.elsewhere[native_id] = self.label + stream

    def first_sight(self, native_id: str) -> bool:
        """False when this stream brought the record already."""
        key = _key(native_id)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def to_item(self, record: Record) -> Item:
        """The record's own Item, valid. Raises Unmappable."""
        item = self.mapping.to_item(record)
        self.validator.check(item)
        return item


def _key(native_id: str) -> int:
    return int.from_bytes(blake2b(native_id.encode(), digest_size=8).digest())
