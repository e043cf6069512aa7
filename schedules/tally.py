"""Tally: whether the index holds every Item that was announced, once a run has come to its end."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from index.harvests.notes import TALLY, change_note, note_value
from index.protocol import Index
from index.state import Run
from index.tally import Tally
from mappings.times import format_time

LOGGER = logging.getLogger(__name__)


def verify(index: Index, archive: str, run: Run, confirm: Callable[[], None], now: datetime) -> str | None:
    """What a run's report says of Items that are lacking or too many in the index; None when all is as it was announced. A run that
    wrote no Item is asked only while an earlier one found a difference. `confirm` raises LeaseLost when somebody else may be writing.

    Only for runs that came to their end: what a dead process left half written is in the pages that come again.
    """
    if not (run.items_put or run.items_deleted or note_value(index, TALLY, archive)):
        return None
    found = index.tally(archive)
    if found.missing:
        confirm()
    remember(index, archive, found, now)
    if not found.missing:
        return None
    said = told(archive, run.source, found)
    LOGGER.error("%s", said)
    return said


def mended(index: Index, archive: str, now: datetime) -> None:
    """After what may have mended a difference that a run found: counts again. What no run has told of is left to the next."""
    if not note_value(index, TALLY, archive):
        return
    found = index.tally(archive)
    remember(index, archive, found, now)
    if found.missing:
        LOGGER.warning("%s: the index still has %d Items where %d were announced", archive, found.items, found.announced)
    else:
        LOGGER.info("%s: all %d Items that were announced are there again", archive, found.items)


def remember(index: Index, archive: str, found: Tally, now: datetime) -> None:
    """Keeps a difference for the runs and the metrics that follow, until there is none."""
    value: dict[str, Any] = {"items": found.items, "announced": found.announced, "time": format_time(now)}
    change_note(index, TALLY, archive, lambda before: value if found.missing else None)


def told(archive: str, source: str, found: Tally) -> str:
    """The difference in a line, and what to do."""
    differs = f"{found.missing} are missing" if found.missing > 0 else f"{-found.missing} are too many"
    return (
        f"the index has {found.items} Items of {archive} where {found.announced} were announced: {differs}: "
        f"`moisson remap {source} --all` makes them anew from the kept records"
    )
