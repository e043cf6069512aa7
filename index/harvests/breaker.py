"""Circuit breaker: an archive that fails again and again is left alone for a while, by every scheduler."""

from datetime import datetime, timedelta
from typing import Any

from index.harvests.notes import BREAKER, change_note, note_value
from index.protocol import Index
from index.state import Outcome
from mappings.times import format_time, parse_time

FAILURES = 3
_FIRST = timedelta(minutes=15)
_LONGEST = timedelta(hours=6)


def record(index: Index, source: str, outcome: Outcome, now: datetime) -> None:
    """Counts a run that brought nothing; any other closes the breaker. From the third failure in a row it stays open for a quarter
    of an hour, then twice as long each time, up to six hours; one run is tried after that."""
    if outcome is Outcome.ABORTED:
        return

    def changed(value: dict[str, Any]) -> dict[str, Any] | None:
        if outcome is not Outcome.FAILED:
            return None
        failures = int(value.get("failures", 0)) + 1
        pause = min(_FIRST * 2 ** min(max(failures - FAILURES, 0), 10), _LONGEST)
        return {"failures": failures, "until": format_time(now + pause) if failures >= FAILURES else None}

    change_note(index, BREAKER, source, changed)


def open_until(index: Index, source: str, now: datetime) -> datetime | None:
    """Until when scheduled runs of the source are not tried; None when they are."""
    until = note_value(index, BREAKER, source).get("until")
    when = parse_time(until, "until") if until else None
    return when if when and when > now else None
