"""GEODES, the STAC-like API of CNES that holds what PEPS had, and Spot World Heritage (CNES report §2, §3.3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from harvesters.area import Area
from harvesters.errors import Misconfigured, Retry, StopSource
from harvesters.geodes_names import names_of
from harvesters.http import Fetcher
from harvesters.known import check_known, is_found
from harvesters.paging import Batch, Paging, Window, read_windows
from harvesters.past import UNDATED, as_one, months
from harvesters.scope import ToRecord, page_of, utc_now
from harvesters.source import Extent, Page, Span
from harvesters.trust import check_answer, total_of
from harvesters.undated import EVER, Undated, lacks
from mappings import peps
from mappings.peps import geodes
from mappings.record import Mapping
from mappings.times import format_time

# Before Sentinel-1A and GEODES itself.
_BEGINNING = datetime(2014, 1, 1, tzinfo=UTC)
# Both ends of a query are closed and times are kept in ms: the last ms of a half-open part.
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class GeodesSettings:
    """`collections`: at least one. `area` = (west, south, east, north) or None. `since`: first day of publication of interest.

    `page_size`: 80 is what GEODES allows since 2025-11 (§2.4). `overlap` is read again before the watermark, for what was indexed
    late. `window_limit`: beyond 10 000 records GEODES walks slower and slower. `published` is the property that holds the time of
    publication: `datetime` today; in the coming form (§3.5) that is the acquisition, and `updated` the publication.
    """

    collections: tuple[str, ...]
    url: str = "https://geodes-portal.cnes.fr/api/stac"
    area: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    page_size: int = 80
    overlap: timedelta = timedelta(days=1)
    window_limit: int = 10_000
    published: str = "datetime"


class GeodesSource:
    """One stream per collection, ascending by time of publication. `mapping` and `to_record` say what is made of its features."""

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        settings: GeodesSettings,
        *,
        mapping: Mapping = peps,
        to_record: ToRecord = geodes.to_record,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._to_record = to_record
        self._fetcher = fetcher
        self._settings = settings
        self._now = now

    def harvest(self, span: Span) -> Iterator[Page]:
        """Collections in the order of the settings; then, of those read in full, what has no time of publication, and of those that gave
        nothing, whether GEODES knows them. Raises StopSource and Misconfigured."""
        self._check_settings()
        # A fixed end, so that totals hold still while they are read; what comes meanwhile is the next run's.
        until = span.until or self._now()
        given, fresh = dict.fromkeys(self._settings.collections, False), list[str]()
        for collection in self._settings.collections:
            mark = span.since(collection)
            since = max(self._floor, mark.value - self._settings.overlap) if mark else self._floor
            for page in self._read(collection, since, until):
                given[collection] = given[collection] or bool(page.records or page.broken or page.filtered or page.missing)
                yield page
            # The record at the watermark comes again: with or without one, a collection that lives gives something.
            given[collection] = given[collection] or since >= until
            fresh += [collection] if mark is None and span.until is None else []
        for collection in fresh:
            yield from self._read_undated(collection)
        if span.until is None:
            empty, full = ([name for name, some in given.items() if some is one] for one in (False, True))
            check_known(self.name, empty, full, self._knows)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that GEODES does not find by their ids, while it finds others so. Raises StopSource and Misconfigured."""
        self._check_settings()
        return names_of(self._search, self._settings.collections, self._settings.page_size).gone(native_ids)

    # --- what is too big to be listed whole ----------------------------------------------------------------------------------
    def past(self) -> Sequence[tuple[str, Extent]]:
        """Of every collection what has no time of publication, then its calendar months from the first day of interest to the present
        one, oldest first."""
        extents = (UNDATED, *months(self._floor, self._now()))
        return [(collection, extent) for extent in extents for collection in self._settings.collections]

    def count(self, stream: str, extent: Extent) -> int | None:
        """What GEODES announces, which is exact (§2.4). Raises StopSource and Misconfigured."""
        if extent == UNDATED:
            return self._undated(stream).excess()
        since, until = self._bounds(extent)
        return self._ask(stream, Window(since, max(since, until - _MILLISECOND)), 1, limit=1).total

    def relist(self, stream: str, extent: Extent) -> Iterator[Page]:
        """All of this part; the last page says `closed` when every window of it agreed. Raises StopSource and Misconfigured."""
        if extent != UNDATED:
            since, until = self._bounds(extent)
            yield from as_one(stream, self._read(stream, since, until), extent, since, until)
            return
        for page in self._read_undated(stream):
            if page.missing:
                # As missing it would hold up every later run, for the same reason each time.
                raise StopSource(
                    f"GEODES announces {page.missing} records of {stream} without {self._settings.published}, and shows them nowhere"
                )
            yield page
        yield Page(stream, closed=UNDATED)

    # --- asking --------------------------------------------------------------------------------------------------------------
    @property
    def _floor(self) -> datetime:
        return self._settings.since or _BEGINNING

    def _check_settings(self) -> None:
        if not self._settings.collections:
            raise Misconfigured(f"{self.name}: collections: name at least one")

    def _bounds(self, extent: Extent) -> tuple[datetime, datetime]:
        return extent.since or self._floor, extent.until or self._now()

    def _read(self, collection: str, since: datetime, until: datetime) -> Iterator[Page]:
        if since >= until:
            return
        paging = Paging(self._settings.page_size, self._settings.window_limit)
        for piece in read_windows(partial(self._ask, collection), Window(since, until), paging):
            # A change may move a record to another window: `gone` then finds it.
            yield page_of(self.name, collection, piece, self._to_record, area=self.area, until=until, ordered=True, closes=True)

    def _ask(self, collection: str, window: Window, page: int, limit: int | None = None) -> Batch:
        # The counter, never links.next, which is a GET with another limit (§2.4).
        return self._find(collection, {self._settings.published: window}, limit or self._settings.page_size, page)

    def _undated(self, collection: str) -> Undated:
        """Of the records that have no time of publication. GEODES cannot be asked for what is not there: it counts (exactly, §2.4)."""
        published, sensed = self._settings.published, "start_datetime" if self._today else "datetime"

        def count(window: Window | None, dated: bool) -> int | None:
            times = {**({sensed: window} if window else {}), **({published: EVER} if dated else {})}
            return self._find(collection, times, 1).total

        return Undated(
            count, lambda window, page: self._find(collection, {sensed: window}, self._settings.page_size, page), lacks(published)
        )

    def _read_undated(self, collection: str) -> Iterator[Page]:
        paging = Paging(self._settings.page_size, self._settings.window_limit)
        for piece in self._undated(collection).read(paging):
            yield page_of(self.name, collection, piece, self._to_record, area=self.area)

    @property
    def _today(self) -> bool:
        return self._settings.published == "datetime"

    def _find(self, collection: str, times: dict[str, Window], limit: int, page: int = 1) -> Batch:
        """A page of what lies in windows of one or two times, sorted by the first of them."""
        # Closed at both ends: the public documentation has no `lt` (§2.3), and a shared end is right whether times are kept in ms
        # or in µs. Ids tell the few repeats.
        query: dict[str, Any] = {
            time: {"gte": format_time(window.since), "lte": format_time(window.until)} for time, window in times.items()
        }
        body: dict[str, Any] = {"query": query, "limit": limit, "page": page}
        if times:
            # Any other word than "asc" sorts descending (§2.3).
            body["sortBy"] = [{"field": next(iter(times)), "direction": "asc"}]
        # One collection per request: several in one give nothing (§2.3). The coming form has no `dataset`.
        if self._today:
            query["dataset"] = {"eq": collection}
        else:
            body["collections"] = [collection]
        if self.area is not None:
            # Only polygons are looked at, anything else gives the whole catalogue (§2.3).
            body.update({"intersects": self.area.geojson} if self.area.crosses else {"bbox": self.area.bounds})

        def check(answer: dict[str, Any]) -> None:
            terms = {"dataset" if self._today else "collection": collection}
            # Without a time there is but the collection to compare.
            for time, window in list(times.items())[:1] or [("", EVER)]:
                check_answer("GEODES", answer["features"], window, time=time, terms=terms)

        answer = self._search(body, check)
        return Batch(answer["features"], total_of(answer))

    def _knows(self, collection: str) -> bool:
        url = f"{self._settings.url.rstrip('/')}/collections/{quote(collection, safe='')}"
        return is_found(partial(self._fetcher.fetch_json, "GET", url))

    def _search(self, body: dict[str, Any], check: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        def checked(answer: dict[str, Any]) -> None:
            if not isinstance(answer.get("features"), list):
                raise Retry("GEODES: an answer without a list of features")
            if total_of(answer) is None:
                raise Retry("GEODES: an answer without context.matched or numberMatched")
            check(answer)

        return self._fetcher.fetch_json("POST", f"{self._settings.url.rstrip('/')}/search", json=body, check=checked)
