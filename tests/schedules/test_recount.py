"""The past of a big archive, counted again month by month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harvesters.errors import StopSource
from harvesters.source import Extent, Page
from index.protocol import Index
from index.state import Outcome
from mappings.record import Record
from schedules.rules import Rules
from tests.schedules.support import NOW, many, names, run
from tests.support.toy import ToySource, toy_record


def month(number: int) -> Extent:
    return Extent(datetime(2024, number, 1, tzinfo=UTC), datetime(2024, number + 1, 1, tzinfo=UTC))


@dataclass
class Past(ToySource):
    """An archive of two months, counted and listed as `upstream` says."""

    upstream: dict[int, list[Record]] = field(default_factory=dict)
    listed: list[int] = field(default_factory=list)

    def past(self) -> Sequence[tuple[str, Extent]]:
        return [("s", month(number)) for number in sorted(self.upstream)]

    def count(self, stream: str, extent: Extent) -> int | None:
        assert extent.since
        return len(self.upstream[extent.since.month])

    def relist(self, stream: str, extent: Extent):  # type: ignore[no-untyped-def]
        assert extent.since
        self.listed.append(extent.since.month)
        yield Page("s", records=tuple(self.upstream[extent.since.month]), closed=extent)


def of_month(number: int, count: int) -> list[Record]:
    return [toy_record(f"m{number}-{i}", updated=f"2024-0{number}-15T00:00:00Z") for i in range(count)]


def test_a_month_is_listed_only_where_its_count_differs(index: Index) -> None:
    both = of_month(1, 3) + of_month(2, 4)
    source = Past([Page("s", records=tuple(both), ordered=True)], upstream={1: of_month(1, 3), 2: of_month(2, 4)})
    run(index, source=source)
    assert source.listed == []
    # One that was never seen, and one that went, in the past: no watermark would bring either.
    source = Past([], upstream={1: of_month(1, 4), 2: of_month(2, 3)})
    ended = run(index, source=source, now=NOW + timedelta(days=2))
    assert (source.listed, ended.counts.new, ended.counts.deleted) == ([1, 2], 1, 1)
    assert names(index) == [record.native_id for record in of_month(1, 4) + of_month(2, 3)]
    source = Past([], upstream={1: of_month(1, 4), 2: of_month(2, 3)})
    run(index, source=source, now=NOW + timedelta(days=4))
    assert source.listed == []


def test_a_month_is_listed_now_and_then_whatever_its_count_says(index: Index) -> None:
    source = Past([Page("s", records=tuple(of_month(1, 3)), ordered=True)], upstream={1: of_month(1, 3)})
    run(index, source=source)
    swapped = [*of_month(1, 2), toy_record("m1-new", updated="2024-01-16T00:00:00Z")]
    source = Past([], upstream={1: swapped})
    run(index, source=source, now=NOW + timedelta(days=100))
    assert source.listed == []
    run(index, source=source, now=NOW + timedelta(days=200))
    assert (source.listed, names(index)) == ([1], ["m1-0", "m1-1", "m1-new"])


def test_months_take_turns(index: Index) -> None:
    upstream = {1: of_month(1, 1), 2: of_month(2, 2), 3: of_month(3, 3)}
    asked = []
    for day in range(3):
        source = Past([], upstream=upstream)
        run(index, source=source, now=NOW + timedelta(days=2 * day), rules=Rules(recounts=1))
        asked.append(source.listed)
    assert asked == [[1], [2], [3]]


def test_a_month_that_cannot_be_listed_keeps_neither_the_run_nor_the_other_months_from_their_end(index: Index) -> None:
    class Down(Past):
        def relist(self, stream: str, extent: Extent):  # type: ignore[no-untyped-def]
            raise StopSource("down")
            yield

    upstream = {1: of_month(1, 1), 2: of_month(2, 1)}
    ended = run(index, source=Down([Page("t", records=tuple(many(1)))], upstream=upstream))
    assert (ended.outcome, "s 2024-01 could not be counted again: down" in (ended.reason or "")) == (Outcome.COMPLETE, True)
    # The other month first, then the one that failed, when its turn comes again.
    source = Past([], upstream=upstream)
    run(index, source=source)
    assert source.listed == [2]
    source = Past([], upstream=upstream)
    run(index, source=source, now=NOW + timedelta(days=2))
    assert source.listed == [1]
