"""The query extension of STAC, {property: {operator: value}}, as the tree of a filter."""

import math
import re
from collections.abc import Mapping
from typing import Any

from index.filters.bounds import MAX_CHOICES
from index.filters.comparisons import compare, escaped, like
from index.filters.lists import texts
from index.filters.logic import joined, negated
from index.filters.nodes import Among, Array, FilterError, Literal, Predicate, Property
from index.filters.properties import field_of
from index.filters.scalars import of_one_kind, operand
from index.filters.wording import text_of
from mappings.queryables import Kind

_COMPARE = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_PATTERNS = {"startsWith": ("", "%"), "endsWith": ("%", ""), "contains": ("%", "%")}
_OPERATORS = (*_COMPARE, "in", *_PATTERNS)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)


def query_predicate(value: Any) -> Predicate:
    """All of its conditions; one that is empty or of another form is refused."""
    if not isinstance(value, Mapping) or not value:
        raise FilterError("", 'an object of conditions, as {"eo:cloud_cover": {"lt": 10}}')
    parts = []
    for name, conditions in value.items():
        field = field_of(str(name))
        if not isinstance(conditions, Mapping) or not conditions:
            raise FilterError(field.name, f'operators and values, as {{"eq": …}}, got {text_of(conditions)}')
        parts += [_condition(Property(field), str(op), given) for op, given in conditions.items()]
    return joined("and", parts)


def _condition(found: Property, op: str, value: Any) -> Predicate:
    part = f"{found.field.name} {op[:40]}"
    if op not in _OPERATORS:
        raise FilterError(part, f"no such operator; there are {', '.join(_OPERATORS)}")
    if found.kind is Kind.GEOMETRY:
        raise FilterError(part, "a shape is asked for by intersects or bbox")
    if found.kind is Kind.TEXTS:
        return _list(found, op, value, part)
    if op == "in":
        return _among(found, value, part)
    literal = _literal(found, value, part)
    if op in _COMPARE:
        return compare(_COMPARE[op], found, literal)
    if found.kind is not Kind.TEXT:
        raise FilterError(part, f"{found.field.name} is no text")
    before, after = _PATTERNS[op]
    pattern = f"{before}{escaped(str(literal.value))}{after}"
    return like({"op": "like", "args": [{"property": found.field.name}, pattern]})


def _literal(found: Property, value: Any, part: str) -> Literal:
    if value is None or isinstance(value, list | tuple | Mapping):
        raise FilterError(part, f"needs one value, got {text_of(value)}")
    # Clients of the query extension write numbers as texts too.
    if found.kind in (Kind.NUMBER, Kind.INTEGER) and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
        if not math.isfinite(value):
            raise FilterError(part, "beyond what double precision holds")
    _, literal = of_one_kind([operand({"property": found.field.name}), operand(value)], part)
    assert isinstance(literal, Literal)
    return literal


def _among(found: Property, value: Any, part: str) -> Predicate:
    if not isinstance(value, list | tuple) or not value:
        raise FilterError(part, f"needs a list of values, got {text_of(value)}")
    if len(value) > MAX_CHOICES:
        raise FilterError(part, f"at most {MAX_CHOICES} values, got {len(value)}")
    return Among(found, tuple(dict.fromkeys(_literal(found, each, part) for each in value)))


def _list(found: Property, op: str, value: Any, part: str) -> Predicate:
    """Of a list of texts: `in` shares one with it, `contains` has it, `eq` and `neq` compare the whole."""
    given = list(value) if isinstance(value, list | tuple) else [value]
    relation = {"in": "overlaps", "contains": "contains", "eq": "equals", "neq": "equals"}.get(op)
    if relation is None or (op == "in" and not (isinstance(value, list | tuple) and value)):
        wanted = "needs a list of texts" if op == "in" else f"{found.field.name} is a list of texts: in, contains, eq or neq"
        raise FilterError(part, wanted)
    found_array = Array(relation, found, texts(given, part))
    return negated(found_array) if op == "neq" else found_array
