"""One batch into Elasticsearch, which has no transactions: in an order that makes every crash a repeated page.

Changes and what goes on with records first, then Items, then records and quarantine, then watermarks. A crash between leaves at most
an announced change that comes again; what is repeated is told by its digest and not written twice. Records are announced before their
Items are written, without fingerprint: one that is new (by its name; it is not kept yet), one that moves to another Item (`joining`
names it), one that is removed. So whatever the archive says next, of this record or that it is deleted, finds every Item that was made
of it or taken from it. A removed record is put where it can be restored from before it is deleted: a crash leaves both, and then it is
still kept.

**What the cluster will not take.** One write in a bulk may be refused for what is in it: a value that cannot be parsed, a document that
is too large. Nothing that goes on with such an Item is written then (no record, no deletion of the Item that its record leaves, no
watermark), its announcements are taken back, and the caller is told (ItemsRefused): it puts the records in quarantine and the
page is made anew without them. Every other refusal is an error, and the page comes again.

**What a lease guarantees.** A batch takes its numbers, then checks its lease, then writes every document with those numbers as
version. Whoever holds the next epoch took the lease after that check, so that its numbers are higher: whatever it wrote, a late
writer of the old epoch cannot overwrite or delete (it gets a conflict, here LeaseLost). Deletions are remembered for `gc_deletes`,
an hour. What the late writer wrote of documents that nobody wrote since stays, and is right: it was read from the archive.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from index.document import Document
from index.elastic.announced import announced, facts_of, is_told
from index.elastic.batches import change, facts_in, gone_from, joining_of, key_of, marks, records_of, state
from index.elastic.closing import Closing
from index.elastic.errors import Divided, Refused, is_blocked
from index.elastic.lease import Block, Leases, Numbers, block_of
from index.elastic.mapping import UNMATCHED, put_items, to_source
from index.elastic.names import Names, doc_id
from index.elastic.operation import Operation, Refusal, Source
from index.elastic.places import Lying, Places
from index.elastic.state import announced_source, deleted_source, is_kept
from index.elastic.store import Store
from index.protocol import ItemsRefused, LeaseLost
from index.state import Applied, Batch, ItemKey
from mappings.times import to_micros

log = logging.getLogger(__name__)

# Seconds: while a Collection is rebuilt, it takes no writes for a moment, and may be divided in another way then.
_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 16.0)
_STORED = ("digest", "records", "change", "time", "source", "availability", "licence", "better", UNMATCHED)


@dataclass(frozen=True)
class _Plan:
    """What of a batch differs from what is stored: Items to put, those whose bytes stay but whose records or places do not (with the
    change number they keep), and those to delete. `stored` is what is there of all of them, `told` what their newest changes say. `lost`
    are Items that are to go and are not there, though a change tells otherwise."""

    put: Sequence[Document]
    relinked: Sequence[tuple[Document, int]]
    removed: Sequence[ItemKey]
    stored: Mapping[ItemKey, Lying]
    told: Mapping[ItemKey, Source]
    lost: Sequence[ItemKey]

    @property
    def numbers(self) -> int:
        """How many changes it tells."""
        return len(self.put) + len(self.removed) + len(self.lost)

    def before(self, key: ItemKey) -> tuple[Source | None, Source | None]:
        """An Item's newest change, and itself, as stored."""
        return self.told.get(key), self.stored[key].source if key in self.stored else None


