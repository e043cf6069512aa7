"""Portions: the Items of an export as the asker sees them, a few at a time, so that none of it need be held as a whole."""

from collections.abc import Callable, Generator, Iterator, Sequence

from api.pages import Sight, item_bytes
from index.state import StoredItem

MOST_ITEMS = 1000
MOST_BYTES = 4 * 2**20

Portion = Sequence[bytes]
"""Items' public JSON."""


def portions(items: Iterator[StoredItem], sight: Callable[[Sequence[StoredItem]], Sight]) -> Generator[Portion, None, None]:
    """The Items' JSON, at most MOST_ITEMS at a time and hardly more than MOST_BYTES. Who opened `items` closes them."""
    held: list[StoredItem] = []
    size = 0
    for item in items:
        held.append(item)
        size += len(item.head) + len(item.middle) + len(item.rest)
        if len(held) >= MOST_ITEMS or size >= MOST_BYTES:
            yield _shown(held, sight)
            held, size = [], 0
    if held:
        yield _shown(held, sight)


def _shown(items: Sequence[StoredItem], sight: Callable[[Sequence[StoredItem]], Sight]) -> Portion:
    seen = sight(items)
    return [item_bytes(item, seen) for item in items]
