"""Pages of records: as long as is asked for, at a token's place or behind a number of others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.records.parameters import Asked
from api.steps import Steps
from api.token import make_token, read_token
from index.protocol import Index
from index.query import Matched, Page, Query
from index.state import StoredItem


@dataclass(frozen=True)
class Paged:
    """A page, how many match on all, and the tokens of the pages beside it."""

    items: Sequence[StoredItem]
    matched: Matched
    steps: Steps


def paged(index: Index, asked: Asked, secret: bytes) -> Paged:
    """`secret` is the key of the tokens. Raises Problem for a token that does not hold, and FilterError."""
    placed, told = read_token(asked.query, asked.token, secret) if asked.token else (asked.query, None)
    page = _page(index, placed, asked.offset or 0)
    whole = placed.after is None and not asked.offset and page.next is None
    known = page.matched or (told if page.items else None)
    matched = Matched(len(page.items), exact=True) if whole else known or index.matched(asked.query)
    matched = replace(matched, number=max(matched.number, len(page.items)))
    made = (make_token(asked.query, place, secret, matched) if place else None for place in (page.next, page.previous))
    return Paged(page.items, matched, Steps(*made))


def _page(index: Index, query: Query, offset: int) -> Page:
    """One page; a page backwards is empty when all before its place has gone: what is there now is the first."""
    placed = _behind(index, query, offset) if offset else query
    if placed is None:
        return Page([], None)
    page = index.search(placed)
    if query.after is not None and query.after.backwards:
        return page if page.items else _page(index, replace(query, after=None), 0)
    # A page of the index may be full of bytes before it has as many Items as are asked for, and who counts would miss the rest.
    items, last = list(page.items), page
    while last.next is not None and len(items) < placed.limit:
        last = index.search(replace(placed, limit=placed.limit - len(items), after=last.next))
        items.extend(last.items)
    return Page(items, last.next, page.previous, page.matched)


def _behind(index: Index, query: Query, offset: int) -> Query | None:
    """The query behind its first `offset` Items; None where nothing is."""
    placed = query
    while offset:
        page = index.search(replace(placed, limit=offset))
        if page.next is None:
            return None
        offset -= len(page.items)
        placed = replace(placed, after=page.next)
    return placed
