"""HttpPolicy: how one archive is asked."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class HttpPolicy:
    """How one archive is asked. Times in seconds: `timeout` for a whole answer, `read_timeout` between two pieces of it.

    `max_bytes` limits an answer, compressed and not. Between two of the `attempts` it waits from `backoff`, doubled each time, to
    `backoff_max`, or what Retry-After says; longer than `retry_after_max` ends the run instead.

    An archive whose clock is more than `clock_ahead` ahead of ours is not read: its times would hide what comes before them.

    `hosts` are the only ones that are asked (`hosts_of` makes them of addresses; empty: any), `private_hosts` the names among them
    that may stand for an address outside the public internet. `proxy` is the address of one, which the environment never gives.
    """

    timeout: float = 120.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    max_bytes: int = 64 * 2**20
    attempts: int = 5
    backoff: float = 1.0
    backoff_max: float = 60.0
    retry_after_max: float = 300.0
    requests_per_second: float = 5.0
    clock_ahead: float = 86_400.0
    user_agent: str = "Moisson/0.1 (catalogue harvester)"
    ca_file: Path | None = None
    hosts: frozenset[str] = frozenset()
    private_hosts: frozenset[str] = frozenset()
    # It may hold a password.
    proxy: str | None = field(default=None, repr=False)
