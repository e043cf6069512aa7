"""Stores on the shared Elasticsearch: emptied after a test and used again, for making and deleting a dozen indices takes a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from elasticsearch import Elasticsearch

from index.elastic.mapping import SCHEMA
from index.elastic.names import STATE, Names
from tests.support.elasticsearch import remove

_KEPT = ("schema", "numbers")
# Numbers are versions, and a deletion's version is remembered for an hour.
_AHEAD = 1_000
_MOST = 10_000


class Stores:
    """Stores of one node, by their prefixes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._empty: list[str] = []

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """One that nobody used before; it is removed."""
        prefix = f"test-{uuid4().hex}"
        try:
            yield prefix
        finally:
            remove(self.url, prefix)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """An empty one, which may have been another test's; where it cannot be emptied it is removed."""
        prefix = self._empty.pop() if self._empty else f"test-{uuid4().hex}"
        kept = False
        try:
            yield prefix
            kept = _emptied(self.url, prefix)
        finally:
            if kept:
                self._empty.append(prefix)
            else:
                remove(self.url, prefix)

    def close(self) -> None:
        """Removes those that are left."""
        while self._empty:
            remove(self.url, self._empty.pop())


def _emptied(url: str, prefix: str) -> bool:
    """Whether the store is as one that was just made, but for the numbers that it gives."""
    names = Names(prefix)
    state = {f"{prefix}-{name}" for name in STATE}
    with Elasticsearch(url, request_timeout=60) as client:
        there = client.indices.get(index=f"{prefix}-*", expand_wildcards="all").body
        if not state <= set(there) or any("blocks" in one["settings"]["index"] for one in there.values()):
            return False
        for index in set(there) - state:
            client.indices.delete(index=index, ignore_unavailable=True)
        found = client.mget(index=names.meta, ids=list(_KEPT)).body["docs"]
        schema, numbers = (one.get("_source") for one in found)
        if schema != {"version": SCHEMA}:
            return False
        client.indices.refresh(index=sorted(state))
        hits = client.search(index=sorted(state), size=_MOST, source=False, sort="_doc").body["hits"]["hits"]
        if len(hits) == _MOST:
            return False
        writes: list[dict[str, Any]] = [
            {"delete": {"_index": hit["_index"], "_id": hit["_id"]}}
            for hit in hits
            if hit["_id"] not in _KEPT or hit["_index"] != names.meta
        ]
        if numbers is not None:
            begun = {"next": numbers["next"] + _AHEAD, "last": 0, "open": {}}
            writes += [{"index": {"_index": names.meta, "_id": "numbers"}}, begun]
        return not writes or not client.bulk(operations=writes, refresh=True).body["errors"]
