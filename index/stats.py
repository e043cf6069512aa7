"""Stats: how much a store holds, and in which tables or indices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One table (SQLite) or index (Elasticsearch). `bytes` on disk, copies included; None where only the whole file has a size.
    `collection` is the one whose Items it holds, where it holds one only."""

    name: str
    documents: int
    bytes: int | None = None
    collection: str | None = None


@dataclass(frozen=True)
class Stats:
    """`version` of the schema; `bytes` on disk; Items by collection, ascending; how many records are kept, in quarantine, and removed but
    restorable; changes that a feed from the beginning gives; the parts by name."""

    version: int
    bytes: int
    items: Mapping[str, int]
    records: int
    quarantined: int
    removed: int
    changes: int
    parts: Sequence[Part]
