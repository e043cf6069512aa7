"""Collections that are rebuilt, divided by years, and brought from an older version, while others read and write."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, rebuild
from index.elastic.closing import LEASE
from index.elastic.names import Names
from index.elastic.places import Places
from index.elastic.store import Store
from index.filters.nodes import Compare
from index.matches import Better, MatchBatch
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.times import to_micros
from tests.index.elastic.helpers import NOW, batch
from tests.index.filtering import folded, text
from tests.support.items import make_document

EVERY = Query(EVERYTHING, limit=10_000)


def made(name: str, when: str = "2020-06-01T00:00:00Z", title: str = "", **values: object) -> object:
    return make_document(name, "c", datetime=when, title=title, **values)


def shown(index: ElasticIndex, query: Query = EVERY) -> list[str]:
    index.refresh()
    return [item.id for item in index.search(query).items]


def rebuilt(index: ElasticIndex, *, divide: bool = False, told: Callable[[], None] = lambda: None) -> int:
    lease = index.acquire(LEASE, "an operator", NOW, timedelta(hours=1), index.lease(LEASE))
    assert lease is not None
    try:
        return index.rebuild("c", divide=divide, told=told, grace=0)
    finally:
        index.release(lease)


def concrete(client: Elasticsearch, prefix: str) -> list[str]:
    return sorted(client.indices.get(index=f"{prefix}-data-*").body)


@pytest.mark.parametrize("divide", [False, True])
def test_nothing_is_lost_of_what_is_written_while_a_collection_is_rebuilt(
    index: ElasticIndex, elasticsearch_url: str, prefix: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch, divide: bool
) -> None:
    monkeypatch.setattr(rebuild, "_PORTION", 20)
    monkeypatch.setattr(rebuild, "_FEW", 5)
    items = {f"i{n}": made(f"i{n}", f"{2015 + n % 5}-06-01T00:00:00Z") for n in range(200)}
    index.apply(batch(*items.values()))
    index.refresh()
    stop, pages = Event(), []

    def write() -> None:
        """Puts, moves and deletes, as another process; ten Items a batch."""
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as other:
            for number in range(10_000):
                if stop.is_set() and number > 20:
                    return
                put = [made(f"i{n}", f"{2012 + (n + number) % 9}-06-01T00:00:00Z", f"{number}") for n in range(number % 50, 260, 50)]
                gone = [ItemKey("c", f"i{n}") for n in range(number % 37 + 1, 200, 37)]
                gone = [key for key in gone if key.id not in {one.id for one in put}]
                other.apply(batch(*put, removed=tuple(gone)))
                items.update({one.id: one for one in put})
                for key in gone:
                    items.pop(key.id, None)

    def read() -> None:
        while not stop.is_set():
            pages.append(len(index.search(EVERY).items))

    with ThreadPoolExecutor(2) as pool, ElasticIndex.open(elasticsearch_url, prefix=prefix) as operator:
        writing, reading = pool.submit(write), pool.submit(read)
        try:
            rebuilt(operator, divide=divide)
            rebuilt(operator)
        finally:
            stop.set()
        writing.result()
        reading.result()
    index.refresh()
    assert {item.id: item.head for item in index.search(EVERY).items} == {name: one.head for name, one in items.items()}
    assert len(index.search(EVERY).items) == index.count(EVERY) == sum(index.get(EVERYTHING, "c", name) is not None for name in items)
    assert min(pages) > 100
    assert all("~3" in name for name in concrete(client, prefix))


def test_a_collection_divided_by_years_is_found_as_before(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    over = make_document("over", "c", datetime=None, start_datetime="2019-12-31T23:00:00Z", end_datetime="2020-01-01T01:00:00Z")
    index.apply(batch(made("old", "1987-03-01T00:00:00Z"), over, made("new", "2020-01-01T00:30:00Z", "Été")))
    before = shown(index)
    assert rebuilt(index, divide=True) == 3
    assert [name.rpartition("~")[2] for name in concrete(client, prefix)] == ["1987", "2019", "2020"]
    assert shown(index) == before
    new_year = to_micros(datetime(2020, 1, 1, tzinfo=UTC))
    assert shown(index, replace(EVERY, start=new_year)) == ["new", "over"]
    assert shown(index, replace(EVERY, end=new_year - 1)) == ["over", "old"]
    assert shown(index, replace(EVERY, start=new_year, end=new_year)) == ["over"]
    assert shown(index, replace(EVERY, ids=("old", "new"))) == ["new", "old"]
    assert shown(index, replace(EVERY, filter=Compare("=", folded("title", case=True, accents=True), text("ete")))) == ["new"]
    page = index.search(replace(EVERY, limit=2))
    assert page.next is not None
    assert [item.id for item in index.search(replace(EVERY, after=page.next)).items] == [before[2]]
    assert index.summaries(EVERY)["c"].count == 3


def test_a_corrected_date_moves_an_item_to_its_year(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    index.apply(batch(made("a"), made("b")))
    rebuilt(index, divide=True)
    index.apply_matches(MatchBatch(NOW, better={ItemKey("c", "a"): [Better("d", "source", "open", "etalab-2.0")]}))
    index.apply(batch(made("a", "2031-01-01T00:00:00Z", "moved")))
    assert shown(index) == ["a", "b"]
    assert shown(index, replace(EVERY, collapse=True)) == ["b"], "what matching wrote goes with it"
    assert [name.rpartition("~")[2] for name in concrete(client, prefix)] == ["2020", "2031"]
    found = index.get(EVERYTHING, "c", "a")
    assert found is not None
    assert b"moved" in found.head
    index.apply(batch(removed=(ItemKey("c", "a"),)))
    assert shown(index) == ["b"]
    assert index.get(EVERYTHING, "c", "a") is None


def test_what_a_crash_left_in_another_year_is_removed_with_the_next_writing(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.apply(batch(made("a"), made("b", "2021-01-01T00:00:00Z")))
    rebuilt(index, divide=True)
    names = Names(prefix)
    left = client.get(index=names.year("c", 2020), id="a").body
    client.index(index=names.year("c", 2021), id="a", document=left["_source"], version=1, version_type="external_gte")
    assert index.get(EVERYTHING, "c", "a") is not None
    index.apply(batch(made("a", title="again")))
    assert shown(index) == ["b", "a"]


def test_a_process_that_knows_the_collection_undivided_reads_and_writes_on(
    index: ElasticIndex, elasticsearch_url: str, prefix: str
) -> None:
    index.apply(batch(made("a"), made("b", "2021-01-01T00:00:00Z")))
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as other:
        assert other.get(EVERYTHING, "c", "a") is not None
        rebuilt(index, divide=True)
        index.apply(batch(made("later", "2025-01-01T00:00:00Z")))
        assert other.get(EVERYTHING, "c", "a") is not None
        assert other.get(EVERYTHING, "c", "later") is not None
        index.apply(batch(made("latest", "2026-01-01T00:00:00Z")))
        assert other.get(EVERYTHING, "c", "latest") is not None
        other.apply(batch(made("c", "2022-01-01T00:00:00Z")))
        assert shown(other) == ["latest", "later", "c", "b", "a"]


def test_a_collection_that_is_not_there_or_empty_is_rebuilt_too(index: ElasticIndex) -> None:
    assert rebuilt(index) == 0
    index.apply(batch(made("a")))
    index.apply(batch(removed=(ItemKey("c", "a"),)))
    assert rebuilt(index, divide=True) == 0
    index.apply(batch(made("b")))
    assert shown(index) == ["b"]


def test_a_thread_that_forgets_divisions_at_any_moment_disturbs_no_other(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(made("a")))

    class Forgetful(dict):
        def __setitem__(self, name: str, division: object) -> None:
            """As if another thread forgot it right away."""

        __ior__ = lambda self, other: self  # noqa: E731

    places = Places(store, Names(prefix))
    places._known = Forgetful()
    assert list(places.find([ItemKey("c", "a"), ItemKey("c", "b"), ItemKey("none", "a")])) == [ItemKey("c", "a")]
    assert places.place("c", 0) == f"{prefix}-items-c"
