"""ElasticIndex: an Index on an Elasticsearch 8 cluster, for more than one machine. One index of Items per collection."""

import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from elasticsearch import Elasticsearch, OrjsonSerializer

from index.elastic_lease import Leases, Numbers
from index.elastic_mapping import SCHEMA, Names, create, doc_id
from index.elastic_query import MAX_COLLECTIONS, SORT, SUMMARIES, search_after, to_filter, to_page, to_stored, to_summaries
from index.elastic_state import run_source, to_change, to_record, to_rejection, to_run, to_watermark
from index.elastic_store import Store
from index.elastic_write import Writer
from index.protocol import IndexUnavailable
from index.query import Page, Query, Summary
from index.state import Applied, Batch, Change, ItemKey, Known, Lease, Rejection, Run, StoredItem, StoredRecord
from mappings.audience import Audience
from mappings.times import from_micros
from mappings.watermark import Watermark

_ALL = 2**62
_CHECK_SECONDS = 5.0


class ElasticIndex:
    """`get`, `known`, `members` and `watermark` read what was written last. `search`, `count` and `summaries` read what was
    refreshed; `runs`, `rejections` and `changes` refresh first, for their indices are small."""

    def __init__(self, store: Store, prefix: str, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds; it only tells which unfinished batches died. Does no I/O: see `open`."""
        self._store = store
        self._names = Names(prefix)
        self._numbers = Numbers(store, self._names, clock)
        self._leases = Leases(store, self._names)
        self._writer = Writer(store, self._names, self._numbers, self._leases)

    @classmethod
    def open(
        cls,
        url: str,
        prefix: str = "moisson",
        *,
        api_key: str | None = None,
        ca_certs: str | None = None,
        timeout: float = 30.0,
    ) -> Self:
        """Connects and makes what is missing. `url` is http(s)://[user:password@]host[:port], or several of one cluster with commas
        between; `timeout` in seconds. Raises IndexUnavailable, also for a store that a newer Moisson wrote."""
        hosts = [host.strip().rstrip("/") for host in url.split(",")]
        name = ", ".join(_without_password(host) for host in hosts)
        secure: dict[str, Any] = {"ca_certs": ca_certs} if ca_certs else {}
        try:
            client = Elasticsearch(hosts, api_key=api_key, serializer=OrjsonSerializer(), connections_per_node=40, **secure)
        except ValueError as error:
            raise IndexUnavailable(f"not the address of an Elasticsearch cluster: {name}") from error
        index = cls(Store(client, name, timeout), prefix)
        try:
            index._prepare()
        except BaseException:
            index.close()
            raise
        return index

    # --- reading -----------------------------------------------------------------------------------------------------------
    def search(self, query: Query) -> Page:
        """As Index.search."""
        indices = self._names.collections(query.collections)
        # The whole source: to have the cluster pick fields out of it takes longer than to send it.
        hits = self._store.hits(indices, to_filter(query), SORT, query.limit + 1, **search_after(query.after))
        return to_page(list(hits), query.limit)

    def count(self, query: Query) -> int:
        """As Index.count."""
        with self._store.speaking():
            answer = self._store.client.count(
                index=self._names.collections(query.collections), query=to_filter(query), ignore_unavailable=True
            ).body
        self._store.verify(answer)
        return int(answer["count"])

    def get(self, audience: Audience, collection: str, item_id: str) -> StoredItem | None:
        """As Index.get."""
        found = self._store.get(self._names.collection(collection), item_id) if item_id else None
        if found is None or not audience.finds(found.source["availability"], found.source["licence"]):
            return None
        return to_stored(found.source)

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        """As Index.summaries."""
        with self._store.speaking():
            answer = self._store.client.search(
                index=self._names.collections(query.collections),
                query=to_filter(query),
                aggs=SUMMARIES,
                size=0,
                track_total_hits=False,
                allow_partial_search_results=False,
                ignore_unavailable=True,
            ).body
        self._store.verify(answer)
        # Without any index of Items the answer has no aggregations at all.
        if "aggregations" not in answer:
            return {}
        if answer["aggregations"]["collections"]["sum_other_doc_count"]:
            raise IndexUnavailable(f"more than {MAX_COLLECTIONS} collections cannot be summed up at once")
        return to_summaries(answer["aggregations"])

    # --- the state of harvests -----------------------------------------------------------------------------------------------
    def known(self, source: str, native_ids: Collection[str]) -> Mapping[str, Known]:
        """As Index.known."""
        ids = {native_id: doc_id(source, native_id) for native_id in native_ids}
        places = [(index, place) for place in ids.values() for index in (self._names.records, self._names.quarantine)]
        found = self._store.mget(places, ("fingerprint", "collection", "item", "updated"))
        answer: dict[str, Known] = {}
        for native_id, place in ids.items():
            kept, held = found.get((self._names.records, place)), found.get((self._names.quarantine, place))
            newest = held or kept
            if newest is not None:
                key = ItemKey(kept["collection"], kept["item"]) if kept else None
                updated = max((doc["updated"] for doc in (kept, held) if doc and doc["updated"] is not None), default=None)
                seen = from_micros(updated) if updated is not None else None
                answer[native_id] = Known(bytes.fromhex(newest["fingerprint"]), key, held is not None, seen)
        return answer

    def members(self, source: str, keys: Collection[ItemKey]) -> Mapping[ItemKey, Sequence[StoredRecord]]:
        """As Index.members, for every key. The Items name their records; what was not written yet, after a crash, is left out."""
        places = {key: (self._names.collection(key.collection), key.id) for key in keys}
        items = self._store.mget(places.values(), ("records",))
        named = {key: sorted(items[place]["records"]) for key, place in places.items() if place in items}
        ids = {native_id: (self._names.records, doc_id(source, native_id)) for names in named.values() for native_id in names}
        found = self._store.mget(ids.values())
        answer: dict[ItemKey, Sequence[StoredRecord]] = {}
        for key in places:
            records = [to_record(found[ids[native_id]]) for native_id in named.get(key, ()) if ids[native_id] in found]
            # A record that has left for another Item is no member, whatever the Item still says.
            answer[key] = [record for record in records if record.key == key]
        return answer

    def watermark(self, source: str, stream: str) -> Watermark | None:
        """As Index.watermark."""
        found = self._store.get(self._names.watermarks, doc_id(source, stream))
        return to_watermark(found.source) if found else None

    def apply(self, batch: Batch) -> Applied:
        """As Index.apply; elastic_write.py says in which order, and what a lease guarantees."""
        return self._writer.apply(batch)

    def save_run(self, run: Run) -> None:
        """As Index.save_run."""
        self._store.put(self._names.runs, run.id, run_source(run))

    def runs(self, source: str | None = None, limit: int = 20) -> Sequence[Run]:
        """As Index.runs."""
        self._store.refresh(self._names.runs)
        hits = self._store.hits(self._names.runs, _of(source), [{"started": "desc"}, {"id": "desc"}], limit)
        return [to_run(hit["_source"]) for hit in hits]

    def rejections(self, source: str | None = None) -> Sequence[Rejection]:
        """As Index.rejections."""
        self._store.refresh(self._names.quarantine)
        sort = [{"time": "asc"}, {"source": "asc"}, {"native_id": "asc"}]
        return [to_rejection(hit["_source"]) for hit in self._store.hits(self._names.quarantine, _of(source), sort, _ALL)]

    def changes(self, after: int = 0, limit: int = 1000) -> Sequence[Change]:
        """As Index.changes; not those numbered above a batch that is still being written."""
        # In this order: what was finished before the horizon was read is found after the refresh.
        horizon = self._numbers.horizon()
        self._store.refresh(self._names.changes)
        query = {"range": {"number": {"gt": after, "lt": horizon}}}
        return [to_change(hit["_source"]) for hit in self._store.hits(self._names.changes, query, [{"number": "asc"}], limit)]

    def acquire(self, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None = None) -> Lease | None:
        """As Index.acquire."""
        return self._leases.acquire(name, owner, now, ttl, replacing)

    def lease(self, name: str) -> Lease | None:
        """As Index.lease."""
        return self._leases.current(name)

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        """As Index.renew."""
        return self._leases.renew(lease, now, ttl)

    def release(self, lease: Lease) -> None:
        """As Index.release."""
        self._leases.release(lease)

    def secret(self) -> bytes:
        """As Index.secret."""
        found = self._store.get(self._names.meta, "secret")
        if found is None:
            # Of several processes that start at once, one makes it.
            self._store.put_if_unchanged(self._names.meta, "secret", {"value": b64encode(secrets.token_bytes(32)).decode()}, None)
            found = self._store.get(self._names.meta, "secret")
        if found is None:
            raise IndexUnavailable("Elasticsearch: the secret was deleted a moment ago")
        return b64decode(found.source["value"])

    def refresh(self) -> None:
        """As Index.refresh."""
        self._store.refresh(self._names.items)

    def check(self) -> None:
        """As Index.check, within 5 s; also when the indices were deleted."""
        if self._store.within(_CHECK_SECONDS).get(self._names.meta, "schema") is None:
            raise IndexUnavailable(f"Elasticsearch has no indices {self._names.prefix}-*")

    def close(self) -> None:
        """Closes the connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _prepare(self) -> None:
        found = self._store.get(self._names.meta, "schema")
        version = found.source["version"] if found else 0
        if version > SCHEMA:
            raise IndexUnavailable(
                f"indices {self._names.prefix}-*: written by a newer Moisson (version {version}, this one knows {SCHEMA}): upgrade, "
                "or name another prefix"
            )
        if version < SCHEMA:
            create(self._store, self._names)
            # Last, so that a store which has it is complete.
            self._store.put_if_unchanged(self._names.meta, "schema", {"version": SCHEMA}, found)


def _of(source: str | None) -> dict[str, Any]:
    return {"bool": {"filter": [{"term": {"source": source}}]}} if source is not None else {"match_all": {}}


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
