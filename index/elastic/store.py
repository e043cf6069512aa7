"""Requests to one Elasticsearch cluster: documents by id, pages of a search, bulks whose every answer is looked at; errors in words.

Only the server's core is used (no scripts, no pipelines, no ILM), so that any distribution will do.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from elastic_transport import ApiResponse
from elasticsearch import Elasticsearch

from index.elastic.answers import ItemPage, decode_json, decode_page
from index.elastic.bulk import Bulk
from index.elastic.errors import Divided, NotNow, Refused, Unsent, decoded, reason, refusal, speaking, stranger
from index.elastic.operation import Found, Operation, Refusal, Source, parts, portions
from index.protocol import IndexUnavailable

__all__ = ["BULK_SECONDS", "NotNow", "Refused", "Store"]

BULK_SECONDS = 120.0
# Those of a question: somebody waits for its answer.
PATIENCE = (0.1, 0.2, 0.4, 0.8, 1.5)
_HOSTS_TRIED = 3
_MGET = 1000
Doc = dict[str, Any]
"""A document as the cluster answers it: `_index`, `_id`, `_version`, `_source`."""
_PAGE = 5000
# The cluster would ask each shard whether it can have anything before every search in order, which takes few shards longer than to look.
_MANY_SHARDS = 32
T = TypeVar("T")


class Store:
    """A cluster, asked in the ways that this index needs. All methods raise IndexUnavailable."""

    def __init__(
        self,
        client: Elasticsearch,
        name: str,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`name` is what errors call the cluster; `timeout` in seconds, as `clock` counts them."""
        # Reads, and writes with a version, may be sent again; a compare-and-set may not.
        self.client = client.options(request_timeout=timeout, max_retries=2, retry_on_status=(502, 503, 504))
        # Made once: that takes the client as long as a request.
        self._lenient = self.client.options(ignore_status=404)
        self._once = client.options(request_timeout=timeout, max_retries=0)
        self._bulk = client.options(request_timeout=max(timeout, BULK_SECONDS), max_retries=2, retry_on_status=())
        self._writer = Bulk(self._bulk, name, sleep)
        self._name = name
        self._timeout = timeout
        self._sleep = sleep
        self._clock = clock

    def within(self, seconds: float) -> "Store":
        """The same with another time-out; for reading only."""
        return Store(self.client, self._name, seconds, self._sleep, self._clock)

    def close(self) -> None:
        self.client.close()

    def speaking(self) -> AbstractContextManager[None]:
        """Turns what the client raises into IndexUnavailable with one line."""
        return speaking(self._name)

    def get(self, index: str, doc_id: str) -> Found | None:
        """A document as last written, refreshed or not; None when it or its index is not there."""
        answer = self.ask(lambda client: client.get(index=index, id=doc_id), client=self._lenient)
        if answer.get("found"):
            return Found(answer["_source"], answer["_seq_no"], answer["_primary_term"])
        # Something else that has no such page would say 404, too.
        if "found" not in answer and "index_not_found_exception" not in reason(answer):
            raise refusal(self._name, 404, reason(answer))
        return None

    def mget(self, places: Iterable[tuple[str, str]], fields: Sequence[str] | None = None) -> dict[tuple[str, str], Source]:
        """Documents by (index, id), as last written; those that are not there, or whose index is not, are left out."""
        docs = self.docs(dict.fromkeys(places), fields)
        return {(doc["_index"], doc["_id"]): doc["_source"] for doc in docs if doc is not None}

    def docs(self, places: Iterable[tuple[str, str]], fields: Sequence[str] | None) -> Iterator[Doc | None]:
        """The documents of (index or alias, id) with their versions, in order; None where there is none. Raises Divided."""
        for wanted in portions(places, _MGET):
            docs = [{"_index": index, "_id": doc_id} for index, doc_id in wanted]
            yield from (doc if doc.get("found") else None for doc in self._docs_of(docs, fields))

    def _docs_of(self, docs: Sequence[Source], fields: Sequence[str] | None) -> Sequence[Doc]:
        def verify(answer: Source) -> None:
            for doc in answer["docs"]:
                if "error" in doc and doc["error"].get("type") != "index_not_found_exception":
                    said = f"{doc['_index']}: {reason(doc)}"
                    raise Divided(said) if "more than one index" in said else refusal(self._name, 503, said)

        found: Sequence[Doc] = self.ask(lambda client: client.mget(docs=docs, source_includes=fields), verify)["docs"]
        return found

    def behind(self, alias: str) -> list[str]:
        """The indices that an alias names; none while there is no such alias."""
        answer = self.ask(lambda client: client.indices.get_alias(name=alias), self._verify_indices, self._lenient)
        return [] if "error" in answer else sorted(answer)

    def named(self, pattern: str) -> list[str]:
        """The indices (no aliases) whose name fits, whatever state they are in."""
        asked: dict[str, Any] = {"expand_wildcards": "all", "ignore_unavailable": True, "features": "aliases"}
        return sorted(self.ask(lambda client: client.indices.get(index=pattern, **asked), self._verify_indices))

    def remove(self, indices: Iterable[str]) -> None:
        """Deletes indices, those that are there."""
        with self.speaking():
            for index in indices:
                self._lenient.indices.delete(index=index)

    def put(self, index: str, doc_id: str, source: Source) -> None:
        """Writes a document, whatever was there."""
        self.ask(lambda client: client.index(index=index, id=doc_id, document=source), client=self._bulk)

    def put_if_unchanged(self, index: str, doc_id: str, source: Source, seen: Found | None) -> bool:
        """Writes a document if it is still as `seen` (None: absent); False when somebody else was quicker."""
        place: dict[str, Any] = {"op_type": "create"}
        if seen is not None:
            place = {"if_seq_no": seen.seq_no, "if_primary_term": seen.primary_term}
        client = self._once.options(ignore_status=409)
        return self._send_once(lambda: client.index(index=index, id=doc_id, document=source, **place)) != 409

    def delete_if_unchanged(self, index: str, doc_id: str, seen: Found) -> bool:
        """Deletes a document if it is still as `seen`; False when somebody else was quicker."""
        client, at, term = self._once.options(ignore_status=(404, 409)), seen.seq_no, seen.primary_term
        return self._send_once(lambda: client.delete(index=index, id=doc_id, if_seq_no=at, if_primary_term=term)) < 300

    def bulk(self, operations: Iterable[Operation]) -> list[Refusal]:
        """Writes, each again while the cluster is too busy for it; what is refused for its own sake comes back, in no order."""
        return [refusal for part in parts(operations) for refusal in self._writer.send(part)]

    def write(self, operations: Iterable[Operation]) -> None:
        """As bulk, for writes of which none may be refused."""
        refused = self.bulk(operations)
        if refused:
            raise self.refusing(refused)

    def refusing(self, refused: Sequence[Refusal]) -> IndexUnavailable:
        """The error that says what was not written, by its first reason."""
        first = refused[0]
        place = f"{first.operation.index}/{first.operation.id}"
        return IndexUnavailable(f"Elasticsearch at {self._name} refused {len(refused)} writes, first {place}: {first.reason}")

    def hits(self, index: str, query: Source, sort: Sequence[Source], wanted: int, portion: int = _PAGE, **body: Any) -> Iterator[Source]:
        """At most `wanted` hits in order, a request for each `portion` of them, as they are taken. A part that is missing is an error,
        never a short page."""
        while wanted > 0:
            size = min(wanted, portion)
            hits, _ = self.page(index, query, sort, size, **body)
            yield from hits
            if len(hits) < size:
                return
            wanted -= size
            body["search_after"] = hits[-1]["sort"]

    def page(
        self, index: str, query: Source, sort: Sequence[Source], size: int, *, total: bool = False, **body: Any
    ) -> tuple[list[Source], int]:
        """(the first `size` hits, how many match: 0 unless `total`). To count in the same request costs next to nothing."""
        answer = self._search(index=index, query=query, sort=sort, size=size, track_total_hits=total, **body)
        return answer["hits"]["hits"], answer["hits"]["total"]["value"] if total else 0

    def items(self, **asked: Any) -> ItemPage:
        """What a search for Items answers; a part that is missing is an error."""
        return self._asked(lambda client: _search(client, asked), decode_page, self._verify_page)

    def aggregations(self, index: str, query: Source, aggs: Source, *, total: bool = False) -> tuple[int, Source | None]:
        """(how many match, where `total` asks for it, what `aggs` answer: None while there is no index)."""
        answer = self._search(index=index, query=query, aggs=aggs, size=0, track_total_hits=total)
        found = answer["hits"]["total"]["value"] if total else 0
        return found, answer.get("aggregations")

    def count(self, index: str, query: Source) -> int:
        """How many documents match; the cluster remembers it until the next refresh."""
        return self.aggregations(index, query, {}, total=True)[0]

    def refresh(self, *indices: str) -> None:
        """What was written to these indices is found by searches from here on."""
        self.ask(lambda client: client.indices.refresh(index=indices, ignore_unavailable=True), self.verify)

    def verify(self, answer: Mapping[str, Any]) -> None:
        """An answer from some shards only is none."""
        if answer.get("timed_out") or answer["_shards"]["failed"]:
            failures = answer["_shards"].get("failures") or [{"reason": "time-out"}]
            said = reason({"error": failures[0].get("reason")})
            raise refusal(self._name, 503, f"answered in part: see whether all its nodes run: {said}")

    def _verify_indices(self, answer: Mapping[str, Any]) -> None:
        """What is not indices with their aliases tells of none, and of no lack of one."""
        if "error" in answer and "missing" not in reason(answer):
            raise refusal(self._name, 404, reason(answer))
        if "error" not in answer and not all(isinstance(told, Mapping) and "aliases" in told for told in answer.values()):
            raise stranger(self._name)

    def _search(self, **asked: Any) -> Source:
        return self.ask(lambda client: _search(client, asked), self.verify)

    def _verify_page(self, page: ItemPage) -> None:
        self.verify({"timed_out": page.timed_out, "_shards": page.shards})

    def ask(
        self,
        request: Callable[[Elasticsearch], ApiResponse[Any]],
        verify: Callable[[Source], None] | None = None,
        client: Elasticsearch | None = None,
    ) -> Source:
        """The JSON of an answer that `verify` has seen. While the cluster cannot, it is asked again, within time-out and PATIENCE."""
        return self._asked(request, decode_json, verify, client)

    def _asked(
        self,
        request: Callable[[Elasticsearch], ApiResponse[Any]],
        decode: Callable[[bytes], T],
        verify: Callable[[T], None] | None = None,
        client: Elasticsearch | None = None,
    ) -> T:
        client = client or self.client
        end = self._clock() + self._timeout
        waits = iter(PATIENCE)
        while True:
            try:
                with self.speaking():
                    answer = decoded(self._name, request(client), decode)
                    if verify:
                        verify(answer)
                    return answer
            except NotNow:
                wait, left = next(waits, None), end - self._clock()
                if wait is None or left <= wait:
                    raise
                self._sleep(wait)
                client = client.options(request_timeout=left - wait)

    def _send_once(self, request: Callable[[], ApiResponse[Any]]) -> int:
        """The status that a compare-and-set is answered with. Only what no host took is sent again, to another."""
        for _ in range(_HOSTS_TRIED - 1):
            with suppress(Unsent), self.speaking():
                return request().meta.status
        with self.speaking():
            return request().meta.status


def _search(client: Elasticsearch, asked: Mapping[str, Any]) -> ApiResponse[Any]:
    # A point in time has its indices, and takes no word about them.
    ignore = None if "pit" in asked else True
    return client.search(allow_partial_search_results=False, ignore_unavailable=ignore, pre_filter_shard_size=_MANY_SHARDS, **asked)
