"""Exports out of a point in time: closed whatever happens, and never shorter than what matches."""

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, export
from index.elastic.copies import Copies
from index.elastic.names import Names
from index.elastic.store import Store
from index.filters.nodes import FilterError, Like
from index.matches import Better, MatchBatch
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING
from tests.index.elastic.helpers import NOW, batch, document
from tests.index.elastic.test_rebuild import made, rebuilt
from tests.index.filtering import prop

EVERY = Query(EVERYTHING)
NAMES = [f"{number:02}" for number in range(20)]


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PORTION", 6)


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> list[export._Moment]:
    """The moments that were opened, in order."""
    opened: list[export._Moment] = []
    make = export._Moment.__init__

    def making(moment: export._Moment, store: Store, name: str) -> None:
        make(moment, store, name)
        opened.append(moment)

    monkeypatch.setattr(export._Moment, "__init__", making)
    return opened


def fill(index: ElasticIndex) -> None:
    index.apply(batch(*(document(name) for name in NAMES)))
    index.refresh()


def is_open(client: Elasticsearch, moment: export._Moment) -> bool:
    answer = client.options(ignore_status=404).search(pit={"id": moment._name, "keep_alive": "1m"}, size=0)
    return answer.meta.status == 200


def test_nothing_stays_open_of_an_export_whatever_its_end(
    index: ElasticIndex, client: Elasticsearch, moments: list[export._Moment]
) -> None:
    fill(index)
    assert [item.id for item in index.export(EVERY)] == NAMES
    for taken in (1, 6, 7):
        going = index.export(EVERY)
        for _ in range(taken):
            next(going)
        assert is_open(client, moments[-1])
        going.close()
    left = index.export(EVERY)
    next(left)
    del left
    with pytest.raises(FilterError):
        next(index.export(Query(EVERYTHING, filter=Like(prop("title"), "%ab" * 4000))))
    assert [is_open(client, moment) for moment in moments] == [False] * 6
    index.export(EVERY).close()
    assert len(moments) == 6, "what is never read is never opened"


def test_a_moment_that_expired_is_an_error_and_no_short_export(
    index: ElasticIndex, client: Elasticsearch, moments: list[export._Moment]
) -> None:
    fill(index)
    going = index.export(EVERY)
    found = [next(going).id]
    client.close_point_in_time(id=moments[0]._name)
    with pytest.raises(IndexUnavailable, match=r"the export broke off \(it was left alone for too long.*begin it again"):
        found += (item.id for item in going)
    assert found == NAMES[:6]
    assert [item.id for item in index.export(EVERY)] == NAMES


def test_an_index_that_goes_meanwhile_is_an_error_and_no_short_export(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    index.apply(batch(*(document(name, collection="c") for name in NAMES), *(document(name, collection="d") for name in NAMES)))
    index.refresh()
    going = index.export(EVERY)
    next(going)
    [gone] = client.indices.get_alias(name=Names(prefix).collection("d")).body
    client.indices.delete(index=gone)
    with pytest.raises(IndexUnavailable):
        list(going)
    assert [item.id for item in index.export(EVERY)] == NAMES


def test_a_collection_that_is_divided_is_exported_in_one_order(index: ElasticIndex) -> None:
    times = {name: f"{2010 + int(name) % 3}-01-{1 + int(name):02}T00:00:00Z" for name in NAMES}
    index.apply(batch(*(made(name, when) for name, when in times.items())))
    rebuilt(index, divide=True)
    index.refresh()
    newest_first = sorted(NAMES, key=times.__getitem__, reverse=True)
    assert [item.id for item in index.export(EVERY)] == newest_first


def test_what_matching_writes_while_an_export_begins_hides_what_it_shows(
    store: Store, prefix: str, index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of copies is read after the moment is held, so that no Item names one that is not on it."""
    fill(index)
    better = MatchBatch(NOW, better={ItemKey("c", "00"): [Better("c", "source", "open", "etalab-2.0")]})
    hiding = Copies.hiding

    def late(copies: Copies, query: Query) -> list[str]:
        index.apply_matches(better)
        index.refresh()
        return hiding(copies, query)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Copies, "hiding", late)
        going = [item.id for item in index.export(Query(EVERYTHING, collapse=True))]
    assert going == NAMES, "as it was when the export began"
    assert [item.id for item in index.export(Query(EVERYTHING, collapse=True))] == NAMES[1:]
