"""Airbus OneAtlas, the commercial catalogue of optical imagery (Airbus report §1)."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

import orjson

from harvesters.area import Area
from harvesters.errors import Misconfigured
from harvesters.http import Fetcher
from harvesters.oneatlas_search import Check, Searches, check_list, range_of
from harvesters.oneatlas_token import Tokens
from harvesters.paging import Ask, Batch, Paging, Window, read_windows
from harvesters.past import as_one, months
from harvesters.scope import page_of, utc_now
from harvesters.source import Extent, Page, Span
from mappings import airbus
from mappings.airbus import optical
from mappings.record import Mapping, Record, Unmappable
from mappings.times import parse_time
from mappings.watermark import Watermark

DELETIONS = "deletions"
_DELETIONS_SIZE = 500
_PLATFORMS = {"PHR": ("PHR1A", "PHR1B"), "SPOT": ("SPOT6", "SPOT7"), "PNEO": ("PNEO3", "PNEO4")}
# The catalogue of Pléiades Neo is for accounts only (§0, item 4).
_SIGNED = frozenset({"PNEO"})
# Windows begin a little early of themselves: the last ms of a half-open part.
_MILLISECOND = timedelta(milliseconds=1)
# How far back a first harvest looks for one deletion to start from.
_RECENT = timedelta(days=30)

# Before OneAtlas; empty years cost some requests only.
_BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OneAtlasSettings:
    """`search_url`, `auth_url`: hosts. Without `api_key` the constellations must be PHR and SPOT, which need none.

    `workspaces` by constellation; one that is not named is searched wherever the account may look. `since`: first lastUpdateDate of
    interest. `cap`: hits beyond which OneAtlas neither counts nor pages. `overlap` is read again before the watermark.
    """

    constellations: tuple[str, ...] = ("PHR", "SPOT")
    workspaces: Table[str, str] = field(default_factory=dict)
    search_url: str = "https://search.foundation.api.oneatlas.airbus.com"
    auth_url: str = "https://authenticate.foundation.api.oneatlas.airbus.com"
    api_key: str | None = field(default=None, repr=False)
    area: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    page_size: int = 200
    overlap: timedelta = timedelta(hours=1)
    cap: int = 10_000
    with_deletions: bool = True


class OneAtlasSource:
    """The stream of deletions, then one per constellation, ascending by lastUpdateDate."""

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        settings: OneAtlasSettings,
        *,
        now: Callable[[], datetime] = utc_now,
        tokens: Tokens | None = None,
    ) -> None:
        self.name = name
        self.mapping: Mapping = airbus
        self._settings = settings
        self._now = now
        self.area = Area.of(settings.area)
        self._tokens = tokens or Tokens(fetcher, settings.auth_url, settings.api_key, now)
        self._searches = Searches(self._post, settings.workspaces, self.area, settings.page_size, settings.cap)

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource and Misconfigured.

        Deletions come first: a record that was deleted and published again within the span is removed, then read anew. A record
        updated and then deleted is not in the search any more, so nothing brings it back. All streams end at the same time: what
        happens later is the next run's, deletion and publication alike. Deletions that a later run reads again (overlap) carry
        their time in `updated`: one older than the version kept is stale, which the pipeline tells.
        """
        self._check_settings()
        until = span.until or self._now()
        marks = {constellation: span.since(constellation) for constellation in self._settings.constellations}
        if self._settings.with_deletions:
            yield from self._deletions(span.since(DELETIONS), until, first=not any(marks.values()))
        for constellation, mark in marks.items():
            since = max(self._floor, mark.value - self._settings.overlap) if mark else self._floor
            yield from self._updates(constellation, since, until)
        for constellation, mark in marks.items():
            if mark is None and span.until is None:
                yield from self._undated(constellation)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that OneAtlas does not find by their ids, while it finds others so: a change moves a record to a later window.
        Raises StopSource and Misconfigured."""
        self._check_settings()
        return self._searches.gone(native_ids, self._settings.constellations)

    # --- what is too big to be listed whole ----------------------------------------------------------------------------------
    def past(self) -> Sequence[tuple[str, Extent]]:
        """Every constellation and calendar month of lastUpdateDate, from the first of interest to the present one, oldest first."""
        return [(name, extent) for extent in months(self._floor, self._now()) for name in self._settings.constellations]

    def count(self, stream: str, extent: Extent) -> int | None:
        """What OneAtlas announces, in parts below its cap; None for one that cannot be cut. Raises StopSource and Misconfigured."""
        self._check_settings()
        since, until = self._bounds(extent)
        return self._searches.count({"constellation": stream}, Window(since, max(since, until - _MILLISECOND)))

    def relist(self, stream: str, extent: Extent) -> Iterator[Page]:
        """All of this part; the last page says `closed` when every window of it agreed. Raises StopSource and Misconfigured."""
        self._check_settings()
        since, until = self._bounds(extent)
        return as_one(stream, self._updates(stream, since, until), extent, since, until)

    @property
    def _floor(self) -> datetime:
        return self._settings.since or _BEGINNING

    def _bounds(self, extent: Extent) -> tuple[datetime, datetime]:
        return extent.since or self._floor, extent.until or self._now()

    def _check_settings(self) -> None:
        for constellation in self._settings.constellations:
            if constellation not in _PLATFORMS:
                raise Misconfigured(f"{self.name}: constellations: {constellation!r} is none of {', '.join(_PLATFORMS)}")
            if constellation in _SIGNED and not self._settings.api_key:
                raise Misconfigured(f"{self.name}: constellations: {constellation} needs an api_key; set it, or leave {constellation} out")
        if not self._settings.constellations:
            raise Misconfigured(f"{self.name}: constellations: name at least one")

    # --- updates -------------------------------------------------------------------------------------------------------------
    def _updates(self, constellation: str, since: datetime, until: datetime) -> Iterator[Page]:
        if since >= until:
            return
        # A total at the cap is a floor, not a count (§0, item 5).
        paging = Paging(self._settings.page_size, self._settings.cap - 1, exact=False, narrower=partial(self._by_platform, constellation))
        ask = partial(self._searches.updated, {"constellation": constellation})
        for piece in read_windows(ask, Window(since, until), paging):
            # A change may move a record to another window, and a notice tell its deletion: `gone` then finds it, or it went before.
            yield page_of(self.name, constellation, piece, optical.to_record, area=self.area, until=until, ordered=True, closes=True)

    def _by_platform(self, constellation: str, window: Window) -> Sequence[Ask]:
        """For one instant with more records than the cap, as a republication of a whole archive may leave."""
        terms = [{"constellation": constellation, "platform": platform} for platform in _PLATFORMS[constellation]]
        return [partial(self._searches.updated, one) for one in terms]

    def _undated(self, constellation: str) -> Iterator[Page]:
        """What has no lastUpdateDate, as records of the first version of the API (§1.2): no window shows it."""
        undated = self._searches.undated({"constellation": constellation})
        if self._settings.since is not None and undated.excess() is None:
            # Beyond the cap all of the archive would have to be counted in parts, for a scope that asks for its latest times.
            return
        for piece in undated.read(Paging(self._settings.page_size, self._settings.cap - 1, exact=False)):
            yield page_of(self.name, constellation, piece, optical.to_record, area=self.area)

    # --- deletions -----------------------------------------------------------------------------------------------------------
    def _deletions(self, mark: Watermark | None, until: datetime, *, first: bool) -> Iterator[Page]:
        """Their order is not specified, so the stream is unordered: its watermark is saved by complete runs only.

        Without a watermark: while nothing was ever harvested, no record of ours can have been deleted, and a look at the last days
        is enough to find a deletion to go on from. If there is none, or the run does not complete, the next run has records but
        still no watermark, and reads all deletions since the beginning: nothing is lost in between.
        """
        settings = self._settings
        since = settings.since or _BEGINNING
        if mark is not None:
            since = max(since, mark.value - settings.overlap)
        elif first:
            since = max(since, until - _RECENT)
        if since >= until:
            return
        to_record = partial(_to_deletion, self.name)
        # One id may be deleted several times: what is counted are notices.
        paging = Paging(_DELETIONS_SIZE, settings.cap - 1, exact=False, identity=str)
        for piece in read_windows(self._deleted, Window(since, until), paging):
            page = page_of(self.name, DELETIONS, piece, to_record, until=until)
            # Of several notices of one record the newest counts: it comes last.
            yield replace(page, records=tuple(sorted(page.records, key=attrgetter("updated"))))

    def _deleted(self, window: Window, page: int) -> Batch:
        body = {"deletedDate": range_of(window), "itemsPerPage": _DELETIONS_SIZE, "startIndex": (page - 1) * _DELETIONS_SIZE}
        answer = self._post("/api/v1/deleted/search", body, partial(check_list, "data"))
        return Batch(answer["data"], answer["totalResults"])

    # --- requests ------------------------------------------------------------------------------------------------------------
    def _post(self, path: str, body: dict[str, Any], check: Check) -> dict[str, Any]:
        return self._tokens.ask("POST", self._settings.search_url.rstrip("/") + path, json=body, check=check)


def _to_deletion(source: str, member: dict[str, Any]) -> Record:
    native_id = member.get("id")
    if not isinstance(native_id, str) or not native_id:
        raise Unmappable("no identifier", "id")
    deleted = parse_time(member.get("deletedDate"), "deletedDate")
    return Record(source, native_id, deleted, orjson.dumps(member), deleted=True, media_type="application/json")
