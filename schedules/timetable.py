"""Timetable: when a source is harvested, as an APScheduler trigger and as a question."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_EVERY = re.compile(r"every (\d{1,5}) ?(min|h|d)")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
# How many intervals may pass without a complete run before a source counts as silent, unless its settings say otherwise.
_PATIENCE = 3


class _Later(BaseTrigger):  # type: ignore[misc]
    """Another trigger's times, each up to `jitter` later. Counted in UTC: added to a wall clock that is set back in autumn, a delay
    would name a time that has passed, for ever."""

    def __init__(self, times: BaseTrigger, jitter: timedelta) -> None:
        self._times, self._jitter = times, jitter

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        fire = self._times.get_next_fire_time(previous_fire_time, now)
        return fire.astimezone(UTC) + self._jitter * random.random() if fire else None


@dataclass(frozen=True)
class Timetable:
    """`text` is "every 6 h" (min, h, d) or five cron fields, read in the time zone `zone`; each time comes up to `jitter` later, so
    that many installations do not ask an archive in the same second. Raises ValueError, which says what is wrong."""

    text: str
    zone: str = "UTC"
    jitter: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{self.zone!r} is no time zone, such as Europe/Paris") from None
        if self.text.startswith("every"):
            if not self.period:
                raise ValueError(f"{self.text!r}: write every N min, every N h or every N d, with N above zero")
            return
        try:
            comes = self._cron().get_next_fire_time(None, _SOME_DAY)
        except ValueError as error:
            raise ValueError(f"{self.text!r}: neither “every 6 h” nor five cron fields: {error}") from None
        if comes is None:
            raise ValueError(f"{self.text!r}: no such day ever comes: write “every 6 h” or five cron fields")

    @property
    def period(self) -> timedelta | None:
        """The time between two runs; None for a cron line, whose times differ."""
        found = _EVERY.fullmatch(self.text)
        return int(found[1]) * _UNITS[found[2]] if found else None

    def trigger(self, start: datetime | None = None) -> BaseTrigger:
        """What APScheduler fires by; intervals count from `start`."""
        if self.period is None:
            return _Later(self._cron(), self.jitter)
        times = IntervalTrigger(seconds=int(self.period.total_seconds()), start_date=start, timezone=UTC)
        # A long delay would let one time meet the next.
        return _Later(times, min(self.jitter, self.period / 10))

    def after(self, last: datetime | None, now: datetime) -> datetime:
        """When the run after the one at `last` is due, without jitter; now when there was none."""
        if last is None:
            return now
        if self.period:
            return last + self.period
        found = self._cron().get_next_fire_time(None, last + timedelta(seconds=1))
        return found.astimezone(UTC) if found else now

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """Whether a run is due at one of the timetable's times. Half an interval is enough: a run that began late, or by hand, must not
        cost the next one."""
        if last is not None and self.period:
            return now >= last + self.period / 2
        return now >= self.after(last, now)

    @property
    def patience(self) -> timedelta:
        """How long a source may go without a complete run: three times the longest pause of two weeks."""
        if self.period:
            return self.period * _PATIENCE
        first = fire = self.after(_SOME_DAY, _SOME_DAY)
        longest = timedelta(0)
        while fire < first + timedelta(days=14):
            following = self.after(fire, fire)
            longest, fire = max(longest, following - fire), following
        return longest * _PATIENCE

    def _cron(self) -> CronTrigger:
        fields = self.text.split()
        if len(fields) == 5:
            if fields[2] != "*" and fields[4] != "*":
                raise ValueError("give a day of the month or a day of the week: cron takes either, APScheduler only what is both")
            fields[4] = _weekdays(fields[4])
        return CronTrigger.from_crontab(" ".join(fields), timezone=ZoneInfo(self.zone))


def _weekdays(field: str) -> str:
    """The fifth field of a cron line in names: cron counts from Sunday, APScheduler from Monday."""
    if not re.search(r"\d", field):
        return field
    chosen: set[int] = set()
    for part in field.split(","):
        found = re.fullmatch(r"(?:\*|([0-7])(?:-([0-7]))?)(?:/([1-7]))?", part)
        if found is None:
            raise ValueError(f"{part!r} is no day of the week: 0 to 7 (0 and 7 are Sunday), or sun to sat")
        first = int(found[1]) if found[1] else 0
        last = int(found[2]) if found[2] else 6 if found[1] is None or found[3] else first
        if last < first:
            raise ValueError(f"{part!r} ends before it begins")
        chosen |= set(range(first, last + 1, int(found[3] or 1)))
    return ",".join(_DAYS[day % 7] for day in sorted(chosen))
