"""What a GEODES search asks: its body read, its operators applied (report sections 2.3 and 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .answers import box_of, listed
from .clocks import MILLISECOND, Range, parse, slashed
from .places import Area

LARGEST = 80
Term = tuple[str, str, Any]


class Failure(ValueError):
    """A request that the server answers with HTTP 500 or 400."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Query:
    """A search, read; `datasets` None means all, sort as (field, descending) or None for the order of internal ids."""

    datasets: tuple[str, ...] | None
    published: Range
    area: Area | None
    ids: tuple[str, ...] | None
    terms: tuple[Term, ...]
    sort: tuple[str, bool] | None
    page: int
    limit: int

    @property
    def start(self) -> int:
        return (self.page - 1) * self.limit


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda have, want: have == want,
    "neq": lambda have, want: have != want,
    "in": lambda have, want: have in want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "contains": lambda have, want: want in have,
    "startsWith": lambda have, want: str(have).startswith(want),
    "endsWith": lambda have, want: str(have).endswith(want),
}


def fits(found: Mapping[str, Any], terms: tuple[Term, ...]) -> bool:
    """Whether properties fulfil all terms; dates are compared as instants."""
    for name, operator, wanted in terms:
        have = found.get(name)
        if have is None:
            return False
        if name.endswith(("datetime", "updated")) and operator != "in":
            have, wanted = parse(have), parse(wanted)
        try:
            if not _COMPARE[operator](have, wanted):
                return False
        except TypeError:
            return False
    return True


def read(given: Mapping[str, Any]) -> Query:
    """A query out of a body. Raises Failure."""
    limit, page = int(given.get("limit", 10)), int(given.get("page", 1))
    if limit > LARGEST:
        raise Failure(500, f"page size {limit} is too large")
    if limit < 1 or page < 1:
        raise Failure(400, "limit and page start at 1")
    datasets: tuple[str, ...] | None = tuple(listed(given["collections"])) if given.get("collections") else None
    if datasets is not None and len(datasets) > 1:
        datasets = ()  # GEODES: two collection ids or more return nothing (report 2.3).
    published, terms = Range(), []
    if given.get("datetime"):
        asked = slashed(given["datetime"])
        published = Range(asked.low, None if asked.high is None else asked.high + MILLISECOND - 1)
    for name, conditions in (given.get("query") or {}).items():
        for operator, value in conditions.items():
            if operator not in _COMPARE:
                raise Failure(400, f"unknown operator {operator}")
            if name == "dataset" and operator in ("eq", "in"):
                wanted = (value,) if operator == "eq" else tuple(value)
                datasets = wanted if datasets is None else tuple(set(datasets) & set(wanted))
            elif name == "datetime" and operator in ("gt", "gte", "lt", "lte", "eq"):
                published = published.meet(edge(operator, parse(value)))
            else:
                terms.append((name, operator, tuple(value) if isinstance(value, list) else value))
    # Anything but a polygon is ignored and the whole catalogue comes back (report 2.3).
    shape = given.get("intersects") or {}
    area = Area.of_geometry(shape) if shape.get("type") in ("Polygon", "MultiPolygon") else None
    if given.get("bbox"):
        area = Area.of_box(*box_of(given["bbox"]))
    ids = tuple(listed(given["ids"])) if given.get("ids") else None
    return Query(datasets, published, area, ids, tuple(terms), _sort(given), page, limit)


def edge(operator: str, instant: int) -> Range:
    """Published to the millisecond: an inclusive upper bound takes the whole of it."""
    if operator == "eq":
        return Range(instant, instant + MILLISECOND - 1)
    if operator in ("gt", "gte"):
        return Range(low=instant if operator == "gte" else instant + MILLISECOND)
    return Range(high=instant + MILLISECOND - 1 if operator == "lte" else instant - 1)


def _sort(given: Mapping[str, Any]) -> tuple[str, bool] | None:
    keys = given.get("sortBy") or given.get("sortby") or []
    if not keys:
        return None
    if keys[0].get("field") not in ("datetime", "start_datetime", "end_datetime", "updated"):
        raise Failure(400, f"cannot sort by {keys[0].get('field')}")
    # An unknown direction such as "dsc" falls to descending (report 2.3).
    return keys[0]["field"], keys[0].get("direction", "asc") != "asc"
