"""A STAC API whose Items a test chooses one by one: it serves over HTTP, with or without totals, and can give an empty page on its way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.upstreams.dinamis import item
from tests.upstreams.scenes import Lane
from tests.upstreams.world import World

_WORLD = World(2000)


@dataclass
class Shelf:
    """`items` as they are served, `size` of a page, whether `totals` are told, and which page (from 1) is `hollow`: empty, with a link to
    the next. `base` is the address."""

    items: list[dict[str, Any]]
    size: int = 10
    totals: bool = True
    hollow: int | None = None
    base: str = field(default="", init=False)

    @classmethod
    def of(cls, count: int) -> "Shelf":
        """The first purchased scenes of a world."""
        feed = _WORLD.feeds[Lane.HELD_SPOT]
        return cls([item(_WORLD, feed.at(position), "https://stac.example") for position in range(count)])

    @property
    def ids(self) -> set[str]:
        return {entry["id"] for entry in self.items}

    def page(self, number: int) -> dict[str, Any]:
        """Pages after a hollow one hold what it should have held."""
        skipped = 0 if self.hollow is None or number <= self.hollow else 1
        start = (number - 1 - skipped) * self.size
        found = [] if number == self.hollow else self.items[start : start + self.size]
        reached = start if number == self.hollow else start + len(found)
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": found, "links": []}
        if reached < len(self.items):
            answer["links"].append({"rel": "next", "method": "GET", "href": f"{self.base}/search?page={number + 1}"})
        return {**answer, "numberMatched": len(self.items)} if self.totals else answer


@contextmanager
def served(shelf: Shelf) -> Iterator[Shelf]:
    """The shelf with its address."""

    async def search(request: Request) -> JSONResponse:
        return JSONResponse(shelf.page(int(request.query_params.get("page", "1"))))

    async def one(request: Request) -> JSONResponse:
        found = next((entry for entry in shelf.items if entry["id"] == request.path_params["id"]), None)
        return JSONResponse(found or {"code": "404"}, 200 if found else 404)

    routes = [Route("/search", search, methods=["GET", "POST"]), Route("/collections/{collection}/items/{id}", one)]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the shelf does not open")
        thread.join(0.01)
    shelf.base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield shelf
    finally:
        server.should_exit = True
        thread.join(10)
