"""OAI-PMH 2.0 (OGC report §2): the one protocol here that announces deletions."""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harvesters.area import Area
from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.oaipmh_client import OaiPmhClient, Repository, Window
from harvesters.partner_pages import Scope, earlier
from harvesters.scope import utc_now
from harvesters.source import Extent, Page, Span
from harvesters.sweep import Verdict, refused
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Mapping as RecordMapping
from mappings.times import format_time, usable_time

LOGGER = logging.getLogger(__name__)
STREAM = "records"
# Words for the next run: when all was listed last, and the repository's own time at the last complete run.
_SWEPT, _ANSWERED = "oai:swept", "oai:answered"
_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)
_SETTINGS_AT_FAULT = frozenset(("cannotDisseminateFormat", "noSetHierarchy"))
# Datestamps outside the window that was asked for, by more than a day of zones: the repository asks something else of its records.
_MARGIN = timedelta(days=1)
_DEFAULT_SWEEP = {"no": timedelta(0), "transient": timedelta(days=7), "persistent": timedelta.max}


@dataclass(frozen=True)
class OaiPmhSettings:
    """`url` is the base URL. `set_spec` names one set. `area` = (west, south, east, north), judged here. `overlap` is read again before
    the watermark.

    All is listed again after `sweep_every`; None: at every run where the repository keeps no track of deletions, each week where it
    forgets them, never where it remembers all. A list announced longer than `monthly_over` is read month by month, so that a run that
    was interrupted goes on. `exact_sizes` False where completeListSize is only an estimate. `restarts`: how often a list whose token
    has expired, or whose numbers disagree, is begun again.
    """

    url: str
    metadata_prefix: str = "iso19139"
    set_spec: str | None = None
    area: tuple[float, float, float, float] | None = None
    overlap: timedelta = timedelta(days=1)
    sweep_every: timedelta | None = None
    monthly_over: int = 10_000
    exact_sizes: bool = True
    restarts: int = 2


