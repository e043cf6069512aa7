"""Query: what is asked of an index; Page and Summary: what it answers. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.state import StoredItem
from mappings.audience import Audience


@dataclass(frozen=True)
class Cursor:
    """The place after an Item in the order of all Items: descending `sort_key` (µs since 1970), then ascending id, collection."""

    sort_key: int
    item_id: str
    collection: str


@dataclass(frozen=True)
class Query:
    """Every condition is ANDed; None is no condition. `audience` has no default: access control cannot be forgotten.

    `area` is a shapely geometry in lon/lat within ±180 (split at the antimeridian): Items whose footprint touches it match, those
    without footprint do not. `start` and `end` (µs since 1970, either may be None) are inclusive: Items whose time meets
    [start, end] match. `exclude_airbus` leaves out what is orderable only. `collapse` leaves out Items of which a better copy of the
    same acquisition could come in the same answer: one whose facts, as matching saw them last, the audience finds and `exclude_airbus`
    leaves in, in one of `collections` where they are given. A copy in a source with a rule of its own (Audience.sources) hides
    nothing: when in doubt, both are shown. With `ids`, which name Items one by one, it has no effect.
    """

    audience: Audience
    collections: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    area: Any = None
    start: int | None = None
    end: int | None = None
    exclude_airbus: bool = False
    collapse: bool = False
    limit: int = 10
    after: Cursor | None = None


@dataclass(frozen=True)
class Page:
    items: Sequence[StoredItem]
    next: Cursor | None


@dataclass(frozen=True)
class Summary:
    """Of a collection's matching Items: how many, [west, south, east, north] or None, first and last time (µs since 1970)."""

    count: int
    bbox: tuple[float, float, float, float] | None
    start: int
    end: int
