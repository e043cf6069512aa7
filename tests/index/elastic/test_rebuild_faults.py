"""Rebuilds of a Collection that fail, die, sleep, or lose an answer: nothing is lost, and the next one or the next writer goes on."""

from datetime import timedelta

import pytest
from elastic_transport import ConnectionTimeout
from elasticsearch import Elasticsearch
from elasticsearch._sync.client import IndicesClient

from index.elastic import ElasticIndex, rebuild, write
from index.elastic.closing import LEASE, Closing
from index.protocol import IndexUnavailable, LeaseLost
from tests.index.elastic.helpers import NOW, batch
from tests.index.elastic.test_rebuild import concrete, made, rebuilt, shown


@pytest.mark.parametrize("step", ["_settle", "_switch"])
def test_a_rebuild_that_fails_leaves_all_as_it_was(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    index.apply(batch(made("a")))
    before = concrete(client, prefix)
    with monkeypatch.context() as broken:
        broken.setattr(rebuild.Rebuild, step, _fail)
        with pytest.raises(IndexUnavailable, match="cut"):
            rebuilt(index)
    assert concrete(client, prefix) == before
    index.apply(batch(made("b")))
    assert shown(index) == ["a", "b"]


def died(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had been killed in front of its last step."""
    with monkeypatch.context() as killed:
        killed.setattr(rebuild.Rebuild, "_switch", _fail)
        killed.setattr(rebuild.Rebuild, "_undo", lambda *_: None)
        with pytest.raises(IndexUnavailable, match="cut"):
            index.rebuild("c", divide=False, told=lambda: None, grace=0)


def test_a_rebuild_that_died_is_begun_again(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.apply(batch(made("a")))
    died(index, monkeypatch)
    assert len(concrete(client, prefix)) == 2
    assert shown(index) == ["a"]
    assert rebuilt(index) == 1
    assert len(concrete(client, prefix)) == 1
    index.apply(batch(made("b")))
    assert shown(index) == ["a", "b"]


def test_a_collection_whose_rebuild_died_is_written_again_when_its_lease_has_run_out(
    index: ElasticIndex, elasticsearch_url: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "_WAITS", (0.0, 0.0, 0.0))
    index.apply(batch(made("a")))
    lease = index.acquire(LEASE, "an operator", NOW, timedelta(hours=1))
    assert lease is not None
    died(index, monkeypatch)
    with pytest.raises(IndexUnavailable, match="may not be written"):
        index.apply(batch(made("b")))
    index.release(lease)
    index.apply(batch(made("b")))
    assert shown(index) == ["a", "b"]
    assert rebuilt(index) == 2


def test_a_rebuild_that_slept_while_others_wrote_again_leaves_all(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.apply(batch(made("a")))

    def sleep(self: rebuild.Rebuild, copy: object) -> int:
        held = index.lease(LEASE)
        assert held is not None
        index.release(held)
        index.apply(batch(made("b")))
        return 1

    def told() -> None:
        held = index.lease(LEASE)
        if held is None:
            raise LeaseLost("another has it")

    with monkeypatch.context() as slept:
        slept.setattr(rebuild.Rebuild, "_compared", sleep)
        with pytest.raises(LeaseLost):
            rebuilt(index, told=told)
    assert shown(index) == ["a", "b"]
    assert rebuilt(index) == 2
    assert shown(index) == ["a", "b"]


@pytest.mark.parametrize("divide", [False, True])
def test_a_rebuild_whose_last_answer_is_lost_has_happened(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch, divide: bool
) -> None:
    index.apply(batch(made("a"), made("b", "2021-01-01T00:00:00Z")))
    update = IndicesClient.update_aliases

    def lost(self: IndicesClient, **asked: object) -> None:
        update(self, **asked)
        raise ConnectionTimeout("lost")

    with monkeypatch.context() as broken:
        broken.setattr(IndicesClient, "update_aliases", lost)
        assert rebuilt(index, divide=divide) == 2
    assert len(concrete(client, prefix)) == 1 + divide
    index.apply(batch(made("c")))
    assert sorted(shown(index)) == ["a", "b", "c"]


def test_a_block_that_an_operator_sets_after_a_rebuild_that_died_at_its_end_stays(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "_WAITS", (0.0, 0.0, 0.0))
    index.apply(batch(made("a")))
    with monkeypatch.context() as killed:
        killed.setattr(Closing, "forget", _fail)
        with pytest.raises(IndexUnavailable, match="cut"):
            rebuilt(index)
    client.indices.add_block(index=f"{prefix}-items-c", block="write")
    with pytest.raises(IndexUnavailable, match="may not be written"):
        index.apply(batch(made("b")))
    client.indices.put_settings(index=f"{prefix}-items-c", settings={"index.blocks.write": None})
    index.apply(batch(made("b")))
    assert shown(index) == ["a", "b"]


def _fail(*_: object) -> None:
    raise IndexUnavailable("the wire was cut")
