"""The legacy search of a REGARDS catalogue: the native records of Spot World Heritage (CNES report §3.4).

No answer of this tenant's network interface is recorded, only its records: whatever could differ is a setting.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from harvesters.area import Area
from harvesters.errors import Rejected, Retry, StopSource
from harvesters.http import Fetcher
from harvesters.paging import Batch, Paging, Window, read_windows
from harvesters.scope import page_of, utc_now
from harvesters.source import Extent, Page, Span
from mappings import swh
from mappings.record import Mapping as RecordMapping
from mappings.swh import regards

STREAM = "dataobjects"
# The listing has no times to ask for: one window, the whole.
_BEGINNING = datetime(1986, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RegardsSettings:
    """`search_path` and `item_path` stand behind `url`; `{id}` in the latter is a record's URN. `token` goes as a bearer token.

    Pages count from `first_page`, 0 by the software's documentation; `parameters` are sent with every search (a tenant, a dataset).
    `area` = (west, south, east, north) is not asked for: what lies outside is filtered here.
    """

    url: str = "https://regards.cnes.fr"
    search_path: str = "/api/v1/rs-catalog/engines/legacy/dataobjects/search"
    item_path: str = "/api/v1/rs-catalog/engines/legacy/dataobjects/{id}"
    token: str | None = field(default=None, repr=False)
    area: tuple[float, float, float, float] | None = None
    page_size: int = 100
    first_page: int = 0
    page_parameter: str = "page"
    size_parameter: str = "size"
    parameters: Mapping[str, str] = field(default_factory=dict)


class RegardsSource:
    """One stream without order or watermark, whole every time."""

    def __init__(self, name: str, fetcher: Fetcher, settings: RegardsSettings, *, now: Callable[[], datetime] = utc_now) -> None:
        self.name = name
        self.mapping: RecordMapping = swh
        self.area = Area.of(settings.area)
        self._fetcher = fetcher
        self._settings = settings
        self._now = now

    def harvest(self, span: Span) -> Iterator[Page]:
        """The whole listing; its last page says `closed` when the archive gave as many records as it announced. Raises StopSource
        and Misconfigured."""
        paging = Paging(self._settings.page_size, limit=sys.maxsize)
        for piece in read_windows(self._ask, Window(_BEGINNING, self._now()), paging):
            page = page_of(self.name, STREAM, piece, regards.to_record, area=self.area)
            yield replace(page, missing_since=None, closed=Extent() if piece.closed else None)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those whose own address answers 404, asked one by one while that of a record which the search shows answers. Raises
        StopSource when that cannot be established, and Misconfigured."""
        if not native_ids:
            return frozenset()
        shown = [member["id"] for member in self._search(1, 1).members if isinstance(member, dict) and isinstance(member.get("id"), str)]
        if not shown or not self._holds(shown[0]):
            raise StopSource("REGARDS shows no record that it also gives by its id: whether others are gone cannot be established")
        return frozenset(name for name in dict.fromkeys(native_ids) if not self._holds(name))

    def _holds(self, native_id: str) -> bool:
        def check(answer: dict[str, Any]) -> None:
            if regards.content_of(answer).get("id") != native_id:
                raise Retry(f"REGARDS answers another question: no record {native_id[:80]}")

        try:
            self._fetcher.fetch_json("GET", self._address(self._settings.item_path, native_id), headers=self._headers(), check=check)
        except Rejected as error:
            if error.status in (404, 410):
                return False
            raise
        return True

    def _ask(self, window: Window, page: int) -> Batch:
        return self._search(page, self._settings.page_size)

    def _search(self, page: int, size: int) -> Batch:
        settings = self._settings
        number = page - 1 + settings.first_page
        params: dict[str, str | int] = {**settings.parameters, settings.page_parameter: number, settings.size_parameter: size}
        url = self._address(settings.search_path)
        check = partial(_check, number if settings.first_page == 0 else None)
        answer = self._fetcher.fetch_json("GET", url, params=params, headers=self._headers(), check=check)
        return Batch([_unwrapped(member) for member in answer["content"]], _total(answer))

    def _address(self, path: str, native_id: str = "") -> str:
        return self._settings.url.rstrip("/") + path.replace("{id}", quote(native_id, safe=":"))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.token}"} if self._settings.token else {}


def _unwrapped(member: Any) -> Any:
    """The record itself, with the links that stood around it."""
    if not isinstance(member, dict) or not isinstance(member.get("content"), dict):
        return member
    return {**member["content"], "links": member.get("links")}


def _page(answer: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a page: `metadata` by older versions, `page` by newer ones."""
    return next((found for name in ("metadata", "page") if isinstance(found := answer.get(name), dict)), {})


def _total(answer: dict[str, Any]) -> int | None:
    total = _page(answer).get("totalElements")
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def _check(number: int | None, answer: dict[str, Any]) -> None:
    if not isinstance(answer.get("content"), list):
        raise Retry("REGARDS: an answer without a list of records")
    if _total(answer) is None:
        raise Retry("REGARDS: an answer without totalElements")
    said = _page(answer).get("number")
    if number is not None and isinstance(said, int) and said != number:
        raise Retry(f"REGARDS answers another question: page {said} where {number} was asked for")
