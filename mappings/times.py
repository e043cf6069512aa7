"""Times of the archives, which write them in many ways, as aware UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mappings.record import Unmappable

# Nanoseconds (OneAtlas), 2-digit fractions (OneAtlas), no fraction (Theia), no zone (OneAtlas processingDate), date only (SWH).
_TIME = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?)?\s*",
    re.ASCII,
)

_COMMON = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)


def parse_time(value: Any, field: str) -> datetime:
    """Aware UTC, cut to microseconds. A missing zone is read as UTC. Raises Unmappable naming the field."""
    if isinstance(value, str) and _COMMON.fullmatch(value):
        # Nearly every time is written so; Python's own reader takes a tenth of the long way.
        try:
            return datetime.fromisoformat(value[:26].rstrip("Z")).replace(tzinfo=UTC)
        except ValueError:
            pass
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Unmappable(f"not a time: {str(value)[:60]!r}", field)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int(((fraction or "") + "000000")[:6])
    try:
        # A leap second (23:59:60) is the next second's start: datetime has no room for it.
        leap = second == "60"
        when = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), 59 if leap else int(second or 0), micro, _zone(zone)
        )
        return (when + timedelta(seconds=1) if leap else when).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unmappable(f"not a time: {value[:60]!r} ({error})", field) from None


def usable_time(value: Any) -> datetime | None:
    """As parse_time; None for what is no time: for members that an Item can do without."""
    try:
        return parse_time(value, "time")
    except Unmappable:
        return None


def _zone(zone: str | None) -> timezone:
    if zone in (None, "Z", "z"):
        return UTC
    assert zone is not None
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if zone[0] == "-" else delta)


def format_time(when: datetime) -> str:
    """RFC 3339 in UTC with `Z`; fraction in ms when that is exact, else in µs, none when it is zero."""
    micro = when.microsecond
    detail = "seconds" if micro == 0 else "microseconds" if micro % 1000 else "milliseconds"
    return when.astimezone(UTC).isoformat(timespec=detail).removesuffix("+00:00") + "Z"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def to_micros(when: datetime) -> int:
    """Microseconds since 1970, exact, negative before."""
    return (when - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """Aware UTC from microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def parse_token(token: str, field: str) -> datetime:
    """The instant inside an Airbus identifier: YYYYMMDDhhmmssd, d = tenth of a second (report §5.1)."""
    if len(token) < 14 or not token.isdecimal():
        raise Unmappable(f"no instant in {token!r}", field)
    cuts = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    year, month, day, hour, minute, second = (int(token[start:end]) for start, end in cuts)
    try:
        return datetime(year, month, day, hour, minute, second, 100_000 * int(token[14:15] or 0), UTC)
    except ValueError:
        raise Unmappable(f"no instant in {token!r}", field) from None
