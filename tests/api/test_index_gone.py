"""While the cluster is away: every route says so, soon and in one form; it lives, is not ready, and recovers alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.answers import Verbatim
from index.elastic.store import Store
from tests.support import elasticsearch
from tests.support.serving import serving
from tests.support.tls import Front, in_front

_THREADS = 40  # Of one server.
ROUTES = ("/search", "/collections/c/items", "/collections/c/items/a", "/aggregate?aggregations=total_count", "/readyz")


@pytest.fixture
def away(elasticsearch_url: str) -> Iterator[tuple[str, Front]]:
    """The API over an empty index, and what stands before its cluster."""
    prefix = f"test-{uuid4().hex}"
    ElasticIndex.open(elasticsearch_url, prefix).close()
    with in_front(elasticsearch_url) as front, Elasticsearch(front.url, serializer=Verbatim(), connections_per_node=40) as client:
        index = ElasticIndex(Store(client, front.url, 20, sleep=lambda _: None), prefix)
        with serving(index) as api:
            yield api, front
    elasticsearch.remove(elasticsearch_url, prefix)


def _why(kind: str, why: str) -> dict[str, object]:
    return {"error": {"root_cause": [{"type": kind, "reason": why}], "type": kind, "reason": why}}


ANSWERS = [
    (503, _why("cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];")),
    (429, _why("es_rejected_execution_exception", "queue capacity = 1000")),
    (401, _why("security_exception", "no s3cret")),
    (403, _why("security_exception", "no s3cret")),
    (502, "<html>s3cret</html>"),
    (404, "<html>s3cret</html>"),
    (200, {"timed_out": True, "_shards": {"failed": 0}, "hits": {"hits": [], "total": {"value": 0}}}),
]


def test_while_the_cluster_answers_amiss_every_route_is_unavailable_and_then_recovers(away: tuple[str, Front]) -> None:
    api, front = away
    with httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), base_url=api) as client:
        assert client.get("/search").json()["features"] == []
        for front.instead in ANSWERS:
            _expect_unavailable(client)
        front.instead, front.silent = None, True
        _expect_unavailable(client)
        front.silent = False
        assert client.get("/readyz").json() == {"status": "ready"}
        assert client.get("/search").json()["features"] == []


def test_a_server_whose_every_thread_waits_for_a_stalled_cluster_lives(away: tuple[str, Front]) -> None:
    api, front = away
    with ThreadPoolExecutor(_THREADS + 8) as pool:
        front.going.clear()
        try:
            answers = [pool.submit(httpx.get, f"{api}/search", timeout=50) for _ in range(_THREADS + 8)]
            assert all(front.waiting.acquire(timeout=20) for _ in range(_THREADS))
            assert httpx.get(f"{api}/healthz", timeout=3).json() == {"status": "alive"}
        finally:
            front.going.set()
        assert {answer.result().status_code for answer in answers} == {200}


def _expect_unavailable(client: httpx.Client) -> None:
    for answer in (*(client.get(route) for route in ROUTES), client.post("/search", json={})):
        assert answer.status_code == 503, answer.url
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["code"] == "index-unavailable"
        assert "s3cret" not in answer.text
    assert client.get("/healthz").json() == {"status": "alive"}
