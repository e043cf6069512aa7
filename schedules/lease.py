"""Taking a source's lease, also from a run that was killed on this machine."""

import os
import socket
from datetime import datetime, timedelta
from uuid import uuid4

from index.protocol import Index
from index.state import Lease


class Busy(Exception):
    """Another run has the source; the message says which and until when."""


# The owners that this process goes by: a container that was restarted has the host name and process number of its earlier life.
_OURS: set[str] = set()


def this_owner() -> str:
    """`host:pid:random`: enough to see whether an owner on this host still lives."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    _OURS.add(owner)
    return owner


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
    raise Busy(f"{name.removeprefix('harvest:')} is being harvested by {holder.owner if holder else 'another run'}{until}")


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
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
