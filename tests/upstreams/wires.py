"""What an ASGI application cannot say: ends and delays of a connection (uvicorn's; its transport is reached through `send`)."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import Any

from starlette.types import Message, Receive, Send

# Long enough that a client on this machine has read what was sent before.
_FLUSH = 0.05


async def cut(send: Send, head: Message, body: bytes) -> None:
    """Half of the body: returning before the announced length is sent makes the server close the connection."""
    await send(head)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def reset(send: Send, head: Message, body: bytes) -> None:
    """Half of the body, then RST: a socket that must not linger is thrown away with what it holds."""
    await cut(send, head, body)
    await asyncio.sleep(_FLUSH)
    transport = _cycle(send).transport
    with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def endless(receive: Receive, send: Send, head: Message, body: bytes) -> None:
    """The body in chunks, then blanks until the client goes."""
    await send(without(head, b"content-length"))
    gone = asyncio.ensure_future(receive())
    try:
        while not gone.done():
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await asyncio.sleep(0)
            body = b" " * 65_536
    finally:
        gone.cancel()


async def drip(receive: Receive, send: Send, head: Message, body: bytes, pause: float) -> None:
    """The body byte by byte, until its end or until the client goes."""
    await send(head)
    gone = asyncio.ensure_future(receive())
    try:
        for at in range(len(body)):
            await send({"type": "http.response.body", "body": body[at : at + 1], "more_body": at + 1 < len(body)})
            await asyncio.wait([gone], timeout=pause)
            if gone.done():
                return
    finally:
        gone.cancel()


def without_date(send: Send) -> None:
    """Lets an answer have a Date of its own: the server would add the true one."""
    cycle = _cycle(send)
    cycle.default_headers = [(name, value) for name, value in cycle.default_headers if name.lower() != b"date"]


def without(head: Message, name: bytes) -> Message:
    return {**head, "headers": [(one, value) for one, value in head["headers"] if one.lower() != name]}


def _cycle(send: Send) -> Any:
    """uvicorn's request and response, whose method `send` is."""
    cycle = getattr(send, "__self__", None)
    if not hasattr(cycle, "transport"):
        raise RuntimeError("this fault needs uvicorn, and the layer outermost")
    return cycle
