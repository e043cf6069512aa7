"""Several processes that answer at one address: each with an index of its own, watched over and ended by the first."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import STARTUP_FAILURE

from api.app import create_app
from index.protocol import IndexUnavailable
from moisson.build import open_index
from moisson.build_access import open_offer
from moisson.commands.options import utc_now
from moisson.logs import set_up_logs
from moisson.memory import keep_freed_memory, spare_the_collector
from moisson.sections import ConfigError
from moisson.settings import load_settings

LOGGER = logging.getLogger(__name__)
GRACE = 5
"""Seconds that requests under way have when a server ends."""
_PAUSE = 1.0
_SPAWN = multiprocessing.get_context("spawn")


class Workers:
    """Keeps so many workers alive until a signal ends them. One that dies is replaced after a second; when the very first cannot start,
    all end."""

    def __init__(self, count: int, config: Path | None, listening: socket.socket) -> None:
        self._count = count
        self._config = config
        self._listening = listening
        self._ended = threading.Event()
        self._ready = _SPAWN.Event()

    def run(self) -> bool:
        """Until SIGTERM or SIGINT. False when no worker could start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ended.set())
        alive = [self._started() for _ in range(self._count)]
        could = True
        while could and not self._ended.is_set():
            wait([worker.sentinel for worker in alive], timeout=_PAUSE / 2)
            could, alive = self._replaced(alive)
        for worker in alive:
            worker.terminate()
        for worker in alive:
            worker.join()
        return could

    def _replaced(self, workers: list[SpawnProcess]) -> tuple[bool, list[SpawnProcess]]:
        alive = [worker for worker in workers if worker.is_alive()]
        dead = [worker for worker in workers if worker not in alive]
        if any(worker.exitcode == STARTUP_FAILURE for worker in dead) and not self._ready.is_set():
            return False, alive
        if dead and not self._ended.is_set():
            LOGGER.warning("worker died with code %s: started anew", dead[0].exitcode)
            self._ended.wait(_PAUSE)
        return True, alive + [self._started() for _ in dead if not self._ended.is_set()]

    def _started(self) -> SpawnProcess:
        process = _SPAWN.Process(target=_work, args=(self._config, self._listening, self._ready))
        process.start()
        return process


def _work(config: Path | None, listening: socket.socket, ready: Event) -> None:
    """What a worker's process does."""
    set_up_logs()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    options = uvicorn.Config(
        Worker(config, ready),
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(options)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    if not server.started:
        sys.exit(STARTUP_FAILURE)


def _end_with_parent() -> None:
    """Nobody would end a worker whose first process was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


class Worker:
    """The application in a process of its own. It opens settings and index when the server starts, and closes them when it ends."""

    def __init__(self, config: Path | None, ready: Event) -> None:
        self._config = config
        self._ready = ready
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            settings = load_settings(self._config)
            with open_index(settings) as index, open_offer(settings, index, utc_now) as offer:
                self._app = create_app(index, offer, **settings.api.shown())
                spare_the_collector()
                keep_freed_memory()
                self._ready.set()
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except (ConfigError, IndexUnavailable) as error:
            await send({"type": "lifespan.startup.failed", "message": " ".join(str(error).split())})
            return
        await send({"type": "lifespan.shutdown.complete"})
