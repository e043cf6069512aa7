"""Pages of Items: so many, and so many bytes, in the query's order from a place in it on, and whether there are Items on both sides."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from index.elastic.answers import ItemHit
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
    size = min(query.limit + 1, _PORTION)
    page = store.items(index=indices, query=conditions, sort=order, size=size, track_total_hits=query.after is None, **after)
    hits: Iterable[ItemHit] = page.hits
    if len(page.hits) == size <= query.limit:
        hits = chain(page.hits, store.item_hits(indices, conditions, order, query.limit + 1 - size, _PORTION, page.hits[-1].sort))
    matched = None if query.after else Matched(page.total, exact=True)
    read, items, further = _fill(hits, query.limit)
    if not items:
        return Page([], None, matched=matched)
    ahead = cursor_at(query, read[-1].sort, backwards) if further else None
    behind = cursor_at(query, read[0].sort, not backwards) if query.after else None
    return Page(items[::-1], behind, ahead) if backwards else Page(items, ahead, behind, matched)


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
