"""A limit to what is read of a request, for every route alike."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 4 * 2**20


class BodyTooLong(HTTPException):
    """The body is longer than `MAX_BODY` bytes: a 413. An HTTPException, because FastAPI lets only those out of its reading of bodies."""

    def __init__(self) -> None:
        super().__init__(413, f"body: at most {MAX_BODY // 2**20} MiB: simplify the geometry")


class BodyLimitMiddleware:
    """Counts what arrives, whatever Content-Length says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY:
                raise BodyTooLong
            return message

        await self.app(scope, counted, send)
