"""TAI - UTC in whole seconds since Pléiades flies (IERS Bulletin C; to be continued when it announces another leap second)."""

from bisect import bisect_right
from datetime import UTC, datetime

from mappings.times import to_micros

_STEPS = (
    (to_micros(datetime(2009, 1, 1, tzinfo=UTC)), 34),
    (to_micros(datetime(2012, 7, 1, tzinfo=UTC)), 35),
    (to_micros(datetime(2015, 7, 1, tzinfo=UTC)), 36),
    (to_micros(datetime(2017, 1, 1, tzinfo=UTC)), 37),
)
_STARTS = tuple(start for start, _ in _STEPS)

_SECOND = 1_000_000
_TOLERANCE = 150_000

MOST = _STEPS[-1][1]
"""The largest offset that there has been, in seconds."""


def leap_seconds(micros: int) -> int | None:
    """The offset at an instant (µs since 1970, UTC); None before 2009, when no satellite of interest flew."""
    step = bisect_right(_STARTS, micros)
    return _STEPS[step - 1][1] if step else None


def is_leap(later: int, earlier: int) -> bool:
    """Whether two instants (µs) are apart by the offset of the earlier one's date, within 0.15 s (report §5.3, M3)."""
    seconds = leap_seconds(earlier)
    return seconds is not None and abs(later - earlier - seconds * _SECOND) <= _TOLERANCE
