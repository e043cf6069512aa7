"""Harvests of one source while its archive fails: an index as it was before, clocks that go on, and what the index holds."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from index.protocol import Index
from index.query import Query
from index.sqlite import SqliteIndex
from index.state import Counts, Run
from mappings.audience import EVERYTHING
from mappings.validation import Validator
from moisson.build import open_source
from moisson.sections import SourceSettings
from schedules.rules import Rules
from schedules.run import RULES, harvest
from tests.support.serving import plain_bytes

_START = datetime(2026, 2, 1, tzinfo=UTC)
# Longer than every overlap; two of them are shorter than the week after which some sources list all.
_STEP = timedelta(days=3)


def started(run: int) -> datetime:
    """When a run begins, counted from 0."""
    return _START + run * _STEP


@dataclass(frozen=True)
class Held:
    """What an index holds of one source: Items by (collection, id), names of their records, and those of removed ones."""

    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    records: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    @property
    def ids(self) -> list[str]:
        return sorted(item_id for _, item_id in self.items)


def held(index: Index, archive: str) -> Held:
    items, after = {}, None
    while True:
        page = index.search(Query(EVERYTHING, limit=1000, after=after))
        items.update({(item.collection, item.id): _content(plain_bytes(item)) for item in page.items})
        after = page.next
        if after is None:
            break
    records = frozenset(record.native_id for record in index.records(archive, limit=100_000))
    return Held(items, records, frozenset(one.record.native_id for one in index.deleted(archive)))


def _content(body: bytes) -> dict[str, Any]:
    """An Item without what a record may change unnoticed: when its state of storage was told (volatile in the mappings)."""
    item: dict[str, Any] = orjson.loads(body)
    item["properties"].pop("moisson:online_as_of", None)
    return item


def adds_up(counts: Counts) -> bool:
    received = counts.new + counts.changed + counts.unchanged + counts.merged + counts.rejected + counts.repeated + counts.filtered
    return counts.received == received and counts.announced == received + counts.missing


@dataclass
class Harvester:
    """Runs of one source into one index, three days after each other; `number` is that of the next. `waits`: how long it would have
    slept."""

    index: SqliteIndex
    name: str
    section: SourceSettings
    validator: Validator
    rules: Rules = RULES
    number: int = 0
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return started(self.number)

    def __call__(self) -> Run:
        with open_source(self.name, self.section, self.now, self.waits.append) as source:
            run = harvest(source, self.index, self.validator, now=self.now, owner="test", name=self.name, rules=self.rules)
        self.number += 1
        return run


@contextmanager
def opened(path: Path, copy_of: Path | None = None) -> Iterator[SqliteIndex]:
    """An index in a new file, empty or as another one is."""
    if copy_of is not None:
        shutil.copy(copy_of, path)
    with SqliteIndex.open(path) as index:
        yield index
