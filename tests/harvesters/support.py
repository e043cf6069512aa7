"""What the harvesters' tests share: a clock that sleeping moves, sources run to their end, and what came of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf

from harvesters.errors import HarvestError
from harvesters.http import Fetcher, HttpPolicy
from harvesters.source import Page, Source, Span
from mappings.record import Record
from mappings.watermark import Watermark

NOW = datetime(2026, 2, 1, tzinfo=UTC)
# As fast as the stand-ins can: whatever is slept is a backoff.
POLICY = HttpPolicy(requests_per_second=float("inf"), backoff=1.0)


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.time - 1000.0)

    def fetcher(self, policy: HttpPolicy = POLICY, setting: str = "api_key") -> Fetcher:
        # The clock of these tests stands still, that of the stand-ins does not.
        policy = replace(policy, clock_ahead=inf)
        return Fetcher(policy, setting=setting, sleep=self.sleep, clock=self.monotonic, now=self.now)


def span(marks: Mapping[str, datetime] | None = None, until: datetime | None = None) -> Span:
    """A span that starts at the given watermarks by stream."""
    given = marks or {}
    return Span(lambda stream: Watermark(given[stream]) if stream in given else None, until)


@dataclass
class Harvest:
    """The pages that a source gave before it ended, and the error that ended it."""

    pages: list[Page] = field(default_factory=list)
    error: HarvestError | None = None

    def records(self, stream: str | None = None) -> Iterator[Record]:
        return (record for page in self.pages if stream in (None, page.stream) for record in page.records)

    def ids(self, stream: str | None = None) -> list[str]:
        return [record.native_id for record in self.records(stream)]

    def sum(self, count: Callable[[Page], int]) -> int:
        return sum(map(count, self.pages))

    @property
    def missing(self) -> int:
        return self.sum(lambda page: page.missing)

    @property
    def filtered(self) -> int:
        return self.sum(lambda page: page.filtered)


def run(source: Source, over: Span | None = None) -> Harvest:
    """All pages of a source; an error ends it and is kept."""
    harvest = Harvest()
    try:
        for page in source.harvest(over or span()):
            harvest.pages.append(page)
    except HarvestError as error:
        harvest.error = error
    return harvest


def ascending(records: Iterable[Record]) -> bool:
    """Whether update times never go back."""
    times = [record.updated for record in records if record.updated]
    return times == sorted(times)
