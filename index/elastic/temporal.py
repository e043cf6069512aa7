"""The temporal relations of a filter as bounds: each property of an Item against the constants of the other span."""

import operator
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from index.elastic.values import exists, value_field
from index.filters.nodes import FilterError, Property, Span, Temporal

Bound = Property | float

# By the starts and ends of both spans (OGC 21-065r2, §7.8); all of it must hold. `disjoint` is the contrary of `intersects`.
_RELATIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "after": (("start", ">", "end"),),
    "before": (("end", "<", "start"),),
    "contains": (("start", "<", "start"), ("end", ">", "end")),
    "during": (("start", ">", "start"), ("end", "<", "end")),
    "equals": (("start", "=", "start"), ("end", "=", "end")),
    "finishedby": (("start", "<", "start"), ("end", "=", "end")),
    "finishes": (("start", ">", "start"), ("end", "=", "end")),
    "intersects": (("start", "<=", "end"), ("end", ">=", "start")),
    "meets": (("end", "=", "start"),),
    "metby": (("start", "=", "end"),),
    "overlappedby": (("start", ">", "start"), ("start", "<", "end"), ("end", ">", "end")),
    "overlaps": (("start", "<", "start"), ("end", ">", "start"), ("end", "<", "end")),
    "startedby": (("start", "=", "start"), ("end", ">", "end")),
    "starts": (("start", "=", "start"), ("end", "<", "end")),
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RANGE = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def relation(predicate: Temporal) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(what must be there for the relation to be true or false, the query of where it is true)."""
    name = "intersects" if predicate.relation == "disjoint" else predicate.relation
    left, right = _bounds(predicate.left), _bounds(predicate.right)
    conditions = [_compare(predicate.relation, op, left[mine], right[other]) for mine, op, other in _RELATIONS[name]]
    query: dict[str, Any] = {"bool": {"filter": conditions}}
    there = list(dict.fromkeys(bound.field for bound in (*left.values(), *right.values()) if isinstance(bound, Property)))
    return [exists(field) for field in there], {"bool": {"must_not": [query]}} if predicate.relation == "disjoint" else query


def _bounds(span: Span) -> dict[str, Bound]:
    return dict(zip(("start", "end"), _values(span), strict=True))


def _values(span: Span) -> Iterator[Bound]:
    for bound, beyond in ((span.start, -inf), (span.end, inf)):
        yield beyond if bound is None else bound if isinstance(bound, Property) else bound.value  # type: ignore[misc]


def _compare(name: str, op: str, left: Bound, right: Bound) -> dict[str, Any]:
    if isinstance(right, Property):
        if isinstance(left, Property):
            raise FilterError(f"t_{name}", "this index cannot compare a time of an Item with another one of it")
        return _compare(name, TURNED[op], right, left)
    if isinstance(left, Property) and abs(right) != inf:
        field = value_field(left.field)
        return {"term": {field: right}} if op == "=" else {"range": {field: {_RANGE[op]: right}}}
    # Whatever time an Item has lies between the open ends.
    holds = _COMPARE[op](0 if isinstance(left, Property) else left, right)
    return {"match_all": {}} if holds else {"match_none": {}}
