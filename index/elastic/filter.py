"""A filter in Elasticsearch's terms. The cluster knows true and false only: NOT goes down to the leaves, and a leaf that must be false
asks also that the property is there. No scripts: what would need one is refused."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from index.elastic.area import meeting
from index.elastic.comparand import comparand, encodable, literal_of
from index.elastic.temporal import TURNED, relation
from index.elastic.values import (
    exists,
    size_field,
    to_keyword,
    value_field,
)
from index.filters.nodes import (
    Among,
    And,
    Array,
    Between,
    Compare,
    Constant,
    FilterError,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Predicate,
    Property,
    Spatial,
    Temporal,
)
from index.filters.operators import Operators
from mappings.queryables import Kind

OPERATORS = frozenset({Operators.CASE, Operators.ACCENTS, Operators.INTERSECTS, Operators.TEMPORAL, Operators.ARRAY})

Source = dict[str, Any]
# The cluster takes 30 levels of queries in queries, a leaf and what is around the filter included.
_MAX_LEVELS = 20
# Every cluster takes 1024 clauses.
_MAX_LEAVES = 400
_RANGE = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def to_conditions(predicate: Predicate) -> Source:
    """The query of the Items of which the filter is true. Raises FilterError."""
    leaves = _count(predicate)
    if leaves > _MAX_LEAVES:
        raise FilterError("filter", f"{leaves} conditions; this index takes {_MAX_LEAVES}")
    return _query(predicate, True, _MAX_LEVELS)


def _count(predicate: Predicate) -> int:
    if isinstance(predicate, And | Or):
        return sum(map(_count, predicate.parts))
    return _count(predicate.part) if isinstance(predicate, Not) else 1


def _query(predicate: Predicate, wanted: bool, levels: int) -> Source:
    """Where the predicate is true, or where it is false."""
    if isinstance(predicate, Not):
        return _query(predicate.part, not wanted, levels)
    if isinstance(predicate, Constant):
        return {"match_all": {}} if predicate.value is wanted else {"match_none": {}}
    if isinstance(predicate, And | Or):
        if not levels:
            raise FilterError("filter", f"AND and OR in each other more than {_MAX_LEVELS} times")
        parts = [_query(part, wanted, levels - 1) for part in _flat(predicate, type(predicate))]
        return _all(parts) if isinstance(predicate, And) is wanted else _any(parts)
    if isinstance(predicate, IsNull):
        has_it = exists(predicate.of.field)
        return {"bool": {"must_not": [has_it]}} if wanted else has_it
    there, query = _leaf(predicate)
    return _all([*there, query]) if wanted else {"bool": {"filter": there, "must_not": [query]}}


def _flat(predicate: And | Or, kind: type[And | Or]) -> list[Predicate]:
    found: list[Predicate] = []
    for part in predicate.parts:
        found.extend(_flat(part, kind) if isinstance(part, And | Or) and isinstance(part, kind) else [part])
    return found


def _all(parts: Sequence[Source]) -> Source:
    return parts[0] if len(parts) == 1 else {"bool": {"filter": list(parts)}}


def _any(parts: Sequence[Source]) -> Source:
    return {"bool": {"should": list(parts), "minimum_should_match": 1}}


@singledispatch
def _leaf(predicate: Any) -> tuple[list[Source], Source]:
    """(what must be there for the predicate to be true or false, the query of where it is true)."""
    raise FilterError(type(predicate).__name__.lower(), "this index does not know it")


@_leaf.register
def _(predicate: Compare) -> tuple[list[Source], Source]:
    left, right, op = predicate.left, predicate.right, predicate.op
    if isinstance(left, Literal):
        left, right, op = right, left, TURNED[op]
    place = comparand(left)
    value = literal_of(right)
    if op == "=":
        return [place.there], place.term(value)
    if op == "<>":
        return [place.there], {"bool": {"must_not": [place.term(value)]}}
    return [place.there], place.between({_RANGE[op]: value})


@_leaf.register
def _(predicate: Between) -> tuple[list[Source], Source]:
    place = comparand(predicate.value)
    return [place.there], place.between({"gte": literal_of(predicate.low), "lte": literal_of(predicate.high)})


@_leaf.register
def _(predicate: Among) -> tuple[list[Source], Source]:
    place = comparand(predicate.value)
    return [place.there], {"terms": {place.field: [place.whole(choice) for choice in predicate.choices]}}


@_leaf.register
def _(predicate: Like) -> tuple[list[Source], Source]:
    place = comparand(predicate.value)
    plain, wild = _pattern(predicate.pattern)
    if plain is not None:
        return [place.there], place.term(Literal(plain, Kind.TEXT))
    return [place.there], {"wildcard": {place.field: {"value": place.prefix + wild}}}


@_leaf.register
def _(predicate: Spatial) -> tuple[list[Source], Source]:
    if predicate.relation not in ("intersects", "disjoint"):
        raise FilterError(f"s_{predicate.relation}", "this index knows s_intersects and s_disjoint only")
    query = meeting(predicate.shape)
    return [{"exists": {"field": "west"}}], query if predicate.relation == "intersects" else {"bool": {"must_not": [query]}}


@_leaf.register
def _(predicate: Temporal) -> tuple[list[Source], Source]:
    return relation(predicate)


@_leaf.register
def _(predicate: Array) -> tuple[list[Source], Source]:
    field, others = predicate.of.field, predicate.others
    if isinstance(others, Property):
        raise FilterError(f"a_{predicate.relation}", "this index compares lists of an Item with given ones only")
    texts = sorted(set(map(to_keyword, map(encodable, others))))
    value, size = value_field(field), size_field(field)
    all_of_them = [{"term": {value: text}} for text in texts]
    if predicate.relation in ("contains", "equals") and len(texts) > _MAX_LEAVES:
        raise FilterError(f"a_{predicate.relation}", f"{len(texts)} texts; this index takes {_MAX_LEAVES}")
    queries: dict[str, Source] = {
        "overlaps": {"terms": {value: texts}},
        "contains": {"bool": {"filter": all_of_them}},
        "equals": {"bool": {"filter": [*all_of_them, {"term": {size: len(texts)}}]}},
        "containedby": _any([{"term": {size: 0}}, {"terms_set": {value: {"terms": texts, "minimum_should_match_field": size}}}]),
    }
    return [exists(field)], queries[predicate.relation]


def _pattern(pattern: str) -> tuple[str | None, str]:
    """(the text when nothing in it stands for another, the same as Elasticsearch writes wildcards)."""
    plain, wild, is_plain = "", "", True
    characters = iter(encodable(pattern))
    for character in characters:
        if character in "%_":
            wild, is_plain = wild + ("*" if character == "%" else "?"), False
            continue
        taken = next(characters, "\\") if character == "\\" else character
        plain, wild = plain + taken, wild + (f"\\{taken}" if taken in "*?\\" else taken)
    return plain if is_plain else None, wild
