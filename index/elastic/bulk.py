"""Bulk requests to Elasticsearch: every answer of one is looked at, nothing that was refused is taken for written."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from index.elastic.errors import Refused, is_general, json_of, reason, refusal, speaking
from index.elastic.operation import Operation, Refusal
from index.protocol import IndexUnavailable

# Waits in seconds when the cluster says that it has too much to do.
BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Bulk:
    """Writes to one cluster. All methods raise IndexUnavailable."""

    def __init__(self, client: Elasticsearch, name: str, sleep: Callable[[float], None]) -> None:
        """`client` may send a request again: a write of an Operation twice is as once."""
        self._client = client
        self._name = name
        self._sleep = sleep

    def send(self, operations: Sequence[Operation]) -> list[Refusal]:
        """One request, again with what the cluster was too busy for. What is refused for no fault of the document is an error."""
        refused: list[Refusal] = []
        for wait in (*BACKOFF, None):
            busy: list[Refusal] = []
            for one in self._post(operations):
                if is_general(one.status, one.reason):
                    raise refusal(self._name, one.status, one.reason)
                (busy if one.status == 429 else refused).append(one)
            if not busy:
                return refused
            if wait is not None:
                self._sleep(wait)
            operations = [one.operation for one in busy]
        raise refusal(self._name, 429, busy[0].reason)

    def _post(self, operations: Sequence[Operation]) -> Iterator[Refusal]:
        # The client takes bytes as they are, whatever its type says.
        body: Any = b"".join(operation.lines for operation in operations)
        try:
            with speaking(self._name):
                answer = self._client.options(ignore_status=429).bulk(
                    operations=[body], filter_path=["errors", "error", "items.*.status", "items.*.error"]
                )
        except Refused as error:
            yield from self._halved(operations, error)
            return
        if answer.meta.status == 429:
            yield from (Refusal(operation, 429, reason(answer.body)) for operation in operations)
            return
        items = [next(iter(item.values())) for item in json_of(self._name, answer).get("items", ())]
        if len(items) != len(operations):
            raise IndexUnavailable(f"Elasticsearch at {self._name} answered {len(items)} of {len(operations)} writes")
        for operation, item in zip(operations, items, strict=True):
            gone = operation.source is None and item["status"] == 404 and "error" not in item
            if item["status"] >= 300 and not gone:
                yield Refusal(operation, item["status"], reason(item))

    def _halved(self, operations: Sequence[Operation], error: Refused) -> Iterator[Refusal]:
        """A request that was refused as a whole, for its length or for a name in it, in two; whatever is wrong with one operation then
        is that operation's fault."""
        if error.status not in (400, 413):
            raise error
        if len(operations) == 1:
            said = f"{len(operations[0].lines)} bytes are too many for one request" if error.status == 413 else error.reason
            yield Refusal(operations[0], error.status, said)
            return
        middle = len(operations) // 2
        yield from self._post(operations[:middle])
        yield from self._post(operations[middle:])
