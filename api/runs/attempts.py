"""Attempts: how often an address may fail to sign in."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST = 10
WITHIN = timedelta(minutes=1)
_MOST_ADDRESSES = 10_000


@dataclass
class Attempts:
    """Failures by address, in the memory of one process: keys cannot be guessed, but trying them must not be a pastime."""

    now: Callable[[], datetime]
    _failed: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, address: str) -> timedelta | None:
        """How long the address must wait before it may try again; None when it may now."""
        with self._lock:
            recent = self._recent(address)
            return recent[0] + WITHIN - self.now() if len(recent) >= MOST else None

    def fail(self, address: str) -> None:
        """One more failure."""
        with self._lock:
            self._failed[address] = [*self._recent(address), self.now()][-MOST:]
            self._failed.move_to_end(address)
            if len(self._failed) > _MOST_ADDRESSES:
                self._failed.popitem(last=False)

    def _recent(self, address: str) -> list[datetime]:
        now = self.now()
        return [when for when in self._failed.get(address, ()) if timedelta() <= now - when < WITHIN]
