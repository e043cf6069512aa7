"""Validators: an answer that the asker has already is a 304 (RFC 9110 §8.8.3, §13.1.2), another is sent as short as they can read."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.compression import SMALLEST, Coding, coding_of, is_compressible

_Headers = Sequence[tuple[bytes, bytes]]

# Above it a body is hashed and shortened beside the event loop, which other askers wait for.
_LARGE = 2**17
# What says of the body that a 304 does not have (RFC 9110 §15.4.5).
_OF_BODY = frozenset((b"content-length", b"content-type", b"content-encoding"))


@dataclass(frozen=True)
class _Asked:
    """What a request says of the answer that it wants; `known` is If-None-Match, "" for none, and `page` whether it is a GET."""

    page: bool
    accepted: str
    known: str


@dataclass(frozen=True)
class _Answer:
    """An answer before its first byte is sent."""

    status: int
    headers: _Headers
    body: bytes


class EtagMiddleware:
    """Gives every page that may be kept a strong validator: a hash of what this asker would be sent, so that it tells them nothing
    else. It is made before the body is shortened, and names the coding, so that a 304 costs no compression. Bodies in several parts go
    as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = _asked(scope)
        held: Message | None = None

        async def complete(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                held = message
                return
            start, held = held, None
            if start is None:
                await send(message)
            elif message["type"] != "http.response.body" or message.get("more_body"):
                await send(start)
                await send(message)
            else:
                answer = _Answer(start["status"], start["headers"], message.get("body", b""))
                large = len(answer.body) > _LARGE
                sent = await to_thread.run_sync(_finished, asked, answer) if large else _finished(asked, answer)
                await send({**start, "status": sent.status, "headers": sent.headers})
                await send({"type": "http.response.body", "body": sent.body})

        await self.app(scope, receive, complete)


def _asked(scope: Scope) -> _Asked:
    accepted: list[str] = []
    known: list[str] = []
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted.append(value.decode("latin-1"))
        elif name == b"if-none-match":
            known.append(value.decode("latin-1"))
    return _Asked(scope["method"] == "GET", ",".join(accepted), ",".join(known))


def _finished(asked: _Asked, answer: _Answer) -> _Answer:
    """The answer with its validator and shortened, or a 304 in its place."""
    headers = dict(answer.headers)
    kind = headers.get(b"content-type", b"")
    shorter = len(answer.body) >= SMALLEST and b"content-encoding" not in headers and is_compressible(kind)
    coding = coding_of(asked.accepted) if shorter else None
    found = list(answer.headers)
    if asked.page and answer.status == 200 and b"no-store" not in headers.get(b"cache-control", b"") and b"etag" not in headers:
        tag = _tag(answer.body, kind, headers.get(b"content-language", b""), coding)
        found.append((b"etag", tag.encode()))
        if _is_known(tag, asked.known):
            return _Answer(304, [header for header in found if header[0] not in _OF_BODY], b"")
    if coding is None:
        return _Answer(answer.status, found, answer.body)
    body = coding.encode(answer.body)
    found = [header for header in found if header[0] != b"content-length"]
    found += [(b"content-encoding", coding.name.encode()), (b"content-length", str(len(body)).encode())]
    return _Answer(answer.status, found, body)


def _tag(body: bytes, kind: bytes, language: bytes, coding: Coding | None) -> str:
    """Differs for any two representations of a resource: other bytes, another type, language or coding."""
    told = sha256(b"%b\n%b\n%b\n" % (kind, language, coding.mark.encode() if coding else b""))
    told.update(body)
    return f'"{urlsafe_b64encode(told.digest()[:16]).decode().rstrip("=")}"'


def _is_known(tag: str, known: str) -> bool:
    """Whether If-None-Match names the tag, weak or strong. The tag's own quotes make looking for it in the list exact."""
    return tag in known or known.strip() == "*"
