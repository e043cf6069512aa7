"""The radar half of Airbus's catalogue: TerraSAR-X, TanDEM-X, PAZ by its replication feed (Airbus report §2)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harvesters.area import Area
from harvesters.errors import Retry, StopSource
from harvesters.http import Fetcher
from harvesters.oneatlas_token import Tokens
from harvesters.paging import Loop, Piece, identity_of
from harvesters.scope import page_of, utc_now
from harvesters.source import Page, Span
from mappings import airbus
from mappings.airbus import radar
from mappings.record import Mapping
from mappings.times import format_time
from mappings.watermark import Watermark

RADAR = "radar"
REVOCATIONS = "revocations"
_REPLICATION = "/sar/catalogue/replication"
_REVOCATION = "/sar/catalogue/revocation"
# Of a next page's address: what the feed's description knows, and no more.
_PARAMETERS = ("limit", "since", "token")
# A feed that always names a next page ends where nothing comes any more.
_EMPTY_PAGES = 2
Params = dict[str, str | int]


@dataclass(frozen=True)
class SarSettings:
    """`url`: base of the radar API. `area` is compared here, for the feed cannot be asked for one. `since`: first time of
    cataloguing of interest. `overlap` is read again before the watermark, for what was listed late."""

    url: str = "https://sar.api.oneatlas.airbus.com/v1"
    auth_url: str = "https://authenticate.foundation.api.oneatlas.airbus.com"
    api_key: str | None = field(default=None, repr=False)
    area: tuple[float, float, float, float] | None = None
    since: datetime | None = None
    page_size: int = 200
    overlap: timedelta = timedelta(days=1)


class SarSource:
    """The stream of acquisitions, then that of revocations; the order within each is not specified."""

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        settings: SarSettings,
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

        A run begins at the time of cataloguing that the last complete one reached, a little before it; the feed's tokens, which lead
        from page to page, are not kept between runs: one that is refused would leave nothing to begin from, a time always does.
        As the feed has no order, only a complete run moves the watermark.

        Revocations come last, for it is not said whether the feed still lists what was revoked. Each carries its time: one older
        than the acquisition's time of cataloguing is stale (it was catalogued again), which the pipeline tells. Both streams end at
        the same time, so that no revocation is passed over before its acquisition was read.
        """
        until = span.until or self._now()
        begun = {stream: self._begin(span.since(stream)) for stream in (RADAR, REVOCATIONS)}
        for piece in self._feed(_REPLICATION, "features", begun[RADAR], until):
            yield page_of(self.name, RADAR, piece, radar.to_record, area=self.area, until=until)
        for piece in self._feed(_REVOCATION, "data", begun[REVOCATIONS], until):
            page = page_of(self.name, REVOCATIONS, piece, radar.to_revocation, until=until)
            # Of several notices of one acquisition the newest counts: it comes last.
            yield replace(page, records=tuple(sorted(page.records, key=attrgetter("updated"))))

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: deletions come from a feed, so that nothing is judged absent."""
        return frozenset(native_ids)

    def _begin(self, mark: Watermark | None) -> datetime | None:
        floor = self._settings.since
        since = mark.value - self._settings.overlap if mark else None
        return max(floor, since) if floor and since else floor or since

    def _feed(self, path: str, member: str, since: datetime | None, until: datetime) -> Iterator[Piece]:
        """The pages of a feed, following the tokens. Raises StopSource for one that repeats itself."""
        if since is not None and since >= until:
            return
        params: Params = {"limit": self._settings.page_size}
        if since is not None:
            params["since"] = format_time(since.replace(microsecond=0))
        loop, before, empty = Loop(), frozenset[str](), 0
        while True:
            loop.check(tuple(sorted(params.items())), path)
            answer = self._ask(path, member, params)
            members = answer[member]
            ids = frozenset(map(identity_of, members))
            if ids and ids == before:
                raise StopSource(f"{path}: the archive repeats itself: two pages in a row are the same")
            # A page says its size: what it lacks was announced.
            yield Piece(members, missing=max(0, answer["size"] - len(members)) if "size" in answer else 0)
            following = _following(answer, path)
            empty = 0 if members else empty + 1
            if following is None or empty == _EMPTY_PAGES or (not members and following == params):
                return
            params, before = following, ids

    def _ask(self, path: str, member: str, params: Params) -> dict[str, Any]:
        return self._tokens.ask("GET", self._settings.url.rstrip("/") + path, params=params, check=partial(_check, member))


def _check(member: str, answer: dict[str, Any]) -> None:
    links, size = answer.get("_links"), answer.get("size", 0)
    if not isinstance(answer.get(member), list) or not isinstance(links, dict):
        raise Retry(f"radar catalogue: an answer without {member} and _links")
    if not isinstance(size, int) or isinstance(size, bool) or not isinstance(links.get("next") or "", str):
        raise Retry("radar catalogue: an answer whose size or next page cannot be read")


def _following(answer: dict[str, Any], path: str) -> Params | None:
    """The parameters of the next page, None at the end. Raises StopSource.

    The link is a plain text, by the old name of the host in the documents (report §2). Only its parameters are taken: the token goes
    to the configured host and to no other.
    """
    link = answer["_links"].get("next")
    if not link:
        return None
    try:
        parts = urlsplit(link)
        params: Params = {name: value for name, value in parse_qsl(parts.query) if name in _PARAMETERS}
    except ValueError:
        raise StopSource(f"{path}: the next page's address cannot be read") from None
    if parts.path and not parts.path.endswith(path):
        raise StopSource(f"{path}: the next page lies elsewhere ({parts.path[:80]}), where it is not followed")
    if "token" not in params:
        raise StopSource(f"{path}: the next page has no token")
    return params
