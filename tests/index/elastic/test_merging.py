"""What a large harvest leaves in many pieces is merged, and nothing else is."""

import time
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex, merging
from index.elastic.store import Store
from tests.index.elastic.archive import Archive
from tests.index.elastic.helpers import batch
from tests.index.elastic.test_rebuild import made

_SECONDS = 30


def _pieces(client: Elasticsearch, prefix: str) -> int:
    stats = client.indices.stats(index=f"{prefix}-data-c~1", metric="segments")
    return int(stats["_all"]["primaries"]["segments"]["count"])


def _in_pieces(index: ElasticIndex, number: int) -> None:
    for page in range(number):
        index.apply(batch(*(made(f"i{page}-{one}", "2020-06-01T00:00:00Z") for one in range(5))))
        index.refresh()


def test_after_many_items_were_put_a_collection_is_one_piece_and_none_of_them_is_missing(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "MANY", 15)
    _in_pieces(index, 3)
    assert _pieces(client, prefix) == 3
    index.tidy(15, merging.LONG)
    end = time.monotonic() + _SECONDS
    while _pieces(client, prefix) > 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert _pieces(client, prefix) == 1
    assert client.count(index=f"{prefix}-items-*")["count"] == 15


@pytest.mark.parametrize(("put", "took"), [(2, merging.LONG), (14, merging.LONG), (15, merging.LONG / 2)])
def test_few_items_or_a_short_run_merge_nothing(
    index: ElasticIndex, client: Elasticsearch, prefix: str, monkeypatch: pytest.MonkeyPatch, put: int, took: timedelta
) -> None:
    # Fourteen are too few for any Collection, and two for one of fifteen.
    monkeypatch.setattr(merging, "MANY", 1 if put == 2 else 15)
    _in_pieces(index, 3)
    index.tidy(put, took)
    time.sleep(1)
    assert _pieces(client, prefix) == 3


def test_a_merge_that_the_cluster_refuses_is_logged_and_no_error(
    store: Store, index: ElasticIndex, client: Elasticsearch, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    _in_pieces(index, 2)
    client.indices.close(index=f"{prefix}-data-c~1")
    merging.merge(store, [f"{prefix}-data-c~1"])
    assert "is not merged now" in caplog.text
    client.indices.open(index=f"{prefix}-data-c~1")


def test_a_run_tells_the_store_how_much_it_put(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(ElasticIndex, "tidy", lambda _, put, took: told.append(put))
    archive = Archive(60)
    runs = [archive.run(index), archive.run(index)]
    assert told == [run.items_put for run in runs]
    assert told[0] >= 30
