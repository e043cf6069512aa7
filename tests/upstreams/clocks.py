"""Instants as integer nanoseconds since 1970, and the spellings that the archives give them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
DAY = 86_400 * SECOND
HOUR = 3600 * SECOND
LATE = 2 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?:Z|([+-])(\d\d):?(\d\d))?")


class Range(NamedTuple):
    """A closed interval of nanoseconds; None is an open end."""

    low: int | None = None
    high: int | None = None

    def holds(self, instant: int) -> bool:
        return (self.low is None or instant >= self.low) and (self.high is None or instant <= self.high)

    def meet(self, other: Range) -> Range:
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return Range(max(lows, default=None), min(highs, default=None))


@lru_cache(maxsize=8192)
def _day(day: int) -> str:
    return date.fromordinal(719_163 + day).isoformat()


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return (date(year, month, day).toordinal() - 719_163) * DAY + hour * 3600 * SECOND


def seconds(instant: int) -> str:
    """2025-04-03T09:00:26, without a zone."""
    day, rest = divmod(instant, DAY)
    rest //= SECOND
    return f"{_day(day)}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def nano(instant: int) -> str:
    """Up to nine decimals, trailing zeros left out, as servers written in Go print them."""
    fraction = instant % SECOND
    return f"{seconds(instant)}.{fraction:09d}".rstrip("0") + "Z" if fraction else seconds(instant) + "Z"


def milli(instant: int) -> str:
    return f"{seconds(instant)}.{instant % SECOND // 1_000_000:03d}Z"


def micro(instant: int) -> str:
    return f"{seconds(instant)}.{instant % SECOND // 1000:06d}Z"


def compact(instant: int) -> str:
    """20250403T090026."""
    return seconds(instant).replace("-", "").replace(":", "")


def token(instant: int) -> str:
    """YYYYMMDDhhmmssd, d = tenth of a second: the time inside a DS_ identifier."""
    return f"{compact(instant).replace('T', '')}{instant % SECOND // 100_000_000}"


def moment(instant: int) -> datetime:
    """Aware UTC, microseconds."""
    return _EPOCH + timedelta(microseconds=instant // 1000)


def nanoseconds(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(microseconds=1) * 1000


def parse(text: str) -> int:
    """Nanoseconds of an ISO 8601 date or instant; no zone reads as UTC. Raises ValueError."""
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    clock = int(hour or 0) * 3600 + int(minute or 0) * 60 + int(second or 0)
    if sign:
        offset = int(zone_hours) * 3600 + int(zone_minutes) * 60
        clock += -offset if sign == "+" else offset
    return at(int(year), int(month), int(day)) + clock * SECOND + int((fraction or "0").ljust(9, "0"))


def sensed_in(identifier: str) -> Range:
    """The second inside a Sentinel product's name; an impossible range when there is none."""
    for part in identifier.split("_"):
        if len(part) == 15 and part[8] == "T":
            start = parse(f"{part[:4]}-{part[4:6]}-{part[6:8]}T{part[9:11]}:{part[11:13]}:{part[13:]}Z")
            return Range(start, start + SECOND - 1)
    return Range(0, 0)


def bracketed(text: str) -> Range:
    """A OneAtlas range "[a,b]", "[a" or "b]"; closed at both ends, whichever way a bracket looks (the documents contradict themselves)."""
    body = text.strip()
    if body[:1] not in "[]" and body[-1:] not in "[]":
        return Range(parse(body), parse(body))
    low, comma, high = body.partition(",")
    if not comma:
        low, high = (body, "") if body[:1] in "[]" else ("", body)
    low, high = low.strip("[] "), high.strip("[] ")
    return Range(parse(low) if low else None, parse(high) if high else None)


def slashed(text: str) -> Range:
    """A STAC datetime: one instant or "a/b" with ".." or nothing for an open end."""
    low, slash, high = text.partition("/")
    if not slash:
        return Range(parse(low), parse(low))
    return Range(*(parse(end) if end not in ("", "..") else None for end in (low, high)))
