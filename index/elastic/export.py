"""All Items of a query, page by page, out of one moment of the cluster: a point in time, which is closed whatever happens."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from index.elastic.answers import ItemHit
from index.elastic.errors import Refused
from index.elastic.query import to_stored
from index.elastic.sort import clauses
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.query import PAGE_BYTES, Query
from index.state import StoredItem

PORTION = 2_000
# Of whose Items nobody knows yet how long they are.
_FIRST = 200
# Anew with each page: as long as a consumer may take over one.
_KEEP = "5m"
_CLOSING_SECONDS = 5.0


def export(store: Store, indices: str, query: Query, conditions: Callable[[], dict[str, Any]]) -> Generator[StoredItem, None, None]:
    """As Index.export, of what was refreshed. `conditions` are asked for once the moment is held: what they depend on is never older
    than the Items. Where several indices are read, each is held some milliseconds after the other."""
    order = clauses(query, backwards=False)
    with _moment(store, indices) as moment:
        asked: dict[str, Any] = {"query": conditions(), "sort": order}
        size = min(_FIRST, PORTION)
        while True:
            hits = moment.page(size=size, **asked)
            items = [to_stored(hit.item) for hit in hits]
            yield from items
            if len(items) < size:
                return
            asked["search_after"] = hits[-1].sort
            held = sum(len(item.head) + len(item.middle) + len(item.rest) for item in items)
            size = max(1, min(PORTION, PAGE_BYTES * len(items) // max(held, 1)))


class _Moment:
    """A point in time that is open."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def page(self, **asked: Any) -> list[ItemHit]:
        """Hits. Raises IndexUnavailable, also when the moment is gone, or a part of it."""
        pit = {"id": self._name, "keep_alive": _KEEP}
        try:
            answer = self._store.items(pit=pit, track_total_hits=False, **asked)
        except Refused as error:
            if "search_context_missing" not in error.reason and "index_not_found" not in error.reason:
                raise
            why = "it was left alone for too long, a node went, or an index was made anew"
            raise IndexUnavailable(f"the export broke off ({why}): begin it again: {error}") from error
        self._name = answer.pit_id
        return answer.hits

    def close(self) -> None:
        """Soon: nobody waits for it."""
        self._store.within(_CLOSING_SECONDS).ask(lambda client: client.options(ignore_status=404).close_point_in_time(id=self._name))


@contextmanager
def _moment(store: Store, indices: str) -> Iterator[_Moment]:
    opened = store.ask(lambda client: client.open_point_in_time(index=indices, keep_alive=_KEEP, ignore_unavailable=True))
    moment = _Moment(store, opened["id"])
    try:
        yield moment
    finally:
        # A cluster that is gone has forgotten it, or will: it ends by itself after _KEEP.
        with suppress(IndexUnavailable):
            moment.close()
