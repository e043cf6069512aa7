"""A node that dies, stands still, is full or takes no writes: nothing is lost, nothing is there twice, and all goes on by itself."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Event
from uuid import uuid4

import httpx
import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, bulk, export, store
from index.elastic.answers import Verbatim
from index.elastic.closing import LEASE
from index.elastic.mapping import SCHEMA
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import Counts, Outcome
from mappings.audience import EVERYTHING
from tests.index.elastic.archive import DEADLINE, Archive, eventually
from tests.index.elastic.harming import Watched, break_off, dying, rebuilt, until
from tests.index.elastic.helpers import migrated, without_aliases
from tests.schedules.run_support import NOW, values
from tests.support import elasticsearch
from tests.support.elasticsearch import Node, run_mortal_node
from tests.support.serving import serving

# How long a request may take: longer than a busy machine needs, shorter than anybody waits.
PATIENCE = 2.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with run_mortal_node(data=tmp_path_factory.mktemp("node"), heap="512m", brief=True) as started:
        yield started


@pytest.fixture
def prefix(node: Node) -> Iterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    elasticsearch.remove(node.url, name)


@pytest.fixture
def client(node: Node) -> Iterator[Elasticsearch]:
    with Elasticsearch(node.url, request_timeout=DEADLINE) as opened:
        yield opened


@pytest.fixture
def verbatim(node: Node) -> Iterator[Elasticsearch]:
    """As stores take it."""
    with Elasticsearch(node.url, serializer=Verbatim()) as opened:
        yield opened


@pytest.fixture
def index(node: Node, prefix: str, verbatim: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> ElasticIndex:
    """A new store whose requests wait for 2 s only."""
    ElasticIndex.open(node.url, prefix=prefix).close()
    monkeypatch.setattr(store, "BULK_SECONDS", PATIENCE)
    return ElasticIndex(Watched(verbatim, "test", PATIENCE, sleep=lambda _: None), prefix)


@pytest.mark.parametrize(("harm", "mend"), [(Node.kill, Node.restart), (Node.stop, Node.cont)], ids=["killed", "stalled"])
def test_a_node_that_goes_in_the_middle_of_harvests_loses_nothing_and_has_nothing_twice(
    node: Node, index: ElasticIndex, harm: Callable[[Node], None], mend: Callable[[Node], None]
) -> None:
    archive, chance = Archive(240), Random(8)
    for revised, first, last in ((False, 10, 60), (True, 5, 30)):
        archive.revised = revised
        break_off(archive, index, chance.randrange(first, last), chance.uniform(0, 0.01), lambda: harm(node))
        mend(node)
        ended = archive.next_run(index)
        assert ended.outcome is Outcome.COMPLETE
        archive.verify(index)
    again = archive.next_run(index)
    assert (again.counts, again.items_put, again.items_deleted) == (Counts(unchanged=1), 0, 0)
    assert {run.outcome for run in index.runs("toy")} == {Outcome.COMPLETE, Outcome.ABORTED}


def test_a_node_killed_under_a_reader_gives_whole_pages_or_errors(node: Node, index: ElasticIndex) -> None:
    archive = Archive(200)
    assert archive.run(index).outcome is Outcome.COMPLETE
    wanted = [(item.id, item.head) for item in index.search(Query(EVERYTHING, limit=1000)).items]
    assert len(wanted) == archive.size // 2
    told: list[str] = []
    enough = Event()

    def walk() -> None:
        after, seen = None, 0
        while not enough.is_set():
            found = index.search(Query(EVERYTHING, limit=15, after=after))
            assert [(item.id, item.head) for item in found.items] == wanted[seen : seen + 15]
            assert (found.next is None) == (seen + 15 >= len(wanted))
            seen, after = (seen + 15, found.next) if found.next else (0, None)
            told.append("page")

    def read() -> None:
        while not enough.is_set():
            try:
                walk()
            except IndexUnavailable:
                told.append("error")

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            until(lambda: told.count("page") > 20, readers)
            node.kill()
            until(lambda: "error" in told, readers)
            node.restart()
            back = len(told)
            until(lambda: told[back:].count("page") > 20, readers)
        finally:
            enough.set()
    for reader in readers:
        reader.result()


def test_an_export_whose_node_is_killed_is_an_error_also_when_it_is_back(
    node: Node, index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PORTION", 20)
    archive = Archive(200)
    archive.run(index)
    wanted = [item.id for item in index.export(Query(EVERYTHING))]
    assert len(wanted) == archive.size // 2
    gone, back = index.export(Query(EVERYTHING)), index.export(Query(EVERYTHING))
    found = [next(gone).id], [next(back).id]
    node.kill()
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        found[0].extend(item.id for item in gone)
    node.restart()
    eventually(lambda: index.search(Query(EVERYTHING)))
    with pytest.raises(IndexUnavailable, match="the export broke off"):
        found[1].extend(item.id for item in back)
    assert found == (wanted[:20], wanted[:20])
    assert [item.id for item in index.export(Query(EVERYTHING))] == wanted


@pytest.mark.parametrize("block", ["write", "read_only_allow_delete"])
def test_an_index_that_takes_no_writes_is_read_and_the_harvest_goes_on_when_it_does(
    index: ElasticIndex, client: Elasticsearch, prefix: str, block: str
) -> None:
    archive = Archive(60)
    archive.run(index)
    before = values(index)
    archive.revised = True
    client.indices.put_settings(index=f"{prefix}-items-*", settings={f"index.blocks.{block}": True})
    with pytest.raises(IndexUnavailable, match=r"may not be written|read-only"):
        archive.run(index)
    assert values(index) == before
    client.indices.put_settings(index=f"{prefix}-items-*", settings={f"index.blocks.{block}": None})
    assert archive.run(index).outcome is Outcome.COMPLETE
    archive.verify(index)


@pytest.mark.parametrize("relieved", [True, False])
def test_a_node_that_has_too_much_to_do_is_asked_again_later(
    node: Node, index: ElasticIndex, client: Elasticsearch, verbatim: Elasticsearch, prefix: str, relieved: bool
) -> None:
    """It refuses what is longer than it has room for at the moment (429)."""

    def room(limit: str | None) -> None:
        client.cluster.put_settings(persistent={"network.breaker.inflight_requests.limit": limit})

    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if relieved and len(waits) == 3:
            room(None)

    patient = ElasticIndex(Store(verbatim, "test", PATIENCE, sleep=wait), prefix)
    archive = Archive(60)
    archive.run(patient)
    archive.revised = True
    room("8kb")
    try:
        if relieved:
            assert archive.run(patient).outcome is Outcome.COMPLETE
            assert waits == list(bulk.BACKOFF[:3])
        else:
            with pytest.raises(IndexUnavailable, match="429"):
                archive.run(patient)
    finally:
        room(None)
    assert archive.next_run(patient).outcome is Outcome.COMPLETE
    archive.verify(index)


def test_while_a_node_stands_still_the_api_says_so_in_time_and_recovers_alone(node: Node, index: ElasticIndex) -> None:
    Archive(60).run(index)
    with serving(index) as base, httpx.Client(base_url=base, timeout=30) as asker:
        whole = asker.get("/search", params={"limit": 50}).json()["features"]
        node.stop()
        for route in ("/search", "/collections/toy/items", "/collections/toy/items/i001", "/readyz"):
            begin = time.monotonic()
            answer = asker.get(route)
            assert time.monotonic() - begin < 5 * PATIENCE
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
        assert asker.get("/healthz").status_code == 200
        node.cont()
        deadline = time.monotonic() + DEADLINE
        while (answer := asker.get("/search", params={"limit": 50})).status_code == 503:
            assert time.monotonic() < deadline
        assert answer.status_code == 200
        assert [item["id"] for item in answer.json()["features"]] == [item["id"] for item in whole]
        assert asker.get("/readyz").status_code == 200


@pytest.mark.parametrize("step", ["_copied", "_settle", "_switch"])
def test_a_node_killed_under_a_rebuild_loses_nothing_and_harvests_go_on(
    node: Node, index: ElasticIndex, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    archive = Archive(60)
    archive.run(index)
    lease = index.acquire(LEASE, "an operator", NOW, timedelta(hours=1))
    assert lease is not None
    with monkeypatch.context() as broken:
        dying(broken, node, step)
        with pytest.raises(IndexUnavailable):
            index.rebuild("toy", divide=False, told=lambda: None, grace=0)
    node.restart()
    archive.verify(index)
    index.release(lease)
    archive.revised = True
    assert archive.next_run(index).outcome is Outcome.COMPLETE
    archive.verify(index)
    assert rebuilt(index) == index.count(Query(EVERYTHING))
    archive.verify(index)


def test_a_node_killed_under_a_migration_loses_nothing_and_the_next_one_goes_on(
    node: Node, index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(60)
    archive.run(index)
    without_aliases(client, prefix)
    client.index(index=f"{prefix}-meta", id="schema", document={"version": SCHEMA - 1})
    with monkeypatch.context() as broken:
        dying(broken, node, "_settle")
        with pytest.raises(IndexUnavailable):
            migrated(node.url, prefix)
    node.restart()
    assert sum(migrated(node.url, prefix).values()) == archive.size // 2
    archive.verify(index)
    archive.revised = True
    assert archive.next_run(index).outcome is Outcome.COMPLETE
    archive.verify(index)
