"""Leases and change numbers: the few documents that several processes write, each by compare-and-set.

**Change numbers** come from one counter for the whole store, in blocks: a batch takes as many as it needs before it writes. So
they are unique, grow strictly for each source, and compare overall; some are never used. A block is open while its batch is being
written: `horizon` is the first number of the oldest open block, and a feed that reads below it never misses a change that lands
later with a lower number. A batch that died leaves its block open for OPEN_SECONDS.

They are also the versions of the documents, which makes a late writer harmless: see write.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from elastic_transport import TransportError

from index.elastic.names import Names
from index.elastic.operation import Found
from index.elastic.store import Store
from index.protocol import IndexUnavailable, LeaseLost
from index.state import Lease
from mappings.times import from_micros, to_micros

OPEN_SECONDS = 900.0
# A batch that died hides what others write meanwhile; and a batch bears the time at which it was begun.
LAG = timedelta(seconds=OPEN_SECONDS) + timedelta(minutes=5)
_NUMBERS = "numbers"
# Others take a number at the same time: with some ten sources a second try is rare, a fiftieth means that something is wrong.
_TRIES = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Block:
    """`version` is the batch's own; its changes are numbered from `version` + 1. `last` is the newest change number before it."""

    version: int
    last: int


class Numbers:
    """The counter. `clock` gives seconds."""

    def __init__(self, store: Store, names: Names, clock: Callable[[], float]) -> None:
        self._store = store
        self._index = names.meta
        self._clock = clock

    def take(self, changes: int) -> Block:
        """Opens a block with room for so many changes."""

        def opened(state: dict[str, Any]) -> Block:
            block = Block(state["next"], state["last"])
            state["open"] = {**self._alive(state), str(block.version): self._clock()}
            state["next"] = block.version + 1 + changes
            if changes:
                state["last"] = block.version + changes
            return block

        return self._change(opened)

    def done(self, block: Block) -> None:
        """Closes the block: its changes may be read."""
        self._change(lambda state: state["open"].pop(str(block.version), None))

    def last(self) -> int:
        """The newest change number that was given out; 0 before the first."""
        return int(self._read()[0]["last"])

    def horizon(self) -> int:
        """All changes with a lower number are written, or never will be."""
        state, _ = self._read()
        return min((int(version) for version in self._alive(state)), default=int(state["next"]))

    def _change(self, change: Callable[[dict[str, Any]], T]) -> T:
        for _ in range(_TRIES):
            state, seen = self._read()
            answer = change(state)
            if self._store.put_if_unchanged(self._index, _NUMBERS, state, seen):
                return answer
        raise IndexUnavailable("Elasticsearch: too many writers take change numbers at the same time")

    def _read(self) -> tuple[dict[str, Any], Found | None]:
        found = self._store.get(self._index, _NUMBERS)
        return (found.source if found else {"next": 1, "last": 0, "open": {}}), found

    def _alive(self, state: dict[str, Any]) -> dict[str, float]:
        oldest = self._clock() - OPEN_SECONDS
        return {version: since for version, since in state["open"].items() if since > oldest}


@contextmanager
def block_of(numbers: "Numbers", leases: "Leases", changes: int, lease: Lease | None) -> Iterator[Block]:
    """A block for one batch, taken before its lease is checked, closed when it is written. Raises LeaseLost."""
    block = numbers.take(changes)
    try:
        if lease:
            leases.verify(lease)
        yield block
    except (LeaseLost, IndexUnavailable) as error:
        # Without an answer, a write may still be under way in the cluster: the block then stays open until it is too old.
        if not isinstance(error.__cause__, TransportError):
            numbers.done(block)
        raise
    numbers.done(block)


class Leases:
    """The right to write a source. A lease that was given back keeps its document, so that its epoch is never used again."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._index = names.leases

    def acquire(self, name: str, owner: str, now: datetime, ttl: timedelta, replacing: Lease | None) -> Lease | None:
        """The lease with its next epoch; None while it is held, unless exactly as `replacing` says."""
        seen = self._read(name)
        held = _to_lease(name, seen)
        if held and held.expires > now and held != replacing:
            return None
        lease = Lease(name, owner, seen.source["epoch"] + 1 if seen else 1, now + ttl)
        # Whoever was quicker has it.
        return lease if self._write(lease, seen) else None

    def current(self, name: str) -> Lease | None:
        """Who has it, expired or not."""
        return _to_lease(name, self._read(name))

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        """Also when it has expired, as long as nobody else took it."""
        for _ in range(_TRIES):
            seen = self._read(lease.name)
            if not _is_held(lease, seen):
                return False
            if self._write(Lease(lease.name, lease.owner, lease.epoch, now + ttl), seen):
                return True
        raise IndexUnavailable(f"Elasticsearch: lease {lease.name} is written by others all the time")

    def release(self, lease: Lease) -> None:
        """Gives it back, unless it was lost."""
        seen = self._read(lease.name)
        if _is_held(lease, seen):
            free = {"owner": None, "epoch": lease.epoch, "expires": 0}
            self._store.put_if_unchanged(self._index, quote(lease.name, safe=""), free, seen)

    def verify(self, lease: Lease) -> None:
        """Raises LeaseLost when somebody else holds it by now, or nobody."""
        if not _is_held(lease, self._read(lease.name)):
            raise LeaseLost(f"{lease.owner} lost the lease {lease.name} (epoch {lease.epoch})")

    def _read(self, name: str) -> Found | None:
        return self._store.get(self._index, quote(name, safe=""))

    def _write(self, lease: Lease, seen: Found | None) -> bool:
        source = {"owner": lease.owner, "epoch": lease.epoch, "expires": to_micros(lease.expires)}
        return self._store.put_if_unchanged(self._index, quote(lease.name, safe=""), source, seen)


def _to_lease(name: str, seen: Found | None) -> Lease | None:
    if seen is None or seen.source["owner"] is None:
        return None
    return Lease(name, seen.source["owner"], seen.source["epoch"], from_micros(seen.source["expires"]))


def _is_held(lease: Lease, seen: Found | None) -> bool:
    return seen is not None and (seen.source["owner"], seen.source["epoch"]) == (lease.owner, lease.epoch)
