"""An archive whose whole content is known, to tell what an index has after faults."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from harvesters.source import Page, Span
from index.elastic import ElasticIndex
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import Run
from mappings.audience import EVERYTHING
from mappings.record import Record
from schedules.run import harvest
from tests.schedules.run_support import NOW, VALIDATOR, page, values
from tests.support.toy import ToyMapping, toy_record

T = TypeVar("T")
DEADLINE = 60.0
PORTION = 20


class Archive:
    """An archive of records, two for each Item, one a minute; and the same after a third was revised and a seventh moved to Items of
    their own. Asked since a time, it gives what is not older, as archives do: what a watermark jumped over never comes again."""

    name = "toy"

    def __init__(self, size: int) -> None:
        self.size = size
        self.hours = count()
        self.revised = False
        self.mapping = ToyMapping()

    def harvest(self, span: Span) -> Iterator[Page]:
        """As Source."""
        mark = span.since("s")
        yield from self.pages(mark.value if mark else None)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """As Source."""
        return frozenset()

    def pages(self, since: datetime | None = None) -> list[Page]:
        """What it answers, in the order of time."""
        ordered = sorted((self._record(number) for number in range(self.size)), key=self._time)
        records = [record for record in ordered if since is None or self._time(record) >= since]
        return [page(*records[start : start + PORTION]) for start in range(0, len(records), PORTION)]

    def _record(self, number: int) -> Record:
        name, value, item = self._says(number)
        day = 2 if self.revised and not (number % 3 and number % 7) else 1
        return toy_record(name, value, item, f"2024-02-0{day}T{number // 60:02}:{number % 60:02}:00Z")

    def _time(self, record: Record) -> datetime:
        assert record.updated is not None
        return record.updated

    def _says(self, number: int) -> tuple[str, int, str]:
        value = number + self.size if self.revised and not number % 3 else number
        item = f"m{number:03}" if self.revised and not number % 7 else f"i{number // 2:03}"
        return f"r{number:03}", value, item

    def run(self, index: ElasticIndex) -> Run:
        """A run an hour after the one before, when its lease has ended, whatever became of it."""
        now = NOW + timedelta(hours=next(self.hours))
        return harvest(self, index, VALIDATOR, now=lambda: now, owner="elsewhere:1:a")

    def next_run(self, index: ElasticIndex) -> Run:
        """The next run that finds the index there."""
        return eventually(lambda: self.run(index))

    def verify(self, index: ElasticIndex) -> None:
        """All is there, once, and counted."""
        items: dict[str, list[int]] = {}
        keys = {}
        for number in range(self.size):
            name, value, item = self._says(number)
            items.setdefault(item, []).append(value)
            keys[name] = item
        assert values(index) == {item: sorted(found) for item, found in items.items()}
        assert index.count(Query(EVERYTHING)) == len(items)
        assert {record.native_id: record.key.id for record in index.records("toy")} == keys
        assert all(known.fingerprint and not known.joining for known in index.known("toy", list(keys)).values())
        assert index.count_records("toy") == self.size
        assert index.count_rejections() == index.count_deleted("toy") == 0
        # Index.changes shows them when the numbers of batches that died are too old.
        changed = tombstones(index)
        assert sorted(changed) == sorted({*items, *(f"i{number:03}" for number in range(self.size // 2))})
        assert {item for item, deleted in changed.items() if not deleted} == set(items)
        mark = index.watermark("toy", "s")
        assert mark is not None
        assert mark.value == self._time(self.pages()[-1].records[-1])


def tombstones(index: ElasticIndex) -> dict[str, bool]:
    """Whether each Item that ever was is deleted, from the documents themselves."""
    names = index._names
    index._store.refresh(names.changes)
    hits = index._store.hits(names.changes, {"match_all": {}}, [{"number": "asc"}], 10_000)
    return {hit["_source"]["item"]: hit["_source"]["deleted"] for hit in hits}


def eventually(ask: Callable[[], T]) -> T:
    """The first answer of an index that is on its way back."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            return ask()
        except IndexUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
