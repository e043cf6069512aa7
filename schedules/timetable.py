"""Timetable: when a source is harvested, as an APScheduler trigger and as a question to the history of its runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from index.state import Outcome, Run

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_EVERY = re.compile(r"every (\d{1,5}) ?(min|h|d)")
# How many intervals may pass without a complete run before a source counts as silent, unless its settings say otherwise.
_PATIENCE = 3


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
            self.trigger()
        except ValueError as error:
            raise ValueError(f"{self.text!r}: neither “every 6 h” nor five cron fields: {error}") from None

    @property
    def period(self) -> timedelta | None:
        """The time between two runs; None for a cron line, whose times differ."""
        found = _EVERY.fullmatch(self.text)
        return int(found[1]) * _UNITS[found[2]] if found else None

    def trigger(self, start: datetime | None = None) -> BaseTrigger:
        """What APScheduler fires by; intervals count from `start`."""
        jitter = int(self.jitter.total_seconds()) or None
        if self.period:
            return IntervalTrigger(seconds=int(self.period.total_seconds()), start_date=start, timezone=ZoneInfo(self.zone), jitter=jitter)
        trigger = CronTrigger.from_crontab(self.text, timezone=ZoneInfo(self.zone))
        trigger.jitter = jitter
        return trigger

    def after(self, last: datetime | None, now: datetime) -> datetime:
        """When the run after the one at `last` is due, without jitter; now when there was none."""
        if last is None:
            return now
        if self.period:
            return last + self.period
        found = CronTrigger.from_crontab(self.text, timezone=ZoneInfo(self.zone)).get_next_fire_time(None, last + timedelta(seconds=1))
        return found or now

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """Whether a run is due. Intervals are counted from starts that jitter had delayed, each differently."""
        return now >= self.after(last, now) - (self.jitter if self.period else timedelta(0))

    @property
    def patience(self) -> timedelta:
        """How long a source may go without a complete run."""
        if self.period:
            return self.period * _PATIENCE
        start = datetime(2024, 1, 1, tzinfo=ZoneInfo(self.zone))
        first = self.after(start, start)
        return (self.after(first, first) - first) * _PATIENCE


def last_done(runs: Sequence[Run]) -> datetime | None:
    """When the newest run began that came to an end of its own: one that was interrupted or killed is done again."""
    return next((run.started for run in runs if run.outcome in (Outcome.COMPLETE, Outcome.PARTIAL, Outcome.FAILED)), None)


def last_complete(runs: Sequence[Run]) -> datetime | None:
    """When the newest complete run ended."""
    return next((run.ended for run in runs if run.outcome is Outcome.COMPLETE), None)
