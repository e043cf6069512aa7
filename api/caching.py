"""Caches between us and the asker: an answer is for whoever asked, never for the next one."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mappings.access.classes import UserClass

_NAMES = (b"authorization", b"x-api-key")
_VARY = (b"vary", b"Authorization, X-API-Key, Accept, Accept-Language, Accept-Encoding")
_THEIRS = b"private, no-cache"
_FOR_ALL = b"public, max-age=0, must-revalidate"


class CachingMiddleware:
    """Says of every answer what it depends on, and who may keep it (RFC 9111 §5.2.2): what somebody with a key or a token is told is
    theirs alone, and everything is where `members_only`; a page for everybody may be kept by everybody, and asked for again each time
    with its ETag; an error is not. What a route says itself stays."""

    def __init__(self, app: ASGIApp, *, members_only: bool = False) -> None:
        self.app = app
        self._members_only = members_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # A route tells in it who asked: the dictionary must be the same for both.
        state = scope.setdefault("state", {})
        theirs = self._members_only or any(name in _NAMES for name, _ in scope["headers"])
        is_page = scope["method"] == "GET"

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [header for header in message["headers"] if header[0] != b"vary"]
                headers.append(_VARY)
                if all(name != b"cache-control" for name, _ in headers):
                    asker = state.get("asker")
                    known = theirs or (asker is not None and asker.user_class is not UserClass.ANONYMOUS)
                    kept = is_page and message["status"] < 400
                    headers.append((b"cache-control", _THEIRS if known else _FOR_ALL if kept else b"no-cache"))
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, said)
