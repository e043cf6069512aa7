"""Fetcher: an archive that is slow, endless or rude holds a run no longer than the policy says. Over real sockets."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from harvesters.errors import StopSource
from harvesters.http import Fetcher
from tests.harvesters.support import POLICY

LIMIT = 0.4
QUICK = replace(POLICY, timeout=LIMIT, connect_timeout=0.3, read_timeout=0.2, attempts=1, max_bytes=200_000)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Behaviour = Callable[[socket.socket, threading.Event], None]


def _drip(text: bytes, first: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        for at in range(len(text)):
            connection.sendall(text[at : at + 1])
            if over.wait(0.02):
                return

    return behave


def _silence(connection: socket.socket, over: threading.Event) -> None:
    over.wait(5)


def _endless(first: bytes, piece: bytes) -> Behaviour:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(piece)

    return behave


def _reset(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b'Content-Length: 1000\r\n\r\n{"a":')
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def serving(behave: Behaviour, *, read: bool = True) -> Iterator[str]:
    """A server that behaves like this on every connection, until the end of the test."""
    listener, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    if read:
                        connection.recv(65_536)
                    behave(connection, over)
                except OSError:
                    continue

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        pytest.param(_silence, "ReadTimeout", id="accepts and never answers"),
        pytest.param(_drip(HEAD + b"X-Slow: " + b"x" * 500), "no complete answer within 0.4 s", id="headers byte by byte"),
        pytest.param(_drip(b"x" * 500, HEAD + b"Content-Length: 500\r\n\r\n"), "no complete answer within 0.4 s", id="body byte by byte"),
        pytest.param(
            _drip(b"1\r\nx\r\n" * 100, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"), "no complete answer within 0.4 s", id="slow chunks"
        ),
        pytest.param(_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), "no complete answer within 0.4 s", id="100 without an end"),
        pytest.param(_endless(HEAD, b"X-More: " + b"y" * 900 + b"\r\n"), "RemoteProtocolError", id="headers without an end"),
        pytest.param(_endless(HEAD + b"\r\n", b" " * 9000), "limit of 200000 bytes", id="a body without an end"),
        pytest.param(
            _endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 500),
            "200000 bytes|within 0.4 s",
            id="chunks without an end",
        ),
        pytest.param(_reset, "ReadError|RemoteProtocolError", id="reset in the body"),
    ],
)
def test_every_answer_ends_within_its_time(behave: Behaviour, said: str) -> None:
    with serving(behave) as url, Fetcher(QUICK) as fetcher:
        began = time.monotonic()
        with pytest.raises(StopSource, match=said):
            fetcher.fetch("GET", url)
        assert time.monotonic() - began < LIMIT + 0.6


def test_a_request_that_nobody_reads_ends_within_its_time() -> None:
    with serving(_silence, read=False) as url, Fetcher(QUICK) as fetcher:
        began = time.monotonic()
        with pytest.raises(StopSource, match=r"WriteTimeout|within 0\.4 s"):
            fetcher.fetch_xml("POST", url, content=b"x" * 50_000_000)
        assert time.monotonic() - began < LIMIT + 0.6


def test_tls_that_never_begins_ends_within_its_time() -> None:
    with serving(_silence) as url, Fetcher(QUICK) as fetcher:
        began = time.monotonic()
        with pytest.raises(StopSource, match=r"ConnectTimeout|within 0\.4 s"):
            fetcher.fetch("GET", url.replace("http:", "https:"))
        assert time.monotonic() - began < LIMIT + 0.6


def test_each_attempt_has_the_whole_time_again() -> None:
    waits: list[float] = []
    with serving(_silence) as url, Fetcher(replace(QUICK, attempts=3), sleep=waits.append) as fetcher:
        began = time.monotonic()
        with pytest.raises(StopSource, match="gave up after 3 attempts"):
            fetcher.fetch("GET", url)
        assert 0.5 < time.monotonic() - began < 3 * (LIMIT + 0.6)
    assert len(waits) == 2
