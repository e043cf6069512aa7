"""CSW 2.0.2 with ISO 19139 records (OGC report §3): GeoNetwork, pycsw, Geoportal, deegree."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from harvesters.area import Area
from harvesters.csw_client import CswClient
from harvesters.csw_listing import CswListing, day_before, equal_to
from harvesters.csw_requests import GMD, Search
from harvesters.errors import StopSource
from harvesters.http import Fetcher
from harvesters.partner_pages import Scope
from harvesters.scope import utc_now
from harvesters.source import Extent, Page, Span
from harvesters.sweep import Limits, Sweep, Verdict, refused
from mappings.ogc.answers import Refused
from mappings.record import Answer
from mappings.record import Mapping as RecordMapping
from mappings.times import format_time, usable_time

LOGGER = logging.getLogger(__name__)
STREAM = "records"
# Words for the next run: when all was listed last, and the catalogue's own time at the last complete run.
_SWEPT, _ANSWERED = "csw:swept", "csw:answered"


@dataclass(frozen=True)
class CswSettings:
    """`url` is where all is asked, whatever the capabilities name. `area` = (west, south, east, north), judged here. `where`: properties
    and the values that they must have (`{"apiso:ParentIdentifier": "…"}`).

    `sort_by` is the property to sort by, dropped when it is refused; never the dateStamp, which moves records between pages. `modified`:
    the names that the dateStamp may have in filters, tried in this order. `overlap`, at least a day, is read again before the watermark.
    After `sweep_every` all is listed again: "full" fetches the records, "brief" their identifiers and those records that are new.
    `window_limit`: how many positions the catalogue pages through, when it is known; `repeats`: how often a listing whose numbers
    disagree is read again. `capabilities` False asks for none.
    """

    url: str
    method: Literal["POST", "GET"] = "POST"
    output_schema: str = GMD
    type_names: str = "gmd:MD_Metadata"
    page_size: int = 50
    area: tuple[float, float, float, float] | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    sort_by: str | None = "apiso:Identifier"
    identifier: str = "apiso:Identifier"
    modified: tuple[str, ...] = ("apiso:Modified", "dct:modified")
    overlap: timedelta = timedelta(days=1)
    sweep_every: timedelta = timedelta(days=7)
    sweep: Literal["full", "brief"] = "full"
    window_limit: int | None = None
    repeats: int = 2
    capabilities: bool = True


class CswSource:
    """One stream, unordered: what changed since the watermark, and from time to time everything."""

    def __init__(
        self, name: str, fetcher: Fetcher, settings: CswSettings, mapping: RecordMapping, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._settings = settings
        self._now = now
        self._client = CswClient(name, fetcher, settings)
        self._witness: str | None = None

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource, Misconfigured."""
        self._client.answered = None
        if self._settings.capabilities:
            self._client.describe()
        mark = span.since(STREAM)
        due = mark is None or self._is_due(span)
        ids_only = due and mark is not None and self._settings.sweep == "brief" and span.kept is not None
        since = None
        if mark is not None and (ids_only or not due):
            # A record with a stamp in the future must not hide all that come before it.
            answered = usable_time(span.recalled(_ANSWERED))
            since = min(mark.value, answered) if answered else mark.value
        verdict, whole = yield from self._list(since, span)
        if ids_only and not whole:
            listed = yield from self._list_ids(span)
            verdict, whole = Verdict(verdict.whole and listed.whole, verdict.missing + listed.missing), True
        yield self._end(verdict, span, whole=whole)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that GetRecordById does not give, asked one by one. Raises StopSource when it does not give one either that was listed
        a moment ago: then it says nothing about the others."""
        if self._witness is not None and not self._client.holds(self._witness):
            raise StopSource(f"{self.name}: GetRecordById does not know a record that the same catalogue has just listed")
        return frozenset(name for name in native_ids if not self._client.holds(name))

    # --- listings ----------------------------------------------------------------------------------------------------------
    def _list(self, since: datetime | None, span: Span) -> Generator[Page, None, tuple[Verdict, bool]]:
        """Changed records, or all where that cannot be asked; (verdict, whether it was all)."""
        errors: list[Refused] = []
        for listing in self._listings(since):
            sweep, came = Sweep(listing, self._limits()), False
            try:
                for answer in sweep:
                    came = True
                    yield self._page(answer, span)
                return sweep.verdict, listing.low is None
            except Refused as error:
                LOGGER.info("%s: refused by %s, sorted by %s: %s", self.name, listing.modified, listing.search.sort_by, error)
                errors.append(error)
                if came:
                    break
        raise refused(self.name, errors[0])

    def _list_ids(self, span: Span) -> Generator[Page, None, Verdict]:
        """Identifiers of all, and the records that are not kept: some appear late, with old dateStamps (§3.6)."""
        assert span.kept is not None
        sweep = Sweep(replace(next(self._listings(None)), elements="brief"), self._limits())
        try:
            for answer in sweep:
                names = tuple(record.native_id for record in answer.records)
                kept = span.kept(names)
                new = [record for name in names if name not in kept and (record := self._client.record(name)) is not None]
                page = self._page(Answer(tuple(new), answer.broken), span)
                yield replace(page, present=(*page.present, *(name for name in names if name in kept)))
        except Refused as error:
            raise refused(self.name, error) from None
        return sweep.verdict

    def _listings(self, since: datetime | None) -> Iterator[CswListing]:
        """In order of preference: the first that is not refused is read."""
        settings = self._settings
        search = Search(settings.output_schema, settings.type_names, equal_to(settings.where), settings.sort_by)
        first = CswListing(self._client, search, "", settings.identifier, self._now().date())
        sorts = dict.fromkeys((settings.sort_by, None))
        floors = (None,) if since is None else (day_before(since, settings.overlap), None)
        for floor in floors:
            for modified in settings.modified:
                for sort_by in sorts:
                    yield replace(first, search=replace(search, sort_by=sort_by), modified=modified, low=floor)

    def _limits(self) -> Limits:
        # A page holds the last record of the one before.
        return Limits(max(self._settings.page_size, 2), self._settings.repeats, self._settings.window_limit)

    # --- pages -------------------------------------------------------------------------------------------------------------
    def _page(self, answer: Answer, span: Span) -> Page:
        page = Scope(self.name, self.mapping, self.area, span.until).page(STREAM, answer)
        if page.records:
            self._witness = page.records[-1].native_id
        return page

    def _end(self, verdict: Verdict, span: Span, *, whole: bool) -> Page:
        """The page that says how the listing ended, and when all is to be listed again: at once where the numbers did not agree."""
        words = {}
        if whole and verdict.whole:
            words[_SWEPT] = format_time(self._now())
        elif not verdict.whole:
            words[_SWEPT] = ""
        if self._client.answered is not None:
            words[_ANSWERED] = format_time(self._client.answered)
        closed = Extent() if whole and verdict.whole and span.until is None else None
        return Page(STREAM, missing=verdict.missing, closed=closed, remember={} if span.until else words)

    def _is_due(self, span: Span) -> bool:
        swept = usable_time(span.recalled(_SWEPT))
        return swept is None or self._now() - swept >= self._settings.sweep_every
