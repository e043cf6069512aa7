"""How much a store holds, as both stores tell it."""

from index.protocol import Index
from index.state import ItemKey, Removal
from tests.index.helpers import NOW, batch, record, rejection
from tests.support.items import make_document


def test_an_empty_store_has_its_parts_and_no_items(index: Index) -> None:
    found = index.stats()
    assert (found.items, found.records, found.quarantined, found.removed, found.changes) == ({}, 0, 0, 0, 0)
    assert found.version >= 4
    assert found.bytes > 0
    assert found.parts


def test_what_was_written_is_counted_at_once(index: Index) -> None:
    documents = [make_document("a", collection="one"), make_document("b", collection="one"), make_document("c", collection="two")]
    records = [record(document.id, document.id, document.collection) for document in documents]
    index.apply(batch(items=documents, records=records, rejected=[rejection("bad")]))
    found = index.stats()
    assert dict(found.items) == {"one": 2, "two": 1}
    assert (found.records, found.quarantined, found.removed, found.changes) == (3, 1, 0, 3)


def test_a_removed_item_is_a_change_and_a_removed_record(index: Index) -> None:
    documents = [make_document("a", collection="one"), make_document("b", collection="one")]
    index.apply(batch(items=documents, records=[record("a", "a", "one"), record("b", "b", "one")]))
    index.apply(batch(forgotten=[Removal("a", "feed", NOW)], removed=[ItemKey("one", "a")]))
    found = index.stats()
    assert dict(found.items) == {"one": 1}
    assert (found.records, found.removed, found.changes) == (1, 1, 2)


def test_each_part_says_what_it_holds(index: Index) -> None:
    documents = [make_document("a", collection="PHR Archive/é"), make_document("b", collection="two")]
    index.apply(batch(items=documents, records=[record("a", "a", "PHR Archive/é")]))
    found = index.stats()
    assert [part.name for part in found.parts] == sorted(part.name for part in found.parts)
    sized = [part for part in found.parts if part.bytes is not None]
    if not sized:
        # One file: only that has a size.
        assert {part.name: part.documents for part in found.parts}["items"] == 2
        return
    assert sum(part.bytes or 0 for part in sized) == found.bytes
    assert {part.collection: part.documents for part in found.parts if part.collection} == {"PHR Archive/é": 1, "two": 1}
