"""History: what the runs of a source tell of the past."""

from collections.abc import Sequence
from datetime import datetime

from index.state import Outcome, Run


def last_done(runs: Sequence[Run], now: datetime) -> datetime | None:
    """When the newest run began that came to an end of its own: one that was interrupted or killed is done again. A run of the future
    is of a clock that was wrong."""
    ended = (Outcome.COMPLETE, Outcome.PARTIAL, Outcome.FAILED)
    return next((run.started for run in runs if run.outcome in ended and run.started <= now), None)


def last_complete(runs: Sequence[Run], now: datetime) -> datetime | None:
    """When the newest complete run ended."""
    return next((run.ended for run in runs if run.outcome is Outcome.COMPLETE and run.started <= now), None)
