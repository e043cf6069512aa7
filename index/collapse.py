"""What a collapsed page leaves out: the one rule, for both stores."""

from collections.abc import Iterable

from index.matches import Better
from index.query import Query

Copy = tuple[str, str, str, str]
"""A Better as a value to store: (collection, source, availability, licence)."""


def copies(better: Iterable[Better]) -> tuple[Copy, ...]:
    """The copies that come before an Item, each once, ascending: equal sets are equal."""
    return tuple(sorted({(one.collection, one.source, one.availability, one.licence) for one in better}))


def collapses(query: Query) -> bool:
    """Whether anything may be left out; with `ids` each Item is asked for by itself."""
    return query.collapse and query.ids is None


def hides(query: Query, copy: Copy) -> bool:
    """Whether the copy could come in the query's answer, so that what it comes before is left out."""
    collection, source, availability, licence = copy
    return (
        all(name != source for name, _ in query.audience.sources)
        and query.audience.finds(source, availability, licence)
        and not (query.exclude_airbus and availability == "orderable")
        and (query.collections is None or collection in query.collections)
    )
