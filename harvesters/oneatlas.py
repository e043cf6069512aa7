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
from harvesters.errors import Misconfigured, Retry
from harvesters.http import Fetcher
from harvesters.oneatlas_token import Tokens
from harvesters.paging import Ask, Batch, Paging, Window, read_windows
from harvesters.scope import page_of, utc_now
from harvesters.source import Page, Span
from harvesters.trust import check_answer
from mappings import airbus
from mappings.airbus import optical
from mappings.record import Mapping, Record, Unmappable
from mappings.times import format_time, parse_time
from mappings.watermark import Watermark

DELETIONS = "deletions"
_DELETIONS_SIZE = 500
_PLATFORMS = {"PHR": ("PHR1A", "PHR1B"), "SPOT": ("SPOT6", "SPOT7"), "PNEO": ("PNEO3", "PNEO4")}
# The catalogue of Pléiades Neo is for accounts only (§0, item 4).
_SIGNED = frozenset({"PNEO"})
# The documents contradict themselves on which bracket includes its end (§0, item 10): beginning each window a little before the end
# of the one before is right whichever holds, and for OneAtlas's nanoseconds, which our microseconds cut. Ids tell the repeats.
_MARGIN = timedelta(milliseconds=1)
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
            yield from self._updates(constellation, mark, until)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: deletions come from a feed, so that nothing is judged absent."""
        return frozenset(native_ids)

    def _check_settings(self) -> None:
        for constellation in self._settings.constellations:
            if constellation not in _PLATFORMS:
                raise Misconfigured(f"{self.name}: constellations: {constellation!r} is none of {', '.join(_PLATFORMS)}")
            if constellation in _SIGNED and not self._settings.api_key:
                raise Misconfigured(f"{self.name}: constellations: {constellation} needs an api_key; set it, or leave {constellation} out")
        if not self._settings.constellations:
            raise Misconfigured(f"{self.name}: constellations: name at least one")

    # --- updates -------------------------------------------------------------------------------------------------------------
    def _updates(self, constellation: str, mark: Watermark | None, until: datetime) -> Iterator[Page]:
        settings = self._settings
        floor = settings.since or _BEGINNING
        since = max(floor, mark.value - settings.overlap) if mark else floor
        if since >= until:
            return
        # A total at the cap is a floor, not a count (§0, item 5).
        paging = Paging(settings.page_size, settings.cap - 1, exact=False, narrower=partial(self._by_platform, constellation))
        ask = partial(self._search, {"constellation": constellation})
        for piece in read_windows(ask, Window(since, until), paging):
            yield page_of(self.name, constellation, piece, optical.to_record, area=self.area, until=until, ordered=True)

    def _by_platform(self, constellation: str, window: Window) -> Sequence[Ask]:
        """For one instant with more records than the cap, as a republication of a whole archive may leave."""
        return [partial(self._search, {"constellation": constellation, "platform": platform}) for platform in _PLATFORMS[constellation]]

    def _search(self, terms: dict[str, str], window: Window, page: int) -> Batch:
        body: dict[str, Any] = {
            **terms,
            "lastUpdateDate": _range(window),
            "sortBy": "lastUpdateDate",
            "itemsPerPage": self._settings.page_size,
            "startPage": page,
        }
        workspace = self._settings.workspaces.get(terms["constellation"])
        if workspace:
            body["workspace"] = workspace
        if self.area is not None:
            body.update({"geometry": self.area.geojson} if self.area.crosses else {"bbox": self.area.text})
        answer = self._post("/api/v2/opensearch", body, partial(_check_search, terms, window))
        return Batch(answer["features"], answer["totalResults"])

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
        body = {"deletedDate": _range(window), "itemsPerPage": _DELETIONS_SIZE, "startIndex": (page - 1) * _DELETIONS_SIZE}
        answer = self._post("/api/v1/deleted/search", body, partial(_check, "data"))
        return Batch(answer["data"], answer["totalResults"])

    # --- requests ------------------------------------------------------------------------------------------------------------
    def _post(self, path: str, body: dict[str, Any], check: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        return self._tokens.ask("POST", self._settings.search_url.rstrip("/") + path, json=body, check=check)


def _range(window: Window) -> str:
    return f"[{format_time(window.since - _MARGIN)},{format_time(window.until)}]"


def _check(member: str, answer: dict[str, Any]) -> None:
    """`error: true` comes with status 200 (§1.4)."""
    total = answer.get("totalResults")
    if answer.get("error") not in (None, False):
        raise Retry(f"OneAtlas announces an error: {str(answer.get('message') or answer.get('error'))[:200]}")
    if not isinstance(answer.get(member), list) or not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise Retry(f"OneAtlas: an answer without {member} and totalResults")


def _check_search(terms: dict[str, str], window: Window, answer: dict[str, Any]) -> None:
    _check("features", answer)
    check_answer("OneAtlas", answer["features"], window, time="lastUpdateDate", terms=terms)


def _to_deletion(source: str, member: dict[str, Any]) -> Record:
    native_id = member.get("id")
    if not isinstance(native_id, str) or not native_id:
        raise Unmappable("no identifier", "id")
    deleted = parse_time(member.get("deletedDate"), "deletedDate")
    return Record(source, native_id, deleted, orjson.dumps(member), deleted=True, media_type="application/json")
