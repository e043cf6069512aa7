"""Another Moisson, by its feed of changes: what was put and what is gone since the last complete run, or everything."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from harvesters.area import Area
from harvesters.errors import Rejected, Retry
from harvesters.http import Fetcher
from harvesters.known import is_found
from harvesters.paging import Loop, Piece
from harvesters.response import place
from harvesters.scope import ToRecord, page_of, utc_now
from harvesters.source import Extent, Page, Span
from harvesters.stacapi import key_header
from mappings.delivered_lines import record_name
from mappings.record import Mapping, Record
from mappings.times import format_time, usable_time

LOGGER = logging.getLogger(__name__)
STREAM = "changes"
# Words for the next run: the position in the feed, the latest time that was told, and when all was listed.
_POSITION, _LATEST, _LISTED = "changes:since", "changes:latest", "changes:listed"
_GONE = 410


@dataclass(frozen=True)
class MoissonSettings:
    """`url` of the other Moisson; `collections` that are taken; `area` = (west, south, east, north), judged here; `api_key` is the
    organisation's there; all is listed again after `relist_every`, also when nothing was missed."""

    url: str
    collections: tuple[str, ...]
    area: tuple[float, float, float, float] | None = None
    page_size: int = 500
    api_key: str | None = None
    relist_every: timedelta = timedelta(days=30)


class MoissonSource:
    """One stream: the other's changes in their order. `to_record` names a record by its Item's Collection and id."""

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        settings: MoissonSettings,
        mapping: Mapping,
        to_record: ToRecord,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._fetcher = fetcher
        self._settings = settings
        self._to_record = to_record
        self._now = now
        self._latest: datetime | None = None

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource, Misconfigured."""
        self._latest = usable_time(span.recalled(_LATEST))
        since = None if self._is_due(span) else span.recalled(_POSITION)
        try:
            yield from self._read(since or None, span)
        except Rejected as error:
            if error.status != _GONE or not since:
                raise
            LOGGER.warning("%s: its rules or our rights have changed: everything is read again", self.name)
            yield from self._read(None, span)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those whose own address says that there is none."""
        return frozenset(name for name in native_ids if not is_found(partial(self._get, self._address(name))))

    def _is_due(self, span: Span) -> bool:
        listed = usable_time(span.recalled(_LISTED))
        return listed is None or self._now() - listed >= self._settings.relist_every

    def _read(self, since: str | None, span: Span) -> Iterator[Page]:
        """To the end of the feed; a whole reading says which records there are."""
        whole, loop, url = since is None, Loop(), f"{self._settings.url.rstrip('/')}/changes"
        told: set[str] = set()
        while True:
            loop.check(since, place(url))
            given = {"limit": str(self._settings.page_size), **({"since": since} if since else {})}
            answer = self._get(url, given)
            yield self._page(answer["changes"])
            told.update(change["collection"] for change in answer["changes"])
            since = answer["since"]
            if not answer["more"]:
                break
        for collection in set(self._settings.collections) - told if whole else ():
            # It may be empty, or hidden from us: there it is as if it were not.
            LOGGER.warning("%s: collections: nothing came of %r: is it called so there, and may we find it?", self.name, collection)
        if span.until is not None:
            return
        words = {_POSITION: since or "", _LATEST: format_time(self._latest) if self._latest else ""}
        if whole:
            words[_LISTED] = format_time(self._now())
        yield Page(STREAM, closed=Extent() if whole else None, remember=words)

    def _page(self, changes: list[dict[str, Any]]) -> Page:
        taken = [change for change in changes if change["collection"] in self._settings.collections]
        times = {_name(change): self._time(change) for change in taken}
        put = [change["item"] for change in taken if change["type"] == "put"]
        page = page_of(self.name, STREAM, Piece(put), self._to_record, area=self.area)
        records = [
            replace(record, updated=times.get(record.native_id, self._latest), url=self._address(record.native_id))
            for record in page.records
        ]
        gone = [_name(change) for change in taken if change["type"] == "deleted"]
        records += [Record(self.name, name, times[name], b"", deleted=True) for name in gone]
        return replace(page, records=tuple(records), filtered=page.filtered + len(changes) - len(taken))

    def _time(self, change: dict[str, Any]) -> datetime | None:
        """Never before that of an earlier change: the order of the feed counts, not the other's clocks."""
        when = usable_time(change.get("time"))
        if when is not None and (self._latest is None or when > self._latest):
            self._latest = when
        return self._latest

    def _address(self, native_id: str) -> str:
        collection, _, item_id = native_id.partition("/")
        return f"{self._settings.url.rstrip('/')}/collections/{quote(collection, safe='')}/items/{quote(item_id, safe='')}"

    def _get(self, url: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        headers = key_header(self._settings.api_key)
        return self._fetcher.fetch_json("GET", url, params=params, headers=headers, check=_check if params else None)


def _name(change: dict[str, Any]) -> str:
    return record_name(change["collection"], change["id"])


def _check(answer: dict[str, Any]) -> None:
    """Raises Retry for what is no page of a feed."""
    changes = answer.get("changes")
    if not isinstance(changes, list) or not isinstance(answer.get("since"), str) or not isinstance(answer.get("more"), bool):
        raise Retry("a page of changes without changes, since or more")
    if not all(map(_is_change, changes)):
        raise Retry("a page of changes with one that cannot be read")


def _is_change(change: Any) -> bool:
    if not isinstance(change, dict) or not all(isinstance(change.get(name), str) for name in ("type", "collection", "id")):
        return False
    return change["type"] == "deleted" or (change["type"] == "put" and isinstance(change.get("item"), dict))
