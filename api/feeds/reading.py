"""Reading: what changed after a position, as one audience may know it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.protocol import Index
from index.query import PAGE_BYTES
from index.state import Change, Facts, ItemKey, StoredItem
from mappings.audience import Audience

_CHUNK = 500
# So many that an audience may not know of are passed over in one answer: nobody waits long for the next position.
_MOST_READ = 50_000

Within = Callable[[Change], bool]
"""Whether somebody reads of a change at all, whatever it is of."""
Wanted = Callable[[Facts], bool]
"""Whether somebody wants what has these facts."""


def everything(_: Facts) -> bool:
    """No wish."""
    return True


@dataclass(frozen=True)
class Told:
    """A change that the audience may know of. `item` is None for one that is gone: deleted, or found by this audience no more."""

    change: Change
    item: StoredItem | None


@dataclass(frozen=True)
class Portion:
    """`position` is the number up to which all was read; `more` is False when nothing newer was there."""

    told: Sequence[Told]
    position: int
    more: bool


def read_changes(
    index: Index,
    audience: Audience,
    after: int,
    limit: int,
    wanted: Wanted = everything,
    most_read: int = _MOST_READ,
    *,
    within: Within = lambda _: True,
) -> Portion:
    """At most `limit` changes after a number, of each Item the newest one only, fewer where PAGE_BYTES are full; perhaps none, though
    there is more, where `most_read` in a row are not for this audience. Raises IndexUnavailable.

    An Item that changed again while it is read is told as it is now, and once more later. One that is no more there is left out: what
    took it away has a higher number. So whoever goes on from `position` misses nothing.
    """
    told: list[Told] = []
    size, read, position = 0, 0, after
    while len(told) < limit and size < PAGE_BYTES and read < most_read:
        changes = index.changes(position, min(_CHUNK, most_read - read))
        if not changes:
            return Portion(told, position, more=False)
        read += len(changes)
        for change, one in zip(changes, _judged(index, audience, changes, wanted, within), strict=False):
            position = change.number
            if one:
                told.append(one)
                size += _size(one.item)
            if len(told) == limit or size >= PAGE_BYTES:
                break
    return Portion(told, position, more=True)


def _judged(index: Index, audience: Audience, changes: Sequence[Change], wanted: Wanted, within: Within) -> Iterator[Told | None]:
    """What is told of each change."""
    there = [change.key for change in changes if not change.deleted and _finds(audience, change.facts, wanted) and within(change)]
    items = index.items(audience, there) if there else {}
    asked = frozenset[ItemKey](there)
    for change in changes:
        if not within(change):
            yield None
        elif change.key in asked:
            yield Told(change, items[change.key]) if change.key in items else None
        else:
            yield Told(change, None) if lost(audience, change, wanted) else None


def lost(audience: Audience, change: Change, wanted: Wanted = everything) -> Facts | None:
    """The facts by which the audience found an Item that is deleted, or that it finds no more; None where it never did."""
    had = ((change.facts,) if change.deleted else ()) + tuple(sorted(change.former))
    return next((facts for facts in had if _finds(audience, facts, wanted)), None)


def _finds(audience: Audience, facts: Facts, wanted: Wanted) -> bool:
    return audience.finds(*facts) and wanted(facts)


def _size(item: StoredItem | None) -> int:
    return len(item.head) + len(item.middle) + len(item.rest) if item else 0
