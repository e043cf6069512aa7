"""Requests of any bytes to an application without a network, and what an answer cost."""

import asyncio
import gzip
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import orjson

HOST = (b"host", b"catalogue.example")
JSON = (b"content-type", b"application/json")
SECOND = 1.0
"""Seconds of processor time that any answer may take."""


@dataclass(frozen=True)
class Answer:
    """`seconds` of processor time, of all threads of this process."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return orjson.loads(body)


@dataclass(frozen=True)
class Asked:
    """An ASGI application; `headers` are sent with every request."""

    app: Any
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def get(self, path: str, params: Mapping[str, Any] | str = "", headers: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
        """A GET; `path` as it stands in a request line, escapes and all."""
        query = params if isinstance(params, str) else urlencode(params, errors="surrogatepass")
        return self.send("GET", path, query, headers)

    def post(self, path: str, body: Any, headers: Iterable[tuple[bytes, bytes]] = (JSON,), params: str = "") -> Answer:
        """A POST of bytes, of several chunks of them, or of a value as JSON."""
        chunks = [body] if isinstance(body, bytes) else body if _is_chunks(body) else [orjson.dumps(body)]
        return self.send("POST", path, params, headers, chunks)

    def send(
        self, method: str, path: str, query: str, headers: Iterable[tuple[bytes, bytes]] = (), chunks: Sequence[bytes] = (b"",)
    ) -> Answer:
        """As a server hands a request on (ASGI, HTTP connection scope)."""
        own = [*self.headers, *headers]
        host = () if any(name == b"host" for name, _ in own) else (HOST,)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote_to_bytes(path).decode(errors="replace"),
            "raw_path": path.encode(),
            "query_string": query.encode(errors="surrogatepass"),
            "root_path": "",
            "headers": [*host, *own],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 80),
        }
        return asyncio.run(_answer(self.app, scope, chunks))


def _is_chunks(body: Any) -> bool:
    return isinstance(body, list) and bool(body) and all(isinstance(chunk, bytes) for chunk in body)


async def _answer(app: Any, scope: dict[str, Any], chunks: Sequence[bytes]) -> Answer:
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks[:-1]]
    waiting.append({"type": "http.request", "body": chunks[-1], "more_body": False})
    waiting.reverse()
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    start = time.process_time()
    # A fault of the application is raised here too, once it is answered: the test that caused it shows it.
    await app(scope, receive, send)
    seconds = time.process_time() - start
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]), seconds)
