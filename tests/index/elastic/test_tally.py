"""Counts after processes that died between the writing of a change and of its Item: what comes again makes them equal."""

from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, schema
from index.elastic.mapping import STATE_FIELDS
from index.elastic.operation import Operation
from index.elastic.store import Store
from index.state import ItemKey, Removal
from index.tally import Tally
from tests.index.elastic.harming import crash
from tests.index.elastic.helpers import NOW, TTL, batch, document, migrated, record
from tests.index.elastic.test_rebuild import made, rebuilt, shown

A = ItemKey("c", "a")
WHOLE = batch(document(), records=(record(),))
GONE = batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=(A,))


def _writes_items(operation: Operation) -> bool:
    return "-items-" in operation.index


def _deletes_items(operation: Operation) -> bool:
    return ("-items-" in operation.index or "-years-" in operation.index) and operation.source is None


def test_an_announced_item_that_was_never_written_is_lacking_until_it_comes_again(store: Store, prefix: str, index: ElasticIndex) -> None:
    crash(store, prefix, WHOLE, _writes_items)
    assert index.tally("source") == Tally(0, 1)
    index.apply(WHOLE)
    assert index.tally("source") == Tally(1, 1)


def test_an_announced_item_that_was_never_written_may_be_deleted_next(store: Store, prefix: str, index: ElasticIndex) -> None:
    crash(store, prefix, WHOLE, _writes_items)
    applied = index.apply(GONE)
    assert (applied.items_put, applied.items_deleted) == (0, 0)
    assert index.tally("source") == Tally(0, 0)
    [told] = index.changes()
    assert (told.key, told.deleted, told.number) == (A, True, applied.change)
    assert index.apply(GONE).change == applied.change, "it is told once"


def test_an_item_whose_deletion_was_announced_only_is_announced_anew_when_it_comes_again(
    store: Store, prefix: str, index: ElasticIndex
) -> None:
    first = index.apply(WHOLE)
    crash(store, prefix, GONE, _deletes_items)
    assert index.tally("source") == Tally(1, 0)
    again = index.apply(WHOLE)
    assert (again.items_put, again.change > first.change) == (1, True)
    assert index.tally("source") == Tally(1, 1)
    assert [(told.key, told.deleted) for told in index.changes()] == [(A, False)]


def test_changes_that_were_lost_are_told_anew_when_their_items_come_again(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    index.apply(WHOLE)
    client.delete(index=f"{prefix}-changes", id="c/a")
    assert index.tally("source") == Tally(1, 0)
    assert index.apply(WHOLE).items_put == 1
    assert index.tally("source") == Tally(1, 1)


def test_an_item_that_lies_in_two_years_is_one_too_many_until_it_comes_again(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(made("a"), made("b", "2021-01-01T00:00:00Z")))
    rebuilt(index, divide=True)
    moved = batch(made("a", "2021-06-01T00:00:00Z"))
    crash(store, prefix, moved, _deletes_items)
    assert index.tally("test") == Tally(3, 2)
    assert index.apply(moved).items_put == 0
    assert index.tally("test") == Tally(2, 2)
    assert shown(index) == ["a", "b"]


def test_an_item_belongs_to_the_source_that_its_change_names(index: ElasticIndex) -> None:
    index.apply(WHOLE)
    same = replace(document(records=("theirs",)), source="other")
    index.apply(replace(batch(same, records=(record("theirs"),)), source="other"))
    assert (index.tally("source"), index.tally("other")) == (Tally(1, 1), Tally(0, 0))
    newer = replace(document(text="newer", records=("theirs",)), source="other")
    index.apply(replace(batch(newer, records=(record("theirs"),)), source="other"))
    assert (index.tally("source"), index.tally("other")) == (Tally(0, 0), Tally(1, 1))


def test_changes_of_an_older_store_are_counted_once_it_is_migrated(
    elasticsearch_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(schema, "SCHEMA", 5)
        older.setitem(STATE_FIELDS, "changes", {"number": {"type": "long"}})
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as old:
            old.apply(batch(document(), document("b"), records=(record(), record("s", "b"))))
            old.apply(batch(removed=(ItemKey("c", "b"),)))
            before = list(old.changes())
    migrated(elasticsearch_url, prefix)
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
        assert index.tally("source") == Tally(1, 1)
        assert list(index.changes()) == before
        index.apply(batch(document(text="newer"), document("b")))
        assert index.tally("source") == Tally(2, 2)
