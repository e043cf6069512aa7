"""A random query put to an index, and its pages in both directions."""

from collections.abc import Iterator
from dataclasses import replace

from index.filters.nodes import And
from index.filters.parse import parse_json, parse_query, parse_text
from index.protocol import Index
from index.query import Page, Query, Sort
from mappings.queryables import FIELDS
from tests.differential.answers import Asked
from tests.differential.printing import to_text
from tests.differential.queries import area
from tests.differential.rows import micros, words

Names = list[tuple[str, str]]


def to_query(asked: Asked) -> Query:
    """As the API would ask it; a filter by way of text or JSON."""
    parts = []
    if asked.filter is not None:
        parts.append(parse_text(to_text(asked.filter)) if asked.as_text else parse_json(asked.filter))
    if asked.query is not None:
        parts.append(parse_query(asked.query))
    return Query(
        audience=asked.audience,
        collections=asked.collections,
        ids=asked.ids,
        area=area(asked),
        start=micros(asked.start) if asked.start else None,
        end=micros(asked.end) if asked.end else None,
        exclude_airbus=asked.exclude_airbus,
        filter=And(tuple(parts)) if len(parts) > 1 else next(iter(parts), None),
        words=tuple(words(phrase) for phrase in asked.phrases) if asked.phrases else None,
        sort=tuple(Sort(FIELDS[name], descending) for name, descending in asked.sort),
        limit=asked.limit,
    )


def forwards(index: Index, query: Query) -> list[Page]:
    """All pages, by `next`."""
    return list(_pages(index, query, backwards=False))


def backwards(index: Index, query: Query, last: Page) -> list[Page]:
    """All pages before the last one, by `previous`, in the query's order."""
    if last.previous is None:
        return []
    return list(_pages(index, replace(query, after=last.previous), backwards=True))[::-1]


def _pages(index: Index, query: Query, *, backwards: bool) -> Iterator[Page]:
    while True:
        page = index.search(query)
        yield page
        assert page.items or (page.next is None and page.previous is None)
        after = page.previous if backwards else page.next
        if after is None:
            return
        query = replace(query, after=after)


def names(pages: list[Page]) -> Names:
    """The Items of pages, in order."""
    return [(item.collection, item.id) for page in pages for item in page.items]
