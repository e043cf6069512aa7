"""Copies that come before Items, on Elasticsearch: one document lists the few different ones, Items name theirs by keywords.

A query that collapses reads that list, tells by the common rule (collapse.py) which copies could come in its answer, and leaves out
the Items that name one of them.
"""

from collections.abc import Iterable
from hashlib import blake2b

import orjson

from index.collapse import Copy, collapses, hides
from index.elastic.names import Names
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.query import Query

_COPIES = "copies"
_TRIES = 50


class Copies:
    """The list of one store; it only grows."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._index = names.meta

    def hiding(self, query: Query) -> list[str]:
        """The keywords of the copies for which the query leaves Items out."""
        if not collapses(query):
            return []
        found = self._store.get(self._index, _COPIES)
        listed: list[list[str]] = found.source["copies"] if found else []
        return sorted(keyword((a, b, c, d)) for a, b, c, d in listed if hides(query, (a, b, c, d)))

    def learn(self, copies: Iterable[Copy]) -> None:
        """Adds those that are new; before Items name them."""
        wanted = {tuple(copy) for copy in copies}
        for _ in range(_TRIES):
            found = self._store.get(self._index, _COPIES)
            known = {tuple(copy) for copy in found.source["copies"]} if found else set()
            if wanted <= known:
                return
            if self._store.put_if_unchanged(self._index, _COPIES, {"copies": sorted(known | wanted)}, found):
                return
        raise IndexUnavailable("Elasticsearch: the list of copies is written by others all the time")


def keyword(copy: Copy) -> str:
    """What an Item's `better` names it by: of one length, however long the names are."""
    return blake2b(orjson.dumps(copy), digest_size=12).hexdigest()
