"""Documents that a cluster will never take: their records go into quarantine with its reason, and nothing else is held up."""

import re
from dataclasses import replace
from random import Random

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.operation import Operation, Refusal
from index.protocol import IndexUnavailable, ItemsRefused
from index.state import Counts, ItemKey, Outcome, Removal
from mappings.watermark import Watermark
from schedules.lease import this_owner
from schedules.remap import Remapper
from tests.index.elastic.helpers import NOW, TTL, batch, document, head_of, record
from tests.schedules.run_support import VALIDATOR, page, run, values
from tests.support.narrow import narrow
from tests.support.toy import ToyMapping, ticking, toy_record

LATER = "2024-03-01T00:00:00Z"
# Lucene takes no word of more than 32 766 bytes.
LONG = "x" * 33_000


@pytest.fixture
def index(index: ElasticIndex, client: Elasticsearch, prefix: str) -> ElasticIndex:
    """A store whose toy Items must not be long: their JSON is indexed as one word."""
    assert run(index, page(toy_record("first"))).outcome is Outcome.COMPLETE
    client.indices.put_mapping(index=f"{prefix}-items-*", properties={"head": {"type": "keyword"}})
    return index


def accept_long(client: Elasticsearch, prefix: str) -> None:
    client.indices.put_mapping(index=f"{prefix}-items-*", properties={"head": {"type": "keyword", "ignore_above": 100}})


def remapper(index: ElasticIndex) -> Remapper:
    return Remapper("toy", ToyMapping(), index, VALIDATOR, ticking(NOW), this_owner())


def shown(index: ElasticIndex) -> dict[str, object]:
    """The values of each Item, short."""
    return {name: [str(value)[:3] for value in found] for name, found in values(index).items()}


def changes(index: ElasticIndex) -> dict[str, bool]:
    """The newest change of each Item: whether it is there."""
    return {change.key.id: not change.deleted for change in index.changes()}


def test_a_poisoned_document_goes_into_quarantine_and_the_rest_of_its_page_into_the_index(index: ElasticIndex) -> None:
    records = (toy_record("a"), toy_record("b", LONG), toy_record("c"))
    ended = run(index, page(*records))
    assert (ended.outcome, ended.counts, ended.items_put) == (Outcome.COMPLETE, Counts(new=2, rejected=1), 2)
    assert shown(index) == {"first": ["1"], "a": ["1"], "c": ["1"]}
    [held] = index.rejections("toy")
    assert (held.native_id, held.raw, held.run, held.stream) == ("b", records[1].raw, ended.id, "s")
    assert "Elasticsearch refuses it" in held.reason
    assert "failed to parse field [head]" in held.reason
    assert [one.native_id for one in index.records("toy")] == ["a", "c", "first"], "it is not kept as if it had an Item"
    assert index.known("toy", ["b"])["b"].key is None
    assert index.count_records("toy") == 4
    assert changes(index) == {"first": True, "a": True, "b": False, "c": True}
    assert index.watermark("toy", "s") is not None


def test_a_poisoned_record_is_tried_again_when_it_changes_and_not_before(index: ElasticIndex) -> None:
    poisoned = page(toy_record("a"), toy_record("b", LONG))
    run(index, poisoned)
    change = index.changes()[-1].number
    again = run(index, poisoned)
    assert (again.outcome, again.counts, again.items_put) == (Outcome.COMPLETE, Counts(unchanged=1, rejected=1), 0)
    assert index.changes()[-1].number == change
    mended = run(index, page(toy_record("b", 2, updated=LATER)))
    assert (mended.counts, mended.items_put) == (Counts(new=1), 1)
    assert shown(index)["b"] == ["2"]
    assert index.rejections() == []


