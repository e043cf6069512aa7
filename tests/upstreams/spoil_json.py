"""A page of JSON records that can be spoilt: GeoJSON features, Airbus's radar feed, the wrapped records of REGARDS."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from .rules import Seen

# REGARDS calls its records `content`.
_LISTS = ("features", "content")
_TOTALS = ("totalResults", "numberMatched", "matched", "totalElements")
_RETURNED = ("numberReturned", "returned", "itemsPerPage")
_IDS = ("id", "acquisitionIdentifier", "acquisitionId", "identifier", "productIdentifier")
_MODIFIED = ("updated", "modified", "published", "created", "lastUpdateDate", "publicationDate", "creationDate", "catalogueTime")


class JsonPage:
    """The records of an answer, with its links and totals; `_list` is the member that holds them."""

    def __init__(self, page: dict[str, Any], list_: str = "features") -> None:
        self.page, self._list = page, list_

    @classmethod
    def of(cls, body: bytes) -> JsonPage | None:
        """None for any other answer."""
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(found, dict):
            return None
        return next((cls(found, name) for name in _LISTS if isinstance(found.get(name), list)), None)

    @property
    def members(self) -> list[dict[str, Any]]:
        members: list[dict[str, Any]] = self.page[self._list]
        return members

    @members.setter
    def members(self, members: list[dict[str, Any]]) -> None:
        self.page[self._list] = members

    @property
    def features(self) -> list[dict[str, Any]]:
        return [_feature(member) for member in self.members]

    @property
    def size(self) -> int:
        return len(self.members)

    def to_bytes(self) -> bytes:
        return orjson.dumps(self.page)

    def repeat(self, before: JsonPage) -> None:
        self.members = before.members

    def past_end(self, before: JsonPage | None, seen: Seen) -> None:
        if before is not None and not self.members:
            self.repeat(before)
        if (links := self.page.get("_links")) and "next" not in links and "token=" in seen.query:
            links["next"] = f"{links['self']}?{seen.query}"

    def stick(self, seen: Seen, url: str) -> None:
        again = f"{url}?{seen.query}" if seen.query else url
        if "next" in (links := self.page.get("_links", {})):
            links["next"] = again
        for link in self.page.get("links", []):
            if link.get("rel") == "next":
                link["href"] = again
                if "body" in link:
                    link["body"] = orjson.loads(seen.body or "{}")

    def malform(self) -> None:
        if self.features:
            broken = self.features[self.size // 2]
            broken.pop("id", None)
            broken["geometry"] = "POINT (0 0)"
            for name in _IDS:
                broken["properties"].pop(name, None)

    def pad(self, megabytes: float) -> None:
        for feature in self.features[:1]:
            feature["properties"]["padding"] = "x" * int(megabytes * 1_000_000)

    def miscount(self, off: int) -> None:
        self._count((*_TOTALS, *self._sizes), lambda total: max(total + off, 0))

    def duplicate(self) -> None:
        self.members = [deepcopy(member) for member in self.members for _ in range(2)]

    def double(self) -> None:
        self.members = [one for member in self.members for one in (member, _renamed(member))]
        self._count((*_TOTALS, *_RETURNED, *self._sizes), lambda total: total * 2)

    def empty(self) -> None:
        self.members = []
        self.page.get("_links", {}).pop("next", None)
        if "links" in self.page:
            self.page["links"] = [link for link in self.page["links"] if link.get("rel") != "next"]
        self._count((*_TOTALS, *_RETURNED, *self._sizes), lambda total: 0)

    def skew(self, seconds: float) -> None:
        for feature in self.features:
            properties = feature["properties"]
            # GEODES has the time of publication in `datetime`, and that of sensing in start_datetime.
            names = (*_MODIFIED, "datetime") if "dataset" in properties and "start_datetime" in properties else _MODIFIED
            for name in names:
                if isinstance(properties.get(name), str):
                    properties[name] = later(properties[name], seconds)

    @property
    def _sizes(self) -> tuple[str, ...]:
        """The radar feed announces no more than the size of each page."""
        return ("size",) if "_links" in self.page else ()

    def _count(self, names: tuple[str, ...], change: Any) -> None:
        for holder in (self.page, *(self.page.get(name) or {} for name in ("context", "properties", "metadata"))):
            for name in names:
                if isinstance(holder.get(name), int):
                    holder[name] = change(holder[name])


def _feature(member: dict[str, Any]) -> dict[str, Any]:
    """The record itself, without what REGARDS wraps it in."""
    inner = member.get("content")
    return inner if isinstance(inner, dict) else member


def _renamed(member: dict[str, Any]) -> dict[str, Any]:
    twin = deepcopy(member)
    feature = _feature(twin)
    for holder in (feature, feature["properties"]):
        for name in _IDS:
            if isinstance(holder.get(name), str):
                holder[name] += "-2"
    return twin


def later(text: str, seconds: float) -> str:
    """A date or time in ISO 8601 so many seconds later; any other text as it is."""
    step = timedelta(seconds=seconds)
    try:
        if "T" not in text:
            return (date.fromisoformat(text) + step).isoformat()
        return (datetime.fromisoformat(text) + step).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return text
