"""What is particular to the store on Elasticsearch; tests/index/ holds what both stores promise."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import orjson
import pytest
import shapely
from elasticsearch import Elasticsearch

from index import elastic_schema
from index.document import Document
from index.elastic import ElasticIndex
from index.elastic_copies import Copies
from index.elastic_lease import OPEN_SECONDS, Leases, Numbers
from index.elastic_mapping import SCHEMA, Names, doc_id
from index.elastic_matches import Matching
from index.elastic_operation import Operation
from index.elastic_state import pack
from index.elastic_store import BACKOFF, Store
from index.elastic_write import Writer
from index.matches import Better, Match, MatchBatch, Scene
from index.protocol import IndexUnavailable, LeaseLost
from index.query import Query
from index.state import Batch, ItemKey, Known, Lease, Removal, StoredRecord
from mappings.audience import EVERYTHING
from mappings.times import to_micros
from mappings.watermark import Watermark
from tests.support import elasticsearch
from tests.support.node import prepare

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TTL = timedelta(minutes=5)


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    elasticsearch.remove(elasticsearch_url, name)


@pytest.fixture
def index(elasticsearch_url: str, prefix: str) -> Iterator[ElasticIndex]:
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as opened:
        yield opened


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


@pytest.fixture
def store(client: Elasticsearch) -> Store:
    return Store(client, "test", 30)


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


def document(
    name: str = "a", text: str = "", collection: str = "c", wkb: bytes | None = None, records: tuple[str, ...] = ("r",)
) -> Document:
    head = orjson.dumps({"id": name, "text": text})[:-1]
    at = to_micros(NOW)
    bounds = shapely.from_wkb(wkb).bounds if wkb else None
    return Document(
        *(collection, name, "source", head, b'],"links":[', b"]}", blake2b(head, digest_size=16).digest()),
        *("open", "etalab-2.0", at, at, at, wkb, [bounds] if bounds else [], records),
    )


def record(name: str = "r", item: str = "a") -> StoredRecord:
    return StoredRecord(name, b"print", ItemKey("c", item), NOW, b"raw \0 bytes", "application/json", None)


def batch(*items: Document, lease: Lease | None = None, **more: object) -> Batch:
    return replace(Batch("source", "run", NOW, items=items, lease=lease), **more)


def head_of(index: ElasticIndex, name: str = "a") -> bytes | None:
    found = index.get(EVERYTHING, "c", name)
    return found.head if found else None


# --- leases ----------------------------------------------------------------------------------------------------------------


def test_a_lost_lease_writes_nothing(index: ElasticIndex) -> None:
    lost = index.acquire("source", "first", NOW, TTL)
    assert index.acquire("source", "second", NOW + TTL, TTL)
    with pytest.raises(LeaseLost):
        index.apply(batch(document(), lease=lost, records=(record(),), watermarks={"all": Watermark(NOW)}))
    assert head_of(index) is None
    assert index.known("source", ["r"]) == {}
    assert index.watermark("source", "all") is None
    assert index.changes() == []


@pytest.mark.parametrize("newer", ["put", "deleted"])
def test_a_late_writer_of_an_old_epoch_cannot_overwrite(store: Store, prefix: str, index: ElasticIndex, newer: str) -> None:
    """It checked its lease, then slept while the next holder wrote."""
    names = Names(prefix)
    numbers = Numbers(store, names, time.time)
    index.apply(batch(document(text="before")))
    old = index.acquire("source", "first", NOW, TTL)

    class Sleepy(Leases):
        def verify(self, lease: Lease) -> None:
            super().verify(lease)
            new = index.acquire("source", "second", NOW + TTL, TTL)
            meanwhile = batch(document(text="newer")) if newer == "put" else batch(removed=(ItemKey("c", "a"),))
            index.apply(replace(meanwhile, lease=new, records=(record(),), watermarks={"all": Watermark(NOW)}))

    late = batch(document(text="older"), lease=old, watermarks={"all": Watermark(NOW - TTL)})
    with pytest.raises(LeaseLost):
        Writer(store, names, numbers, Sleepy(store, names)).apply(late)
    assert head_of(index) == (document(text="newer").head if newer == "put" else None)
    assert index.watermark("source", "all") == Watermark(NOW)
    assert [change.deleted for change in index.changes()] == [newer == "deleted"]


# --- writing ---------------------------------------------------------------------------------------------------------------


def test_one_refused_item_of_a_bulk_is_an_error_that_names_it(index: ElasticIndex) -> None:
    wrong = replace(document("wrong"), start="never")  # type: ignore[arg-type]
    with pytest.raises(IndexUnavailable, match=r"refused 1 writes, first test-.*-items-c/wrong: .*never"):
        index.apply(batch(document(), wrong, watermarks={"all": Watermark(NOW)}))
    assert index.watermark("source", "all") is None


class _Breaking(Store):
    """Loses its cluster before the first bulk that `stops` names."""

    def __init__(self, store: Store, stops: Callable[[Operation], bool]) -> None:
        super().__init__(store.client, "test", 30)
        self._stops = stops

    def bulk(self, operations):
        todo = list(operations)
        if any(self._stops(operation) for operation in todo):
            raise IndexUnavailable("the wire was cut")
        return super().bulk(todo)


def crash(store: Store, prefix: str, page: Batch, stops: Callable[[Operation], bool]) -> None:
    """Applies the page as a process that dies at that bulk."""
    names, broken = Names(prefix), _Breaking(store, stops)
    with pytest.raises(IndexUnavailable, match="the wire was cut"):
        Writer(broken, names, Numbers(broken, names, lambda: 0.0), Leases(broken, names)).apply(page)


def _settles_records(operation: Operation) -> bool:
    return operation.index.endswith("-records") and (operation.source is None or operation.source["fingerprint"] != "")


def test_a_crash_before_the_records_repeats_the_page(store: Store, prefix: str, index: ElasticIndex) -> None:
    page = batch(document(), records=(record(),), watermarks={"all": Watermark(NOW)})
    crash(store, prefix, page, _settles_records)
    assert index.watermark("source", "all") is None
    # The record is named already, without fingerprint: a deletion that comes before the page is repeated finds its Item.
    assert index.known("source", ["r"]) == {"r": Known(b"", ItemKey("c", "a"), updated=record().updated)}
    assert index.apply(page).items_put == 0
    assert index.members("source", [ItemKey("c", "a")]) == {ItemKey("c", "a"): [record()]}
    assert [change.key for change in index.changes()] == [ItemKey("c", "a")]


def test_a_record_that_was_moving_when_a_process_died_is_known_by_all_its_items(store: Store, prefix: str, index: ElasticIndex) -> None:
    """So that a notice of its deletion, were it the next that comes, leaves no Item behind."""
    a, b, c = (ItemKey("c", name) for name in "abc")
    index.apply(batch(document(), records=(record(),)))
    crash(store, prefix, batch(document("b"), removed=(a,), records=(record(item="b"),)), _settles_records)
    assert head_of(index) is None
    assert head_of(index, "b") is not None
    assert index.known("source", ["r"]) == {"r": Known(b"", a, updated=NOW, joining=(b,))}
    crash(store, prefix, batch(document("c"), removed=(a, b), records=(record(item="c"),)), lambda one: "-items-" in one.index)
    known = index.known("source", ["r"])["r"]
    assert known.keys == (a, b, c)
    assert index.members("source", known.keys) == {a: [], b: [], c: []}
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=known.keys))
    assert [head_of(index, name) for name in "abc"] == [None] * 3
    assert [entry.record.key for entry in index.deleted()] == [a]


def test_a_record_that_has_moved_after_all_is_known_by_its_item_only(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    page = batch(document("b"), removed=(ItemKey("c", "a"),), records=(record(item="b"),))
    crash(store, prefix, page, _settles_records)
    index.apply(page)
    assert index.known("source", ["r"]) == {"r": Known(b"print", ItemKey("c", "b"), updated=NOW)}
    assert index.members("source", [ItemKey("c", "b")]) == {ItemKey("c", "b"): [record(item="b")]}


def test_a_crash_while_a_record_is_removed_leaves_it_kept_to_be_mapped_again(store: Store, prefix: str, index: ElasticIndex) -> None:
    a = ItemKey("c", "a")
    index.apply(batch(document(), records=(record(),)))
    page = batch(forgotten=(Removal("r", "feed", NOW + TTL),), removed=(a,))
    crash(store, prefix, page, _settles_records)
    # Its Item is gone: without fingerprint, the record makes it anew if it comes again.
    assert head_of(index) is None
    assert index.known("source", ["r"]) == {"r": Known(b"", a, updated=NOW)}
    assert index.deleted() == []
    index.apply(page)
    assert index.known("source", ["r"]) == {}
    assert [entry.record.raw for entry in index.deleted()] == [record().raw]


def test_a_crash_before_a_returned_record_is_taken_from_the_removed_shows_it_once(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(records=(record(),)))
    index.apply(batch(forgotten=(Removal("r", "feed", NOW + TTL),)))
    crash(store, prefix, batch(records=(record(),)), lambda operation: operation.index.endswith("-deleted"))
    assert index.records("source") == [record()]
    assert index.deleted() == []
    assert index.purge(NOW + TTL) == 1


def test_a_late_writer_that_removes_what_the_next_holder_wrote_does_nothing(store: Store, prefix: str, index: ElasticIndex) -> None:
    names = Names(prefix)
    index.apply(batch(records=(record(),)))
    old = index.acquire("source", "first", NOW, TTL)

    class Sleepy(Leases):
        def verify(self, lease: Lease) -> None:
            super().verify(lease)
            new = index.acquire("source", "second", NOW + TTL, TTL)
            index.apply(batch(records=(replace(record(), raw=b"newer"),), lease=new))

    late = batch(forgotten=(Removal("r", "absent", NOW + TTL),), lease=old)
    with pytest.raises(LeaseLost):
        Writer(store, names, Numbers(store, names, time.time), Sleepy(store, names)).apply(late)
    assert [one.raw for one in index.records("source")] == [b"newer"]
    assert index.deleted() == []


def test_a_further_record_of_an_item_with_the_same_bytes_takes_no_change_number(index: ElasticIndex) -> None:
    first = index.apply(batch(document(), records=(record(),)))
    again = index.apply(batch(document(records=("r", "s")), records=(record("s"),)))
    assert (again.items_put, again.change) == (0, first.change)
    assert index.members("source", [ItemKey("c", "a")])[ItemKey("c", "a")] == [record("r"), record("s")]
    assert index.get(EVERYTHING, "c", "a").change == first.change


def test_a_footprint_that_cannot_be_indexed_is_searched_by_its_box(index: ElasticIndex, caplog: pytest.LogCaptureFixture) -> None:
    bow_tie = shapely.to_wkb(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    flat = shapely.to_wkb(shapely.Polygon([(10, 10), (10, 10), (10, 10)]))
    assert index.apply(batch(document(wkb=bow_tie), document("b", wkb=flat), document("c"))).items_put == 3
    index.refresh()

    def found(*bounds: float) -> list[str]:
        return [item.id for item in index.search(Query(EVERYTHING, area=shapely.box(*bounds))).items]

    assert found(0.9, 0.1, 1.1, 0.2) == ["a"]
    assert found(9, 9, 11, 11) == ["b"]
    assert "footprint refused" in caplog.text


def test_a_bulk_is_cut_into_requests_of_limited_size(index: ElasticIndex) -> None:
    long = "x" * 3_000_000
    assert index.apply(batch(*(document(str(number), long + str(number)) for number in range(8)))).items_put == 8
    assert all(head_of(index, str(number)) for number in range(8))


@pytest.mark.parametrize("name", ["S2_L1C", "a b/c", "é", "..", "x" * 300, "*", "sentinel-2.l1c_x", "=c3=a9"])
def test_any_collection_name_has_an_index_of_its_own(index: ElasticIndex, client: Elasticsearch, prefix: str, name: str) -> None:
    index.apply(batch(document(collection=name), document(collection=name.lower() + "2")))
    index.refresh()
    assert [item.collection for item in index.search(Query(EVERYTHING, collections=(name,))).items] == [name]
    assert set(index.summaries(Query(EVERYTHING))) == {name, name.lower() + "2"}
    assert len(client.indices.get(index=f"{prefix}-items-*").body) == 2


def test_a_record_whose_name_is_too_long_to_be_sorted_by_is_known_and_stops_no_page(index: ElasticIndex) -> None:
    long = "x" * 9000
    index.apply(batch(records=(record(long), record("r"))))
    assert index.record_names("source", "", None, None) == ["r"]
    assert index.records("source") == [record("r")]
    assert index.count_records("source") == len(index.known("source", [long, "r"])) == 2


def test_document_ids_of_two_names_never_meet() -> None:
    names = [("a", "b/c"), ("a/b", "c"), ("a", "/b"), ("a", "é" * 300), ("a", "é" * 301), ("é" * 300, "a")]
    made = {doc_id(*pair) for pair in names}
    assert len(made) == len(names)
    assert all(len(name.encode()) <= 512 for name in made)


# --- matching ----------------------------------------------------------------------------------------------------------------

A = ItemKey("c", "a")
COPY = Better("c", "source", "open", "etalab-2.0")
SCENE = Scene(A, "catalogue", "p", (1,), ("n",), {}, None)
MATCH = Match(A, ItemKey("c", "b"), "M1", 1.0, 1.0)


def matching(store: Store, prefix: str) -> Matching:
    """As another process has it."""
    names = Names(prefix)
    return Matching(store, names, Numbers(store, names, time.time), Leases(store, names), Copies(store, names))


def shown(index: ElasticIndex) -> list[str]:
    """The ids that a collapsed answer has."""
    index.refresh()
    return [item.id for item in index.search(Query(EVERYTHING, collapse=True)).items]


class _Meanwhile(Store):
    """Does something once between the last reading of Items and their writing."""

    def __init__(self, store: Store, work: Callable[[], object]) -> None:
        super().__init__(store.client, "test", 30)
        self._work: list[Callable[[], object]] = [work]

    def versions(self, places):
        found = super().versions(places)
        if self._work:
            self._work.pop()()
        return found


@pytest.mark.parametrize("change", ["put", "deleted"])
def test_a_harvest_that_writes_while_matching_does_wins(store: Store, prefix: str, index: ElasticIndex, change: str) -> None:
    position = index.apply(batch(document(), document("b"))).change
    newer = batch(document(text="newer")) if change == "put" else batch(removed=(A,))
    busy = _Meanwhile(store, lambda: index.apply(newer))
    page = MatchBatch(NOW, better={A: [COPY], ItemKey("c", "b"): [COPY]}, position=position)
    written = matching(busy, prefix).apply(page)
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

    late = Matching(store, names, Numbers(store, names, time.time), Sleepy(store, names), Copies(store, names))
    with pytest.raises(LeaseLost):
        late.apply(MatchBatch(NOW, scenes=[SCENE], matches={A: [MATCH]}, position=3, lease=old))
    assert index.scenes([A]) == {A: newer.scenes[0]}
    assert index.matches(EVERYTHING, [A]) == {A: [replace(MATCH, score=0.5)]}
    assert index.match_position() == 7


def test_a_crash_before_the_position_repeats_the_matching(store: Store, prefix: str, index: ElasticIndex) -> None:
    index.apply(batch(document(), document("b")))
    page = MatchBatch(NOW, scenes=[SCENE], matches={A: [MATCH]}, better={A: [COPY]}, position=2)
    broken = _Breaking(store, lambda operation: operation.index.endswith("-c"))
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


# --- change numbers --------------------------------------------------------------------------------------------------------


def test_the_feed_waits_for_a_batch_with_lower_numbers(store: Store, prefix: str, index: ElasticIndex) -> None:
    now = time.time()
    other = Numbers(store, Names(prefix), lambda: now)
    block = other.take(1)
    number = index.apply(batch(document())).change
    assert number > block.version + 1
    assert index.changes() == []
    other.done(block)
    assert [change.number for change in index.changes()] == [number]


def test_a_batch_that_died_holds_the_feed_up_for_a_while_only(store: Store, prefix: str, index: ElasticIndex) -> None:
    Numbers(store, Names(prefix), lambda: time.time() - OPEN_SECONDS - 1).take(5)
    index.apply(batch(document()))
    assert len(index.changes()) == 1


def test_numbers_taken_at_the_same_time_differ(store: Store, prefix: str, index: ElasticIndex) -> None:
    with ThreadPoolExecutor(8) as pool:
        applied = list(pool.map(lambda number: index.apply(batch(document(str(number)))), range(16)))
    assert len({one.change for one in applied}) == 16
    assert len(index.changes()) == 16


# --- opening, and clusters that do not answer ------------------------------------------------------------------------------


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
        first.setattr(elastic_schema, "SCHEMA", 1)
        first.setattr(elastic_schema, "STATE", ("records", "watermarks", "runs", "quarantine", "leases", "changes", "meta"))
        first.setattr(elastic_schema, "STATE_FIELDS", _FIRST | {"changes": {"number": {"type": "long"}}})
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
    monkeypatch.setattr(elastic_schema, "_PORTION", 2)
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
        second.setattr(elastic_schema, "SCHEMA", 2)
        second.setattr(elastic_schema, "STATE", elastic_schema.STATE[:9])
        fields = {name: kind for name, kind in elastic_schema.ITEM_FIELDS.items() if name != "better"}
        second.setattr(elastic_schema, "ITEM_FIELDS", fields)
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
            index.apply(batch(document(), document("b")))
    assert not client.indices.exists(index=f"{prefix}-scenes")
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
        with Elasticsearch(f"http://127.0.0.1:{server.server_port}") as opened:
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


# --- the launcher ----------------------------------------------------------------------------------------------------------


def test_a_missing_jdk_or_maven_is_one_apt_line_and_never_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOISSON_TEST_ELASTICSEARCH", raising=False)
    monkeypatch.setattr(prepare, "jdk", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert elasticsearch.missing() == ["openjdk-17-jdk-headless", "maven"]
    with pytest.raises(pytest.fail.Exception, match="apt-get install -y openjdk-17-jdk-headless maven"), elasticsearch.running():
        pass


def test_the_node_ends_with_whoever_started_it_however_that_one_died(tmp_path: Path) -> None:
    if os.environ.get("MOISSON_TEST_ELASTICSEARCH"):
        pytest.skip("another cluster is named: no node is started")
    command = [sys.executable, "-m", "tests.support.elasticsearch", "--port", "0", "--heap", "256m"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=environment) as process:
        assert process.stdout is not None
        port = int(re.findall(r":(\d+);", process.stdout.readline())[0])
        process.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("the node is still there")


def test_a_cluster_of_ones_own_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_TEST_ELASTICSEARCH", "http://127.0.0.1:1/")
    monkeypatch.setattr(prepare, "jdk", lambda: None)
    assert elasticsearch.missing() == []
    with elasticsearch.running() as url:
        assert url == "http://127.0.0.1:1"
