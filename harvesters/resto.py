"""The legacy resto service of PEPS, closed since 2026-03: kept for replays and history (CNES report §1)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from harvesters.area import Area
from harvesters.errors import Misconfigured, Retry
from harvesters.http import Fetcher
from harvesters.paging import Batch, Paging, Window, read_windows
from harvesters.scope import page_of, utc_now
from harvesters.source import Page, Span
from mappings import peps
from mappings.peps import resto
from mappings.record import Mapping
from mappings.times import format_time

# Before Sentinel-1A.
_BEGINNING = datetime(2014, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RestoSettings:
    """`collections`: S1, S2ST … `page_size` at most 500: larger ones are cut without a word. `window`: days of publication asked
    at once, few, since deep pages time out and inserts shift them (§1.3)."""

    collections: tuple[str, ...]
    url: str = "https://peps.cnes.fr/resto"
    area: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    page_size: int = 100
    overlap: timedelta = timedelta(days=1)
    window: timedelta = timedelta(days=1)


class RestoSource:
    """One stream per collection; each window descends by time of sensing, so none is ordered."""

    def __init__(self, name: str, fetcher: Fetcher, settings: RestoSettings, *, now: Callable[[], datetime] = utc_now) -> None:
        self.name = name
        self.mapping: Mapping = peps
        self._fetcher = fetcher
        self._settings = settings
        self._now = now
        self.area = Area.of(settings.area)

    def harvest(self, span: Span) -> Iterator[Page]:
        """Collections in the order of the settings. Raises StopSource and Misconfigured."""
        if not self._settings.collections:
            raise Misconfigured(f"{self.name}: collections: name at least one")
        until = span.until or self._now()
        for collection in self._settings.collections:
            yield from self._stream(collection, span, until)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: the service is closed, and nothing of it is judged absent."""
        return frozenset(native_ids)

    def _stream(self, collection: str, span: Span, until: datetime) -> Iterator[Page]:
        settings, mark = self._settings, span.since(collection)
        floor = settings.since or _BEGINNING
        start = max(floor, mark.value - settings.overlap) if mark else floor
        # totalResults is an estimate (§1.3): it is neither a reason to cut a window nor to stop.
        paging = Paging(settings.page_size, limit=0, short_ends=True)
        while start < until:
            end = min(start + settings.window, until)
            for piece in read_windows(partial(self._ask, collection), Window(start, end), paging):
                yield page_of(self.name, collection, piece, resto.to_record, area=self.area)
            start = end

    def _ask(self, collection: str, window: Window, page: int) -> Batch:
        # Both ends are closed (§1.2) and times are kept in ms: the last ms belongs to the next window.
        last = window.until - timedelta(milliseconds=1)
        params: dict[str, str | int] = {
            "publishedBegin": format_time(window.since),
            "publishedEnd": format_time(max(last, window.since)),
            "maxRecords": self._settings.page_size,
            "page": page,
        }
        if self.area is not None:
            params.update({"geometry": self.area.geometry.wkt} if self.area.crosses else {"box": self.area.text})
        url = f"{self._settings.url.rstrip('/')}/api/collections/{quote(collection, safe='')}/search.json"
        answer = self._fetcher.fetch_json("GET", url, params=params, check=_check)
        return Batch(answer["features"], None)


def _check(answer: dict[str, Any]) -> None:
    if not isinstance(answer.get("features"), list):
        raise Retry("PEPS: an answer without a list of features")
