"""Stores that are new, older, newer or gone, and clusters that do not answer rightly."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson
import pytest
import shapely
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, schema
from index.elastic.answers import Verbatim
from index.elastic.bulk import BACKOFF
from index.elastic.mapping import ITEM_FIELDS, SCHEMA
from index.elastic.names import doc_id
from index.elastic.operation import Operation
from index.elastic.state import pack
from index.elastic.store import Store
from index.matches import MatchBatch
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import ItemKey, Removal
from mappings.audience import EVERYTHING
from mappings.times import to_micros
from mappings.watermark import Watermark
from tests.index.elastic.helpers import NOW, TTL, batch, document, migrated, record, without_aliases
from tests.index.elastic.test_matching import COPY, A
from tests.support import elasticsearch


@pytest.fixture
def stranger() -> Iterator[str]:
    """Address of a web server that is something else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>welcome</html>")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_without_any_item_the_answers_are_empty(index: ElasticIndex) -> None:
    query = Query(EVERYTHING, collections=("c",), area=shapely.box(0, 0, 1, 1))
    index.refresh()
    assert (index.search(query).items, index.count(query), index.summaries(query)) == ([], 0, {})
    assert index.get(EVERYTHING, "c", "a") is None
    assert index.known("source", ["r"]) == {}


def test_several_processes_may_open_a_new_store_at_once(elasticsearch_url: str, prefix: str) -> None:
    def secret(_: int) -> bytes:
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as opened:
            return opened.secret()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(secret, range(4)))) == 1


def test_a_store_of_a_newer_version_is_refused(index: ElasticIndex, client: Elasticsearch, elasticsearch_url: str, prefix: str) -> None:
    client.index(index=f"{prefix}-meta", id="schema", document={"version": SCHEMA + 1})
    with pytest.raises(IndexUnavailable, match="newer Moisson"):
        ElasticIndex.open(elasticsearch_url, prefix=prefix)


_FILTER = {"type": "keyword", "doc_values": False}


_KEYWORD = {"type": "keyword", "ignore_above": 8000}


_FIRST = {
    "records": {"source": _FILTER, "raw": {"type": "binary"}},
    "quarantine": {"source": _KEYWORD, "native_id": _KEYWORD, "time": {"type": "long"}, "raw": {"type": "binary"}},
}


