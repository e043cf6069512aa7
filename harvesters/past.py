"""The past of an archive that is too big to be listed whole: its calendar months, each read as one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from harvesters.source import Extent, Page

# Where records without the time that windows go by are counted: no archive has published anything that early.
UNDATED = Extent(None, datetime(1970, 1, 1, tzinfo=UTC))


def months(since: datetime, now: datetime) -> Iterator[Extent]:
    """The calendar months from `since`, in the middle of one or not, to the present one, oldest first."""
    while since <= now:
        until = (since.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
        yield Extent(since, until)
        since = until


def as_one(stream: str, pages: Iterator[Page], extent: Extent, since: datetime, until: datetime) -> Iterator[Page]:
    """The pages of all windows of [since, until); the last one closes `extent` when each window was closed, one after the other."""
    reached = since
    for page in pages:
        if page.closed is not None and page.closed.since == reached and page.closed.until is not None:
            reached = page.closed.until
        yield replace(page, ordered=False, closed=None)
    if reached >= until:
        yield Page(stream, closed=extent)
