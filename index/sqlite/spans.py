"""The temporal relations of OGC 21-065r2 (§7.8) in SQL, on the bounds of two spans."""

from collections.abc import Callable
from typing import Any

from index.filters.nodes import Literal, Property, Span, Temporal
from mappings.queryables import Kind

# a and b are the spans, s and e their bounds.
_RELATIONS = {
    "after": "{as_} > {be}",
    "before": "{ae} < {bs}",
    "contains": "{as_} < {bs} AND {ae} > {be}",
    "disjoint": "{ae} < {bs} OR {as_} > {be}",
    "during": "{as_} > {bs} AND {ae} < {be}",
    "equals": "{as_} = {bs} AND {ae} = {be}",
    "finishedby": "{as_} < {bs} AND {ae} = {be}",
    "finishes": "{as_} > {bs} AND {ae} = {be}",
    "intersects": "{as_} <= {be} AND {ae} >= {bs}",
    "meets": "{ae} = {bs}",
    "metby": "{as_} = {be}",
    "overlappedby": "{as_} > {bs} AND {as_} < {be} AND {ae} > {be}",
    "overlaps": "{as_} < {bs} AND {ae} > {bs} AND {ae} < {be}",
    "startedby": "{as_} = {bs} AND {ae} > {be}",
    "starts": "{as_} = {bs} AND {ae} < {be}",
}
# Before and after all times there are: a date has a year of four digits.
_EVER = Literal(2**61, Kind.TIME)
_NEVER = Literal(-(2**61), Kind.TIME)


def relation_sql(predicate: Temporal, write: Callable[[Any], str]) -> str:
    """SQL of a relation; NULL when a property that it looks at is not there, whatever the other bounds say."""
    bounds = [*_bounds(predicate.left), *_bounds(predicate.right)]
    named = dict(zip(("as_", "ae", "bs", "be"), map(write, bounds), strict=True))
    told = _RELATIONS[predicate.relation].format(**named)
    missing = " OR ".join(f"{write(bound)} IS NULL" for bound in dict.fromkeys(bounds) if isinstance(bound, Property))
    return f"CASE WHEN {missing} THEN NULL ELSE {told} END" if missing else told


def _bounds(span: Span) -> tuple[Property | Literal, Property | Literal]:
    return span.start or _NEVER, span.end or _EVER