class Writer:
    """Applies batches."""

    def __init__(
        self, store: Store, names: Names, places: Places, numbers: Numbers, leases: Leases, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._names = names
        self._places = places
        self._numbers = numbers
        self._leases = leases
        self._closing = Closing(store, names)
        self._sleep = sleep

    def apply(self, batch: Batch) -> Applied:
        """As Index.apply."""
        if batch.is_empty():
            return Applied(0, 0, self._numbers.last())
        unexplained = 0
        for wait in _WAITS:
            try:
                return self._apply(batch)
            except Divided:
                self._places.forget()
            except Refused as error:
                if not is_blocked(error.reason):
                    raise
                # Once again in any case: the rebuilding may have ended meanwhile.
                unexplained += not self._closing.is_closed()
                if unexplained > 1:
                    raise
                self._closing.open_abandoned(self._leases, batch.now)
                self._sleep(wait)
        return self._apply(batch)

    def _apply(self, batch: Batch) -> Applied:
        plan = self._plan(batch)
        with block_of(self._numbers, self._leases, plan.numbers, batch.lease) as block:
            self._write(batch, plan, block)
        return Applied(len(plan.put), len(plan.removed), block.version + plan.numbers if plan.numbers else block.last)

    def _plan(self, batch: Batch) -> _Plan:
        documents = {ItemKey(document.collection, document.id): document for document in batch.items}
        removed = [key for key in map(ItemKey._make, batch.removed) if key not in documents]
        found = self._places.find((*documents, *removed), _STORED)
        same = {key: None for key, document in documents.items() if key in found and found[key].source["digest"] == document.digest.hex()}
        told = announced(self._store, self._names, (*documents, *removed))
        put, relinked = [], []
        for key, document in documents.items():
            if key not in same or not is_told(told.get(key), found[key].source):
                put.append(document)
            elif found[key].source["records"] != list(document.records) or found[key].elsewhere:
                # Whose it is is told by its newest change.
                relinked.append((replace(document, source=found[key].source["source"]), found[key].source["change"]))
        lost = [key for key in removed if key not in found and key in told and not told[key]["deleted"]]
        return _Plan(put, relinked, [key for key in removed if key in found], found, told, lost)

    def _write(self, batch: Batch, plan: _Plan, block: Block) -> None:
        first = block.version + 1
        put = list(enumerate(plan.put, first))
        removed = list(enumerate(plan.removed, first + len(put)))
        records = records_of(batch)
        told = [*self._changes(batch, plan, first), *self._announced(batch, records, block.version)]
        with ThreadPoolExecutor(1) as aside:
            # Items are made meanwhile, which takes as long; none is written before all of this is.
            telling = aside.submit(self._all, batch, told)
            operations = [*self._items(batch, plan, put, block)]
            telling.result()
        documents: dict[str, dict[str, Document]] = {}
        for document in batch.items:
            documents.setdefault(self._place(document), {})[document.id] = document
        self._verify_items(batch, plan, block, put_items(self._store, operations, documents))
        # Only then: the records of an Item that is refused stay in the one that they were about to leave.
        self._all(batch, (one for number, key in removed for one in gone_from(key, plan.stored, "", number)))
        written = [*put, *((block.version, document) for document, _ in plan.relinked)]
        moved = (gone_from(key_of(document), plan.stored, self._place(document), number) for number, document in written)
        self._all(batch, (one for operations in moved for one in operations))
        self._all(batch, state(self._names, batch, records, block.version))
        self._all(batch, self._returned(batch, block.version))
        self._all(batch, marks(self._names, batch, block.version))

    def _items(self, batch: Batch, plan: _Plan, put: Iterable[tuple[int, Document]], block: Block) -> Iterator[Operation]:
        now = to_micros(batch.now)
        for number, document in put:
            yield self._item(document, number, now, number, plan.stored)
        # They take no change number, which would have matching look at them again: whatever it wrote meanwhile must be asked for.
        for document, number in plan.relinked:
            when = plan.stored[key_of(document)].source.get("time")
            yield self._item(document, number, when, block.version, plan.stored, marked=False)

    def _changes(self, batch: Batch, plan: _Plan, first: int) -> Iterator[Operation]:
        """In the order of `numbers`."""
        facts = [(key_of(document), facts_in(document), False) for document in plan.put]
        facts += [(key, facts_of(plan.stored[key].source), True) for key in plan.removed]
        facts += [(key, facts_of(plan.told[key]), True) for key in plan.lost]
        for number, (key, of, gone) in enumerate(facts, first):
            yield change(self._names, batch, number, key, of, plan.before, gone=gone)

    def _announced(self, batch: Batch, records: Mapping[str, Source], version: int) -> Iterator[Operation]:
        """What must be known before Items are written: removed records, where they are restored from; and all records that come, move
        or go, without fingerprint, so that a repeated page maps them again."""
        puts = {doc_id(batch.source, record.native_id): record for record in batch.records}
        going = {place: removal for removal in batch.forgotten if (place := doc_id(batch.source, removal.native_id)) not in puts}
        kept = self._kept(puts, ("collection", "item", "joining"))
        for place in puts:
            if place not in kept:
                yield Operation(self._names.records, place, announced_source(records[place]), version)
        joining = {place: items for place, source in kept.items() if (items := joining_of(source, puts[place].key))}
        for place, source in self._kept((*joining, *going)).items():
            if place in going and is_kept(source):
                yield Operation(self._names.deleted, place, deleted_source(source, going[place], batch.run, batch.now), version)
            said = {"joining": joining[place]} if place in joining else {}
            yield Operation(self._names.records, place, source | {"fingerprint": ""} | said, version)

    def _returned(self, batch: Batch, version: int) -> Iterator[Operation]:
        """Records that are kept again are no removed ones."""
        places = [(self._names.deleted, doc_id(batch.source, record.native_id)) for record in batch.records]
        for index, place in self._store.mget(places, ("source",)):
            yield Operation(index, place, None, version)

    def _kept(self, places: Iterable[str], fields: Sequence[str] | None = None) -> dict[str, Source]:
        found = self._store.mget(((self._names.records, place) for place in places), fields)
        return {place: source for (_, place), source in found.items()}

    def _item(
        self, document: Document, change: int, when: int | None, version: int, stored: Mapping[ItemKey, Lying], *, marked: bool = True
    ) -> Operation:
        # Whatever matching wrote of it stays.
        kept: Source = stored[key_of(document)].source if key_of(document) in stored else {UNMATCHED: True}
        source = to_source(document, change, when, kept.get("better", ()), unmatched=marked and UNMATCHED in kept)
        return Operation(self._place(document), document.id, source, version, by_alias=True)

    def _place(self, document: Document) -> str:
        return self._places.place(document.collection, document.sort_key)

    def _all(self, batch: Batch, operations: Iterable[Operation]) -> None:
        self._verify(batch, self._store.bulk(operations))

    def _verify(self, batch: Batch, refused: Sequence[Refusal]) -> None:
        if not refused:
            return
        # Indices that others deleted or divided meanwhile are asked for anew with the next batch.
        self._places.forget()
        if batch.lease and all(refusal.status == 409 for refusal in refused):
            raise LeaseLost(f"newer than epoch {batch.lease.epoch} of {batch.lease.name}: {refused[0].operation.id}")
        raise self._store.refusing(refused)

    def _verify_items(self, batch: Batch, plan: _Plan, block: Block, refused: Sequence[Refusal]) -> None:
        """Raises ItemsRefused when all that was refused are Items that the cluster will never take."""
        if any(refusal.is_elsewhere for refusal in refused):
            raise Divided(f"{refused[0].operation.index}: was rebuilt or divided just now")
        self._verify(batch, [refusal for refusal in refused if not refusal.is_final])
        if not refused:
            return
        documents = {(self._place(document), document.id): document for document in batch.items}
        told = {}
        for refusal in refused:
            document = documents[refusal.operation.index, refusal.operation.id]
            log.warning("%s/%s is refused: %s", document.collection, document.id, refusal.reason)
            told[key_of(document), document.digest] = f"Elasticsearch refuses it ({refusal.status}): {refusal.reason}"
        self._all(batch, self._taken_back(batch, plan, block, {key for key, _ in told}))
        written = sum((key_of(document), document.digest) not in told for document in plan.put)
        raise ItemsRefused(str(self._store.refusing(refused)), told, Applied(written, 0, block.version + len(plan.put)))

    def _taken_back(self, batch: Batch, plan: _Plan, block: Block, refused: Collection[ItemKey]) -> Iterator[Operation]:
        """What was announced and is not so: changes of refused Items (one that is not there is told gone) and of those that were not
        deleted, and records not kept before."""
        for number, key in enumerate(plan.removed, block.version + 1 + len(plan.put)):
            yield change(self._names, batch, number, key, facts_of(plan.stored[key].source), plan.before, gone=False)
        for number, document in enumerate(plan.put, block.version + 1):
            key = key_of(document)
            if key in refused:
                facts = facts_of(plan.stored[key].source) if key in plan.stored else facts_in(document)
                yield change(self._names, batch, number, key, facts, plan.before, gone=key not in plan.stored)
        records = {doc_id(batch.source, record.native_id): record for record in batch.records if record.key in refused}
        for place, kept in self._kept(records, ("fingerprint", "collection", "item")).items():
            record = records[place]
            named = plan.stored[record.key].source.get("records", ()) if record.key in plan.stored else ()
            if not kept["fingerprint"] and (kept["collection"], kept["item"]) == record.key and record.native_id not in named:
                yield Operation(self._names.records, place, None, block.version)
