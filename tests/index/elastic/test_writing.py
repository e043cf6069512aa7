"""Writing to Elasticsearch: leases, names of every kind, change numbers."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import shapely
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.lease import OPEN_SECONDS, Leases, Numbers
from index.elastic.names import Names, doc_id
from index.elastic.places import Places
from index.elastic.store import Store
from index.elastic.write import Writer
from index.protocol import IndexUnavailable, LeaseLost
from index.query import Query
from index.state import ItemKey, Lease, Removal
from mappings.audience import EVERYTHING
from mappings.watermark import Watermark
from tests.index.elastic.helpers import NOW, TTL, batch, document, head_of, record


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
        Writer(store, names, Places(store, names), numbers, Sleepy(store, names)).apply(late)
    assert head_of(index) == (document(text="newer").head if newer == "put" else None)
    assert index.watermark("source", "all") == Watermark(NOW)
    assert [change.deleted for change in index.changes()] == [newer == "deleted"]


def test_one_refused_item_of_a_bulk_is_an_error_that_names_it(index: ElasticIndex) -> None:
    wrong = replace(document("wrong"), start="never")  # type: ignore[arg-type]
    with pytest.raises(IndexUnavailable, match=r"refused 1 writes, first test-.*-items-c/wrong: .*never"):
        index.apply(batch(document(), wrong, watermarks={"all": Watermark(NOW)}))
    assert index.watermark("source", "all") is None


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
        Writer(store, names, Places(store, names), Numbers(store, names, time.time), Sleepy(store, names)).apply(late)
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
