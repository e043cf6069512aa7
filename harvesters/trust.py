"""Whether an answer answers the question: an archive that ignores a filter or an order would move a watermark past unread records."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from harvesters.errors import Retry
from harvesters.paging import Window
from mappings.record import Unmappable
from mappings.times import parse_time

# Archives keep nanoseconds or milliseconds where we have microseconds.
_MARGIN = timedelta(seconds=1)


def check_answer(what: str, members: Iterable[Any], window: Window, *, time: str, terms: dict[str, str]) -> None:
    """Raises Retry when a feature's property `time` lies outside the window or before the one ahead of it, or when a property, or
    else a member of the feature itself, differs from the one asked for. One that is missing or unreadable is the mapping's business,
    not a sign of this."""
    latest: datetime | None = None
    for member in members:
        properties = member.get("properties") if isinstance(member, dict) else None
        if not isinstance(properties, dict):
            continue
        for name, wanted in terms.items():
            said = properties.get(name, member.get(name))
            if isinstance(said, str) and said != wanted:
                raise Retry(f"{what} answers another question: {name} {said[:40]!r} where {wanted!r} was asked for")
        when = _time(properties.get(time))
        if when is None:
            continue
        if not window.since - _MARGIN <= when <= window.until + _MARGIN:
            raise Retry(f"{what} answers another question: {time} {when:%Y-%m-%dT%H:%M:%SZ} outside of {window}")
        if latest is not None and when < latest - _MARGIN:
            raise Retry(f"{what} does not sort as asked: {time} {when:%Y-%m-%dT%H:%M:%SZ} after {latest:%Y-%m-%dT%H:%M:%SZ}")
        latest = when


def total_of(answer: dict[str, Any]) -> int | None:
    """The total of a STAC search, by either of the names that it has had; None when it is no number."""
    context = answer.get("context")
    for value in (context.get("matched") if isinstance(context, dict) else None, answer.get("numberMatched")):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _time(value: Any) -> datetime | None:
    try:
        return parse_time(value, "time")
    except Unmappable:
        return None
