"""What the changes say of Items, beside the Items themselves: two writings, between which a process may die."""

from collections.abc import Iterable

from index.elastic.names import Names, doc_id
from index.elastic.operation import Source
from index.elastic.store import Store
from index.state import Facts, ItemKey
from index.tally import Tally

_TOLD = ("source", "deleted", "availability", "licence", "former")


def announced(store: Store, names: Names, keys: Iterable[ItemKey]) -> dict[ItemKey, Source]:
    """What the newest change of each Item says of it, as last written; those of which none is kept are left out."""
    places = {(names.changes, doc_id(*key)): key for key in keys}
    return {places[place]: source for place, source in store.mget(places, _TOLD).items()}


def is_told(change: Source | None, item: Source) -> bool:
    """Whether the change says that the Item is there, and whose it is."""
    return change is not None and not change["deleted"] and bool(change["source"] == item["source"])


def facts_of(source: Source) -> Facts:
    """Of an Item, or of a change, as stored."""
    return Facts(source["source"], source["availability"], source["licence"])


def former(facts: Facts, *before: Source | None) -> frozenset[Facts]:
    """The facts but these that an Item ever had, by its newest change and by itself."""
    known = [source for source in before if source]
    had = {facts_of(source) for source in known} | {Facts(*one) for source in known for one in source.get("former", ())}
    return frozenset(had - {facts})


def tally(store: Store, names: Names, source: str) -> Tally:
    """As Index.tally, in two requests: searches find what both indices had when they were refreshed."""
    store.refresh(names.items, names.changes)
    own = {"term": {"source": source}}
    live = {"bool": {"filter": [own], "must_not": [{"term": {"deleted": True}}]}}
    return Tally(store.count(names.items, own), store.count(names.changes, live))
