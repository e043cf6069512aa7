"""What an Item was: whoever found it once can be told that it is gone; and several Items at once, as last written."""

from datetime import timedelta

from index.protocol import Index
from index.state import Facts, ItemKey
from mappings.audience import EVERYTHING, Audience
from tests.index.helpers import NOW, batch
from tests.support.items import make_document

OPEN, HELD = Facts("test", "open", "copernicus"), Facts("test", "held", "dinamis-spot67")
A = ItemKey("c", "a")


def put(index: Index, facts: Facts, item_id: str = "a", **more: object) -> None:
    index.apply(batch(items=[make_document(item_id, availability=facts.availability, licence=facts.licence, **more)]))


def former(index: Index) -> dict[str, frozenset[Facts]]:
    return {change.key.id: change.former for change in index.changes()}


def test_an_item_whose_facts_change_is_told_with_those_it_had(index: Index) -> None:
    put(index, OPEN)
    put(index, OPEN, "b")
    put(index, HELD)
    assert former(index) == {"a": {OPEN}, "b": frozenset()}
    put(index, HELD, title="other words")
    assert former(index)["a"] == {OPEN}
    (_, change) = index.changes()
    assert (change.facts, change.deleted) == (HELD, False)


def test_facts_that_an_item_has_again_are_not_former_ones(index: Index) -> None:
    put(index, OPEN)
    put(index, HELD)
    put(index, OPEN)
    assert former(index) == {"a": {HELD}}


def test_a_tombstone_and_an_item_that_comes_back_remember_them_too(index: Index) -> None:
    put(index, OPEN)
    put(index, HELD)
    index.apply(batch(removed=[A]))
    (gone,) = index.changes()
    assert (gone.deleted, gone.facts, gone.former) == (True, HELD, {OPEN})
    put(index, OPEN)
    (back,) = index.changes()
    assert (back.deleted, back.facts, back.former) == (False, OPEN, {HELD})


def test_an_item_put_in_place_of_a_tombstone_of_other_facts_remembers_those(index: Index) -> None:
    put(index, OPEN)
    index.apply(batch(removed=[A]))
    put(index, HELD)
    assert former(index) == {"a": {OPEN}}


def test_several_items_are_read_at_once_as_last_written_and_as_the_audience_finds_them(index: Index) -> None:
    put(index, OPEN)
    put(index, HELD, "b")
    keys = [A, ItemKey("c", "b"), ItemKey("d", "a"), ItemKey("c", "x"), ItemKey("c", "")]
    assert index.items(EVERYTHING, keys) == {A: index.get(EVERYTHING, "c", "a"), ItemKey("c", "b"): index.get(EVERYTHING, "c", "b")}
    assert list(index.items(Audience("some", frozenset({("open", "copernicus")})), keys)) == [A]
    assert index.items(EVERYTHING, []) == {}


def test_an_item_tells_the_time_of_its_change_where_it_is_read_by_name(index: Index) -> None:
    put(index, OPEN)
    index.apply(batch(items=[make_document("a", title="new")], now=NOW + timedelta(hours=1)))
    # The same again, of other records: no change.
    index.apply(batch(items=[make_document("a", title="new")], now=NOW + timedelta(hours=2)))
    found = index.get(EVERYTHING, *A)
    assert found is not None
    assert found.time == NOW + timedelta(hours=1)
