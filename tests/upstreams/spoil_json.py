"""A page of GeoJSON features that can be spoilt."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from .rules import Seen

_TOTALS = ("totalResults", "numberMatched", "matched")
_RETURNED = ("numberReturned", "returned", "itemsPerPage")
_IDS = ("id", "acquisitionIdentifier", "identifier", "productIdentifier")
_MODIFIED = ("updated", "modified", "published", "created", "lastUpdateDate", "publicationDate", "creationDate")


class JsonPage:
    """The `features` of an answer, with its links and totals."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.page = page

    @classmethod
    def of(cls, body: bytes) -> JsonPage | None:
        """None for any other answer."""
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        return cls(found) if isinstance(found, dict) and isinstance(found.get("features"), list) else None

    @property
    def features(self) -> list[dict[str, Any]]:
        features: list[dict[str, Any]] = self.page["features"]
        return features

    @property
    def size(self) -> int:
        return len(self.features)

    def to_bytes(self) -> bytes:
        return orjson.dumps(self.page)

    def repeat(self, before: JsonPage) -> None:
        self.page["features"] = before.features

    def past_end(self, before: JsonPage | None, seen: Seen) -> None:
        if before is not None and not self.features:
            self.repeat(before)

    def stick(self, seen: Seen, url: str) -> None:
        for link in self.page.get("links", []):
            if link.get("rel") == "next":
                link["href"] = f"{url}?{seen.query}" if seen.query else url
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
        self._count(_TOTALS, lambda total: total + off)

    def duplicate(self) -> None:
        self.page["features"] = [deepcopy(feature) for feature in self.features for _ in range(2)]

    def double(self) -> None:
        self.page["features"] = [one for feature in self.features for one in (feature, _renamed(feature))]
        self._count((*_TOTALS, *_RETURNED), lambda total: total * 2)

    def empty(self) -> None:
        self.page["features"] = []
        if "links" in self.page:
            self.page["links"] = [link for link in self.page["links"] if link.get("rel") != "next"]
        self._count((*_TOTALS, *_RETURNED), lambda total: 0)

    def skew(self, seconds: float) -> None:
        for feature in self.features:
            properties = feature["properties"]
            # GEODES has the time of publication in `datetime`, and that of sensing in start_datetime.
            names = (*_MODIFIED, "datetime") if "dataset" in properties and "start_datetime" in properties else _MODIFIED
            for name in names:
                if isinstance(properties.get(name), str):
                    properties[name] = later(properties[name], seconds)

    def _count(self, names: tuple[str, ...], change: Any) -> None:
        for holder in (self.page, self.page.get("context") or {}, self.page.get("properties") or {}):
            for name in names:
                if isinstance(holder.get(name), int):
                    holder[name] = change(holder[name])


def _renamed(feature: dict[str, Any]) -> dict[str, Any]:
    twin = deepcopy(feature)
    for holder in (twin, twin["properties"]):
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
