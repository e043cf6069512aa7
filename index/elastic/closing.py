"""A Collection that takes no writes for a moment, while it is rebuilt: how writers know of it, and open it again when the rebuild died."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from index.elastic.lease import Leases
from index.elastic.names import Names
from index.elastic.store import Store

log = logging.getLogger(__name__)

LEASE = "index"
"""Held by whoever rebuilds."""

_CLOSED = "rebuilding"
_TTL = timedelta(minutes=1)


class Closing:
    """The mark in the state, and the blocks of indices, of the one Collection of a store that is rebuilt. The mark names the indices: a
    block that somebody else set on others is theirs to lift."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._names = names

    def close(self, collection: str, indices: Collection[str]) -> None:
        """Writes are refused from here on; those that were under way are done."""
        self._store.put(self._names.meta, _CLOSED, {"collection": collection, "indices": list(indices)})
        with self._store.speaking():
            for index in indices:
                self._store.client.indices.add_block(index=index, block="write")

    def open(self) -> None:
        """Writes go on, also those of a Collection whose rebuild died."""
        found = self._store.get(self._names.meta, _CLOSED)
        if found is None:
            return
        with self._store.speaking():
            self._store.client.indices.put_settings(
                index=found.source["indices"], settings={"index.blocks.write": None}, ignore_unavailable=True
            )
        self._store.delete_if_unchanged(self._names.meta, _CLOSED, found)

    def forget(self) -> None:
        """The Collection is no longer rebuilt."""
        found = self._store.get(self._names.meta, _CLOSED)
        if found:
            self._store.delete_if_unchanged(self._names.meta, _CLOSED, found)

    def is_closed(self) -> bool:
        """Whether a Collection takes no writes because it is being rebuilt."""
        return self._store.get(self._names.meta, _CLOSED) is not None

    def open_abandoned(self, leases: Leases, now: datetime) -> None:
        """Opens a Collection whose rebuild died: its lease has run out, and a rebuild that only slept finds it lost."""
        found = self._store.get(self._names.meta, _CLOSED)
        lease = found and leases.acquire(LEASE, "a writer", now, _TTL, None)
        if not found or not lease:
            return
        log.warning("%s: its rebuild was broken off; it is written again", found.source["collection"])
        self.open()
        leases.release(lease)
