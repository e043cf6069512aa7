"""The order of a query in Elasticsearch's terms, both ways, and places in it.

Where an Item has no value the cluster says, and must be told again, the greatest number that it knows (ascending) or the least; null for
texts. Backwards everything is turned round: missing values come first.
"""

from collections.abc import Sequence
from typing import Any

from index.elastic.values import sort_field
from index.query import Cursor, Query, Sort, order_of
from mappings.queryables import Kind

Value = str | int | float | None
_LONG_MAX, _LONG_MIN = 2**63 - 1, -(2**63)
# Every Item has them.
_THERE = ("sort_key", "id", "collection", "availability")


def clauses(query: Query, backwards: bool) -> list[dict[str, Any]]:
    """What to sort by; by default the same as the index sort, or every match would have to be looked at."""
    order = [_clause(sort_field(sort.field), sort.descending, backwards) for sort in order_of(query)]
    return [*order, _clause("id", False, backwards), _clause("collection", False, backwards)]


def place_of(query: Query, cursor: Cursor) -> list[Value]:
    """The cursor as the cluster says it."""
    order = order_of(query)
    values = [_missing(sort) if value is None else value for sort, value in zip(order, cursor.values, strict=True)]
    return [*values, cursor.item_id, cursor.collection]


def cursor_at(query: Query, place: Sequence[Any], backwards: bool) -> Cursor:
    """The place of a hit, by what the cluster sorted it by."""
    *values, item_id, collection = place
    return Cursor(tuple(value_of(sort, value) for sort, value in zip(order_of(query), values, strict=True)), item_id, collection, backwards)


def value_of(sort: Sort, value: Value) -> Value:
    """What the cluster says that it sorted by; None where the Item has no value."""
    if value == _missing(sort):
        return None
    return int(value) if sort.field.kind is Kind.INTEGER and value is not None else value


def _clause(field: str, descending: bool, backwards: bool) -> dict[str, Any]:
    direction = "desc" if descending is not backwards else "asc"
    return {field: direction if field in _THERE else {"order": direction, "missing": "_first" if backwards else "_last"}}


def _missing(sort: Sort) -> Value:
    kind = sort.field.kind
    if kind is Kind.TEXT:
        return None
    if kind in (Kind.NUMBER, Kind.INTEGER):
        return "-Infinity" if sort.descending else "Infinity"
    return _LONG_MIN if sort.descending else _LONG_MAX
