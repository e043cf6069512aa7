"""Query: what is asked of an index; Page and Summary: what it answers. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.filters.nodes import Predicate
from index.state import StoredItem
from mappings.audience import Audience
from mappings.queryables import FIELDS, Field

MAX_SORTS = 3
SORT_BYTES = 32
"""Texts but ids and Collections are put in order by their first characters, as many as fit: page tokens stay short."""
PAGE_BYTES = 8 * 2**20
"""A page ends before it grows beyond this; it holds one Item at least."""
EXACT = 10_000
"""So many matches are counted exactly."""


@dataclass(frozen=True)
class Sort:
    """By a sortable field; Items without it come last, ascending or descending. By `datetime`, one without it stands at its start."""

    field: Field
    descending: bool = False


@dataclass(frozen=True)
class Cursor:
    """The place of an Item in the order of a query: `values` of its sorts (see `order_of`; texts cut to SORT_BYTES; None: the Item has
    none), then its id and Collection. The page begins after it, or ends before it when `backwards`."""

    values: tuple[str | int | float | None, ...]
    item_id: str
    collection: str
    backwards: bool = False


_NEWEST_FIRST = (Sort(FIELDS["datetime"], descending=True),)


@dataclass(frozen=True)
class Query:
    """Every condition is ANDed; None is no condition. `audience` has no default: access control cannot be forgotten.

    `area` is a shapely geometry in lon/lat within ±180 (split at the antimeridian): Items whose footprint touches it match, those
    without footprint do not. `start` and `end` (µs since 1970, either may be None) are inclusive: Items whose time meets
    [start, end] match. `exclude_airbus` leaves out what is orderable only. `collapse` leaves out Items of which a better copy of the
    same acquisition could come in the same answer: one whose facts, as matching saw them last, the audience finds and `exclude_airbus`
    leaves in, in one of `collections` where they are given. A copy in a source with a rule of its own (Audience.sources) hides
    nothing: when in doubt, both are shown. With `ids`, which name Items one by one, it has no effect.
    `filter` must be true of an Item. `words` are phrases (folded words with one space between, mappings/queryables.py `words`) of which
    one must stand in the Item's words. `sort` is the order, then ascending id and Collection; without it descending time comes first.
    """

    audience: Audience
    collections: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    area: Any = None
    start: int | None = None
    end: int | None = None
    exclude_airbus: bool = False
    collapse: bool = False
    filter: Predicate | None = None
    words: tuple[str, ...] | None = None
    sort: tuple[Sort, ...] = ()
    limit: int = 10
    after: Cursor | None = None


def order_of(query: Query) -> tuple[Sort, ...]:
    """The sorts of a query, or what stands for none."""
    return query.sort or _NEWEST_FIRST


def sort_text(text: str) -> str:
    """The part of a text that it is put in order by."""
    return text if len(text) <= SORT_BYTES // 4 else text.encode()[:SORT_BYTES].decode(errors="ignore")


@dataclass(frozen=True)
class Page:
    """`next` and `previous` where there is more, that way; on the side that a cursor came from, perhaps where there was. `matched` as
    Index.matched says, where the page's own request told it."""

    items: Sequence[StoredItem]
    next: Cursor | None
    previous: Cursor | None = None
    matched: "Matched | None" = None


@dataclass(frozen=True)
class Matched:
    """How many Items match a query: exactly up to EXACT at least, else perhaps about."""

    number: int
    exact: bool


@dataclass(frozen=True)
class Summary:
    """Of a collection's matching Items: how many, [west, south, east, north] or None, first and last time (µs since 1970)."""

    count: int
    bbox: tuple[float, float, float, float] | None
    start: int
    end: int
