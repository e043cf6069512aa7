"""Pages of other origins in a browser (Fetch standard, §3.3): every one may ask and read everything, with its own key or token."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No cookie says who asks, so that a page can do nothing in its reader's name; without credentials mode, `*` is for every origin.
_ORIGIN = (b"access-control-allow-origin", b"*")
_EXPOSED = (
    b"access-control-expose-headers",
    b"Allow, Content-Disposition, Content-Encoding, Content-Language, Date, ETag, Link, Location, Retry-After, Vary, WWW-Authenticate",
)
_PREFLIGHT = [
    _ORIGIN,
    (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"Accept, Accept-Language, Authorization, Cache-Control, Content-Type, If-None-Match, Pragma, X-API-Key, X-Requested-With",
    ),
    (b"access-control-max-age", b"7200"),
    (b"content-length", b"0"),
]


class CorsMiddleware:
    """Answers preflights, and lets every origin read every answer: errors and 304 too, and to requests without Origin, for a cache
    may give an answer to another page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and any(name == b"access-control-request-method" for name, _ in scope["headers"]):
            await send({"type": "http.response.start", "status": 200, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _ORIGIN, _EXPOSED]}
            await send(message)

        await self.app(scope, receive, readable)
