"""A store that an older Moisson wrote, brought to this version: the state in place, the Items beside the old ones. Reads never stop."""

import logging

from index.elastic.mapping import SCHEMA, SHAPE
from index.elastic.names import Names
from index.elastic.query import MAX_COLLECTIONS
from index.elastic.rebuild import Rebuild
from index.elastic.schema import finish, schema_of, upgrade_state, version_of
from index.elastic.store import Store

log = logging.getLogger(__name__)


def migrate(store: Store, names: Names, rebuild: Rebuild) -> dict[str, int]:
    """Collections with the number of their Items; none when the store is of this version. After a crash the next one goes on.

    Raises IndexUnavailable, also for a store that a newer Moisson wrote. Harvests are to be stopped meanwhile: an older Moisson knows no
    aliases that change hands.
    """
    found = schema_of(store, names)
    version = version_of(names, found)
    if version == SCHEMA:
        return {}
    upgrade_state(store, names, version)
    done = {}
    for collection in collections_of(store, names):
        if _is_done(store, names, collection):
            continue
        done[collection] = rebuild.run(collection, divide=False)
        log.info("%s: %d Items are in new indices", collection, done[collection])
    # An index without Items, of a version that had no aliases, would stand where an alias belongs.
    store.remove(index for index in store.named(names.items) if index.startswith(names.items.removesuffix("*")))
    finish(store, names, found)
    return done


def _is_done(store: Store, names: Names, collection: str) -> bool:
    old = {"bool": {"must_not": [{"range": {SHAPE: {"gte": SCHEMA}}}]}}
    return bool(store.behind(names.collection(collection))) and not store.count(names.collection(collection), old)


def collections_of(store: Store, names: Names) -> list[str]:
    """Those that have Items, in order."""
    store.refresh(names.items)
    _, answer = store.aggregations(names.items, {"match_all": {}}, {"all": {"terms": {"field": "collection", "size": MAX_COLLECTIONS}}})
    return sorted(bucket["key"] for bucket in answer["all"]["buckets"]) if answer else []
