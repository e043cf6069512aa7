"""HEAD and OPTIONS, and what a path can be asked by (RFC 9110 §9.1, §9.3.7, §10.2.1): probes and link checkers ask so."""

from typing import Any

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class HeadMiddleware:
    """Asks the application by GET and sends its answer without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # Whoever counts what is fetched must know that nothing is.
        state = {**scope.get("state", {}), "head": True}
        await self.app({**scope, "method": "GET", "state": state}, receive, without_body)


class AllowMiddleware:
    """Answers OPTIONS with the methods of the path, and names all of them where another is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and (allowed := _allowed(scope)):
            await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", allowed)]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                headers = [header for header in message["headers"] if header[0] != b"allow"]
                message = {**message, "headers": [*headers, (b"allow", _allowed(scope))]}
            await send(message)

        await self.app(scope, receive, named)


def _allowed(scope: Scope) -> bytes:
    """The path's methods as Allow has them; empty for a path that is not there."""
    found = [method for method in _METHODS if _has_route(scope["app"].routes, {**scope, "method": method})]
    if "GET" in found:
        found.insert(1, "HEAD")
    return ", ".join([*found, "OPTIONS"]).encode() if found else b""


def _has_route(routes: Any, scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in routes)
