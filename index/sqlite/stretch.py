"""The stretch of the order by time outside of which nothing can match: what a query's times and its filter say of it."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from index.filters.logic import conjuncts
from index.filters.nodes import Between, Compare, Literal, Predicate, Property
from index.query import Query


def stretch(db: sqlite3.Connection, query: Query, clauses: list[str], params: dict[str, Any]) -> str:
    """SQL of the places that are left; adds the exact test of the query's times to the clauses."""
    found = ["1"]
    if query.end is not None:
        # How far intervals reach from their sort key.
        lead = db.execute("SELECT max(-place - begins) FROM items WHERE -place - begins > 0").fetchone()[0] or 0
        clauses.append("begins <= :until")
        found.append("place >= :first_place")
        params.update(until=query.end, first_place=-(query.end + lead))
    if query.start is not None:
        reach = db.execute("SELECT max(ends + place) FROM items WHERE ends + place > 0").fetchone()[0] or 0
        clauses.append("ends >= :since")
        found.append("place <= :last_place")
        params.update(since=query.start, last_place=reach - query.start)
    for number, (operator, time) in enumerate(bound for part in conjuncts(query.filter) for bound in _bounds(part)):
        found.append(f"place {operator} :place{number}")
        params[f"place{number}"] = -time
    return " AND ".join(found)


def _bounds(part: Predicate) -> Iterator[tuple[str, int]]:
    """Of what must be true: (operator, time) on the place of an Item whose datetime is asked for, which is minus that."""
    if isinstance(part, Between) and _is_datetime(part.value):
        yield from ((operator, int(bound.value)) for operator, bound in (("<=", part.low), (">=", part.high)) if isinstance(bound, Literal))
    elif isinstance(part, Compare) and _is_datetime(part.left) and isinstance(part.right, Literal):
        turned = {"=": ("=",), "<": (">=",), "<=": (">=",), ">": ("<=",), ">=": ("<=",)}
        yield from ((operator, int(part.right.value)) for operator in turned.get(part.op, ()))


def _is_datetime(value: Any) -> bool:
    return isinstance(value, Property) and value.field.name == "datetime"
