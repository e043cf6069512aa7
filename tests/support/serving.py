"""The API over an index, on a real loopback port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from api.app import create_app
from index.protocol import Index


@contextmanager
def serving(index: Index, **options: Any) -> Iterator[str]:
    """The address of the API, without a trailing slash."""
    server = uvicorn.Server(uvicorn.Config(create_app(index, **options), host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the API did not start")
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
