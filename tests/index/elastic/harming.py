"""How nodes and writers are harmed in the middle of something, and what is waited for meanwhile."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from threading import Timer

import pytest

from index.elastic import ElasticIndex, rebuild
from index.elastic.closing import LEASE
from index.elastic.lease import Leases, Numbers
from index.elastic.names import Names
from index.elastic.operation import Operation, Refusal
from index.elastic.places import Places
from index.elastic.store import Store
from index.elastic.write import Writer
from index.protocol import IndexUnavailable
from index.state import Batch
from tests.index.elastic.archive import DEADLINE, Archive
from tests.schedules.run_support import NOW
from tests.support.elasticsearch import Node


class Watched(Store):
    """Starts a timer when so many bulks are `left` to begin."""

    left = 0
    timer: Timer

    def bulk(self, operations: Iterable[Operation]) -> list[Refusal]:
        self.left -= 1
        if self.left == 0:
            self.timer.start()
        return super().bulk(operations)


def break_off(archive: Archive, index: ElasticIndex, left: int, delay: float, harm: Callable[[], None]) -> None:
    """A run under which the node is harmed, so long after it began so many bulks: each page has seven."""
    watched = index._store
    assert isinstance(watched, Watched)
    watched.left, watched.timer = left, Timer(delay, harm)
    with pytest.raises(IndexUnavailable):
        archive.run(index)
    watched.timer.join()


def until(done: Callable[[], bool], workers: Sequence[object]) -> None:
    """Waits for it, unless a worker ended with an error."""
    deadline = time.monotonic() + DEADLINE
    while not done():
        assert time.monotonic() < deadline, "not in time"
        assert not any(worker.done() for worker in workers), "a reader has failed"  # type: ignore[attr-defined]
        time.sleep(0.02)


def rebuilt(index: ElasticIndex) -> int:
    lease = index.acquire(LEASE, "an operator", NOW, timedelta(hours=1))
    assert lease is not None
    try:
        return index.rebuild("toy", divide=False, told=lambda: None, grace=0)
    finally:
        index.release(lease)


def dying(monkeypatch: pytest.MonkeyPatch, node: Node, step: str) -> None:
    """The node is killed in front of a step of a rebuild."""
    whole = getattr(rebuild.Rebuild, step)

    def killed(self: rebuild.Rebuild, *given: object) -> object:
        node.kill()
        return whole(self, *given)

    monkeypatch.setattr(rebuild.Rebuild, step, killed)


class Breaking(Store):
    """Loses its cluster before the first bulk that `stops` names."""

    def __init__(self, store: Store, stops: Callable[[Operation], bool]) -> None:
        super().__init__(store.client, "test", 30)
        self._stops = stops

    def bulk(self, operations: Iterable[Operation]) -> list[Refusal]:
        todo = list(operations)
        if any(self._stops(operation) for operation in todo):
            raise IndexUnavailable("the wire was cut")
        return super().bulk(todo)


def crash(store: Store, prefix: str, page: Batch, stops: Callable[[Operation], bool]) -> None:
    """Applies the page as a process that dies at that bulk."""
    names, broken = Names(prefix), Breaking(store, stops)
    with pytest.raises(IndexUnavailable, match="the wire was cut"):
        Writer(broken, names, Places(broken, names), Numbers(broken, names, lambda: 0.0), Leases(broken, names)).apply(page)
