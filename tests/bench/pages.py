"""What a page of 100 Items costs in this process: joining its bytes, and all that goes on around the index."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

from api.access import Access
from api.app import create_app
from api.pages import Sight, collection_bytes
from index.protocol import Index
from index.query import Query
from mappings.access.asker import ANONYMOUS
from mappings.audience import EVERYTHING
from moisson.build import open_index
from moisson.build_access import open_offer
from moisson.commands.options import utc_now
from moisson.settings import load_settings

_ITEMS = 100
_TIMES = 200
_BASE = "http://127.0.0.1:8080"


class _Timed:
    """An index whose calls are added up."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._index, name)
        return partial(self._call, found) if callable(found) else found

    def _call(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*given, **named)
        finally:
            self.seconds += time.perf_counter() - start


def python_per_page(config: Path) -> Iterator[str]:
    """Medians over the index that the settings name."""
    settings = load_settings(config)
    with open_index(settings) as index, open_offer(settings, index, utc_now) as offer:
        items = list(index.search(Query(EVERYTHING, limit=_ITEMS)).items)
        joining = statistics.median(_joined(items, offer.access) for _ in range(_TIMES))
        timed = _Timed(index)
        pages = asyncio.run(_asked(create_app(cast("Index", timed), offer), timed))
    around = statistics.median(whole - inside for whole, inside in pages)
    inside = statistics.median(inside for _, inside in pages)
    yield (
        f"page of {len(items)} Items, in process: joining {joining * 1000:.2f} ms, all Python outside of the index {around * 1000:.2f} ms,"
        f" the index's own calls {inside * 1000:.2f} ms"
    )


def _joined(items: list[Any], access: Access) -> float:
    start = time.perf_counter()
    collection_bytes(items, Sight(_BASE, partial(access.fragment, ANONYMOUS)), [], len(items))
    return time.perf_counter() - start


async def _asked(app: Callable[..., Awaitable[None]], timed: _Timed) -> list[tuple[float, float]]:
    """Seconds of whole requests, and of them those inside of the index."""
    found = []
    for _ in range(_TIMES):
        before, start = timed.seconds, time.perf_counter()
        await _request(app, b"limit=%d" % _ITEMS)
        found.append((time.perf_counter() - start, timed.seconds - before))
    return found


async def _request(app: Callable[..., Awaitable[None]], query: bytes) -> None:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/search",
        "raw_path": b"/search", "root_path": "", "query_string": query, "headers": [(b"host", b"127.0.0.1:8080")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"the page was answered with {message['status']}")

    await app(scope, receive, send)
