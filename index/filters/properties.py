"""Properties: from a name in a filter to a field."""

import difflib
from collections.abc import Mapping
from typing import Any

from index.filters.nodes import FilterError, Property
from index.filters.wording import text_of
from mappings.queryables import FIELDS, Field


def property_of(value: Mapping[str, Any]) -> Property:
    """Of {"property": name}."""
    name = value.get("property")
    if len(value) != 1 or not isinstance(name, str):
        raise FilterError(text_of(value), 'a property is {"property": "its name"}, without more')
    return Property(field_of(name))


def field_of(name: str) -> Field:
    """The field of this name; `properties.` before it is taken away."""
    plain = name.removeprefix("properties.")
    field = FIELDS.get(plain)
    if field is not None:
        return field
    near = _nearest(plain[:100])
    hint = f"did you mean {near}?" if near else "/queryables lists them"
    raise FilterError(name[:100], f"no such property; {hint}")


def _nearest(name: str) -> str | None:
    """Also of a name without its prefix, as cloud_cover, or of the first part of one."""
    lower = name.lower()
    for known in FIELDS:
        if lower in (known.lower(), known.partition(":")[2]) or (len(lower) > 3 and known.startswith(lower)):
            return known
    return next(iter(difflib.get_close_matches(lower, FIELDS, n=1)), None)
