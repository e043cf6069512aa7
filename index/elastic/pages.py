"""Pages of Items: so many, and so many bytes, in the query's order from a place in it on, and whether there are Items on both sides."""

from collections.abc import Iterable, Mapping
from typing import Any

from index.elastic.query import STORED, to_stored
from index.elastic.sort import clauses, cursor_at, place_of
from index.elastic.store import Store
from index.query import PAGE_BYTES, Page, Query
from index.state import StoredItem

Hit = Mapping[str, Any]
# Items are read as many at once: a page may be full of bytes before its limit.
_PORTION = 2_000


def read(store: Store, indices: str, query: Query, conditions: dict[str, Any]) -> Page:
    """The page. One that begins at a cursor costs a second, small request: whether there are Items on the side that it came from."""
    backwards = query.after is not None and query.after.backwards
    after = {"search_after": place_of(query, query.after)} if query.after else {}
    order = clauses(query, backwards)
    # Less what is searched, which is half of an Item: to leave it out takes less time than to send it.
    hits = store.hits(indices, conditions, order, query.limit + 1, _PORTION, source_includes=STORED, **after)
    read, items, more = _fill(hits, query.limit)
    if not items:
        return Page([], None)
    ahead = cursor_at(query, read[-1], backwards) if more else None
    behind = None
    if query.after and _any(store, indices, query, conditions, read[0]):
        behind = cursor_at(query, read[0], not backwards)
    return Page(items[::-1], behind, ahead) if backwards else Page(items, ahead, behind)


def _fill(hits: Iterable[Hit], limit: int) -> tuple[list[Hit], list[StoredItem], bool]:
    """(the hits of the page, their Items, whether there is a further one)."""
    read: list[Hit] = []
    items: list[StoredItem] = []
    size = 0
    for hit in hits:
        item = to_stored(hit["_source"])
        size += len(item.head) + len(item.middle) + len(item.rest)
        if len(items) == limit or (items and size > PAGE_BYTES):
            return read, items, True
        read.append({"sort": hit["sort"]})
        items.append(item)
    return read, items, False


def _any(store: Store, indices: str, query: Query, conditions: dict[str, Any], first: Hit) -> bool:
    """Whether there is an Item before the first that was read."""
    backwards = query.after is not None and query.after.backwards
    order = clauses(query, not backwards)
    return any(True for _ in store.hits(indices, conditions, order, 1, search_after=first["sort"], source=False))
