"""Requests to one Elasticsearch cluster: documents by id, pages of a search, bulks whose every answer is looked at; errors in words.

Only the server's core is used (no scripts, no pipelines, no ILM), so that any distribution will do.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from index.elastic.operation import Found, Operation, Refusal, Source, parts, portions
from index.protocol import IndexUnavailable

BULK_SECONDS = 120.0
# Waits in seconds when the cluster says that it has too much to do.
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_MGET = 1000
_PAGE = 5000


class Refused(IndexUnavailable):
    """The cluster understood a request and did not do it: its HTTP status and its reason."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Store:
    """A cluster, asked in the ways that this index needs. All methods raise IndexUnavailable."""

    def __init__(self, client: Elasticsearch, name: str, timeout: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """`name` is what errors call the cluster; `timeout` in seconds."""
        # Reads, and writes with a version, may be sent again; a compare-and-set may not.
        self.client = client.options(request_timeout=timeout, max_retries=2, retry_on_status=(502, 503, 504))
        self._once = client.options(request_timeout=timeout, max_retries=0)
        self._bulk = client.options(request_timeout=max(timeout, BULK_SECONDS), max_retries=2, retry_on_status=())
        self._name = name
        self._sleep = sleep

    def within(self, seconds: float) -> "Store":
        """The same with another time-out; for reading only."""
        return Store(self.client, self._name, seconds, self._sleep)

    def close(self) -> None:
        self.client.close()

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turns what the client raises into IndexUnavailable with one line."""
        try:
            yield
        except ConnectionTimeout as error:
            raise IndexUnavailable(f"Elasticsearch at {self._name} did not answer in time") from error
        except TransportError as error:
            # Less the name of a class of the client's.
            reason = _line(error.message.rpartition("): ")[2])
            raise IndexUnavailable(f"Elasticsearch at {self._name} cannot be reached: {reason}") from error
        except UnsupportedProductError as error:
            raise IndexUnavailable(f"what answers at {self._name} is not Elasticsearch") from error
        except ApiError as error:
            reason = _reason(error.body)
            message = f"Elasticsearch at {self._name} refused ({error.meta.status}): {reason}"
            raise Refused(message, error.meta.status, reason) from error

    def get(self, index: str, doc_id: str) -> Found | None:
        """A document as last written, refreshed or not; None when it or its index is not there."""
        with self.speaking():
            answer = self.client.options(ignore_status=404).get(index=index, id=doc_id).body
        if not answer.get("found"):
            return None
        return Found(answer["_source"], answer["_seq_no"], answer["_primary_term"])

    def mget(self, places: Iterable[tuple[str, str]], fields: Sequence[str] | None = None) -> dict[tuple[str, str], Source]:
        """Documents by (index, id), as last written; those that are not there, or whose index is not, are left out."""
        return {(doc["_index"], doc["_id"]): doc["_source"] for doc in self._docs(places, fields)}

    def versions(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Source, int]]:
        """As mget, each with its version."""
        return {(doc["_index"], doc["_id"]): (doc["_source"], doc["_version"]) for doc in self._docs(places, None)}

    def _docs(self, places: Iterable[tuple[str, str]], fields: Sequence[str] | None) -> Iterator[Source]:
        for wanted in portions(dict.fromkeys(places), _MGET):
            docs = [{"_index": index, "_id": doc_id} for index, doc_id in wanted]
            with self.speaking():
                answer = self.client.mget(docs=docs, source_includes=fields).body
            for doc in answer["docs"]:
                if doc.get("found"):
                    yield doc
                elif "error" in doc and doc["error"].get("type") != "index_not_found_exception":
                    raise IndexUnavailable(f"Elasticsearch at {self._name} could not read {doc['_index']}: {_reason(doc)}")

    def put(self, index: str, doc_id: str, source: Source) -> None:
        """Writes a document, whatever was there."""
        with self.speaking():
            self._bulk.index(index=index, id=doc_id, document=source)

    def put_if_unchanged(self, index: str, doc_id: str, source: Source, seen: Found | None) -> bool:
        """Writes a document if it is still as `seen` (None: absent); False when somebody else was quicker."""
        place: dict[str, Any] = {"op_type": "create"}
        if seen is not None:
            place = {"if_seq_no": seen.seq_no, "if_primary_term": seen.primary_term}
        with self.speaking():
            answer = self._once.options(ignore_status=409).index(index=index, id=doc_id, document=source, **place)
        return answer.meta.status != 409

    def delete_if_unchanged(self, index: str, doc_id: str, seen: Found) -> bool:
        """Deletes a document if it is still as `seen`; False when somebody else was quicker."""
        with self.speaking():
            answer = self._once.options(ignore_status=(404, 409)).delete(
                index=index, id=doc_id, if_seq_no=seen.seq_no, if_primary_term=seen.primary_term
            )
        return answer.meta.status < 300

    def bulk(self, operations: Iterable[Operation]) -> list[Refusal]:
        """Writes in requests of at most BULK_BYTES; what is refused for its own sake comes back, in no order."""
        return [refusal for part in parts(operations) for refusal in self._send(part)]

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
            with self.speaking():
                answer = self.client.search(
                    index=index,
                    query=query,
                    sort=sort,
                    size=size,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                    ignore_unavailable=True,
                    **body,
                ).body
            self.verify(answer)
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < size:
                return
            wanted -= size
            body["search_after"] = hits[-1]["sort"]

    def aggregations(self, index: str, query: Source, aggs: Source, *, total: bool = False) -> tuple[int, Source | None]:
        """(how many match, where `total` asks for it, what `aggs` answer: None while there is no index)."""
        with self.speaking():
            answer = self.client.search(
                index=index,
                query=query,
                aggs=aggs,
                size=0,
                track_total_hits=total,
                allow_partial_search_results=False,
                ignore_unavailable=True,
            ).body
        self.verify(answer)
        found = answer["hits"]["total"]["value"] if total else 0
        return found, answer.get("aggregations")

    def count(self, index: str, query: Source) -> int:
        """How many documents match."""
        with self.speaking():
            answer = self.client.count(index=index, query=query, ignore_unavailable=True).body
        self.verify(answer)
        return int(answer["count"])

    def refresh(self, *indices: str) -> None:
        """What was written to these indices is found by searches from here on."""
        with self.speaking():
            answer = self.client.indices.refresh(index=indices, ignore_unavailable=True).body
        self.verify(answer)

    def verify(self, answer: Mapping[str, Any]) -> None:
        """An answer from some shards only is none."""
        if answer.get("timed_out") or answer["_shards"]["failed"]:
            failures = answer["_shards"].get("failures") or [{"reason": "time-out"}]
            raise IndexUnavailable(f"Elasticsearch at {self._name} answered in part: {_reason({'error': failures[0].get('reason')})}")

    def _send(self, operations: Sequence[Operation]) -> list[Refusal]:
        """One bulk request, again with what the cluster was too busy for."""
        refused: list[Refusal] = []
        for wait in (*BACKOFF, None):
            busy: list[Refusal] = []
            for refusal in self._post(operations):
                (busy if refusal.status == 429 else refused).append(refusal)
            if not busy:
                return refused
            if wait is not None:
                self._sleep(wait)
            operations = [refusal.operation for refusal in busy]
        raise self.refusing(busy)

    def _post(self, operations: Sequence[Operation]) -> Iterator[Refusal]:
        # The client takes bytes as they are, whatever its type says.
        body: Any = b"".join(operation.lines for operation in operations)
        with self.speaking():
            answer = self._bulk.options(ignore_status=429).bulk(
                operations=[body], filter_path=["errors", "error", "items.*.status", "items.*.error"]
            )
        if answer.meta.status == 429:
            yield from (Refusal(operation, 429, _reason(answer.body)) for operation in operations)
            return
        items = [next(iter(item.values())) for item in answer.body["items"]]
        if len(items) != len(operations):
            raise IndexUnavailable(f"Elasticsearch at {self._name} answered {len(items)} of {len(operations)} writes")
        for operation, item in zip(operations, items, strict=True):
            gone = operation.source is None and item["status"] == 404 and "error" not in item
            if item["status"] >= 300 and not gone:
                yield Refusal(operation, item["status"], _reason(item))


def _reason(body: Any) -> str:
    """What an answer says went wrong, and because of what."""
    error = body.get("error") if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return _line(str(error))
    roots: Sequence[Any] = error.get("root_cause") or (error,)
    cause = error.get("caused_by")
    return _line(f"{roots[0].get('type')}: {roots[0].get('reason')}" + (f" ({cause.get('reason')})" if cause else ""))


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
