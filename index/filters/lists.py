"""Lists of texts of the Item, compared with given ones as sets."""

from collections.abc import Mapping
from typing import Any

from index.filters.bounds import MAX_CHOICES
from index.filters.nodes import Array, FilterError, Property
from index.filters.properties import property_of
from index.filters.scalars import args_of, checked_text
from index.filters.wording import text_of
from mappings.queryables import Kind

_TURNED = {"equals": "equals", "contains": "containedby", "containedby": "contains", "overlaps": "overlaps"}


def array(relation: str, value: Mapping[str, Any]) -> Array:
    """A list of the Item and given texts, or another list of the Item."""
    args, part = args_of(value, 2), text_of(value)
    left, right = (_side(arg, part) for arg in args)
    if isinstance(left, Property):
        return Array(relation, left, right)
    if isinstance(right, Property):
        return Array(_TURNED[relation], right, left)
    raise FilterError(part, "compares two constants: one side needs a list of the Item, as instruments")


def _side(value: Any, part: str) -> Property | tuple[str, ...]:
    if isinstance(value, Mapping) and "property" in value:
        found = property_of(value)
        if found.kind is not Kind.TEXTS:
            name = found.field.name
            raise FilterError(part, f"{name} is no list of texts{f': write {name} IN (…)' if found.kind is Kind.TEXT else ''}")
        return found
    if not isinstance(value, list | tuple):
        raise FilterError(part, f"{text_of(value)} is no list: write ('…', '…')")
    return texts(value, part)


def texts(values: list[Any] | tuple[Any, ...], part: str) -> tuple[str, ...]:
    """Each once."""
    if len(values) > MAX_CHOICES:
        raise FilterError(part, f"a list of more than {MAX_CHOICES} texts")
    for value in values:
        if not isinstance(value, str):
            quoted = isinstance(value, Mapping) and "property" in value
            hint = "a name in a list is no text: write it in single quotes" if quoted else "the lists of Items hold texts"
            raise FilterError(part, f"{text_of(value)}: {hint}")
    return tuple(dict.fromkeys(checked_text(value) for value in values))
