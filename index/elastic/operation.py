"""Operation: one write of a bulk request to Elasticsearch; how it was refused; and how many make a request."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

import orjson

# Bytes of one bulk request: more makes the cluster hold it in memory for longer, and gains nothing.
BULK_BYTES = 10_000_000
# Types of errors, as 8.x and those before have them; the last is of a name that is too long.
_UNREADABLE = (
    "document_parsing_exception:",
    "mapper_parsing_exception:",
    "x_content_parse_exception:",
    "action_request_validation_exception:",
)
Source = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """A document, and what a compare-and-set of it needs."""

    source: Source
    seq_no: int
    primary_term: int


@dataclass(frozen=True)
class Operation:
    """One write: `source` None deletes. With a `version`, whatever has a newer one stays as it is; with `seen`, whatever is no longer
    as it was seen. `by_alias`: only where `index` is an alias; the cluster would else make an index of that name."""

    index: str
    id: str
    source: Mapping[str, Any] | None
    version: int | None = None
    seen: Found | None = None
    by_alias: bool = False

    @cached_property
    def lines(self) -> bytes:
        """Two lines of a bulk body, or one for a deletion."""
        action: dict[str, Any] = {"_index": self.index, "_id": self.id}
        if self.version is not None:
            # gte: the same write sent again, after an answer that was lost, is no conflict.
            action |= {"version": self.version, "version_type": "external_gte"}
        if self.seen is not None:
            action |= {"if_seq_no": self.seen.seq_no, "if_primary_term": self.seen.primary_term}
        if self.by_alias:
            action["require_alias"] = True
        if self.source is None:
            return orjson.dumps({"delete": action}, option=orjson.OPT_APPEND_NEWLINE)
        head = orjson.dumps({"index": action}, option=orjson.OPT_APPEND_NEWLINE)
        return head + orjson.dumps(self.source, option=orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class Refusal:
    """An operation that the cluster did not do."""

    operation: Operation
    status: int
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether it lies in what was to be written, so that the cluster will never take it, and not in the cluster's state."""
        if self.status == 413:
            return True
        return self.status == 400 and (self.reason.startswith(_UNREADABLE) or "immense term" in self.reason)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the alias names several indices by now, or none."""
        return "no write index is defined" in self.reason or "is not an alias" in self.reason


def portions(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """So many at a time."""
    left = iter(values)
    while portion := list(islice(left, size)):
        yield portion


def parts(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Requests of at most BULK_BYTES, or of one operation."""
    part: list[Operation] = []
    size = 0
    for operation in operations:
        length = len(operation.lines)
        if part and size + length > BULK_BYTES:
            yield part
            part, size = [], 0
        part.append(operation)
        size += length
    if part:
        yield part
