"""Matching's side of the Elasticsearch store, beside harvests that write at the same time."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.copies import Copies
from index.elastic.lease import Leases, Numbers
from index.elastic.matches import Matching
from index.elastic.names import Names
from index.elastic.places import Places
from index.elastic.store import Store
from index.filters.nodes import Compare
from index.matches import Better, Match, MatchBatch, Scene
from index.protocol import IndexUnavailable, LeaseLost
from index.query import Query
from index.state import ItemKey, Lease
from mappings.audience import EVERYTHING
from tests.index.elastic.harming import Breaking
from tests.index.elastic.helpers import NOW, TTL, batch, document, head_of, record
from tests.index.filtering import folded, text

A = ItemKey("c", "a")


COPY = Better("c", "source", "open", "etalab-2.0")


SCENE = Scene(A, "catalogue", "p", (1,), ("n",), {}, None)


MATCH = Match(A, ItemKey("c", "b"), "M1", 1.0, 1.0)


def matching(store: Store, prefix: str, places: Places | None = None) -> Matching:
    """As another process has it."""
    names = Names(prefix)
    places = places or Places(store, names)
    return Matching(store, names, places, Numbers(store, names, time.time), Leases(store, names), Copies(store, names))


def shown(index: ElasticIndex) -> list[str]:
    """The ids that a collapsed answer has."""
    index.refresh()
    return [item.id for item in index.search(Query(EVERYTHING, collapse=True)).items]


class _Meanwhile(Places):
    """Does something once between the last reading of Items and their writing."""

    def __init__(self, store: Store, names: Names, work: Callable[[], object]) -> None:
        super().__init__(store, names)
        self._work: list[Callable[[], object]] = [work]

    def find(self, keys, fields=None):
        found = super().find(keys, fields)
        if self._work and fields is None:
            self._work.pop()()
        return found


@pytest.mark.parametrize("change", ["put", "deleted"])
def test_a_harvest_that_writes_while_matching_does_wins(store: Store, prefix: str, index: ElasticIndex, change: str) -> None:
    position = index.apply(batch(document(), document("b"))).change
    newer = batch(document(text="newer")) if change == "put" else batch(removed=(A,))
    busy = _Meanwhile(store, Names(prefix), lambda: index.apply(newer))
    page = MatchBatch(NOW, better={A: [COPY], ItemKey("c", "b"): [COPY]}, position=position)
    written = matching(store, prefix, busy).apply(page)
    assert written == 1
    assert head_of(index) == (document(text="newer").head if change == "put" else None)
    assert shown(index) == (["a"] if change == "put" else [])
    # The change that tells matching to look again is above the position that it wrote.
    assert [one.key for one in index.changes(index.match_position())] == [A]
    assert index.apply_matches(MatchBatch(NOW, better={A: [COPY]})) == (1 if change == "put" else 0)
    assert shown(index) == []


def test_a_late_matching_of_an_old_epoch_cannot_overwrite(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), document("b")))
    old = index.acquire("matching", "first", NOW, TTL)
    names = Names(prefix)
    newer = MatchBatch(NOW, scenes=[replace(SCENE, names=("newer",))], matches={A: [replace(MATCH, score=0.5)]}, position=7)

    class Sleepy(Leases):
        def verify(self, lease: Lease) -> None:
            super().verify(lease)
            index.apply_matches(replace(newer, lease=index.acquire("matching", "second", NOW + TTL, TTL)))

    late = Matching(store, names, Places(store, names), Numbers(store, names, time.time), Sleepy(store, names), Copies(store, names))
    with pytest.raises(LeaseLost):
        late.apply(MatchBatch(NOW, scenes=[SCENE], matches={A: [MATCH]}, position=3, lease=old))
    assert index.scenes([A]) == {A: newer.scenes[0]}
    assert index.matches(EVERYTHING, [A]) == {A: [replace(MATCH, score=0.5)]}
    assert index.match_position() == 7


def test_a_crash_before_the_position_repeats_the_matching(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), document("b")))
    page = MatchBatch(NOW, scenes=[SCENE], matches={A: [MATCH]}, better={A: [COPY]}, position=2)
    broken = Breaking(store, lambda operation: operation.index.endswith("-c"))
    with pytest.raises(IndexUnavailable, match="the wire was cut"):
        matching(broken, prefix).apply(page)
    assert index.match_position() == 0
    assert shown(index) == ["a", "b"]
    assert index.apply_matches(page) == 1, "only what was missing"
    assert (index.match_position(), shown(index)) == (2, ["b"])


def test_matching_without_changes_takes_no_number(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    index.apply(batch(document(), document("b")))
    page = MatchBatch(NOW, scenes=[SCENE], matches={A: [MATCH]}, better={A: [COPY]}, gone=[ItemKey("c", "x")], position=2)
    index.apply_matches(page)
    before = client.get(index=f"{prefix}-meta", id="numbers").body["_version"]
    assert index.apply_matches(page) == 0
    assert client.get(index=f"{prefix}-meta", id="numbers").body["_version"] == before


def test_an_item_with_further_records_only_stays_left_out(index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    index.apply_matches(MatchBatch(NOW, better={A: [COPY]}))
    index.apply(batch(document(records=("r", "s")), records=(record("s"),)))
    assert shown(index) == []
    assert index.members("source", [A])[A] == [record("r"), record("s")]


def test_filters_find_an_item_that_matching_marked(index: ElasticIndex) -> None:
    index.apply(batch(document(text="Été"), document("b")))
    index.apply_matches(MatchBatch(NOW, matches={A: [MATCH]}, better={ItemKey("c", "b"): [COPY]}))
    index.refresh()
    titled = Compare("=", folded("title", case=True, accents=True), text("ete"))
    assert [item.id for item in index.search(Query(EVERYTHING, filter=titled)).items] == ["a"]
    assert [item.id for item in index.search(Query(EVERYTHING, words=("b",))).items] == ["b"]


# --- the mark of Items without matches ---------------------------------------------------------------------------------------


def marked(index: ElasticIndex) -> dict[str, bool]:
    """Which Items say that they may have matches, on a page and by their ids alike."""
    index.refresh()
    found = {item.id: item.matched for item in index.search(Query(EVERYTHING)).items}
    assert found == {name: item.matched for name in found if (item := index.get(EVERYTHING, "c", name))}
    return found


def test_a_new_item_says_that_it_has_no_matches_until_it_is_matched(index: ElasticIndex) -> None:
    index.apply(batch(document(), document("b"), document("d")))
    assert marked(index) == {"a": False, "b": False, "d": False}
    assert index.apply_matches(MatchBatch(NOW, matches={A: [MATCH]})) == 1, "marks are not counted: they tell nothing new"
    assert marked(index) == {"a": True, "b": True, "d": False}
    index.apply(batch(document(text="newer"), document("d", text="newer")))
    assert marked(index) == {"a": True, "b": True, "d": False}


def test_what_a_harvest_writes_over_a_mark_is_mended_by_the_next_matching(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), document("b")))
    busy = _Meanwhile(store, Names(prefix), lambda: index.apply(batch(document(text="newer"))))
    matching(store, prefix, busy).apply(page := MatchBatch(NOW, matches={A: [MATCH]}))
    assert marked(index) == {"a": False, "b": True}
    assert A in [one.key for one in index.changes(index.match_position())], "it is looked at again"
    index.apply_matches(page)
    assert marked(index) == {"a": True, "b": True}


def test_an_item_written_without_a_change_says_that_it_may_have_matches(index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    index.apply(batch(document(records=("r", "s")), records=(record("s"),)))
    assert marked(index) == {"a": True}, "matching is not told to look at it again, whatever it wrote meanwhile"


def test_items_of_an_older_store_may_have_matches(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    index.apply(batch(document()))
    source = client.get(index=f"{prefix}-items-c", id="a").body["_source"]
    older = {name: value for name, value in source.items() if name != "unmatched"}
    client.index(index=f"{prefix}-items-c", id="a", document=older)
    assert marked(index) == {"a": True}
