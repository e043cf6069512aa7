"""GEODES, the STAC-like API of CNES that holds what PEPS had (CNES report §2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from harvesters.errors import Misconfigured, Retry
from harvesters.http import Fetcher
from harvesters.paging import Batch, Paging, Window, read_windows
from harvesters.scope import Area, page_of, utc_now
from harvesters.source import Page, Span
from harvesters.trust import check_answer
from mappings import peps
from mappings.peps import geodes
from mappings.record import Mapping
from mappings.times import format_time

# Before Sentinel-1A and GEODES itself.
_BEGINNING = datetime(2014, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class GeodesSettings:
    """`collections`: at least one. `area` = (west, south, east, north) or None. `since`: first day of publication of interest.

    `page_size`: 80 is what GEODES allows since 2025-11 (§2.4). `overlap` is read again before the watermark, for what was indexed
    late. `window_limit`: beyond 10 000 records GEODES walks slower and slower.
    """

    collections: tuple[str, ...]
    url: str = "https://geodes-portal.cnes.fr/api/stac"
    area: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    page_size: int = 80
    overlap: timedelta = timedelta(days=1)
    window_limit: int = 10_000


class GeodesSource:
    """One stream per collection, ascending by time of publication."""

    def __init__(self, name: str, fetcher: Fetcher, settings: GeodesSettings, *, now: Callable[[], datetime] = utc_now) -> None:
        self.name = name
        self.mapping: Mapping = peps
        self._fetcher = fetcher
        self._settings = settings
        self._now = now
        self._area = Area.of(settings.area)

    def harvest(self, span: Span) -> Iterator[Page]:
        """Collections in the order of the settings. Raises StopSource and Misconfigured."""
        if not self._settings.collections:
            raise Misconfigured(f"{self.name}: collections: name at least one")
        # A fixed end, so that totals hold still while they are read; what comes meanwhile is the next run's.
        until = span.until or self._now()
        for collection in self._settings.collections:
            yield from self._stream(collection, span, until)

    def _stream(self, collection: str, span: Span, until: datetime) -> Iterator[Page]:
        settings, mark = self._settings, span.since(collection)
        floor = settings.since or _BEGINNING
        since = max(floor, mark.value - settings.overlap) if mark else floor
        if since >= until:
            return
        paging = Paging(settings.page_size, settings.window_limit)
        for piece in read_windows(partial(self._ask, collection), Window(since, until), paging):
            yield page_of(self.name, collection, piece, geodes.to_record, area=self._area, until=until, ordered=True)

    def _ask(self, collection: str, window: Window, page: int) -> Batch:
        body: dict[str, Any] = {
            # One collection per request: several in one give nothing (§2.3).
            "query": {
                "dataset": {"eq": collection},
                # `datetime` is the publication here (§2.5). Closed at both ends: the public documentation has no `lt` (§2.3), and
                # a shared end is right whether times are kept in ms or in µs. Ids tell the few repeats.
                "datetime": {"gte": format_time(window.since), "lte": format_time(window.until)},
            },
            # Any other word than "asc" sorts descending (§2.3).
            "sortBy": [{"field": "datetime", "direction": "asc"}],
            "limit": self._settings.page_size,
            # The counter, never links.next, which is a GET with another limit (§2.4).
            "page": page,
        }
        if self._area is not None:
            # Only polygons are looked at, anything else gives the whole catalogue (§2.3).
            body.update({"intersects": self._area.geojson} if self._area.crosses else {"bbox": self._area.bounds})
        answer = self._fetcher.fetch_json(
            "POST", f"{self._settings.url.rstrip('/')}/search", json=body, check=partial(_check, collection, window)
        )
        return Batch(answer["features"], _total(answer))


def _check(collection: str, window: Window, answer: dict[str, Any]) -> None:
    if not isinstance(answer.get("features"), list):
        raise Retry("GEODES: an answer without a list of features")
    if _total(answer) is None:
        raise Retry("GEODES: an answer without context.matched or numberMatched")
    check_answer("GEODES", answer["features"], window, time="datetime", terms={"dataset": collection})


def _total(answer: dict[str, Any]) -> int | None:
    context = answer.get("context")
    for value in (context.get("matched") if isinstance(context, dict) else None, answer.get("numberMatched")):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None