def test_a_poisoned_record_is_replayed_after_a_fix(index: ElasticIndex, client: Elasticsearch, prefix: str) -> None:
    run(index, page(toy_record("a"), toy_record("b", LONG)))
    done = remapper(index).replay(index.rejections())
    assert (done.counts, done.items_put, index.count_rejections()) == (Counts(rejected=1), 0, 1)
    accept_long(client, prefix)
    done = remapper(index).replay(index.rejections())
    assert (done.counts, done.items_put, index.count_rejections()) == (Counts(new=1), 1, 0)
    assert shown(index)["b"] == ["xxx"]


def test_an_item_that_a_good_version_made_stays_when_the_next_one_is_poisoned(index: ElasticIndex) -> None:
    run(index, page(toy_record("a"), toy_record("b")))
    before = index.known("toy", ["b"])["b"].fingerprint
    ended = run(index, page(toy_record("a", 2, updated=LATER), toy_record("b", LONG, updated=LATER)))
    assert (ended.outcome, ended.counts, ended.items_put) == (Outcome.COMPLETE, Counts(changed=1, rejected=1), 1)
    assert shown(index) == {"first": ["1"], "a": ["2"], "b": ["1"]}
    known = index.known("toy", ["b"])["b"]
    assert (known.key, known.quarantined, known.fingerprint != before) == (ItemKey("toy", "b"), True, True)
    assert [one.raw for one in index.records("toy") if one.native_id == "b"] == [toy_record("b").raw]
    assert changes(index)["b"]


def test_a_record_on_its_way_to_a_poisoned_item_stays_in_the_one_it_has(index: ElasticIndex) -> None:
    run(index, page(toy_record("r0", 0, item="a"), toy_record("r1", "1", item="b"), toy_record("r2", "2", item="b")))
    moving = page(toy_record("r0", LONG, item="n", updated=LATER), toy_record("r1", LONG, item="m", updated=LATER))
    ended = run(index, moving)
    assert (ended.outcome, ended.counts) == (Outcome.COMPLETE, Counts(rejected=2))
    assert shown(index) == {"first": ["1"], "a": ["0"], "b": ["1", "2"]}
    assert {one.native_id for one in index.members("toy", [ItemKey("toy", "b")])[ItemKey("toy", "b")]} == {"r1", "r2"}
    assert changes(index) == {"first": True, "a": True, "b": True, "m": False, "n": False}
    gone = page(toy_record("r0", updated="2024-04-01T00:00:00Z", deleted=True), stream="deletions")
    assert run(index, gone).counts == Counts(deleted=1)
    assert shown(index) == {"first": ["1"], "b": ["1", "2"]}


def test_a_further_record_that_poisons_its_item_leaves_it_as_it_was(index: ElasticIndex) -> None:
    run(index, page(toy_record("r0", "0", item="a")))
    ended = run(index, page(toy_record("r1", LONG, item="a"), toy_record("r2", 2, item="b")))
    assert (ended.counts, ended.items_put) == (Counts(new=1, rejected=1), 1)
    assert shown(index) == {"first": ["1"], "a": ["0"], "b": ["2"]}
    assert [one.native_id for one in index.records("toy")] == ["first", "r0", "r2"]


def test_a_name_that_no_document_may_have_stops_no_bulk(index: ElasticIndex) -> None:
    """The cluster refuses the whole request then, and says nothing of the others."""
    names = ["a", "b", "é" * 300, "c"]
    with pytest.raises(ItemsRefused) as caught:
        index.apply(batch(*map(document, names)))
    assert [key.id for key, _ in caught.value.refused] == ["é" * 300]
    assert caught.value.applied.items_put == 3
    assert [head_of(index, name) for name in "abc"] == [document(name).head for name in "abc"]


def test_all_of_a_page_may_be_poisoned(index: ElasticIndex) -> None:
    ended = run(index, page(*(toy_record(f"r{number}", LONG) for number in range(5))))
    assert (ended.outcome, ended.counts, ended.items_put) == (Outcome.COMPLETE, Counts(rejected=5), 0)
    assert index.count_rejections("toy") == 5


