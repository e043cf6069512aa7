"""A toy archive whose records are listed, deleted and missed, for the tests of what runs remove."""

from datetime import UTC, datetime

from harvesters.source import Extent, Page
from index.protocol import Index
from index.state import Run
from mappings.record import Record
from mappings.validation import Validator
from schedules.lease import this_owner
from schedules.remap import Remapper
from schedules.rules import Rules
from schedules.run import harvest
from tests.support.toy import ToyMapping, ToySource, ticking, toy_record

NOW = datetime(2024, 6, 1, tzinfo=UTC)
VALIDATOR = Validator()
WHOLE = Extent()


def listing(*records: Record, stream: str = "s", closed: Extent | None = WHOLE, **more: object) -> Page:
    return Page(stream, records=records, closed=closed, **more)  # type: ignore[arg-type]


def many(count: int, first: int = 0) -> list[Record]:
    return [toy_record(f"r{number:03}") for number in range(first, first + count)]


def notices(*numbers: int, day: int = 1) -> tuple[Record, ...]:
    return tuple(toy_record(f"r{number:03}", updated=f"2024-03-{day:02}T00:00:00Z", deleted=True) for number in numbers)


def run(index: Index, *pages: Page, now: datetime = NOW, rules: Rules | None = None, source: ToySource | None = None) -> Run:
    source = source or ToySource(pages)
    return harvest(source, index, VALIDATOR, now=ticking(now), owner="test", rules=rules or Rules())


def names(index: Index) -> list[str]:
    return [record.native_id for record in index.records("toy")]


def remapper(index: Index) -> Remapper:
    return Remapper("toy", ToyMapping(), index, VALIDATOR, ticking(NOW), this_owner())
