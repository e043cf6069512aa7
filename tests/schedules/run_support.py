"""One run of one source, in short."""

from datetime import UTC, datetime
from typing import Any

import orjson

from harvesters.source import Page
from index.protocol import Index
from index.query import Query
from index.state import Run
from mappings.audience import EVERYTHING
from mappings.validation import Validator
from schedules.run import Options, harvest
from tests.support.serving import plain_bytes
from tests.support.toy import ToySource

NOW = datetime(2026, 1, 1, tzinfo=UTC)


VALIDATOR = Validator()


def run(
    index: Index, *pages: Page, fault: BaseException | None = None, options: Options | None = None, owner: str = "elsewhere:1:a"
) -> Run:
    source = ToySource(pages, fault)
    return harvest(source, index, VALIDATOR, now=lambda: NOW, owner=owner, options=options or Options())


def page(*records: Any, stream: str = "s", ordered: bool = True, **more: Any) -> Page:
    return Page(stream, tuple(records), ordered=ordered, **more)


def values(index: Index) -> dict[str, list[Any]]:
    index.refresh()
    found = index.search(Query(EVERYTHING, limit=1000)).items
    return {item.id: orjson.loads(plain_bytes(item))["properties"]["toy:values"] for item in found}


def newest_change(index: Index) -> int:
    index.refresh()
    changes = index.changes(0, 10_000)
    return changes[-1].number if changes else 0