def test_a_refused_batch_says_which_items_and_what_was_written(index: ElasticIndex) -> None:
    wrong = replace(document("[footprint]"), start="never")  # type: ignore[arg-type]
    with pytest.raises(ItemsRefused, match="refused 1 writes") as caught:
        index.apply(batch(document(), wrong, records=(record(), record("w", "[footprint]")), watermarks={"all": Watermark(NOW)}))
    [(told, reason)] = caught.value.refused.items()
    assert told == (ItemKey("c", "[footprint]"), wrong.digest)
    assert "never" in reason
    assert caught.value.applied.items_put == 1
    assert head_of(index) == document().head
    assert index.watermark("source", "all") is None
    assert set(index.known("source", ["r", "w"])) == {"r"}, "the announcement of the refused one is taken back"


def test_a_removed_record_is_not_lost_when_what_is_left_of_its_item_is_refused(index: ElasticIndex) -> None:
    index.apply(batch(document(records=("r", "s")), records=(record(), record("s"))))
    left = replace(document(text="less", records=("s",)), start="never")  # type: ignore[arg-type]
    page_of_removals = batch(left, forgotten=(Removal("r", "feed", NOW + TTL),))
    with pytest.raises(ItemsRefused):
        index.apply(page_of_removals)
    assert {one.native_id for one in index.records("source")} == {"r", "s"}
    assert index.deleted() == []


def test_what_a_refused_item_would_have_replaced_is_not_deleted(index: ElasticIndex) -> None:
    index.apply(batch(document(), records=(record(),)))
    moved = replace(document("b"), start="never")  # type: ignore[arg-type]
    with pytest.raises(ItemsRefused):
        index.apply(batch(moved, removed=(ItemKey("c", "a"),), records=(record(item="b"),)))
    assert head_of(index) == document().head
    assert changes(index) == {"first": True, "a": True, "b": False}


def test_what_lies_in_the_clusters_state_is_no_fault_of_a_document() -> None:
    def final(status: int, reason: str) -> bool:
        return Refusal(Operation("i", "a", {}), status, reason).is_final

    assert final(400, "document_parsing_exception: [1:9] failed to parse field [start]")
    assert final(413, "without a reason")
    assert not final(400, "illegal_argument_exception: no write index is defined for alias [i]")
    assert not final(403, "cluster_block_exception: index [i] blocked by: [FORBIDDEN/8/index write (api)];")
    assert not final(404, "index_not_found_exception: no such index [i]")
    assert not final(409, "version_conflict_engine_exception: [a]: version conflict")
    assert not final(503, "unavailable_shards_exception: primary shard is not active")


def test_a_bulk_that_is_too_long_for_the_way_is_cut_and_a_document_that_is_goes_into_quarantine(
    elasticsearch_url: str, prefix: str
) -> None:
    with narrow(elasticsearch_url, 200_000) as url, ElasticIndex.open(url, prefix=prefix) as index:
        records = [toy_record(f"r{number}", "y" * 50_000 + str(number)) for number in range(12)]
        ended = run(index, page(*records, toy_record("big", "z" * 250_000)))
        assert (ended.outcome, ended.counts, ended.items_put) == (Outcome.COMPLETE, Counts(new=12, rejected=1), 12)
        assert len(values(index)) == 12
        [held] = index.rejections()
        assert held.native_id == "big"
        assert re.search(r"\b25\d{4} bytes are too many for one request", held.reason)


def test_a_record_that_is_too_long_for_the_quarantine_too_is_an_error_and_not_lost(elasticsearch_url: str, prefix: str) -> None:
    records = page(toy_record("a"), toy_record("big", Random(1).randbytes(200_000).hex()))
    with narrow(elasticsearch_url, 100_000) as url, ElasticIndex.open(url, prefix=prefix) as index:
        with pytest.raises(IndexUnavailable, match=r"-quarantine/toy/big: \d+ bytes are too many for one request"):
            run(index, records)
        assert index.watermark("toy", "s") is None
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
        ended = run(index, records)
        assert (ended.outcome, ended.counts.received, ended.counts.rejected) == (Outcome.COMPLETE, 2, 0)
        assert set(values(index)) == {"a", "big"}
