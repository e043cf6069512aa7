"""Times as ISO 19139 and EOP write them: instants, days, months, years, periods without an end."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mappings.ogc.elements import Element, anywhere, attribute, child, words
from mappings.record import Unmappable
from mappings.times import format_time, usable_time
from mappings.xml import local

_YEAR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_SECOND = timedelta(seconds=1)
# 0001-01-01 stands for no time at all (seen for Landsat); the first photographs from the air are of 1858.
_FIRST = datetime(1858, 1, 1, tzinfo=UTC)
_ENDLESS = frozenset(("now", "after"))


@dataclass(frozen=True)
class Moment:
    """From `start` to `end`, both aware UTC and included; equal for an instant. A day ends at its last second."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Period:
    """The time of an image; `endless` says that it goes on until now or later, which no image does."""

    start: datetime
    end: datetime
    endless: bool = False


def moment(value: Any) -> Moment | None:
    """What a text says: an instant, or all of a day, month or year; None when it is no time or before all images."""
    written = value.strip() if isinstance(value, str) else ""
    rough = _YEAR_MONTH.fullmatch(written)
    if rough:
        year, month = int(rough[1]), rough[2]
        if not (_FIRST.year <= year and (month is None or 1 <= int(month) <= 12)):
            return None
        first, last = (int(month), int(month)) if month else (1, 12)
        start = datetime(year, first, 1, tzinfo=UTC)
        return Moment(start, datetime(year, last, monthrange(year, last)[1], 23, 59, 59, tzinfo=UTC))
    day = _DAY.fullmatch(written)
    # A day's zone moves it by hours: it stays the day that is written.
    when = usable_time(written[:10] if day else written)
    if when is None or when < _FIRST:
        return None
    return Moment(when, when.replace(hour=23, minute=59, second=59) if day else when)


def period_of(elements: Iterable[Element]) -> Period | None:
    """The time that TimePeriod and TimeInstant elements (any GML) within the elements span together; None when they tell none.

    Raises Unmappable for a period that ends before it starts.
    """
    found = [one for element in elements for part in anywhere(element, "TimePeriod", "TimeInstant") if (one := _of(part))]
    if not found:
        return None
    return Period(min(one.start for one in found), max(one.end for one in found), any(one.endless for one in found))


def _of(element: Element) -> Period | None:
    if local(element) == "TimeInstant":
        # Those inside a period are its bounds.
        above = element.getparent()
        if above is not None and local(above) in ("begin", "end"):
            return None
        at = moment(words(child(element, "timePosition")))
        return Period(at.start, at.end) if at else None
    start, _ = _bound(element, "begin")
    end, endless = _bound(element, "end")
    if start is None and end is None:
        return None
    first = start or end
    last = end or start
    assert first is not None
    assert last is not None
    if last.end < first.start:
        raise Unmappable(f"ends before it starts: {format_time(last.end)}", "endPosition")
    # An empty end after a whole day is one that has not come yet.
    return Period(
        first.start, last.end, endless or (end is None and first.start != first.end and child(element, "endPosition") is not None)
    )


def _bound(period: Element, name: str) -> tuple[Moment | None, bool]:
    """The time of `beginPosition`, or of `begin` with a TimeInstant in it, and whether it is "now"."""
    place = child(period, f"{name}Position")
    if place is None:
        place = child(period, name, "TimeInstant", "timePosition")
    if place is None:
        return None, False
    return moment(words(place)), (attribute(place, "indeterminatePosition") or "").lower() in _ENDLESS


def members(period: Period) -> dict[str, Any]:
    """STAC's `datetime`, `start_datetime`, `end_datetime`. What lasts less than a day is found at its start; longer, it has no one
    instant."""
    start, end = format_time(period.start), format_time(period.end)
    if start == end:
        return {"datetime": start}
    instant = start if period.end - period.start + _SECOND < timedelta(days=1) else None
    return {"datetime": instant, "start_datetime": start, "end_datetime": end}


def written(when: datetime | None) -> str | None:
    """RFC 3339, or None."""
    return format_time(when) if when else None
