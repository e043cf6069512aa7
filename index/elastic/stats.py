"""How much the indices of one prefix hold."""

from typing import Any

from index.elastic.names import Names
from index.elastic.query import MAX_COLLECTIONS
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.stats import Part, Stats

_BY_INDEX = {
    "indices": {
        "terms": {"field": "_index", "size": MAX_COLLECTIONS},
        "aggs": {"collections": {"terms": {"field": "collection", "size": MAX_COLLECTIONS}}},
    }
}


def stats(store: Store, names: Names) -> Stats:
    """What was written is counted. Bytes are those of all copies in the cluster."""
    state = [names.records, names.quarantine, names.deleted, names.changes, names.watermarks, names.runs, names.leases]
    every = [names.items, *state, names.notes, names.meta, names.scenes, names.matches]
    store.refresh(*every)
    holding = _collections(store, names)
    answer = store.ask(lambda client: client.indices.stats(index=every, metric=["docs", "store"]), store.verify)
    parts = [_part(name, found, holding.get(name, {})) for name, found in sorted(answer["indices"].items())]
    schema = store.get(names.meta, "schema")
    items: dict[str, int] = {}
    for found in holding.values():
        for collection, count in found.items():
            items[collection] = items.get(collection, 0) + count
    everything: dict[str, Any] = {"match_all": {}}
    return Stats(
        version=int(schema.source["version"]) if schema else 0,
        bytes=sum(part.bytes or 0 for part in parts),
        items=dict(sorted(items.items())),
        records=store.count(names.records, everything),
        quarantined=store.count(names.quarantine, everything),
        removed=store.count(names.deleted, everything),
        changes=store.count(names.changes, everything),
        parts=parts,
    )


def _collections(store: Store, names: Names) -> dict[str, dict[str, int]]:
    """Items by concrete index and collection, however indices are named."""
    _, answer = store.aggregations(names.items, {"match_all": {}}, _BY_INDEX)
    if answer is None:
        return {}
    found = {}
    for index in answer["indices"]["buckets"]:
        found[index["key"]] = {one["key"]: one["doc_count"] for one in index["collections"]["buckets"]}
        if index["collections"]["sum_other_doc_count"] or answer["indices"]["sum_other_doc_count"]:
            raise IndexUnavailable(f"more than {MAX_COLLECTIONS} collections cannot be counted at once")
    return found


def _part(name: str, found: Any, holding: dict[str, int]) -> Part:
    collection = next(iter(holding)) if len(holding) == 1 else None
    return Part(name, found["primaries"]["docs"]["count"], found["total"]["store"]["size_in_bytes"], collection)