def test_a_store_of_version_1_keeps_all_and_learns_the_rest(
    client: Elasticsearch, elasticsearch_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def old(name: str, **members: object) -> dict[str, object]:
        found = {"source": "source", "native_id": name, "fingerprint": "00", "updated": to_micros(NOW), "raw": pack(b"raw")}
        return {**found, "media_type": "application/json", "url": None, **members}

    with monkeypatch.context() as first:
        first.setattr(schema, "SCHEMA", 1)
        first.setattr(schema, "STATE", ("records", "watermarks", "runs", "quarantine", "leases", "changes", "meta"))
        first.setattr(schema, "STATE_FIELDS", _FIRST | {"changes": {"number": {"type": "long"}}})
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
            secret = index.secret()
            number = index.apply(batch(document(records=("r0",)))).change
    for name in ("r0", "r1", "r2", "r3", "r4"):
        kept = old(name, collection="c", item="a")
        client.index(index=f"{prefix}-records", id=doc_id("source", name), document=kept, version=number, version_type="external")
    held = old("q", reason="No time", field="time", run="run", time=to_micros(NOW))
    client.index(index=f"{prefix}-quarantine", id=doc_id("source", "q"), document=held)
    mark = {"value": to_micros(NOW), "boundary": []}
    for stream in ("a/b", "/c"):
        client.index(index=f"{prefix}-watermarks", id=doc_id("é/s", stream), document=mark)
    assert "native_id" not in client.indices.get_mapping(index=f"{prefix}-records").body[f"{prefix}-records"]["mappings"]["properties"]
    without_aliases(client, prefix)
    monkeypatch.setattr(schema, "_PORTION", 2)
    assert migrated(elasticsearch_url, prefix) == {"c": 1}
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
        assert [one.native_id for one in index.records("source")] == ["r0", "r1", "r2", "r3", "r4"]
        assert index.record_names("source", "", NOW, NOW + TTL) == ["r0", "r1", "r2", "r3", "r4"]
        assert index.count_records("source") == 6
        assert [(one.native_id, one.stream) for one in index.rejections(reason="nO TIME")] == [("q", "")]
        assert index.secret() == secret
        assert index.watermarks("é/s") == {"a/b": Watermark(NOW)}
        assert index.watermark("é/s", "/c") == Watermark(NOW), "listed when it is next written"
        assert index.members("source", [ItemKey("c", "a")])[ItemKey("c", "a")][0].native_id == "r0"
        index.apply(batch(records=(replace(record("r0"), stream="s"),), forgotten=(Removal("r1", "feed", NOW + TTL),)))
        assert index.record_names("source", "s", None, None) == ["r0"]
        assert [entry.record.raw for entry in index.deleted()] == [b"raw"]
        assert index.write_note("k", "n", {}, None)
    assert client.get(index=f"{prefix}-meta", id="schema").body["_source"] == {"version": SCHEMA}


def test_a_store_of_version_2_learns_scenes_matches_and_copies(
    client: Elasticsearch, elasticsearch_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as second:
        second.setattr(schema, "SCHEMA", 2)
        second.setattr(schema, "STATE", schema.STATE[:9])
        fields = {name: kind for name, kind in ITEM_FIELDS.items() if name != "better"}
        second.setattr(schema, "ITEM_MAPPING", {"dynamic": False, "properties": fields})
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
            index.apply(batch(document(), document("b")))
    assert not client.indices.exists(index=f"{prefix}-scenes")
    without_aliases(client, prefix)
    assert migrated(elasticsearch_url, prefix) == {"c": 2}
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
        index.refresh()
        collapsed = Query(EVERYTHING, collapse=True)
        assert (index.count(collapsed), index.match_position()) == (2, 0)
        assert index.scenes_at("held", [("p", 0, 1)]) == index.scenes_named("held", ["n"]) == []
        assert index.matches(EVERYTHING, [A]) == {}
        index.apply_matches(MatchBatch(NOW, better={A: [COPY]}, position=1))
        index.refresh()
        assert (index.count(collapsed), index.match_position()) == (1, 1)
    assert client.get(index=f"{prefix}-meta", id="schema").body["_source"] == {"version": SCHEMA}


def test_a_cluster_that_is_down_is_an_error_soon_and_shows_no_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.monotonic()
    with pytest.raises(IndexUnavailable, match=f"127.0.0.1:{port} cannot be reached") as caught:
        ElasticIndex.open(f"http://user:password@127.0.0.1:{port}")
    assert time.monotonic() - begin < 5
    assert "password" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_elasticsearch_is_named_so(stranger: str) -> None:
    with pytest.raises(IndexUnavailable, match=f"what answers at {stranger} is not Elasticsearch"):
        ElasticIndex.open(stranger)


def test_indices_that_were_deleted_are_noticed(index: ElasticIndex, elasticsearch_url: str, prefix: str) -> None:
    index.check()
    elasticsearch.remove(elasticsearch_url, prefix)
    with pytest.raises(IndexUnavailable):
        index.check()


@contextmanager
def cluster(*answers: tuple[int, object]) -> Iterator[Store]:
    """A store on a stand-in that gives these answers (status, JSON), one per request."""
    left = iter(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status, body = next(left)
            data = orjson.dumps(body)
            self.send_response(status)
            for name, value in (
                ("content-type", "application/json"),
                ("x-elastic-product", "Elasticsearch"),
                ("content-length", len(data)),
            ):
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)

        do_PUT = do_POST

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with Elasticsearch(f"http://127.0.0.1:{server.server_port}", serializer=Verbatim()) as opened:
            yield Store(opened, "stand-in", 5, sleep=lambda _: None)
        server.shutdown()


_BUSY = {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "full"}}}


_DONE = {"index": {"status": 201}}


_WRITES = [Operation("i", name, {}) for name in ("a", "b", "c")]


def test_only_what_a_busy_cluster_refused_is_sent_again() -> None:
    refused = {"errors": True, "items": [_DONE, _BUSY, _BUSY]}
    with cluster((429, {"error": "full"}), (200, refused), (200, {"errors": False, "items": [_DONE, _DONE]})) as store:
        assert store.bulk(_WRITES) == []


def test_a_cluster_that_stays_busy_is_an_error() -> None:
    answers = [(200, {"errors": True, "items": [_BUSY]})] * (len(BACKOFF) + 1)
    with cluster(*answers) as store, pytest.raises(IndexUnavailable, match="full"):
        store.bulk(_WRITES[:1])


def test_a_bulk_answer_that_is_too_short_is_an_error() -> None:
    with cluster((200, {"errors": False, "items": [_DONE]})) as store, pytest.raises(IndexUnavailable, match="1 of 3"):
        store.bulk(_WRITES)


@pytest.mark.parametrize(
    "part",
    [
        {"timed_out": True, "_shards": {"failed": 0}},
        {"timed_out": False, "_shards": {"failed": 1, "failures": [{"reason": {"type": "t", "reason": "lost"}}]}},
    ],
)
def test_an_answer_of_some_shards_only_is_an_error_and_never_a_short_page(part: dict[str, object]) -> None:
    with cluster((200, {**part, "hits": {"hits": []}})) as store, pytest.raises(IndexUnavailable, match="in part"):
        list(store.hits("i", {"match_all": {}}, [], 10))
