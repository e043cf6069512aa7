"""The Elasticsearch indices made, and those of an older Moisson brought to this version in place."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from index.elastic.mapping import (
    ITEM_FIELDS,
    ITEM_SETTINGS,
    SCHEMA,
    SETTINGS,
    SHAPE,
    STATE,
    STATE_FIELDS,
    WRITTEN,
    Names,
    again,
    id_names,
)
from index.elastic.operation import Found, Operation, Refusal, Source
from index.elastic.store import Store
from index.protocol import IndexUnavailable

log = logging.getLogger(__name__)
_PORTION = 500
_TOLD = 100_000
_TRIES = 60
_PAUSE = 0.25  # seconds


def prepare(store: Store, names: Names) -> None:
    """Makes what is missing, upgrades what is older. Raises IndexUnavailable for a store that a newer Moisson wrote."""
    found = _schema(store, names)
    version = found.source["version"] if found else 0
    if version > SCHEMA:
        raise IndexUnavailable(
            f"indices {names.prefix}-*: written by a newer Moisson (version {version}, this one knows {SCHEMA}): upgrade, "
            "or name another prefix"
        )
    if version < SCHEMA:
        _create(store, names)
        if version == 1:
            for index in (names.records, names.quarantine):
                _write_again(store, index, WRITTEN, _as_it_is)
            _write_again(store, names.watermarks, "stream", _named)
        if version:
            _write_items_again(store, names)
        _wait(store, names)
        # Last, so that a store which has it is complete.
        store.put_if_unchanged(names.meta, "schema", {"version": SCHEMA}, found)


def _schema(store: Store, names: Names) -> Found | None:
    """The document that says the version; while another process makes the indices, they answer with an error."""
    for _ in range(_TRIES):
        _wait(store, names)
        try:
            return store.get(names.meta, "schema")
        except IndexUnavailable as error:
            if "refused (503)" not in str(error):
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


def create_collection(store: Store, index: str) -> None:
    """Makes the index of one collection's Items, unless it is there."""
    _make(store, index, ITEM_FIELDS, ITEM_SETTINGS)


def _create(store: Store, names: Names) -> None:
    """Makes the indices of the state and the template of the Items' ones; the fields that older ones lack are added."""
    with store.speaking():
        store.client.indices.put_index_template(
            name=f"{names.prefix}-items",
            index_patterns=[names.items],
            priority=500,
            template={"mappings": _mapping(ITEM_FIELDS), "settings": {"index": ITEM_SETTINGS}},
        )
        store.client.indices.put_mapping(index=names.items, allow_no_indices=True, **_mapping(ITEM_FIELDS))

    def make(name: str) -> None:
        settings = SETTINGS | ({"codec": "best_compression"} if name in ("records", "quarantine", "deleted") else {})
        _make(store, f"{names.prefix}-{name}", STATE_FIELDS.get(name, {}), settings)

    # The cluster makes several at once in the time of one.
    with ThreadPoolExecutor(len(STATE)) as pool:
        list(pool.map(make, STATE))


def _make(store: Store, index: str, fields: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    with store.speaking():
        if store.client.indices.exists(index=index):
            store.client.indices.put_mapping(index=index, **_mapping(fields))
            return
        answer = store.client.options(ignore_status=400).indices.create(
            index=index, mappings=_mapping(fields), settings={"index": dict(settings)}
        )
    # Another process may have made it a moment ago.
    if answer.meta.status == 400 and answer.body["error"]["type"] != "resource_already_exists_exception":
        raise store.refusing([Refusal(Operation(index, "", None), 400, str(answer.body["error"].get("reason")))])


def _mapping(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"dynamic": False, "properties": dict(fields)}


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


def _write_items_again(store: Store, names: Names) -> None:
    """As `_write_again`, for Items whose searched values another version made: from their JSON. They keep their versions, so that what
    a harvest writes meanwhile is newer and stays."""
    store.refresh(names.items)
    old = {"bool": {"must_not": [{"range": {SHAPE: {"gte": SCHEMA}}}]}}
    left = store.count(names.items, old)
    if left:
        log.info("%s: %d Items of an older version are indexed anew", names.items, left)
    for done in range(0, left, _PORTION):
        hits = store.hits(names.items, old, [{"_doc": "asc"}], _PORTION, version=True)
        refused = store.bulk(Operation(hit["_index"], hit["_id"], again(hit["_source"]), hit["_version"]) for hit in hits)
        failed = [refusal for refusal in refused if refusal.status != 409]
        if failed:
            raise store.refusing(failed)
        store.refresh(names.items)
        if done and not done % _TOLD:
            log.info("%s: %d of %d Items done", names.items, done, left)


def _as_it_is(hit: Source) -> Source:
    found: Source = hit["_source"]
    return found


def _named(hit: Source) -> Source:
    """A watermark with its source and stream; one whose id is a hash gets them when it is next written."""
    names = id_names(hit["_id"])
    return {**hit["_source"], **({"source": names[0], "stream": names[1]} if names else {})}
