"""Short names for the nodes that tests expect."""

from typing import Any

from index.filters.nodes import Literal, Property
from mappings.queryables import FIELDS, Kind

FIRST_OF_MAY = 1_714_521_600_000_000
"""2024-05-01T00:00:00Z in µs since 1970."""
DAY = 24 * 3600 * 10**6


def prop(name: str) -> Property:
    return Property(FIELDS[name])


def lit(value: str | float | bool) -> Literal:
    if isinstance(value, bool):
        return Literal(value, Kind.FLAG)
    return Literal(value, Kind.TEXT) if isinstance(value, str) else Literal(float(value), Kind.NUMBER)


def time(micros: int) -> Literal:
    return Literal(micros, Kind.TIME)


def op(name: str, *args: Any) -> dict[str, Any]:
    """CQL2 JSON."""
    return {"op": name, "args": list(args)}


def p(name: str) -> dict[str, str]:
    """CQL2 JSON of a property."""
    return {"property": name}


GSD, CLOUD, PLATFORM, ONLINE = prop("gsd"), prop("eo:cloud_cover"), prop("platform"), prop("moisson:online")
WHEN, START, END, INSTRUMENTS, KEYWORDS = (prop(name) for name in ("datetime", "start_datetime", "end_datetime", "instruments", "keywords"))
