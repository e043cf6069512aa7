"""Short forms for the tests of the Elasticsearch store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import orjson
import pytest
import shapely
from elasticsearch import Elasticsearch

from index.document import Document
from index.elastic import ElasticIndex
from index.protocol import IndexUnavailable
from index.state import Batch, ItemKey, Lease, StoredRecord
from mappings.audience import EVERYTHING
from mappings.times import to_micros

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


TTL = timedelta(minutes=5)


def document(
    name: str = "a", text: str = "", collection: str = "c", wkb: bytes | None = None, records: tuple[str, ...] = ("r",)
) -> Document:
    body = {"id": name, "collection": collection, "geometry": None}
    head = b',"properties":'.join((orjson.dumps(body)[:-1], orjson.dumps({"title": text})[:-1]))
    at = to_micros(NOW)
    bounds = shapely.from_wkb(wkb).bounds if wkb else None
    return Document(
        *(collection, name, "source", head, b'],"links":[', b"]}", blake2b(head, digest_size=16).digest()),
        *("open", "etalab-2.0", at, at, at, wkb, [bounds] if bounds else [], records, {"title": text}, name),
    )


def record(name: str = "r", item: str = "a") -> StoredRecord:
    return StoredRecord(name, b"print", ItemKey("c", item), NOW, b"raw \0 bytes", "application/json", None)


def batch(*items: Document, lease: Lease | None = None, **more: object) -> Batch:
    return replace(Batch("source", "run", NOW, items=items, lease=lease), **more)


def head_of(index: ElasticIndex, name: str = "a") -> bytes | None:
    found = index.get(EVERYTHING, "c", name)
    return found.head if found else None


def without_aliases(client: Elasticsearch, prefix: str) -> None:
    """Turns the indices of Items into those of before version 5: each stands itself where its alias was."""
    client.indices.refresh(index=f"{prefix}-data-*")
    for name, index in client.indices.get(index=f"{prefix}-data-*").body.items():
        hits = client.search(index=name, version=True, size=1000).body["hits"]["hits"]
        client.indices.delete(index=name)
        (alias,) = index["aliases"]
        client.indices.create(index=alias, mappings=index["mappings"])
        for hit in hits:
            client.index(index=alias, id=hit["_id"], document=hit["_source"], version=hit["_version"], version_type="external_gte")
    client.indices.refresh(index=f"{prefix}-items-*")


def migrated(url: str, prefix: str) -> dict[str, int]:
    """What an operator does after an upgrade: how many Items of which Collection were written anew."""
    with pytest.raises(IndexUnavailable, match="run `moisson index migrate`"):
        ElasticIndex.open(url, prefix=prefix)
    with ElasticIndex.open(url, prefix=prefix, migrating=True) as old:
        return dict(old.migrate(grace=0))
