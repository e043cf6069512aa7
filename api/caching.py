"""Caches between us and the asker: an answer is for whoever asked, never for the next one."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NAMES = ("authorization", "x-api-key")
_VARY = "Authorization, X-API-Key, Accept, Accept-Language"


class CachingMiddleware:
    """Says of every answer what it depends on, and of one to a signed-in asker that it is theirs alone (RFC 9111, §5.2.2.7)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        theirs = any(name in asked for name in _NAMES)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Vary"] = _VARY
                if theirs and "Cache-Control" not in headers:
                    headers["Cache-Control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, said)
