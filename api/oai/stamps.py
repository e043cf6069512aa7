"""Datestamps: the second at which a change is published, and the windows that harvesters ask for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.oai.errors import bad_argument
from index.state import Change

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def stamp_of(change: Change, lag: timedelta) -> int:
    """Seconds since 1970 at which the change is published.

    A change bears the time at which its batch was begun, and can be read later, by `lag` at most: published at its time, it would come
    after a harvest that had asked for all until then, and be missed by the next one, which asks from there on. Published `lag` later,
    it can be read for sure when its second comes, whatever else is written meanwhile; until then no list holds it.
    """
    return seconds(change.time + lag)


def seconds(when: datetime) -> int:
    """Whole seconds since 1970, cut."""
    return (when - _EPOCH) // timedelta(seconds=1)


def written(second: int) -> str:
    """YYYY-MM-DDThh:mm:ssZ."""
    return (_EPOCH + timedelta(seconds=second)).isoformat().removesuffix("+00:00") + "Z"


@dataclass(frozen=True)
class Window:
    """Datestamps from `since` to `until`, both included. `until` is never later than the moment at which the list was begun: what is
    published while it is read belongs to the next harvest."""

    since: int
    until: int

    def holds(self, second: int) -> bool:
        return self.since <= second <= self.until


def window_of(since: str | None, until: str | None, now: int) -> Window:
    """Of the arguments `from` and `until`. Raises OaiError."""
    if since and until and len(since) != len(until):
        raise bad_argument("from, until: give both as days, or both as seconds")
    start = _read("from", since, last=False) if since else 0
    end = _read("until", until, last=True) if until else now
    if since and until and end < start:
        raise bad_argument("until: it is before from")
    return Window(start, min(end, now))


def _read(name: str, value: str, *, last: bool) -> int:
    """A day stands for its first second, or its `last`."""
    try:
        if _SECOND.fullmatch(value):
            return seconds(datetime.fromisoformat(value))
        if _DAY.fullmatch(value):
            return seconds(datetime.fromisoformat(value).replace(tzinfo=UTC)) + (86_399 if last else 0)
    except ValueError:
        pass
    raise bad_argument(f"{name}: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, got {value[:40]}")
