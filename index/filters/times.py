"""Times of a filter: instants, dates and intervals, and the relations between them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.filters.nodes import FilterError, Literal, Property, Span, Temporal
from index.filters.properties import property_of
from index.filters.wording import text_of
from mappings.queryables import Kind
from mappings.record import Unmappable
from mappings.times import parse_time, to_micros

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,60})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_DAY = 24 * 3600 * 10**6
_OPEN = ("..", "")


def instant(text: Any, part: str) -> Literal:
    """An RFC 3339 date-time, or a date, which is its first moment."""
    return Literal(_bounds(text, part)[0], Kind.TIME)


def named_time(value: Mapping[str, Any]) -> Literal:
    """{"timestamp": …} or {"date": …}, a date as its first moment."""
    return Literal(_named_bounds(value)[0], Kind.TIME)


def _named_bounds(value: Mapping[str, Any]) -> tuple[int, int]:
    part = text_of(value)
    name = "date" if "date" in value else "timestamp"
    text = value[name]
    wanted, example = (_DATE, "a date: 2024-05-31") if name == "date" else (_INSTANT, "a date-time with a zone: 2024-05-31T10:00:00Z")
    if len(value) != 1 or not isinstance(text, str) or not wanted.fullmatch(text):
        raise FilterError(part, f"needs {example}")
    return _bounds(text, part)


def _bounds(text: Any, part: str) -> tuple[int, int]:
    """First and last microsecond."""
    if not isinstance(text, str) or not (_INSTANT.fullmatch(text) or _DATE.fullmatch(text)):
        raise FilterError(part, f"{text_of(text)} is no time: write 2024-05-31T10:00:00Z or 2024-05-31")
    try:
        start = to_micros(parse_time(text, "time"))
    except Unmappable as error:
        raise FilterError(part, str(error)) from None
    return start, start + (_DAY - 1 if len(text) == 10 else 0)


def temporal(relation: str, args: Sequence[Any], part: str) -> Temporal:
    """The relation of two spans, of which one holds a property at least."""
    if len(args) != 2:
        raise FilterError(part, f"needs two times or intervals, got {len(args)}")
    left, right = (_span(value, part) for value in args)
    if not any(isinstance(end, Property) for span in (left, right) for end in (span.start, span.end)):
        raise FilterError(part, "compares two constants: one side needs a time of the Item, as datetime")
    return Temporal(relation, left, right)


def _span(value: Any, part: str) -> Span:
    if isinstance(value, Mapping) and "interval" in value:
        return _interval(value, part)
    if isinstance(value, Mapping) and "property" in value:
        found = _time_property(value, part)
        return Span(found, found)
    if isinstance(value, Mapping) and ("timestamp" in value or "date" in value):
        start, end = _named_bounds(value)
    elif isinstance(value, str):
        start, end = _bounds(value, part)
    else:
        raise FilterError(part, f"{text_of(value)} is no time: a property, TIMESTAMP('…'), DATE('…') or INTERVAL('…', '…')")
    return Span(Literal(start, Kind.TIME), Literal(end, Kind.TIME))


def _interval(value: Mapping[str, Any], part: str) -> Span:
    ends = value["interval"]
    if len(value) != 1 or not isinstance(ends, list | tuple) or len(ends) != 2:
        raise FilterError(text_of(value), "an interval has a start and an end; .. leaves one open")
    start, end = (None if given in _OPEN else _span_end(given, part, last) for given, last in zip(ends, (False, True), strict=True))
    if isinstance(start, Literal) and isinstance(end, Literal) and start.value > end.value:  # type: ignore[operator]
        raise FilterError(text_of(value), "ends before it starts")
    return Span(start, end)


def _span_end(value: Any, part: str, last: bool) -> Property | Literal:
    if isinstance(value, Mapping) and "interval" in value:
        raise FilterError(part, "an interval within an interval")
    span = _span(value, part)
    found = span.end if last else span.start
    assert found is not None
    return found


def _time_property(value: Mapping[str, Any], part: str) -> Property:
    found = property_of(value)
    if found.kind is not Kind.TIME:
        raise FilterError(part, f"{found.field.name} is no time")
    return found
