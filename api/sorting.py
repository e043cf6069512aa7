"""`sortby`: from "-datetime,+eo:cloud_cover" or [{"field": …, "direction": …}] to sorts. Raises Problem naming the field."""

import difflib
from collections.abc import Collection
from typing import Any

from api.errors import bad
from index.query import MAX_SORTS, Sort
from mappings.queryables import FIELDS

_SORTABLE = tuple(name for name, field in FIELDS.items() if field.sortable)
_DIRECTIONS = {"asc": False, "desc": True}


def parse_sorts(value: Any) -> tuple[Sort, ...]:
    """The order of Items, empty where none is asked for."""
    return tuple(Sort(FIELDS[name], descending) for name, descending in parse_order(value, _SORTABLE))


def parse_order(value: Any, sortable: Collection[str], most: int = MAX_SORTS) -> list[tuple[str, bool]]:
    """(name, whether it descends) of each member of the order, of the names that are sortable."""
    if value is None or value in ("", []):
        return []
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise bad("sortby", 'a list of {"field": …, "direction": "asc" or "desc"}')
    if len(parts) > most:
        raise bad("sortby", f"at most {most} fields")
    found: dict[str, bool] = {}
    for part in parts:
        name, descending = _of_text(part) if isinstance(part, str) and isinstance(value, str) else _of_object(part)
        name = name.removeprefix("properties.")
        _check(name, sortable)
        if name in found:
            raise bad("sortby", f"{name} comes twice")
        found[name] = descending
    return list(found.items())


def _of_text(part: str) -> tuple[str, bool]:
    """Of "-name", "+name" or "name"; a "+" that was not encoded arrives as a space."""
    name = part.strip()
    return name[1:] if name.startswith(("+", "-")) else name, name.startswith("-")


def _of_object(part: Any) -> tuple[str, bool]:
    if not isinstance(part, dict) or not isinstance(part.get("field"), str):
        raise bad("sortby", 'each member is {"field": …, "direction": "asc" or "desc"}')
    if unknown := set(part) - {"field", "direction"}:
        raise bad("sortby", f"{min(unknown)[:40]!r} is no member of a sort: field and direction are")
    direction = part.get("direction", "asc")
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        raise bad("sortby", f"the direction is asc or desc, got {str(direction)[:40]!r}")
    return part["field"], _DIRECTIONS[direction]


def _check(name: str, sortable: Collection[str]) -> None:
    if name in sortable:
        return
    if name in FIELDS:
        raise bad("sortby", f"nothing can be put in order by {name}; /sortables lists the fields")
    near = difflib.get_close_matches(name[:100], sortable, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    raise bad("sortby", f"no field {name[:80]!r}; {meant}/sortables lists the fields")
