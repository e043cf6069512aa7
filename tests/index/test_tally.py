"""Tallies: an untouched store has what it announced, whatever was written; a store that lost Items says so."""

from collections.abc import Callable

import pytest

from index.document import Document
from index.protocol import Index
from index.state import ItemKey, Removal
from index.tally import Tally
from tests.index.helpers import NOW, batch, record, rejection
from tests.support.items import make_document
from tests.support.losing import lose

Fill = Callable[..., None]


@pytest.fixture
def fill(index: Index) -> Fill:
    """fill("a", "b", source=…): Items, each of one record of its name."""

    def apply(*names: str, source: str = "test", **values: object) -> None:
        items = [make_document(name, source=source, **values) for name in names]
        index.apply(batch(source=source, items=items, records=[record(name, name) for name in names]))

    return apply


def test_an_empty_store_has_nothing_and_lacks_nothing(index: Index) -> None:
    assert index.tally("test") == Tally(0, 0)


def test_what_was_written_is_counted_at_once(index: Index, fill: Fill) -> None:
    fill("a", "b", "c")
    fill("x", source="other")
    assert index.tally("test") == Tally(3, 3)
    assert index.tally("other") == Tally(1, 1)
    assert index.tally("nobody") == Tally(0, 0)


def test_changed_deleted_and_rejected_items_are_no_difference(index: Index, fill: Fill) -> None:
    fill("a", "b", "c")
    fill("a", title="newer", datetime="2020-01-01T00:00:00Z")
    gone = Removal("b", "feed", NOW)
    index.apply(batch(forgotten=[gone], removed=[ItemKey("c", "b")], rejected=[rejection("c"), rejection("new")]))
    assert index.tally("test") == Tally(2, 2)
    fill("b")
    assert index.tally("test") == Tally(3, 3)


def test_an_item_that_went_although_records_of_it_are_kept_is_not_lacking(index: Index, fill: Fill) -> None:
    fill("a", "b")
    index.apply(batch(removed=[ItemKey("c", "b")]))
    assert index.tally("test") == Tally(1, 1)


def test_an_item_of_several_records_is_one(index: Index) -> None:
    index.apply(batch(items=[make_document("a")], records=[record("r", "a"), record("s", "a")]))
    assert index.tally("test") == Tally(1, 1)


def test_a_record_that_moves_to_another_item_takes_the_count_along(index: Index, fill: Fill) -> None:
    fill("a", "b")
    index.apply(batch(items=[make_document("n")], records=[record("a", "n")], removed=[ItemKey("c", "a")]))
    assert index.tally("test") == Tally(2, 2)


def test_an_item_that_a_second_source_brings_too_is_lacking_nowhere(index: Index, fill: Fill) -> None:
    def missing() -> tuple[int, int]:
        return index.tally("test").missing, index.tally("other").missing

    fill("a", "b")
    fill("a", source="other", title="theirs")
    assert missing() == (0, 0)
    same: Document = make_document("b", source="test")
    # The very bytes, of another record of another source.
    index.apply(batch(source="other", items=[_owned(same, "other", "theirs")], records=[record("theirs", "b")]))
    assert missing() == (0, 0)
    index.apply(batch(source="other", removed=[ItemKey("c", "a")], forgotten=[Removal("a", "feed", NOW)]))
    assert missing() == (0, 0)


def _owned(document: Document, source: str, *records: str) -> Document:
    return Document(**{**document.__dict__, "source": source, "records": records})


def test_items_that_went_behind_the_store_are_lacking_until_they_are_put_again(index: Index, fill: Fill) -> None:
    fill("a", "b", "c", "d")
    lose(index, "c", "b", "d")
    assert index.tally("test") == Tally(2, 4)
    assert index.tally("test").missing == 2
    fill("a", "b")
    fill("d", title="newer")
    assert index.tally("test") == Tally(4, 4)


def test_a_deletion_of_what_went_behind_the_store_is_no_difference(index: Index, fill: Fill) -> None:
    fill("a", "b")
    lose(index, "c", "b")
    applied = index.apply(batch(forgotten=[Removal("b", "feed", NOW)], removed=[ItemKey("c", "b")]))
    assert (applied.items_put, applied.items_deleted) == (0, 0)
    assert index.tally("test") == Tally(1, 1)
