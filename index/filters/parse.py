"""From CQL2 (OGC 21-065r2), as text or JSON, and from STAC's query extension to the typed tree of a filter.

All raise FilterError, which names the part and the reason, and take less than a second whatever they are given.
"""

import re
from collections.abc import Mapping
from typing import Any

import cql2

from index.filters.bounds import MAX_NESTING, check_size
from index.filters.needs import operators_of
from index.filters.nodes import FilterError, Predicate
from index.filters.normal_form import GROUP, OWN, SHAPE, NormalForm, normal_form
from index.filters.predicates import predicate_of
from index.filters.query_extension import query_predicate
from index.filters.tokens import near

__all__ = ["operators_of", "parse_json", "parse_query", "parse_text"]

_PLACE = re.compile(r"--> (\d+):(\d+)")


def parse_text(text: str) -> Predicate:
    """The predicate of CQL2 text."""
    normal = normal_form(text)
    if not normal.text:
        raise FilterError("", "an empty filter: leave it out, or write a condition, as eo:cloud_cover < 10")
    try:
        parsed = cql2.parse_text(normal.text).to_json()
    except cql2.ParseError as error:
        raise _misread(text, normal, str(error)) from None
    # Each pair of parentheses is two levels more, which go again.
    check_size(parsed, 2 * MAX_NESTING)
    plain = _plain(parsed, normal.shapes)
    check_size(plain)
    return predicate_of(plain)


def parse_json(value: Any) -> Predicate:
    """The predicate of CQL2 JSON, loaded."""
    check_size(value)
    return predicate_of(value)


def parse_query(value: Any) -> Predicate:
    """The predicate of STAC's query extension, {property: {operator: value}}, loaded."""
    check_size(value)
    return query_predicate(value)


def _misread(text: str, normal: NormalForm, error: str) -> FilterError:
    place = _PLACE.search(error)
    if place is None:
        return FilterError("", "not CQL2 text")
    line, column = int(place.group(1)), int(place.group(2))
    before = normal.text.split("\n")[: line - 1]
    offset = sum(len(each) + 1 for each in before) + column - 1
    if offset >= len(normal.text):
        return FilterError(near(text, len(text)), "not CQL2: something is missing at the end")
    at = normal.original(offset)
    return FilterError(near(text, at), f"not CQL2 from character {at + 1} on")


def _plain(value: Any, shapes: tuple[Any, ...]) -> Any:
    """Parsed JSON with what the groups and shapes of the normal form stand for."""
    if isinstance(value, list):
        return [_plain(part, shapes) for part in value]
    if not isinstance(value, Mapping):
        return value
    if "op" not in value:
        return {name: _plain(part, shapes) for name, part in value.items()}
    op, args = value["op"], value["args"]
    if op == SHAPE:
        return shapes[int(args[0])]
    if op == GROUP:
        inner = [_plain(arg, shapes) for arg in args]
        return inner[0] if len(inner) == 1 else inner
    if op.startswith(OWN):
        inner = [_plain(arg, shapes) for arg in args]
        name = op.removeprefix(OWN)
        return {name: inner[0] if name != "interval" and len(inner) == 1 else inner}
    if op == "in" and isinstance(args[1], list):
        # The parser puts the list that a group stands for into a list of its own.
        return {"op": op, "args": [_plain(args[0], shapes), [_plain(arg, shapes) for arg in _listed(args[1])]]}
    if op.startswith("a_"):
        return {
            "op": op,
            "args": [_plain(arg, shapes) if not _is_group(arg) else [_plain(each, shapes) for each in arg["args"]] for arg in args],
        }
    return {"op": op, "args": [_plain(arg, shapes) for arg in args]}


def _listed(args: list[Any]) -> list[Any]:
    return args[0]["args"] if len(args) == 1 and _is_group(args[0]) else args


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("op") == GROUP
