"""Taking a source's lease, also from a run that was killed on this machine, and keeping it while the run lives."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from threading import Event, Lock, Thread
from uuid import uuid4

from index.protocol import Index, IndexUnavailable, LeaseLost
from index.state import Lease

LOGGER = logging.getLogger(__name__)
LEASE_TTL = timedelta(minutes=5)


class Busy(Exception):
    """Another run has the source; the message says which and until when."""


# The owners that this process goes by: a container that was restarted has the host name and process number of its earlier life.
_OURS: set[str] = set()


def this_owner() -> str:
    """`host:pid:random`: enough to see whether an owner on this host still lives."""
    owner = f"{_host()}:{os.getpid()}:{uuid4().hex[:8]}"
    _OURS.add(owner)
    return owner


def _host() -> str:
    """The host's name, with what tells its process numbers from those of another container of that name, or of its earlier life."""
    try:
        numbers = f"{Path('/proc/self/ns/pid').readlink()} {Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii')}"
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}~{blake2b(numbers.encode(), digest_size=3).hexdigest()}"


def take_lease(index: Index, name: str, owner: str, now: datetime, ttl: timedelta) -> Lease:
    """The lease, taken over at once when its owner was a process of this host that is no more. Raises Busy."""
    lease = index.acquire(name, owner, now, ttl)
    if lease is not None:
        return lease
    holder = index.lease(name)
    if holder is not None and _is_dead(holder.owner):
        lease = index.acquire(name, owner, now, ttl, replacing=holder)
        if lease is not None:
            return lease
    until = f", until {holder.expires:%H:%M:%S} UTC unless renewed" if holder else ""
    harvest = name.startswith("harvest:")
    doing = f"{name.removeprefix('harvest:')} is being harvested" if harvest else f"{name} is being done"
    raise Busy(f"{doing} by {holder.owner if holder else 'another run'}{until}")


class Held:
    """A lease with its heartbeat: a thread renews it every third of its time, also while the run waits for an archive."""

    def __init__(self, index: Index, lease: Lease, now: Callable[[], datetime], ttl: timedelta) -> None:
        self._index, self._lease, self._now, self._ttl = index, lease, now, ttl
        self._lost = False
        self._lock = Lock()
        self._end = Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat of {lease.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def current(self) -> Lease:
        """The lease, renewed first when more than half of its time has gone. Raises LeaseLost."""
        with self._lock:
            late = self._lease.expires - self._now() < self._ttl / 2
        if late:
            self.renew()
        if self._lost:
            raise LeaseLost(f"another run took {self._lease.name.removeprefix('harvest:')} over")
        return self._lease

    def renew(self) -> None:
        """One beat. Raises IndexUnavailable."""
        now = self._now()
        if self._index.renew(self._lease, now, self._ttl):
            with self._lock:
                self._lease = replace(self._lease, expires=now + self._ttl)
        else:
            self._lost = True

    def release(self) -> None:
        """Ends the heartbeat and gives the lease back."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self._index.release(self._lease)

    def _beat(self) -> None:
        while not self._lost and not self._end.wait(self._ttl.total_seconds() / 3):
            try:
                self.renew()
            except IndexUnavailable as error:
                # The next beat tries again; a lease that expired meanwhile is noticed when the run writes.
                LOGGER.warning("no heartbeat for %s: %s", self._lease.name, error)


@contextmanager
def held_lease(index: Index, name: str, owner: str, now: Callable[[], datetime], ttl: timedelta = LEASE_TTL) -> Iterator[Held]:
    """The lease while the block runs. Raises Busy."""
    held = Held(index, take_lease(index, name, owner, now(), ttl), now, ttl)
    held.start()
    try:
        yield held
    finally:
        held.release()


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != _host() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return owner not in _OURS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
