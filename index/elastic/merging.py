"""Indices of Items brought into few pieces after much was written to them. A search looks into each piece, and beside each Item the
cluster keeps a second copy, for its own recovery, until its piece is merged."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from math import ceil

from index.elastic.store import Store
from index.protocol import IndexUnavailable

log = logging.getLogger(__name__)

MANY = 10_000
"""Items: after fewer the cluster merges by itself, soon enough."""
LONG = timedelta(seconds=90)
"""What was written in the last 30 s (retention_lease.sync_interval) keeps its second copy through a merge, and whole pieces are seldom
merged again: after a shorter run the cluster's own merges, which come later, leave less behind."""
_SHARE = 5
# Bytes: of larger pieces the cluster gives back late what is deleted (index.merge.policy.max_merged_segment is 5 GB).
_PIECE = 2_000_000_000


def tidy(store: Store, indices: str, put: int, took: timedelta) -> None:
    """Merges those of the indices of which so many Items, put in so much time, may be a fifth."""
    if put < MANY or took < LONG:
        return
    try:
        stats = store.ask(lambda client: client.indices.stats(index=indices, metric=["docs"]), store.verify)
    except IndexUnavailable as error:
        log.warning("nothing is merged now: %s", error)
        return
    merge(store, [name for name, found in stats["indices"].items() if found["primaries"]["docs"]["count"] <= put * _SHARE])


def merge(store: Store, indices: Iterable[str]) -> None:
    """Has the cluster merge each of them, and does not wait for it. What fails is logged: nothing depends on it."""
    for index in indices:
        try:
            _merge(store, index)
        except IndexUnavailable as error:
            log.warning("%s is not merged now: %s", index, error)


def _merge(store: Store, index: str) -> None:
    # The second copies go where a recovery needs them no more: of what is on the disk.
    store.ask(lambda client: client.indices.flush(index=index), store.verify)
    stats = store.ask(lambda client: client.indices.stats(index=index, metric=["store", "segments"]), store.verify)
    own = stats["_all"]["primaries"]
    pieces = max(1, ceil(own["store"]["size_in_bytes"] / _PIECE))
    if own["segments"]["count"] > pieces:
        store.ask(lambda client: client.indices.forcemerge(index=index, max_num_segments=pieces, wait_for_completion=False))
