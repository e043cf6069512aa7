"""One installation on an Elasticsearch prefix of its own: API processes and schedulers, as an operator starts them."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from index.protocol import Index
from index.state import Lease
from tests.demo import moisson, register, write_config
from tests.upstreams import Upstreams

PUBLIC = "http://catalogue.example"
"""The address in all links, so that two processes can give the same bytes."""
SOURCES = ("peps", "airbus", "dinamis")
_MORE = """
[schedule]
jitter_minutes = 0
poll_seconds = 0.1
brake_percent = 100

[api]
public_url = "{public}"
"""


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
    """What `condition` gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Scheduler:
    """A scheduler's process, and where it shows its metrics."""

    process: "subprocess.Popen[bytes]"
    metrics: str

    def is_up(self) -> bool:
        return _answers(self.metrics)

    def leases(self, index: Index) -> list[Lease]:
        """What it holds."""
        held = (index.lease(name) for name in (*(f"harvest:{source}" for source in SOURCES), "matching"))
        return [lease for lease in held if lease and lease.owner.split(":")[1] == str(self.process.pid)]

    def lose_machine(self, index: Index, ttl: timedelta) -> list[Lease]:
        """Kills it as it dies with its machine: nobody can see that it is dead, and its leases last for `ttl` from now. These leases."""
        self.process.send_signal(signal.SIGSTOP)
        left = []
        for lease in self.leases(index):
            owner = f"elsewhere:{lease.owner.partition(':')[2]}"
            if foreign := index.acquire(lease.name, owner, datetime.now(UTC), ttl, replacing=lease):
                left.append(foreign)
        self.process.kill()
        self.process.wait(10)
        return left


@dataclass
class Site:
    """Processes over one index and the stand-ins; all end with `ended`."""

    config: Path
    up: Upstreams
    ended: ExitStack
    bases: list[str] = field(default_factory=list)
    key: str = ""

    @classmethod
    def in_folder(cls, folder: Path, up: Upstreams, deliveries: Path, index: str, ended: ExitStack) -> "Site":
        path = write_config(up, folder, deliveries, index)
        path.write_text(path.read_text() + _MORE.format(public=PUBLIC))
        return cls(path, up, ended)

    def open_api(self, count: int) -> None:
        """So many processes that answer, and a laboratory's key."""
        for _ in range(count):
            port = free_port()
            self._start("serve", "--port", str(port))
            self.bases.append(f"http://127.0.0.1:{port}")
        self.key = register(self.config, **self._environment)
        for base in self.bases:
            wait_for(partial(_answers, f"{base}/readyz"), f"{base} is ready")

    def schedule(self) -> "Scheduler":
        """One more scheduler."""
        port = free_port()
        return Scheduler(self._start("schedule", MOISSON_SCHEDULE__METRICS_PORT=str(port)), f"http://127.0.0.1:{port}/metrics")

    def client(self, number: int) -> httpx.Client:
        """Asks one of the API's processes, as the laboratory."""
        return self.ended.enter_context(
            httpx.Client(base_url=self.bases[number], headers={"X-API-Key": self.key}, trust_env=False, timeout=30)
        )

    def _start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        process = moisson(*arguments, config=self.config, **self._environment, **environment)
        self.ended.callback(end, process)
        return process

    @property
    def _environment(self) -> dict[str, str]:
        return {"MOISSON_SOURCES__AIRBUS__API_KEY": self.up.api_key}


def end(process: "subprocess.Popen[bytes]") -> int:
    """Ends a process as a service manager does; its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class Load:
    """Asks several clients in turn, from a thread, until it is stopped; keeps whatever was not as it should be."""

    def __init__(self, ask: Callable[[httpx.Client], str | None], clients: list[httpx.Client]) -> None:
        """`ask` says what was wrong with an answer."""
        self._ask = ask
        self._clients = clients
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.wrong: list[str] = []
        self.asked = 0

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            for client in self._clients:
                try:
                    wrong = self._ask(client)
                except httpx.HTTPError as error:
                    wrong = repr(error)
                self.asked += 1
                if wrong:
                    self.wrong.append(wrong)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
