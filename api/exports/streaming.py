"""Streaming: an answer without end, made a part at a time in threads, which stops when its reader goes or its store breaks off."""

import logging
from collections.abc import Generator, Mapping
from typing import Any

from anyio import CancelScope, CapacityLimiter, create_task_group, move_on_after, to_thread
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from index.protocol import IndexUnavailable

LOGGER = logging.getLogger(__name__)
# Who takes nothing for so long is left: what they read stays open in the store meanwhile (on Elasticsearch as long as this).
PATIENCE_SECONDS = 300.0


class BrokenOff(Exception):
    """An answer that had begun cannot be completed: the connection is cut, so that nobody takes a part for the whole."""


class StreamedResponse(Response):
    """The parts, each made in a thread of `threads` and sent before the next is made; empty ones are not sent. `parts` and `source`, which
    they come from, are closed however it ends, also when they were never begun."""

    def __init__(
        self,
        parts: Generator[bytes, None, None],
        source: Generator[Any, None, None],
        threads: CapacityLimiter,
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        super().__init__(None, headers=headers, media_type=media_type)
        # Nobody knows how long it will be.
        self.raw_headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        self._parts = parts
        self._source = source
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        broken: BrokenOff | IndexUnavailable | None = None
        try:
            async with create_task_group() as tasks:

                async def listen() -> None:
                    await _gone(receive)
                    tasks.cancel_scope.cancel()

                tasks.start_soon(listen)
                try:
                    await self._send(send)
                except (BrokenOff, IndexUnavailable) as error:
                    broken = error
                tasks.cancel_scope.cancel()
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._close, limiter=self._threads)
        if broken is not None:
            raise broken

    async def _send(self, send: Send) -> None:
        begun = False
        while (part := await to_thread.run_sync(self._next, begun, limiter=self._threads)) is not None:
            if part:
                # Until there is something to send, an error can still be told.
                if not begun:
                    await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                    begun = True
                with move_on_after(PATIENCE_SECONDS) as waiting:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                if waiting.cancelled_caught:
                    raise BrokenOff(f"its reader took nothing for {PATIENCE_SECONDS:g} s")
        if not begun:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _next(self, begun: bool) -> bytes | None:
        try:
            return next(self._parts, None)
        except IndexUnavailable as error:
            if not begun:
                raise
            LOGGER.warning("an answer is cut short: %s", error)
            raise BrokenOff(str(error)) from error

    def _close(self) -> None:
        self._parts.close()
        self._source.close()


async def _gone(receive: Receive) -> None:
    """Returns when the client has gone."""
    message: Message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
