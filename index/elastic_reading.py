"""Items read from Elasticsearch: pages, counts, summaries, single ones. What was refreshed is found; one by its id as last written."""

from collections.abc import Mapping

from index.elastic_copies import Copies
from index.elastic_mapping import Names
from index.elastic_query import MAX_COLLECTIONS, SORT, SUMMARIES, search_after, to_filter, to_page, to_stored, to_summaries
from index.elastic_store import Store
from index.protocol import IndexUnavailable
from index.query import Page, Query, Summary
from index.state import StoredItem
from mappings.audience import Audience


class Reading:
    """The Items of one store."""

    def __init__(self, store: Store, names: Names, copies: Copies) -> None:
        self._store = store
        self._names = names
        self._copies = copies

    def search(self, query: Query) -> Page:
        """As Index.search."""
        indices = self._names.collections(query.collections)
        # The whole source: to have the cluster pick fields out of it takes longer than to send it.
        hits = self._store.hits(indices, self._filter(query), SORT, query.limit + 1, **search_after(query.after))
        return to_page(list(hits), query.limit)

    def count(self, query: Query) -> int:
        """As Index.count."""
        return self._store.count(self._names.collections(query.collections), self._filter(query))

    def get(self, audience: Audience, collection: str, item_id: str) -> StoredItem | None:
        """As Index.get."""
        found = self._store.get(self._names.collection(collection), item_id) if item_id else None
        item = to_stored(found.source) if found else None
        return item if item and audience.finds(item.source, item.availability, item.licence) else None

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        """As Index.summaries."""
        with self._store.speaking():
            answer = self._store.client.search(
                index=self._names.collections(query.collections),
                query=self._filter(query),
                aggs=SUMMARIES,
                size=0,
                track_total_hits=False,
                allow_partial_search_results=False,
                ignore_unavailable=True,
            ).body
        self._store.verify(answer)
        # Without any index of Items the answer has no aggregations at all.
        if "aggregations" not in answer:
            return {}
        if answer["aggregations"]["collections"]["sum_other_doc_count"]:
            raise IndexUnavailable(f"more than {MAX_COLLECTIONS} collections cannot be summed up at once")
        return to_summaries(answer["aggregations"])

    def _filter(self, query: Query) -> dict[str, object]:
        return to_filter(query, self._copies.hiding(query))
