"""Versions of a record, told by the archive's times: which one is the newest."""

from collections.abc import Collection, Iterable
from datetime import datetime

from mappings.record import Record


def newest_of_each(records: Iterable[Record]) -> Collection[Record]:
    """One version of each record: of two the newer, of two of the same time the first."""
    newest: dict[str, Record] = {}
    for record in records:
        earlier = newest.setdefault(record.native_id, record)
        if earlier is not record and is_older(earlier.updated, record.updated):
            newest[record.native_id] = record
    return newest.values()


def is_ahead(when: datetime | None, now: datetime) -> bool:
    """Whether a time lies in the future: it says nothing then but that a clock is wrong."""
    return when is not None and when > now


def is_older(one: datetime | None, other: datetime | None) -> bool:
    """Whether the one is surely older: a version without a time is not."""
    return one is not None and other is not None and one < other