class OaiPmhSource:
    """One stream: what changed or was deleted since the watermark, or everything."""

    def __init__(
        self, name: str, fetcher: Fetcher, settings: OaiPmhSettings, mapping: RecordMapping, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._settings = settings
        self._now = now
        self._client = OaiPmhClient(name, fetcher, settings.url, settings.metadata_prefix, settings.set_spec)
        self._witness: str | None = None

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource, Misconfigured."""
        self._client.answered = None
        repository = self._client.identify()
        mark = span.since(STREAM)
        whole = mark is None or self._is_due(span, repository)
        since = None
        if mark is not None and not whole:
            answered = usable_time(span.recalled(_ANSWERED))
            since = earlier(min(mark.value, answered) if answered else mark.value, self._settings.overlap)
            since = max(since, repository.earliest) if repository.earliest else since
        try:
            verdict = yield from self._list(repository, since, span)
        except Refused as error:
            if error.code in _SETTINGS_AT_FAULT:
                raise Misconfigured(f"{self.name}: metadata_prefix or set_spec: {error}"[:400]) from None
            raise refused(self.name, error) from None
        yield self._end(verdict, span, whole=whole)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that GetRecord does not give, asked one by one. Raises StopSource when it does not give one either that was listed a
        moment ago."""
        if self._witness is not None and not self._client.holds(self._witness):
            raise StopSource(f"{self.name}: GetRecord does not know a record that the same repository has just listed")
        return frozenset(name for name in native_ids if not self._client.holds(name))

    def _is_due(self, span: Span, repository: Repository) -> bool:
        said = span.recalled(_SWEPT)
        if said is None:
            # A first listing that was interrupted goes on; all is listed in the run after it.
            return False
        swept, every = usable_time(said), self._settings.sweep_every
        return swept is None or self._now() - swept >= (_DEFAULT_SWEEP[repository.policy] if every is None else every)

    # --- listings ----------------------------------------------------------------------------------------------------------
    def _list(self, repository: Repository, since: datetime | None, span: Span) -> Generator[Page, None, Verdict]:
        """Month by month where the list is long. Raises Refused."""
        announced = self._announced(repository, Window(since))
        if announced is not None and announced <= self._settings.monthly_over:
            return (yield from self._window(repository, Window(since), span))
        seen, whole, missing = 0, True, 0
        # Some say the year 1.
        start = max(since or repository.earliest or _BEGINNING, _BEGINNING)
        windows = _months(start, self._now(), open_start=since is None or since < start)
        for number, window in enumerate(windows):
            reading = _Reading()
            verdict = yield from self._window(repository, window, span, reading)
            if reading.strays:
                LOGGER.warning("%s: from and until do not bound the datestamps: all is listed at once", self.name)
                return (yield from self._window(repository, Window(since), span))
            seen, whole, missing = seen + len(reading.ids), whole and verdict.whole, missing + verdict.missing
            if number < len(windows) - 1 and not missing:
                # What came so far is older than all that follows: the watermark may move to here.
                yield Page(STREAM, ordered=True)
        if announced is not None and self._settings.exact_sizes and not missing and seen < announced:
            LOGGER.warning("%s: %d of %d records lie in no month: all is listed at once", self.name, announced - seen, announced)
            return (yield from self._window(repository, Window(since), span))
        return Verdict(whole, missing)

    def _announced(self, repository: Repository, window: Window) -> int | None:
        """How many records the list has; those of its first page when that is all."""
        answer = next(iter(self._client.pages(repository, window)))
        return answer.matched if answer.matched is not None or answer.token else answer.nodes

    def _window(
        self, repository: Repository, window: Window, span: Span, reading: "_Reading | None" = None
    ) -> Generator[Page, None, Verdict]:
        """A list to its end; begun again when its token expires or its numbers disagree."""
        reading = reading if reading is not None else _Reading()
        restarts = self._settings.restarts
        for attempt in range(restarts + 1):
            reading.clear()
            try:
                for answer in self._client.pages(repository, window):
                    reading.take(answer, window)
                    yield self._page(answer, span)
            except Refused as error:
                if error.code != "badResumptionToken":
                    raise
                if attempt == restarts:
                    raise StopSource(f"{self.name}: its resumption tokens expire before they are used: {error}"[:400]) from None
                LOGGER.info("%s: a resumption token has expired: the list begins again", self.name)
                continue
            if reading.strays or not self._settings.exact_sizes or reading.agrees:
                break
        missing = max(0, (reading.total or 0) - len(reading.ids)) if self._settings.exact_sizes else 0
        return Verdict(not missing and (reading.agrees or not self._settings.exact_sizes), missing)

    # --- pages -------------------------------------------------------------------------------------------------------------
    def _page(self, answer: OgcAnswer, span: Span) -> Page:
        page = Scope(self.name, self.mapping, self.area, span.until).page(STREAM, answer.answer)
        live = [record.native_id for record in page.records if not record.deleted]
        self._witness = live[-1] if live else self._witness
        return page

    def _end(self, verdict: Verdict, span: Span, *, whole: bool) -> Page:
        words = {}
        if whole and verdict.whole:
            words[_SWEPT] = format_time(self._now())
        elif not verdict.whole or span.recalled(_SWEPT) is None:
            words[_SWEPT] = ""
        if self._client.answered is not None:
            words[_ANSWERED] = format_time(self._client.answered)
        closed = Extent() if whole and verdict.whole and span.until is None else None
        return Page(STREAM, missing=verdict.missing, closed=closed, remember={} if span.until else words)


class _Reading:
    """What one reading of a list brought; `strays` says that datestamps lay outside its window."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.ids: set[str] = set()
        self.totals: set[int] = set()
        self.total: int | None = None
        self.strays = False

    def take(self, answer: OgcAnswer, window: Window) -> None:
        self.ids |= {record.native_id for record in answer.answer.records} | {one.native_id for one in answer.answer.broken}
        if answer.matched is not None:
            self.total = answer.matched
            self.totals.add(answer.matched)
        self.strays = self.strays or any(_strays(record.updated, window) for record in answer.answer.records)

    @property
    def agrees(self) -> bool:
        """As many different records came as were announced, and no other number was announced meanwhile."""
        return len(self.totals) < 2 and self.total in (None, len(self.ids))


def _strays(updated: datetime | None, window: Window) -> bool:
    if updated is None:
        return False
    early = window.since is not None and updated < window.since - _MARGIN
    return early or (window.until is not None and updated >= window.until + _MARGIN)


def _months(since: datetime, now: datetime, *, open_start: bool) -> list[Window]:
    """Calendar months from `since` on; the last one is open."""
    start = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    edges = []
    while start <= now:
        start = (start + timedelta(days=32)).replace(day=1)
        edges.append(start)
    inner = edges[:-1]
    return [Window(one, other) for one, other in zip([None if open_start else since, *inner], [*inner, None], strict=True)]
