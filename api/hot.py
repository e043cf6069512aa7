"""Hot routes: those that are asked most, without what FastAPI does between a request and its route.

They stay registered as well, which describes them and keeps the odd ways to them; both lead to the same handlers.
"""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.search import Search
from api.search_body import read_body

_ITEMS = re.compile(r"/collections/([^/]+)/items(?:/([^/]+))?")


class HotRoutes:
    """Answers /search, a Collection's Items and one Item (whose id has no slash); `app` has everything else. Stands behind the handler
    of exceptions."""

    def __init__(self, app: ASGIApp, search: Search) -> None:
        self.app = app
        self._search = search

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(scope, receive) if scope["type"] == "http" else None
        await (response or self.app)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        method, path, root = scope["method"], scope["path"], scope.get("root_path", "")
        if root and path.startswith(f"{root}/"):
            path = path[len(root) :]
        if path == "/search" and method in ("GET", "POST"):
            request = Request(scope, receive)
            if method == "GET":
                return await run_in_threadpool(self._search.get, request)
            return await run_in_threadpool(self._search.post, request, await read_body(request))
        match = _ITEMS.fullmatch(path) if method == "GET" else None
        if match is None:
            return None
        request = Request(scope, receive)
        if match[2] is None:
            return await run_in_threadpool(self._search.items, request, match[1])
        return await run_in_threadpool(self._search.item, request, match[1], match[2])
