"""One batch into Elasticsearch, which has no transactions: in an order that makes every crash a repeated page.

Changes first, then what goes on with records, then Items, then records and quarantine, then watermarks. A crash between leaves at
most an announced change that comes again; what is repeated is told by its digest and not written twice. Records are announced before
their Items are written, without fingerprint: one that is new, one that moves to another Item (`joining` names it), one that is
removed. So whatever the archive says next, of this record or that it is deleted, finds every Item that was made of it or taken from
it. A removed record is put where it can be restored from before it is deleted: a crash leaves both, and then it is still kept.

**What a lease guarantees.** A batch takes its numbers, then checks its lease, then writes every document with those numbers as
version. Whoever holds the next epoch took the lease after that check, so that its numbers are higher: whatever it wrote, a late
writer of the old epoch cannot overwrite or delete (it gets a conflict, here LeaseLost). Deletions are remembered for `gc_deletes`,
an hour. What the late writer wrote of documents that nobody wrote since stays, and is right: it was read from the archive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.document import Document
from index.elastic.lease import Block, Leases, Numbers, block_of
from index.elastic.mapping import Names, doc_id, put_items, to_source
from index.elastic.operation import Operation, Refusal, Source
from index.elastic.schema import create_collection
from index.elastic.state import change_source, deleted_source, record_source, rejection_source, watermark_source
from index.elastic.store import Store
from index.protocol import LeaseLost
from index.state import Applied, Batch, Change, ItemKey

_STORED = ("digest", "records", "change", "source", "availability", "licence", "better")


@dataclass(frozen=True)
class _Plan:
    """What of a batch differs from what is stored: Items to put, those whose bytes stay but whose records do not (with the
    change number they keep), and those to delete, with their facts. `better` is what matching wrote of Items that are put again."""

    put: Sequence[Document]
    relinked: Sequence[tuple[Document, int]]
    removed: Mapping[ItemKey, Mapping[str, Any]]
    better: Mapping[ItemKey, Sequence[str]]


class Writer:
    """Applies batches."""

    def __init__(self, store: Store, names: Names, numbers: Numbers, leases: Leases) -> None:
        self._store = store
        self._names = names
        self._numbers = numbers
        self._leases = leases
        self._made: set[str] = set()

    def apply(self, batch: Batch) -> Applied:
        """As Index.apply."""
        if batch.is_empty():
            return Applied(0, 0, self._numbers.last())
        plan = self._plan(batch)
        changes = len(plan.put) + len(plan.removed)
        with block_of(self._numbers, self._leases, changes, batch.lease) as block:
            self._write(batch, plan, block)
        return Applied(len(plan.put), len(plan.removed), block.version + changes if changes else block.last)

    def _plan(self, batch: Batch) -> _Plan:
        documents = {ItemKey(document.collection, document.id): document for document in batch.items}
        removed = [key for key in map(ItemKey._make, batch.removed) if key not in documents]
        places = {key: (self._names.collection(key.collection), key.id) for key in (*documents, *removed)}
        found = self._store.mget(places.values(), _STORED)
        put, relinked = [], []
        for key, document in documents.items():
            stored = found.get(places[key])
            if stored is None or stored["digest"] != document.digest.hex():
                put.append(document)
            elif stored["records"] != list(document.records):
                relinked.append((document, stored["change"]))
        better = {key: source["better"] for key in documents if "better" in (source := found.get(places[key], {}))}
        return _Plan(put, relinked, {key: found[places[key]] for key in removed if places[key] in found}, better)

    def _write(self, batch: Batch, plan: _Plan, block: Block) -> None:
        first = block.version + 1
        put = list(enumerate(plan.put, first))
        removed = list(enumerate(plan.removed, first + len(put)))
        self._make({self._names.collection(document.collection) for document in batch.items})
        self._all(batch, self._changes(batch, put, [(number, key, plan.removed[key]) for number, key in removed]))
        self._all(batch, self._announced(batch, block.version))
        operations = [self._item(document, number, number, plan.better) for number, document in put]
        operations += [self._item(document, change, block.version, plan.better) for document, change in plan.relinked]
        operations += [Operation(self._names.collection(key.collection), key.id, None, number) for number, key in removed]
        documents: dict[str, dict[str, Document]] = {}
        for document in batch.items:
            documents.setdefault(self._names.collection(document.collection), {})[document.id] = document
        self._verify(batch, put_items(self._store, operations, documents))
        self._all(batch, self._state(batch, block.version))
        self._all(batch, self._returned(batch, block.version))
        self._all(
            batch,
            (
                Operation(self._names.watermarks, doc_id(batch.source, stream), watermark_source(batch.source, stream, mark), block.version)
                for stream, mark in batch.watermarks.items()
            ),
        )

    def _announced(self, batch: Batch, version: int) -> Iterator[Operation]:
        """What must be known before Items are written: removed records, where they are restored from; and all records that come, move
        or go, without fingerprint, so that a repeated page maps them again."""
        puts = {doc_id(batch.source, record.native_id): record for record in batch.records}
        going = {place: removal for removal in batch.forgotten if (place := doc_id(batch.source, removal.native_id)) not in puts}
        kept = self._kept(puts, ("collection", "item", "joining"))
        for place, record in puts.items():
            if place not in kept:
                yield Operation(self._names.records, place, record_source(batch.source, replace(record, fingerprint=b"")), version)
        joining = {place: items for place, source in kept.items() if (items := _joining(source, puts[place].key))}
        for place, source in self._kept((*joining, *going)).items():
            if place in going:
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

    def _item(self, document: Document, change: int, version: int, better: Mapping[ItemKey, Sequence[str]]) -> Operation:
        source = to_source(document, change, better.get(ItemKey(document.collection, document.id), ()))
        return Operation(self._names.collection(document.collection), document.id, source, version)

    def _changes(
        self,
        batch: Batch,
        put: Iterable[tuple[int, Document]],
        removed: Iterable[tuple[int, ItemKey, Mapping[str, Any]]],
    ) -> Iterator[Operation]:
        """The newest change of each Item, in place of the one before."""
        for number, document in put:
            key = ItemKey(document.collection, document.id)
            yield self._change(Change(number, key, document.source, False, batch.now, document.availability, document.licence))
        for number, key, stored in removed:
            yield self._change(Change(number, key, stored["source"], True, batch.now, stored["availability"], stored["licence"]))

    def _change(self, change: Change) -> Operation:
        return Operation(self._names.changes, doc_id(*change.key), change_source(change), change.number)

    def _state(self, batch: Batch, version: int) -> Iterator[Operation]:
        names, source = self._names, batch.source
        # In this order: one shard does the writes of a document as they stand in the request, and what is put wins.
        for removal in batch.forgotten:
            yield Operation(names.records, doc_id(source, removal.native_id), None, version)
        for record in batch.records:
            yield Operation(names.records, doc_id(source, record.native_id), record_source(source, record), version)
        for native_id in batch.absolved:
            yield Operation(names.quarantine, doc_id(source, native_id), None, version)
        for rejection in batch.rejected:
            yield Operation(names.quarantine, doc_id(rejection.source, rejection.native_id), rejection_source(rejection), version)

    def _make(self, indices: set[str]) -> None:
        for index in sorted(indices - self._made):
            create_collection(self._store, index)
            self._made.add(index)

    def _all(self, batch: Batch, operations: Iterable[Operation]) -> None:
        self._verify(batch, self._store.bulk(operations))

    def _verify(self, batch: Batch, refused: Sequence[Refusal]) -> None:
        if not refused:
            return
        # An index that was deleted meanwhile is made again with the next batch.
        self._made.clear()
        if batch.lease and all(refusal.status == 409 for refusal in refused):
            raise LeaseLost(f"newer than epoch {batch.lease.epoch} of {batch.lease.name}: {refused[0].operation.id}")
        raise self._store.refusing(refused)


def _joining(kept: Mapping[str, Any], key: ItemKey) -> list[list[str]]:
    """The Items that a kept record is on its way to, when that is not its own; those of batches that died remain among them."""
    if (kept["collection"], kept["item"]) == key:
        return []
    before: list[list[str]] = kept.get("joining", [])
    return before if list(key) in before else [*before, list(key)]
