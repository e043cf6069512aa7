"""Items read from Elasticsearch: pages, counts, summaries, single ones. What was refreshed is found; one by its id as last written."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from index.aggregation import Aggregated, Aggregates, Aggregation, Summed
from index.elastic import pages
from index.elastic.aggregate import fields_request, to_aggregated, to_fields, to_request
from index.elastic.answers import item_source
from index.elastic.copies import Copies
from index.elastic.export import export
from index.elastic.names import Names
from index.elastic.places import Places
from index.elastic.query import MAX_COLLECTIONS, SUMMARIES, to_filter, to_stored, to_summaries
from index.elastic.store import Refused, Store
from index.filters.nodes import FilterError
from index.protocol import IndexUnavailable
from index.query import Matched, Page, Query, Summary
from index.state import ItemKey, StoredItem
from mappings.audience import Audience
from mappings.queryables import FIELDS


class Reading:
    """The Items of one store."""

    def __init__(self, store: Store, names: Names, places: Places, copies: Copies) -> None:
        self._store = store
        self._names = names
        self._places = places
        self._copies = copies

    def search(self, query: Query) -> Page:
        """As Index.search."""
        with _honouring(query):
            return pages.read(self._store, self._names.collections(query.collections), query, self._filter(query))

    def export(self, query: Query) -> Generator[StoredItem, None, None]:
        """As Index.export."""
        with _honouring(query):
            yield from export(self._store, self._names.collections(query.collections), query, lambda: self._filter(query))

    def count(self, query: Query) -> int:
        """As Index.count."""
        with _honouring(query):
            return self._store.count(self._names.collections(query.collections), self._filter(query))

    def matched(self, query: Query) -> Matched:
        """As Index.matched; exact, for the cluster counts quickly."""
        return Matched(self.count(query), exact=True)

    def items(self, audience: Audience, keys: Iterable[ItemKey]) -> dict[ItemKey, StoredItem]:
        """As Index.items."""
        # The cluster takes no empty id.
        lying = self._places.find(key for key in keys if key.id)
        found = {key: to_stored(item_source(one.source, f"{one.alias}/{key.id}")) for key, one in lying.items()}
        return {key: item for key, item in found.items() if audience.finds(item.source, item.availability, item.licence)}

    def summaries(self, query: Query) -> Mapping[str, Summary]:
        """As Index.summaries."""
        _, answer = self._ask(query, SUMMARIES)
        if answer is None:
            return {}
        if answer["collections"]["sum_other_doc_count"]:
            raise IndexUnavailable(f"more than {MAX_COLLECTIONS} collections cannot be summed up at once")
        return to_summaries(answer)

    def aggregate(self, query: Query, wanted: Sequence[Aggregation]) -> Aggregates:
        """As Index.aggregate, in one request."""
        # By number: a name may have characters that the cluster does not take.
        aggs = {str(number): request for number, one in enumerate(wanted) if (request := to_request(one))}
        total, answer = self._ask(query, aggs, total=any(one.summed is Summed.COUNT for one in wanted))
        return {
            one.name: Aggregated(total)
            if one.summed is Summed.COUNT
            else to_aggregated(one, answer[str(number)])
            if answer
            else Aggregated()
            for number, one in enumerate(wanted)
        }

    def fields(self, query: Query) -> frozenset[str]:
        """As Index.fields, in one request."""
        _, answer = self._ask(Query(query.audience, collections=query.collections), fields_request(list(FIELDS.values())))
        return to_fields(answer) if answer else frozenset()

    def _ask(self, query: Query, aggs: dict[str, Any], *, total: bool = False) -> tuple[int, dict[str, Any] | None]:
        with _honouring(query):
            return self._store.aggregations(self._names.collections(query.collections), self._filter(query), aggs, total=total)

    def _filter(self, query: Query) -> dict[str, Any]:
        return to_filter(query, self._copies.hiding(query))


@contextmanager
def _honouring(query: Query) -> Iterator[None]:
    """What the cluster refuses of a filter is the filter's fault, not the cluster's."""
    try:
        yield
    except Refused as error:
        if query.filter is None:
            raise
        if "Determinizing automaton" in error.reason:
            raise FilterError("like", "this index cannot look for a pattern with so many wildcards") from error
        if error.status == 400 or "too_many" in error.reason:
            raise FilterError("filter", "it is more than this index can take") from error
        raise
