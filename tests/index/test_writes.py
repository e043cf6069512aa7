"""Batches: what is written, what is not, and the change numbers that tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from index.document import join
from index.protocol import Index
from index.state import Applied, ItemKey
from mappings.audience import EVERYTHING
from mappings.item import collection_link
from tests.index.helpers import NOW, ask, batch, ids, micros, record
from tests.support.items import document, make_document, make_item

Opener = Callable[[], Index]


def numbers(index: Index, after: int = 0) -> list[tuple[str, bool]]:
    return [(change.key.id, change.deleted) for change in index.changes(after)]


def test_get_gives_the_bytes_that_were_put(index: Index) -> None:
    put = make_document("a/é b", "c", datetime=None, start="2020-01-01T00:00:00Z", end="2021-01-01T00:00:00Z", title='«\n"')
    applied = index.apply(batch(items=[put]))
    found = index.get(EVERYTHING, "c", "a/é b")
    assert found is not None
    assert (found.head, found.middle, found.rest) == (put.head, put.middle, put.rest)
    assert (found.collection, found.id, found.availability, found.licence) == ("c", "a/é b", put.availability, put.licence)
    assert found.change == applied.change
    index.refresh()
    assert index.search(ask()).items == [found]


def test_the_pieces_join_to_the_item(index: Index) -> None:
    item = make_item("a", availability="held", title="T")
    own = {"rel": "via", "href": "https://archive.example/a"}
    item["links"].append(own)
    assert {link["rel"] for link in item["links"]} == {"collection", "license", "via"}
    index.apply(batch(items=[document(item)]))
    found = index.get(EVERYTHING, "c", "a")
    assert found is not None
    joined = join(found.head, found.middle, found.rest, extension=b'"https://x/schema.json"', links=orjson.dumps(collection_link("c")))
    # Links that lead to this server are the answer's to add, that of the licence too.
    links = [collection_link("c"), own]
    expected = {**item, "links": links, "stac_extensions": ["https://x/schema.json", *item["stac_extensions"]]}
    assert orjson.loads(joined) == expected


def test_what_is_not_there_is_none(index: Index) -> None:
    index.apply(batch(items=[make_document("a", "c")]))
    assert index.get(EVERYTHING, "c", "b") is None
    assert index.get(EVERYTHING, "d", "a") is None


def test_an_item_whose_bytes_did_not_change_is_not_written(index: Index) -> None:
    first = index.apply(batch(items=[make_document("a"), make_document("b")]))
    assert (first.items_put, first.items_deleted) == (2, 0)
    later = batch(items=[make_document("a"), make_document("b", title="new")], now=NOW + timedelta(days=1))
    second = index.apply(later)
    assert (second.items_put, second.items_deleted) == (1, 0)
    assert second.change > first.change
    assert [(change.key.id, change.time) for change in index.changes()] == [("a", NOW), ("b", NOW + timedelta(days=1))]
    assert index.apply(later) == Applied(0, 0, second.change)


def test_change_numbers_rise_and_each_item_shows_its_newest_only(index: Index) -> None:
    first = index.apply(batch(items=[make_document(name) for name in "abc"]))
    second = index.apply(batch(items=[make_document("b", title="2")]))
    third = index.apply(batch(items=[make_document("a", title="3"), make_document("d")]))
    assert numbers(index)[:2] == [("c", False), ("b", False)]
    assert sorted(numbers(index)[2:]) == [("a", False), ("d", False)]
    found = [change.number for change in index.changes()]
    assert found == sorted(set(found))
    assert first.change < second.change < third.change == found[-1]
    assert sorted(numbers(index, second.change)) == [("a", False), ("d", False)]
    assert numbers(index, third.change) == []


def test_changes_come_in_portions(index: Index) -> None:
    index.apply(batch(items=[make_document(f"i{n}") for n in range(5)]))
    index.apply(batch(removed=[ItemKey("c", "i0"), ItemKey("c", "i3")]))
    whole = index.changes()
    assert len(whole) == 5
    found, after = [], 0
    while portion := index.changes(after, limit=2):
        assert len(portion) <= 2
        found += portion
        after = portion[-1].number
    assert found == list(whole)


def test_a_deleted_item_leaves_a_tombstone_with_its_facts(index: Index) -> None:
    first = index.apply(batch(items=[make_document("a", availability="held"), make_document("b")]))
    applied = index.apply(batch(removed=[ItemKey("c", "a")], now=NOW + timedelta(hours=1)))
    index.refresh()
    assert (applied.items_put, applied.items_deleted) == (0, 1)
    assert applied.change > first.change
    assert ids(index) == ["b"]
    assert index.get(EVERYTHING, "c", "a") is None
    (_, tombstone) = index.changes()
    assert (tombstone.number, tombstone.key, tombstone.source, tombstone.deleted) == (applied.change, ItemKey("c", "a"), "test", True)
    assert (tombstone.time, tombstone.availability, tombstone.licence) == (NOW + timedelta(hours=1), "held", "dinamis-spot67")


def test_deleting_what_is_not_there_changes_nothing(index: Index) -> None:
    first = index.apply(batch(items=[make_document("a")]))
    again = batch(removed=[ItemKey("c", "a")])
    deleted = index.apply(again)
    assert index.apply(again) == Applied(0, 0, deleted.change)
    assert index.apply(batch(removed=[ItemKey("d", "a"), ItemKey("c", "x")])) == Applied(0, 0, deleted.change)
    assert first.change < deleted.change
    assert numbers(index) == [("a", True)]


def test_an_item_that_comes_back_has_no_tombstone(index: Index) -> None:
    index.apply(batch(items=[make_document("a")]))
    deleted = index.apply(batch(removed=[ItemKey("c", "a")]))
    back = index.apply(batch(items=[make_document("a")]))
    index.refresh()
    assert back.items_put == 1
    assert back.change > deleted.change
    assert numbers(index) == [("a", False)]
    assert ids(index) == ["a"]


def test_the_last_of_two_documents_of_one_item_is_kept(index: Index) -> None:
    applied = index.apply(batch(items=[make_document("a", title="1"), make_document("a", title="2")]))
    assert applied.items_put == 1
    found = index.get(EVERYTHING, "c", "a")
    assert found is not None
    assert found.head == make_document("a", title="2").head


def test_an_item_both_put_and_removed_is_put(index: Index) -> None:
    applied = index.apply(batch(items=[make_document("a")], removed=[ItemKey("c", "a")]))
    assert (applied.items_put, applied.items_deleted) == (1, 0)
    assert index.get(EVERYTHING, "c", "a") is not None


def test_an_empty_batch_writes_nothing(index: Index) -> None:
    first = index.apply(batch(items=[make_document("a")]))
    assert index.apply(batch()) == Applied(0, 0, first.change)


def test_a_count_follows_the_writes(index: Index, open_index: Opener) -> None:
    other = open_index()
    for number in range(1, 4):
        index.apply(batch(items=[make_document(f"i{number}")]))
        index.refresh()
        assert index.count(ask()) == other.count(ask()) == index.count(ask(limit=1)) == number
    other.apply(batch(removed=[ItemKey("c", "i1")]))
    other.refresh()
    assert index.count(ask()) == len(ids(index)) == 2
    assert index.summaries(ask())["c"].count == 2


def test_a_store_that_is_opened_again_has_everything(index: Index, open_index: Opener) -> None:
    index.apply(batch(items=[replace(make_document("a"), records=("r",))], records=[record("r", raw=b"raw")]))
    index.refresh()
    secret, changes = index.secret(), index.changes()
    index.close()
    again = open_index()
    assert ids(again) == ["a"]
    assert again.changes() == changes
    assert again.secret() == secret
    assert again.members("test", [ItemKey("c", "a")])[ItemKey("c", "a")][0].raw == b"raw"


def test_the_secret_is_the_same_for_all_who_open_the_store(index: Index, open_index: Opener) -> None:
    assert len(index.secret()) == 32
    assert open_index().secret() == index.secret() == index.secret()


def test_a_store_that_answers_passes_its_check(index: Index) -> None:
    index.check()


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_ends_of_the_calendar_can_be_stored(index: Index, time: str) -> None:
    index.apply(batch(items=[make_document("a", datetime=time)]))
    index.refresh()
    assert ids(index, start=time, end=time) == ["a"]


def test_an_open_ended_interval_is_found_at_any_time(index: Index) -> None:
    document = make_document("a", datetime=None, start="2000-01-01T00:00:00Z", end="9999-12-31T23:59:59Z")
    index.apply(batch(items=[document, make_document("b", datetime="2010-01-01T00:00:00Z")]))
    index.refresh()
    assert ids(index, start="2020-01-01", end="2020-01-02") == ["a"]
    assert replace(document, end=document.start).start == micros("2000-01-01")
