"""The way to an archive: connections only to addresses that were checked, and an end to every wait (httpx over httpcore)."""

import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from harvesters.guard import Guard


@dataclass
class Deadline:
    """When the answer under way must be complete, by `clock`; the Fetcher sets `at` before each request."""

    clock: Callable[[], float]
    at: float = float("inf")

    @property
    def passed(self) -> bool:
        return self.clock() >= self.at

    def left(self, timeout: float | None, error: type[Exception]) -> float | None:
        """Seconds that one step may take; None for ever. Raises `error` when there are none left."""
        remaining = self.at - self.clock()
        if remaining <= 0:
            raise error("the time for the whole answer is over")
        if remaining == float("inf"):
            return timeout
        return remaining if timeout is None else min(timeout, remaining)


class TimedStream(httpcore.NetworkStream):
    """A connection on which no step outlasts the deadline: a time-out for each read alone lets a byte a minute go on for ever."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to the very address that the guard checked: a name looked up a second time may stand for another one."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard, self._deadline = guard, deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._guard.addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from None
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return TimedStream(stream, self._deadline)
        raise failed

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("no archive is asked over a local socket")


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class GuardedTransport(httpx.BaseTransport):
    """httpx's transport over a guarded pool; `proxy` is the address of one, with its user if it wants one. Raises httpcore's errors."""

    def __init__(self, backend: httpcore.NetworkBackend, tls: ssl.SSLContext, proxy: httpx.URL | None = None) -> None:
        through = None
        if proxy is not None:
            user = (proxy.username.encode(), proxy.password.encode()) if proxy.username else None
            through = httpcore.Proxy(_core(proxy), auth=user, ssl_context=tls if proxy.scheme == "https" else None)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=4, keepalive_expiry=5.0, network_backend=backend, proxy=through
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            request.method, _core(request.url), headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


def _core(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
