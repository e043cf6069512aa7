"""OpenSearch with the EO extension (OGC 13-026) and Atom answers that hold EOP or ISO records (OGC report §2): FedEO, GeoServer, pycsw."""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.area import Area
from harvesters.errors import Misconfigured, Rejected, StopSource
from harvesters.http import Fetcher
from harvesters.known import unknown_error
from harvesters.ogc_client import ask
from harvesters.opensearch_collections import Collections
from harvesters.opensearch_description import Description, Template, changed_since, read_description
from harvesters.opensearch_listing import OpenSearchListing, Pages
from harvesters.partner_pages import Scope, earlier, origin
from harvesters.response import place
from harvesters.scope import utc_now
from harvesters.source import Extent, Page, Span
from harvesters.sweep import Limits, Sweep, Verdict, refused
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Mapping as RecordMapping
from mappings.times import format_time, usable_time
from mappings.xml import local

LOGGER = logging.getLogger(__name__)
ALL = "records"
# Words for the next run, by stream: when all was listed last.
_SWEPT = "opensearch:swept:"
_FIRST_IMAGES = datetime(1972, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OpenSearchSettings:
    """`url` of the description document. `collections`: their identifiers, each a stream; none: all that the search gives. `template`
    takes the place of the document's own, which must lead to the host of `url`. `parameters` by the names of slots (`sru:recordSchema`).

    `area` = (west, south, east, north) is judged here; `send_area` sends it, too. `sensed_since` and `sensed_until` bound the
    time of acquisition. `overlap` is read again before the watermark where the search offers a time of change; after `sweep_every`, or
    where it offers none, all is listed. `exact_totals` False where totalResults is an estimate. `window_limit`: how many
    positions the service pages through; `repeats`: how often a listing whose numbers disagree is read again.
    """

    url: str
    collections: tuple[str, ...] = ()
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    area: tuple[float, float, float, float] | None = None
    send_area: bool = False
    sensed_since: datetime | None = None
    sensed_until: datetime | None = None
    page_size: int = 50
    overlap: timedelta = timedelta(days=1)
    sweep_every: timedelta = timedelta(days=7)
    exact_totals: bool = True
    window_limit: int | None = None
    repeats: int = 2


class OpenSearchSource:
    """One stream per collection, unordered."""

    def __init__(
        self, name: str, fetcher: Fetcher, settings: OpenSearchSettings, mapping: RecordMapping, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._fetcher = fetcher
        self._settings = settings
        self._now = now
        self._witness: dict[str, str] = {}

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource and Misconfigured; for a collection that the service does not know after the others were read."""
        description, unknown = self._describe(), list[Misconfigured]()
        for stream in self._settings.collections or (ALL,):
            try:
                template, values = self._search_of(description, stream)
            except Misconfigured as error:
                unknown.append(error)
                continue
            verdict, whole, given = yield from self._list(stream, template, {**self._scope(template), **values}, span)
            yield self._end(stream, verdict, span, whole=whole)
            if values and not given and span.until is None and not self._knows(description, stream, template, values):
                unknown.append(unknown_error(self.name, [stream]))
        if unknown:
            raise unknown[0] if len(unknown) == 1 else Misconfigured("; ".join(map(str, unknown)))

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that a search by identifier (geo:uid) does not find in any collection; all where the service has no such search, or one
        that does not find what has just been listed, and that alone."""
        description = self._describe()
        searches = [self._search_of(description, stream) for stream in self._settings.collections or (ALL,)]
        if not all("geo:uid" in template.names for template, _ in searches):
            return frozenset(native_ids)
        if any(self._found(searches, name) != 1 for name in self._witness.values()):
            return frozenset(native_ids)
        return frozenset(name for name in native_ids if not self._found(searches, name))

    def search(self, url: str) -> OgcAnswer:
        """One answer. Raises Refused, HarvestError."""
        try:
            return ask(self._fetcher, self.name, "GET", url)[0]
        except Rejected as error:
            # Not every service has words of its own for what it does not answer.
            raise Refused(f"HTTP {error.status}", str(error)) from None

    # --- what is searched --------------------------------------------------------------------------------------------------
    def _describe(self) -> Description:
        settings = self._settings
        if settings.template is not None:
            given = Template(settings.template)
            return Description(given, given)
        return read_description(self._description_at(settings.url))

    def _description_at(self, url: str) -> Any:
        _, root = self._fetcher.fetch_xml("GET", url)
        if local(root) != "OpenSearchDescription":
            raise StopSource(f"{place(url)}: no OpenSearch description document but {local(root)[:40]}")
        return root

    def _search_of(self, description: Description, stream: str) -> tuple[Template, dict[str, str]]:
        template = self._usable(description.results) if description.results or not self._settings.collections else None
        if template is not None and not self._settings.collections:
            return template, {}
        if template is not None and "eo:parentIdentifier" in template.names:
            return template, {"eo:parentIdentifier": stream}
        # In two steps (13-026): the collection's own description document, from a search for collections.
        own = read_description(self._description_at(self._collections(self._usable(description.collections)).address_of(stream)))
        template = self._usable(own.results)
        return template, {"eo:parentIdentifier": stream} if "eo:parentIdentifier" in template.names else {}

    def _knows(self, description: Description, stream: str, template: Template, values: Mapping[str, str]) -> bool:
        """Whether the service has the collection, of which a listing gave nothing: it has something of it outside our scope, or its search
        for collections shows it. One that has no such search shows a collection by its records only."""
        first = {"startIndex": str(template.first_index), "startPage": str(template.first_page), "count": "1"}
        try:
            if self.search(template.url({**self._settings.parameters, **first, **values})).nodes:
                return True
        except Refused:
            # In its own words: nothing.
            pass
        if description.collections is None or description.collections == description.results:
            return False
        return self._collections(self._usable(description.collections)).entry_of(stream) is not None

    def _usable(self, template: Template | None) -> Template:
        if template is None:
            raise StopSource(f"{place(self._settings.url)}: its description offers no search with Atom answers")
        try:
            here = self._settings.template is not None or origin(template.text) == origin(self._settings.url)
        except ValueError:
            here = False
        if not here:
            raise Misconfigured(f"{self.name}: the description leads to {place(template.text)}, another host: set `template` to use it")
        return template

    def _collections(self, template: Template) -> Collections:
        return Collections(self.name, self._fetcher, self._settings.url, template, self._settings.parameters, self._settings.page_size)

    def _scope(self, template: Template) -> dict[str, str]:
        settings = self._settings
        values = dict(settings.parameters)
        if settings.sensed_since is not None:
            values["time:start"] = format_time(settings.sensed_since)
        if settings.sensed_until is not None:
            values["time:end"] = format_time(settings.sensed_until)
        if self.area is not None and settings.send_area and not self.area.crosses and "geo:box" in template.names:
            values["geo:box"] = self.area.text
        return values

    # --- listings ----------------------------------------------------------------------------------------------------------
    def _list(
        self, stream: str, template: Template, values: Mapping[str, str], span: Span
    ) -> Generator[Page, None, tuple[Verdict, bool, bool]]:
        """What changed, or all where that is due or cannot be asked; (verdict, whether it was all, whether anything came)."""
        mark = span.since(stream)
        since = (
            changed_since(template, earlier(min(mark.value, self._now()), self._settings.overlap))
            if mark and not self._is_due(stream, span)
            else {}
        )
        for changed in (since, {}) if since else ({},):
            sweep, came, given = self._sweep(template, {**values, **changed}), False, False
            try:
                for answer in sweep:
                    came, given = True, given or bool(answer.records or answer.broken)
                    page = Scope(self.name, self.mapping, self.area, span.until).page(stream, answer)
                    if page.records:
                        self._witness[stream] = page.records[-1].native_id
                    yield page
                return sweep.verdict, not changed, given or bool(sweep.verdict.missing)
            except Refused as error:
                if came or not changed:
                    raise refused(self.name, error) from None
                LOGGER.info("%s: what changed cannot be asked: %s", self.name, error)
        raise AssertionError

    def _sweep(self, template: Template, values: Mapping[str, str]) -> Sweep | Pages:
        settings = self._settings
        limits = Limits(max(settings.page_size, 2), settings.repeats, settings.window_limit)
        if "startIndex" not in template.names:
            return Pages(self, template, values, limits, exact=settings.exact_totals)
        ends = (settings.sensed_since or _FIRST_IMAGES, settings.sensed_until or self._now() + timedelta(days=1))
        return Sweep(OpenSearchListing(self, template, values, settings.exact_totals, ends), limits)

    def _found(self, searches: Sequence[tuple[Template, Mapping[str, str]]], identifier: str) -> int:
        """How many records a search by identifier finds; one where that cannot be told."""
        given, found = {**self._settings.parameters, "geo:uid": identifier, "count": "2"}, 0
        for template, values in searches:
            first = {"startIndex": str(template.first_index), "startPage": str(template.first_page)}
            try:
                found += self.search(template.url({**first, **given, **values})).nodes
            except Refused as error:
                found += error.code != "HTTP 404"
        return found

    def _end(self, stream: str, verdict: Verdict, span: Span, *, whole: bool) -> Page:
        remembered = {}
        if whole and verdict.whole:
            remembered[_SWEPT + stream] = format_time(self._now())
        elif not verdict.whole:
            remembered[_SWEPT + stream] = ""
        closed = Extent() if whole and verdict.whole and span.until is None else None
        return Page(stream, missing=verdict.missing, closed=closed, remember={} if span.until else remembered)

    def _is_due(self, stream: str, span: Span) -> bool:
        swept = usable_time(span.recalled(_SWEPT + stream))
        return swept is None or self._now() - swept >= self._settings.sweep_every
