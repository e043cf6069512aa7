"""A source and a mapping small enough to read at a glance, for tests of what schedules/ does with any source."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from harvesters.area import Area
from harvesters.errors import HarvestError
from harvesters.source import Page, Span
from mappings.facts import Availability, Facts
from mappings.item import build_item
from mappings.record import Answer, Item, Record, Unmappable
from mappings.times import format_time, parse_time


class ToyMapping:
    """A record {"id", "item", "value"} becomes an Item named `item`; an Item of several records keeps all their values."""

    version = "toy-1"
    volatile: Sequence[tuple[str, ...]] = (("noise",),)

    def read(self, body: bytes) -> Answer:
        return Answer(tuple(toy_record(**members) for members in orjson.loads(body)))

    def to_item(self, record: Record) -> Item:
        members = record.json
        if members.get("value") == "bad":
            raise Unmappable("bad value", "value")
        return build_item(
            record,
            item_id=members["item"],
            collection="toy",
            geometry={"type": "Point", "coordinates": [2.0, 48.0]},
            bbox=[2.0, 48.0, 2.0, 48.0],
            properties={"datetime": "2024-01-01T00:00:00Z", "toy:values": [members["value"]]},
            facts=Facts(Availability.OPEN, "copernicus"),
        )

    def merge(self, items: Sequence[Item]) -> Item:
        ordered = sorted(items, key=lambda item: str(item["properties"]["moisson:source_id"]))
        values = sorted({value for item in ordered for value in item["properties"]["toy:values"]})
        return {**ordered[0], "properties": {**ordered[0]["properties"], "toy:values": values}}


def toy_record(
    id: str, value: Any = 1, item: str | None = None, updated: str | None = "2024-02-01T00:00:00Z", deleted: bool = False, **more: Any
) -> Record:
    raw = orjson.dumps({"id": id, "item": item or id, "value": value, **more})
    return Record("toy", id, parse_time(updated, "updated") if updated else None, raw, deleted=deleted)


@dataclass
class ToySource:
    """Yields the pages that it was given, then raises `fault` if there is one; remembers the span it was asked for."""

    pages: Sequence[Page]
    fault: HarvestError | BaseException | None = None
    name: str = "toy"
    mapping: ToyMapping = field(default_factory=ToyMapping)
    asked: list[str | None] = field(default_factory=list)
    area: Area | None = None
    alive: frozenset[str] = frozenset()
    recalled: list[str | None] = field(default_factory=list)
    before_page: Callable[[int], None] = lambda number: None

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(native_ids) - self.alive

    def harvest(self, span: Span) -> Iterator[Page]:
        self.recalled.append(span.recalled("tag"))
        streams: set[str] = set()
        for number, page in enumerate(self.pages):
            if page.stream not in streams:
                streams.add(page.stream)
                mark = span.since(page.stream)
                self.asked.append(format_time(mark.value) if mark else None)
            self.before_page(number)
            yield page
        if self.fault is not None:
            raise self.fault


def ticking(start: datetime) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: start
