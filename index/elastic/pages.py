"""Pages of Items: so many, and so many bytes, in the query's order from a place in it on, and whether there are Items on both sides."""

from collections.abc import Iterable, Iterator
from typing import Any

from index.elastic.answers import ItemHit, ItemPage
from index.elastic.query import to_stored
from index.elastic.sort import clauses, cursor_at, place_of
from index.elastic.store import Store
from index.query import PAGE_BYTES, Matched, Page, Query
from index.state import StoredItem

# Items are read as many at once: a page may be full of bytes before its limit.
_PORTION = 2_000


def read(store: Store, indices: str, query: Query, conditions: dict[str, Any]) -> Page:
    """The page, in one request; of very many Items, in several. The first also tells how many match. One that begins at a cursor has Items
    on the side that it came from, unless they all went meanwhile: then whoever goes back finds nothing there, and is not asked for here."""
    backwards = query.after is not None and query.after.backwards
    after = {"search_after": place_of(query, query.after)} if query.after else {}
    order = clauses(query, backwards)
    asked: dict[str, Any] = {"index": indices, "query": conditions, "sort": order, **after}
    wanted = query.limit + 1
    page = store.items(size=min(wanted, _PORTION), track_total_hits=query.after is None, **asked)
    matched = None if query.after else Matched(page.total, exact=True)
    read, items, further = _fill(_walked(store, asked, page, wanted), query.limit)
    if not items:
        return Page([], None, matched=matched)
    ahead = cursor_at(query, read[-1].sort, backwards) if further else None
    behind = cursor_at(query, read[0].sort, not backwards) if query.after else None
    return Page(items[::-1], behind, ahead) if backwards else Page(items, ahead, behind, matched)


def _walked(store: Store, asked: dict[str, Any], page: ItemPage, wanted: int) -> Iterator[ItemHit]:
    """The hits of a page and of those behind it, each asked for when it is needed, as many as are wanted."""
    size = min(wanted, _PORTION)
    while True:
        yield from page.hits
        wanted -= size
        if len(page.hits) < size or not wanted:
            return
        size = min(wanted, _PORTION)
        page = store.items(**{**asked, "size": size, "track_total_hits": False, "search_after": page.hits[-1].sort})


def _fill(hits: Iterable[ItemHit], limit: int) -> tuple[list[ItemHit], list[StoredItem], bool]:
    """(the hits of the page, their Items, whether there is a further one)."""
    read: list[ItemHit] = []
    items: list[StoredItem] = []
    size = 0
    for hit in hits:
        item = to_stored(hit.item)
        size += len(item.head) + len(item.middle) + len(item.rest)
        if len(items) == limit or (items and size > PAGE_BYTES):
            return read, items, True
        read.append(hit)
        items.append(item)
    return read, items, False
