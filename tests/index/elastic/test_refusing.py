"""Questions and writes that a cluster refuses: which are tried again and how long, and what the error says."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.answers import Verbatim
from index.elastic.operation import Operation
from index.elastic.store import PATIENCE, NotNow, Refused, Store
from index.protocol import IndexUnavailable
from index.query import Query
from mappings.audience import EVERYTHING
from tests.index.elastic.helpers import batch, document, record
from tests.support.tls import Front, in_front


@contextmanager
def answering(status: int, body: object, timeout: float = 5) -> Iterator[tuple[Front, Store, list[float]]]:
    """A store on a stand-in that gives one answer; and the waits of the store, which take no time but are counted by its clock."""
    waits: list[float] = []
    with in_front("http://127.0.0.1:9") as front, Elasticsearch(front.url, serializer=Verbatim()) as client:
        front.instead = status, body
        yield front, Store(client, "the cluster", timeout, waits.append, lambda: sum(waits)), waits


_MAKING = (
    503,
    {"error": {"type": "search_phase_execution_exception", "reason": "start", "caused_by": {"reason": "due to missing shards [x]"}}},
)
_FULL = 429, {"error": {"type": "es_rejected_execution_exception", "reason": "queue capacity"}}
_FOUND = {"_shards": {"failed": 0}, "hits": {"hits": [{"_id": "a"}]}}


@pytest.mark.parametrize("amiss", [_FULL, _MAKING])
def test_a_question_that_finds_the_queue_full_or_an_index_being_made_is_asked_again(amiss: tuple[int, object]) -> None:
    with answering(*amiss) as (front, store, waits):

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            front.instead = 200, _FOUND

        again = Store(store.client, "the cluster", 5, sleep, lambda: sum(waits))
        assert [hit["_id"] for hit in again.hits("i", {"match_all": {}}, [], 2)] == ["a"]
        assert waits == [PATIENCE[0]]


@pytest.mark.parametrize(("timeout", "tries"), [(60, len(PATIENCE) + 1), (1, 4), (0.05, 1)])
def test_while_the_queue_stays_full_the_tries_end_with_the_time_out(timeout: float, tries: int) -> None:
    with answering(*_FULL, timeout) as (front, store, waits):
        with pytest.raises(NotNow, match=r"refused \(429\): it has more to do than it can: try again \(es_rejected.*queue capacity"):
            store.count("i", {"match_all": {}})
        assert len(front.asked) == tries
        assert sum(waits) < timeout


def test_a_page_that_is_missing_elsewhere_is_not_taken_for_a_document_that_is_not_there() -> None:
    with answering(404, {"detail": "Not Found"}) as (_, store, _), pytest.raises(Refused, match="refused"):
        store.get("i", "a")
    with answering(404, {"error": {"type": "index_not_found_exception", "reason": "no such index"}}) as (_, store, _):
        assert store.get("i", "a") is None
    with answering(404, "<html>nothing here</html>") as (_, store, _), pytest.raises(IndexUnavailable, match="is not Elasticsearch"):
        store.get("i", "a")


def test_a_page_in_place_of_an_answer_is_not_taken_for_a_write() -> None:
    with answering(200, "<html>we are back soon</html>") as (front, store, _):
        front.instead = 200, {"hits": {"hits": [], "total": {"value": 1}}, "_shards": {"failed": 0}}
        assert store.count("i", {"match_all": {}}) == 1, "the client believes it from then on"
        front.instead = 200, "<html>we are back soon</html>"
        for write in (store.put_if_unchanged, lambda *place: store.put(*place[:3])):
            with pytest.raises(IndexUnavailable, match="is not Elasticsearch"):
                write("i", "a", {}, None)
        with pytest.raises(IndexUnavailable, match="is not Elasticsearch"):
            store.bulk([Operation("i", "a", {})])


def test_an_index_of_several_documents_that_is_being_made_is_asked_again_for_all() -> None:
    error = {"type": "no_shard_available_action_exception", "reason": "none"}
    docs = [{"_index": "i", "_id": "a", "found": True, "_source": {}}, {"_index": "j", "_id": "b", "error": error}]
    with answering(200, {"docs": docs}) as (front, store, waits):
        with pytest.raises(NotNow, match="j: no_shard"):
            store.mget([("i", "a"), ("j", "b")])
        assert len(waits) == len(PATIENCE)
        front.instead = 200, {"docs": docs[:1]}
        assert store.mget([("i", "a"), ("j", "b")]) == {("i", "a"): {}}


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [(403, "security_exception", "give the user or the API key the rights"), (503, "unavailable_shards_exception", "not ready")],
)
def test_a_write_refused_for_no_fault_of_its_document_is_an_error_and_no_refusal(status: int, kind: str, told: str) -> None:
    refused = {"index": {"status": status, "error": {"type": kind, "reason": "why"}}}
    with answering(200, {"errors": True, "items": [refused]}) as (_, store, waits):
        with pytest.raises(Refused, match=told):
            store.bulk([Operation("i", "a", {})])
        assert waits == []


def test_a_document_of_somebody_else_among_the_items_is_named(client: Elasticsearch, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    client.index(index=f"{prefix}-items-c", id="other", document={"collection": "c", "id": "other"}, refresh=True)
    with pytest.raises(IndexUnavailable, match=f"^{prefix}-data-c~1/other in Elasticsearch was not written by Moisson .*head"):
        index.search(Query(EVERYTHING))
    with pytest.raises(IndexUnavailable, match=f"^{prefix}-items-c/other in Elasticsearch was not written by Moisson"):
        index.get(EVERYTHING, "c", "other")
    assert index.get(EVERYTHING, "c", "a") is not None


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("read_only_allow_delete", "the disk is nearly full: free some space or add a node"),
        ("read_only", "the index is read-only: set index.blocks.read_only to null"),
        ("write", "the index may not be written: set index.blocks.write to null"),
    ],
)
def test_an_index_that_may_not_be_written_says_why_at_once_and_is_written_again_later(
    client: Elasticsearch, store: Store, prefix: str, block: str, told: str
) -> None:
    index, waits = f"{prefix}-x", []
    store = Store(store.client, "the cluster", 30, waits.append)
    client.indices.create(index=index)
    client.indices.put_settings(index=index, settings={f"index.blocks.{block}": True})
    try:
        for write in (lambda: store.bulk([Operation(index, "a", {"n": 1})]), lambda: store.put(index, "a", {"n": 1})):
            with pytest.raises(Refused, match=told):
                write()
        assert store.get(index, "a") is None
        assert waits == [], "waiting does not help"
    finally:
        client.indices.put_settings(index=index, settings={f"index.blocks.{block}": None})
    assert store.bulk([Operation(index, "a", {"n": 1})]) == []


def test_an_index_that_may_not_be_read_is_an_error_and_no_empty_page(client: Elasticsearch, store: Store, prefix: str) -> None:
    index = f"{prefix}-x"
    client.indices.create(index=index, settings={"index.blocks.read": True})
    with pytest.raises(Refused, match=r"set index\.blocks\.read to null"):
        list(store.hits(index, {"match_all": {}}, [], 10))
