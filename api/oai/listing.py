"""Pages of a list: the changes of a window, in the order of their numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from api.feeds.reading import Told, Wanted, read_changes
from api.oai.stamps import Window, seconds, stamp_of
from index.protocol import Index
from index.query import PAGE_BYTES
from index.state import Change
from mappings.audience import Audience


@dataclass(frozen=True)
class Listed:
    """`following` is the number after which the next page begins; None when nothing follows."""

    told: Sequence[Told]
    following: int | None


def list_page(index: Index, audience: Audience, window: Window, wanted: Wanted, after: int, limit: int) -> Listed:
    """At most `limit` changes after a number, fewer where PAGE_BYTES are full; never none when something follows. An Item that changes
    meanwhile is published after the window's end: the next harvest has it."""
    told: list[Told] = []
    within = _within(index, window)
    while True:
        # One more than is given, so that it is known whether anything follows.
        portion = read_changes(index, audience, after, limit + 1 - len(told), wanted, within=within)
        told += portion.told
        if len(told) > limit or (len(told) > 1 and _size(told) >= PAGE_BYTES):
            return Listed(told[:-1], told[-2].change.number)
        if not portion.more:
            return Listed(told, None)
        after = portion.position


def start_of(index: Index, window: Window) -> int:
    """A change number up to which nothing is in the window, found in some forty looks.

    A change that can be read was written at most `lag` after its time; all with a lower number were written before it. Where one's
    time lies more than `lag` before the window's, so do those of all before.
    """
    if not window.since:
        return 0
    low, high = 0, 1
    while (change := _next(index, high)) is not None and _is_before(change, window, index.lag):
        low, high = change.number, max(2 * high, change.number)
    while low + 1 < high:
        middle = (low + high) // 2
        change = _next(index, middle)
        if change is not None and _is_before(change, window, index.lag):
            low = max(middle, min(change.number, high - 1))
        else:
            high = middle
    return low


def _is_before(change: Change, window: Window, lag: timedelta) -> bool:
    # A second more, for those that were cut.
    return seconds(change.time + 2 * lag) + 1 < window.since


def _next(index: Index, number: int) -> Change | None:
    return next(iter(index.changes(number, 1)), None)


def _within(index: Index, window: Window) -> Callable[[Change], bool]:
    lag = index.lag
    return lambda change: window.holds(stamp_of(change, lag))


def _size(told: Sequence[Told]) -> int:
    return sum(len(one.item.head) + len(one.item.middle) + len(one.item.rest) for one in told if one.item)
