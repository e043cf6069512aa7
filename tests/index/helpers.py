"""Short forms for the tests of the index."""

from datetime import UTC, datetime, timedelta
from typing import Any

from index.protocol import Index
from index.query import Query
from index.state import Batch, ItemKey, Rejection, StoredItem, StoredRecord
from mappings.audience import EVERYTHING
from mappings.times import parse_time, to_micros

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def micros(time: str) -> int:
    """µs since 1970 of an RFC 3339 time."""
    return to_micros(parse_time(time, "test"))


def ask(**conditions: Any) -> Query:
    """A Query of everyone; `start` and `end` may be RFC 3339 times."""
    for name in ("start", "end"):
        if isinstance(conditions.get(name), str):
            conditions[name] = micros(conditions[name])
    return Query(**{"audience": EVERYTHING, "limit": 100, **conditions})


def ids(index: Index, **conditions: Any) -> list[str]:
    """The ids that a search finds, in order; checks that the count says the same."""
    query = ask(**conditions)
    page = index.search(query)
    found = [item.id for item in page.items]
    if page.next is None:
        assert index.count(query) == len(found)
    return found


def pages(index: Index, query: Query) -> list[list[StoredItem]]:
    """All pages of a query, following `next`."""
    found = []
    while True:
        page = index.search(query)
        found.append(list(page.items))
        if page.next is None:
            return found
        query = Query(**{**query.__dict__, "after": page.next})


def batch(**members: Any) -> Batch:
    """A Batch of the source `test` at NOW."""
    return Batch(**{"source": "test", "run": "run", "now": NOW, **members})


def record(native_id: str = "r", item_id: str = "a", collection: str = "c", **members: Any) -> StoredRecord:
    """A kept record of an Item."""
    values = {"fingerprint": b"f" * 16, "updated": NOW, "raw": b'{"a":1}', "media_type": "application/geo+json", "url": None}
    return StoredRecord(native_id=native_id, key=ItemKey(collection, item_id), **{**values, **members})


def rejection(native_id: str, minutes: int = 0, **members: object) -> Rejection:
    """A record of the source `test` in quarantine, so many minutes after NOW."""
    values = {"reason": "no footprint", "field": "geometry", "fingerprint": b"bad", "raw": b"\x00raw", "media_type": "application/xml"}
    return Rejection(
        **{
            "source": "test",
            "native_id": native_id,
            "url": None,
            "run": "run",
            "time": NOW + timedelta(minutes=minutes),
            **values,
            **members,
        }
    )
