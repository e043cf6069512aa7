"""The Elasticsearch indices made; those of the state that an older Moisson made, brought to this version in place."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from index.elastic.errors import Refused, reason
from index.elastic.mapping import ITEM_MAPPING, ITEM_SETTINGS, SCHEMA, SETTINGS, STATE_FIELDS, WRITTEN
from index.elastic.names import STATE, Names, id_names
from index.elastic.operation import Found, Operation, Refusal, Source
from index.elastic.store import Store
from index.protocol import IndexUnavailable

log = logging.getLogger(__name__)
_PORTION = 500
_TRIES = 60
_PAUSE = 0.25  # seconds


def prepare(store: Store, names: Names) -> None:
    """Makes a new store. Raises IndexUnavailable for one that a newer Moisson wrote, or an older one."""
    found = schema_of(store, names)
    if found is None:
        make_state(store, names)
        finish(store, names, None)
    elif version_of(names, found) < SCHEMA:
        version = found.source["version"]
        raise IndexUnavailable(f"indices {names.prefix}-*: written by an older Moisson (version {version}): run `moisson index migrate`")


def version_of(names: Names, found: Found | None) -> int:
    """Of a store by its document; 0 for one that is to be made. Raises IndexUnavailable when a newer Moisson wrote it."""
    version: int = found.source["version"] if found else 0
    if version > SCHEMA:
        raise IndexUnavailable(
            f"indices {names.prefix}-*: written by a newer Moisson (version {version}, this one knows {SCHEMA}): upgrade, "
            "or name another prefix"
        )
    return version


def upgrade_state(store: Store, names: Names, version: int) -> None:
    """Brings all but the Items from a version to this one."""
    make_state(store, names)
    if version == 1:
        for index in (names.records, names.quarantine):
            _write_again(store, index, WRITTEN, _as_it_is)
        _write_again(store, names.watermarks, "stream", _named)
    if version < 6:
        _write_again(store, names.changes, "source", _as_it_is)


def finish(store: Store, names: Names, found: Found | None) -> None:
    """Says that the store is complete, last of all; `found` is what said so before."""
    _wait(store, names)
    store.put_if_unchanged(names.meta, "schema", {"version": SCHEMA}, found)


def schema_of(store: Store, names: Names) -> Found | None:
    """The document that says the version; while another process makes the indices, they answer with an error."""
    for _ in range(_TRIES):
        _wait(store, names)
        try:
            return store.get(names.meta, "schema")
        except IndexUnavailable as error:
            if not isinstance(error, Refused) or error.status != 503:
                raise
        # The cluster's health may not know yet of an index that was made this moment.
        time.sleep(_PAUSE)
    return store.get(names.meta, "schema")


def _wait(store: Store, names: Names) -> None:
    """Until every index of the state that exists can be read, or for half a minute: what is asked then says what is wrong."""
    # As patterns: the cluster would wait for an index that is named and not there.
    state = ",".join(f"{names.prefix}-{name}*" for name in STATE)
    with store.speaking():
        waiting = store.client.options(ignore_status=408, request_timeout=40)
        waiting.cluster.health(index=state, wait_for_status="yellow", timeout="30s")


def create_data(store: Store, names: Names, collection: str, generation: int, year: int | None, *, hidden: bool = False) -> None:
    """Makes an index of a collection's Items, or of one year's, with its aliases, unless it is there; `hidden`: without."""
    aliases = [names.collection(collection)] + ([names.year(collection, year)] if year is not None else [])
    _make(store, names.data(collection, generation, year), ITEM_MAPPING, ITEM_SETTINGS, () if hidden else aliases)


def make_state(store: Store, names: Names) -> None:
    """Makes the indices of the state and the template of the Items' ones; the fields that older ones lack are added."""
    with store.speaking():
        store.client.indices.put_index_template(
            name=f"{names.prefix}-items",
            index_patterns=[names.every_data],
            priority=500,
            template={"mappings": ITEM_MAPPING, "settings": {"index": ITEM_SETTINGS}},
        )

    def make(name: str) -> None:
        settings = SETTINGS | ({"codec": "best_compression"} if name in ("records", "quarantine", "deleted") else {})
        _make(store, f"{names.prefix}-{name}", {"dynamic": False, "properties": STATE_FIELDS.get(name, {})}, settings)

    # The cluster makes several at once in the time of one.
    with ThreadPoolExecutor(len(STATE)) as pool:
        list(pool.map(make, STATE))


def _make(store: Store, index: str, mapping: Mapping[str, Any], settings: Mapping[str, Any], aliases: Iterable[str] = ()) -> None:
    with store.speaking():
        if store.client.indices.exists(index=index):
            store.client.indices.put_mapping(index=index, properties=mapping["properties"])
            return
        answer = store.client.options(ignore_status=400).indices.create(
            index=index, mappings=mapping, settings={"index": dict(settings)}, aliases={alias: {} for alias in aliases}
        )
    # Another process may have made it a moment ago.
    if answer.meta.status == 400 and "resource_already_exists_exception" not in (why := reason(answer.body)):
        raise store.refusing([Refusal(Operation(index, "", None), 400, why)])


def _write_again(store: Store, index: str, field: str, whole: Callable[[Source], Source]) -> None:
    """Writes the documents that are not found by `field`, which is newer than they are: only then do the new fields find them. What
    somebody else writes meanwhile is left alone, for it has the field. After a crash the next opening goes on."""
    store.refresh(index)
    old = {"bool": {"must_not": [{"exists": {"field": field}}]}}
    left = store.count(index, old)
    if left:
        log.info("%s: %d documents of an older version are indexed anew", index, left)
    for _ in range(0, left, _PORTION):
        hits = store.hits(index, old, [{"_doc": "asc"}], _PORTION, seq_no_primary_term=True)
        refused = store.bulk(Operation(index, hit["_id"], whole(hit), seen=Found({}, hit["_seq_no"], hit["_primary_term"])) for hit in hits)
        failed = [refusal for refusal in refused if refusal.status != 409]
        if failed:
            raise store.refusing(failed)
        store.refresh(index)


def _as_it_is(hit: Source) -> Source:
    found: Source = hit["_source"]
    return found


def _named(hit: Source) -> Source:
    """A watermark with its source and stream; one whose id is a hash gets them when it is next written."""
    names = id_names(hit["_id"])
    return {**hit["_source"], **({"source": names[0], "stream": names[1]} if names else {})}
