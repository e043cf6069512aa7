"""GuardedPictures over real sockets: what a hostile archive may not make this server do."""

import gzip
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from api.app import Offer
from api.previews.pictures import MOST_BYTES, NotFetched
from index.sqlite import SqliteIndex
from moisson.pictures import GuardedPictures
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.pictures import PNG
from tests.support.serving import MEMBER, asking, serving

ARCHIVE = "archive.example"
QUICK = 0.4
"""Seconds that an answer may take where it never ends."""


@dataclass
class Archive:
    """A server whose answers the path chooses; `asked` are the paths, `hosts` what the Host header said."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = ARCHIVE) -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        self.asked.append(to.path)
        self.hosts.append(to.headers["Host"])
        # A proxy is told the whole address.
        path = to.path.removeprefix(f"http://{ARCHIVE}")
        name, _, rest = path.lstrip("/").partition("/")
        if name == "picture":
            self._send(to, PNG)
        elif name == "status":
            to.send_response(int(rest))
            to.end_headers()
        elif name == "to":
            to.send_response(302)
            to.send_header("Location", rest)
            to.end_headers()
        elif name == "announced":
            to.send_response(200)
            to.send_header("Content-Length", str(MOST_BYTES + 1))
            to.end_headers()
        elif name == "endless":
            to.send_response(200)
            to.end_headers()
            while not self.over.is_set():
                to.wfile.write(b"\x89PNG" * 65536)
        elif name == "bomb":
            self._send(to, gzip.compress(bytes(MOST_BYTES + 1)), "gzip")
        elif name == "odd":
            self._send(to, PNG, "br")
        elif name == "cut":
            to.send_response(200)
            to.send_header("Content-Length", "1000")
            to.end_headers()
            to.wfile.write(PNG)
        elif name == "drip":
            to.send_response(200)
            to.end_headers()
            while not self.over.wait(0.05):
                to.wfile.write(b"\x89")

    def _send(self, to: BaseHTTPRequestHandler, body: bytes, encoding: str = "identity") -> None:
        to.send_response(200)
        to.send_header("Content-Type", "image/png")
        to.send_header("Content-Encoding", encoding)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)


@contextmanager
def _serving(told: Archive) -> Iterator[Archive]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                told.answer(self)
            except OSError:
                # The asker went away, as it should.
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            told.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def archive() -> Iterator[Archive]:
    with _serving(Archive()) as told:
        yield told


def _here(host: str, port: int) -> Sequence[str]:
    """Every name stands for this machine, as it would in the hands of who owns the name."""
    return ["127.0.0.1"]


@pytest.fixture
def pictures() -> GuardedPictures:
    """One host in the own network is named by the operator; every other must be in the public internet."""
    return GuardedPictures([ARCHIVE], resolve=_here)


def test_a_named_host_is_asked_at_the_address_that_was_checked(archive: Archive, pictures: GuardedPictures) -> None:
    assert pictures.fetch(archive.url("/picture")) == PNG
    assert archive.hosts == [f"{ARCHIVE}:{archive.port}"]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "017700000001"),
        *("10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]"),
        *("evil.example", "archive.example.evil.example", "localhost.", "LOCALHOST"),
    ],
)
def test_nothing_outside_the_public_internet_is_asked_that_nobody_named(archive: Archive, pictures: GuardedPictures, host: str) -> None:
    with pytest.raises(NotFetched, match="public internet"):
        pictures.fetch(archive.url("/picture", host))
    assert archive.asked == []


@pytest.mark.parametrize(
    "href",
    [
        "file:///etc/passwd",
        "ftp://archive.example/a",
        "data:image/png;base64,AA",
        "http:///a",
        "//archive.example/a",
        "a.png",
        "http://a:b@archive.example/a",
    ],
)
def test_only_plain_web_addresses_are_asked(pictures: GuardedPictures, href: str) -> None:
    with pytest.raises(NotFetched, match="no plain address"):
        pictures.fetch(href)


def test_a_redirection_is_followed_and_checked_at_each_hop(archive: Archive, pictures: GuardedPictures) -> None:
    assert pictures.fetch(archive.url("/to//to//picture")) == PNG
    for there in (archive.url("/picture", "127.0.0.1"), archive.url("/picture", "evil.example"), "http://169.254.169.254/latest/meta-data"):
        archive.asked.clear()
        with pytest.raises(NotFetched, match="public internet"):
            pictures.fetch(archive.url(f"/to/{there}"))
        assert len(archive.asked) == 1
    with pytest.raises(NotFetched, match="no plain address"):
        pictures.fetch(archive.url("/to/file:///etc/passwd"))


def test_redirections_end(archive: Archive, pictures: GuardedPictures) -> None:
    with pytest.raises(NotFetched, match="redirections"):
        pictures.fetch(archive.url("/to//to//to//to//to//picture"))
    assert len(archive.asked) == 4


@pytest.mark.parametrize(
    "path", ["/announced", "/endless", "/bomb", "/odd", "/cut", "/status/404", "/status/500", "/status/204", "/nothing"]
)
def test_what_is_too_big_too_slow_damaged_or_refused_is_no_picture(archive: Archive, pictures: GuardedPictures, path: str) -> None:
    with pytest.raises(NotFetched) as told:
        pictures.fetch(archive.url(path))
    assert ARCHIVE not in str(told.value)


def test_an_answer_that_comes_byte_by_byte_ends_in_time(archive: Archive) -> None:
    begun = time.monotonic()
    with pytest.raises(NotFetched):
        GuardedPictures([ARCHIVE], resolve=_here, longest=QUICK).fetch(archive.url("/drip"))
    assert time.monotonic() - begun < 20 * QUICK


def test_a_host_that_cannot_be_reached_or_has_no_address_is_no_picture(pictures: GuardedPictures) -> None:
    def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(NotFetched):
        pictures.fetch(f"http://{ARCHIVE}:1/picture")
    with pytest.raises(NotFetched):
        GuardedPictures([ARCHIVE], resolve=nowhere).fetch("http://archive.example/picture")


def test_a_proxy_is_asked_for_names_of_the_public_internet_only(archive: Archive) -> None:
    pictures = GuardedPictures(proxy=f"http://127.0.0.1:{archive.port}")
    with pytest.raises(NotFetched, match="status"):
        pictures.fetch("http://archive.example/status/404")
    assert archive.asked == ["http://archive.example/status/404"]
    archive.asked.clear()
    for host in ("127.0.0.1", "localhost", "127.1", "0x7f.1", "intranet", "[::1]", "10.0.0.1"):
        with pytest.raises(NotFetched, match="public internet"):
            pictures.fetch(f"http://{host}/status/200")
    assert archive.asked == []


def test_no_item_makes_this_server_ask_its_own_network(archive: Archive, tmp_path: Path) -> None:
    item = make_item("a", "c")
    item["assets"] = {"look": {"href": f"http://127.0.0.1:{archive.port}/picture", "roles": ["thumbnail"]}}
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        index.apply(batch(items=[document(item)]))
        for named, status, asked in (((), 502, []), (("127.0.0.1",), 200, ["/picture"])):
            with serving(index, offer=Offer(asking(MEMBER), pictures=GuardedPictures(named))) as base:
                answer = httpx.get(f"{base}/collections/c/items/a/assets/look/view")
            assert (answer.status_code, archive.asked) == (status, asked)
        assert (answer.headers["content-type"], answer.content) == ("image/png", PNG)
