"""The writes that a batch is made of, each by itself; write.py says in which order they are sent, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from index.document import Document
from index.elastic.announced import former
from index.elastic.names import Names, doc_id
from index.elastic.operation import Operation, Source
from index.elastic.places import Lying
from index.elastic.state import change_source, record_source, rejection_source, watermark_source
from index.state import Batch, Change, Facts, ItemKey

Before = Callable[[ItemKey], Sequence[Source | None]]
"""What is stored of an Item by its key: its newest change, and itself."""


def change(names: Names, batch: Batch, number: int, key: ItemKey, facts: Facts, before: Before, *, gone: bool) -> Operation:
    """The newest change of an Item, in place of the one before."""
    told = Change(number, key, facts.source, gone, batch.now, facts.availability, facts.licence, former(facts, *before(key)))
    return Operation(names.changes, doc_id(*key), change_source(told), number)


def facts_in(document: Document) -> Facts:
    """What a Document says of itself."""
    return Facts(document.source, document.availability, document.licence)


def records_of(batch: Batch) -> dict[str, Source]:
    """The batch's records as stored, by their ids there."""
    return {doc_id(batch.source, record.native_id): record_source(batch.source, record) for record in batch.records}


def state(names: Names, batch: Batch, records: Mapping[str, Source], version: int) -> Iterator[Operation]:
    """Records and quarantine."""
    source = batch.source
    # In this order: one shard does the writes of a document as they stand in the request, and what is put wins.
    for removal in batch.forgotten:
        yield Operation(names.records, doc_id(source, removal.native_id), None, version)
    for place, record in records.items():
        yield Operation(names.records, place, record, version)
    for native_id in batch.absolved:
        yield Operation(names.quarantine, doc_id(source, native_id), None, version)
    for rejection in batch.rejected:
        yield Operation(names.quarantine, doc_id(rejection.source, rejection.native_id), rejection_source(rejection), version)


def marks(names: Names, batch: Batch, version: int) -> Iterator[Operation]:
    """Watermarks."""
    for stream, mark in batch.watermarks.items():
        yield Operation(names.watermarks, doc_id(batch.source, stream), watermark_source(batch.source, stream, mark), version)


def key_of(document: Document) -> ItemKey:
    """An Item's."""
    return ItemKey(document.collection, document.id)


def gone_from(key: ItemKey, stored: Mapping[ItemKey, Lying], but: str, version: int) -> Iterator[Operation]:
    """Deletes an Item wherever it lies but there."""
    if key in stored:
        for alias in (stored[key].alias, *stored[key].elsewhere):
            if alias != but:
                yield Operation(alias, key.id, None, version, by_alias=True)


def joining_of(kept: Mapping[str, Any], key: ItemKey) -> list[list[str]]:
    """The Items that a kept record is on its way to, when that is not its own; those of batches that died remain among them."""
    if (kept["collection"], kept["item"]) == key:
        return []
    before: list[list[str]] = kept.get("joining", [])
    return before if list(key) in before else [*before, list(key)]
