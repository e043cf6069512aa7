"""Predicates: from CQL2 JSON, bounded already, to the typed tree."""

from collections.abc import Mapping
from typing import Any

from index.filters import comparisons, lists, shapes, times
from index.filters.functions import ADVANCED, ARITHMETIC, ARRAY, COMPARISONS, FOLDS, SPATIAL, TEMPORAL, unknown_function
from index.filters.logic import joined, negated
from index.filters.nodes import Compare, Constant, FilterError, Literal, Predicate
from index.filters.properties import property_of
from index.filters.scalars import args_of, name_of
from index.filters.wording import text_of
from mappings.queryables import Kind

_ADVANCED = dict(zip(ADVANCED, (comparisons.like, comparisons.between, comparisons.among, comparisons.is_null), strict=True))


def predicate_of(value: Any) -> Predicate:
    """What is true, false or neither of an Item."""
    if isinstance(value, bool):
        return Constant(value)
    if isinstance(value, Mapping):
        if "op" in value:
            return _operation(name_of(value), value)
        if "property" in value:
            return _flag(value)
    raise FilterError(text_of(value), "no condition: compare a property with a value, as eo:cloud_cover < 10")


def _operation(name: str, value: Mapping[str, Any]) -> Predicate:
    if name in ("and", "or"):
        return joined(name, [predicate_of(arg) for arg in _several(value)])
    if name == "not":
        return negated(predicate_of(args_of(value, 1)[0]))
    if name in COMPARISONS:
        return comparisons.comparison(name, value)
    if name in _ADVANCED:
        return _ADVANCED[name](value)
    if name in SPATIAL:
        return shapes.spatial(name[2:], value)
    if name in TEMPORAL:
        return times.temporal(name[2:], args_of(value), text_of(value))
    if name in ARRAY:
        return lists.array(name[2:], value)
    if name in (*ARITHMETIC, *FOLDS):
        raise FilterError(text_of(value), "a value, no condition: compare it with another")
    raise unknown_function(text_of(value), str(value["op"]))


def _several(value: Mapping[str, Any]) -> list[Any]:
    args = args_of(value)
    # Of one, as stac-browser sends it, it is the one.
    if not args:
        raise FilterError(text_of(value), "joins conditions, got none")
    return args


def _flag(value: Mapping[str, Any]) -> Predicate:
    found = property_of(value)
    if found.kind is not Kind.FLAG:
        raise FilterError(found.field.name, "no condition by itself: compare it with a value, or ask IS NULL")
    return Compare("=", found, Literal(True, Kind.FLAG))
