"""Pages of Items: so many, and so many bytes, in the query's order from a place in it on, and whether there are Items on both sides."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from index.elastic.query import to_stored
from index.elastic.sort import clauses, cursor_at, place_of
from index.elastic.store import Store
from index.query import PAGE_BYTES, Matched, Page, Query
from index.state import StoredItem

Hit = Mapping[str, Any]
# Items are read as many at once: a page may be full of bytes before its limit.
_PORTION = 2_000


def read(store: Store, indices: str, query: Query, conditions: dict[str, Any]) -> Page:
    """The page, in one request; of very many Items, in several. The first also tells how many match. One that begins at a cursor has Items
    on the side that it came from, unless they all went meanwhile: then whoever goes back finds nothing there, and is not asked for here."""
    backwards = query.after is not None and query.after.backwards
    after = {"search_after": place_of(query, query.after)} if query.after else {}
    order = clauses(query, backwards)
    size = min(query.limit + 1, _PORTION)
    first, total = store.page(indices, conditions, order, size, total=query.after is None, **after)
    hits: Iterable[Hit] = first
    if len(first) == size <= query.limit:
        hits = chain(first, store.hits(indices, conditions, order, query.limit + 1 - size, _PORTION, search_after=first[-1]["sort"]))
    matched = None if query.after else Matched(total, exact=True)
    read, items, further = _fill(hits, query.limit)
    if not items:
        return Page([], None, matched=matched)
    ahead = cursor_at(query, read[-1], backwards) if further else None
    behind = cursor_at(query, read[0], not backwards) if query.after else None
    return Page(items[::-1], behind, ahead) if backwards else Page(items, ahead, behind, matched)


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
