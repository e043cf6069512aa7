"""Guard: no answer, no name and no spelling leads a harvest to a machine that nobody named."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from harvesters.errors import Misconfigured, StopSource
from harvesters.guard import Guard, host_of, hosts_of, is_public
from harvesters.http import Fetcher
from tests.harvesters.support import POLICY, Clock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class Listener:
    """A server on a loopback port that keeps what it is asked and gives every connection the same bytes."""

    def __init__(self, answer: bytes = OK, tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.tls, self.asked = answer, tls, list[bytes]()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join(5)

    def _loop(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    stream = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
                    self.asked.append(stream.recv(65_536))
                    stream.sendall(self.answer)
                    stream.close()
                except OSError:
                    continue


class Names:
    """A resolver that is told its answers, each used once; the last one stays. It keeps what it was asked."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.answers:
            raise OSError(f"{host} is not known")
        given = self.answers[host]
        return given.pop(0) if len(given) > 1 else given[0]


@contextmanager
def fetching(names: Names, clock: Clock, **policy: object) -> Iterator[Fetcher]:
    chosen = replace(POLICY, **{"attempts": 1, "timeout": 5.0, **policy})  # type: ignore[arg-type]
    with Fetcher(chosen, sleep=clock.sleep, now=clock.now, resolve=names) as fetcher:
        yield fetcher


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.0.0.8",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::10.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::", "2002:a00:1::1", "2001:0:a00:1::1", "no address",
    ],
)  # fmt: skip
def test_what_is_not_in_the_public_internet_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.49.1.1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"])
def test_what_is_in_the_public_internet_is_told(address: str) -> None:
    assert is_public(address)


def test_hosts_are_told_with_their_ports_however_they_are_written() -> None:
    assert host_of("https://Archive.Example./stac?a=1") == "archive.example:443"
    assert host_of("http://user:secret@archive.example") == "archive.example:80"
    assert host_of("http://[::1]:8080/x") == "[::1]:8080"
    assert host_of("https://bücher.example/") == host_of("https://xn--bcher-kva.example/")
    assert hosts_of("https://a.example/x", None, "", "/data/deliveries", "http://a.example:8080") == {"a.example:443", "a.example:8080"}
    for url in ("ftp://archive.example/", "archive.example", "http://", "http://[::1"):
        with pytest.raises(Misconfigured):
            host_of(url)


def test_a_host_that_was_not_named_is_not_even_looked_up(clock: Clock) -> None:
    names = Names()
    with fetching(names, clock, hosts=hosts_of("https://archive.example/stac")) as fetcher:
        for url in (
            "https://elsewhere.example/stac?page=2",
            "http://archive.example/stac",
            "https://archive.example:8443/",
            "http://169.254.169.254/latest/meta-data",
            "https://archive.example@elsewhere.example/",
            "https://archive.example.elsewhere.example/",
        ):
            with pytest.raises(StopSource, match="is not a host of this source"):
                fetcher.fetch("GET", url)
    assert names.asked == []


def test_a_redirect_to_the_local_network_is_not_followed(clock: Clock) -> None:
    with Listener() as inner:
        moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/admin\r\nContent-Length: 0\r\n\r\n" % inner.port
        with Listener(moved) as outer, fetching(Names(), clock) as fetcher, pytest.raises(StopSource, match="not followed"):
            fetcher.fetch("GET", f"http://127.0.0.1:{outer.port}/")
        assert inner.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "64:ff9b::7f00:1"])
def test_a_name_for_a_private_address_is_refused_before_a_connection(clock: Clock, address: str) -> None:
    with Listener() as server, fetching(Names(archive_test=[[address]]), clock) as fetcher:
        with pytest.raises(StopSource, match=r"archive\.test stands for .* private hosts"):
            fetcher.fetch("GET", f"http://archive.test:{server.port}/")
        assert server.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(clock: Clock) -> None:
    with fetching(Names(archive_test=[["8.8.8.8", "127.0.0.1"]]), clock) as fetcher, pytest.raises(StopSource, match=r"127\.0\.0\.1"):
        fetcher.fetch("GET", "http://archive.test/")


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "0"])
def test_odd_spellings_of_a_private_address_are_names_and_refused(clock: Clock, spelling: str) -> None:
    with Listener() as server, Fetcher(replace(POLICY, attempts=1), sleep=clock.sleep) as fetcher:
        with pytest.raises((StopSource, Misconfigured)) as caught:
            fetcher.fetch("GET", f"http://{spelling}:{server.port}/")
        assert "public internet" in str(caught.value) or "can be asked" in str(caught.value)
        assert server.asked == []


def test_a_name_that_the_operator_calls_private_may_be_in_the_local_network(clock: Clock) -> None:
    names = Names(csw_intra=[["127.0.0.1"]])
    with Listener() as server, fetching(names, clock, private_hosts=frozenset({"csw.intra"})) as fetcher:
        assert fetcher.fetch_json("GET", f"http://csw.intra:{server.port}/") == {}
        assert b"Host: csw.intra" in server.asked[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_or_localhost_in_the_configuration_may_be_anything(clock: Clock, host: str) -> None:
    with Listener() as server:
        url = f"http://{host}:{server.port}/"
        with fetching(Names(localhost=[["127.0.0.1"]]), clock, hosts=hosts_of(url)) as fetcher:
            assert fetcher.fetch_json("GET", url) == {}


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(clock: Clock) -> None:
    # The second look-up, by which a rebinding name would lead inside, never happens for one connection.
    names = Names(archive_test=[["127.0.0.1"], ["127.0.0.2"]])
    with Listener() as server, fetching(names, clock, private_hosts=frozenset({"archive.test"})) as fetcher:
        assert fetcher.fetch_json("GET", f"http://archive.test:{server.port}/") == {}
    assert names.asked == ["archive.test"]


def test_a_name_that_rebinds_is_checked_again_at_the_next_connection() -> None:
    names = Names(archive_test=[["8.8.8.8"], ["127.0.0.1"]])
    guard = Guard(resolve=names)
    assert guard.addresses("archive.test", 80) == ["8.8.8.8"]
    with pytest.raises(StopSource, match="stands for"):
        guard.addresses("archive.test", 80)


def test_the_next_address_is_tried_when_one_does_not_answer(clock: Clock) -> None:
    # Nothing listens at 127.0.0.2 on the port that 127.0.0.1 has.
    names = Names(archive_test=[["127.0.0.2", "127.0.0.1"]])
    with Listener() as server, fetching(names, clock, private_hosts=frozenset({"archive.test"})) as fetcher:
        assert fetcher.fetch_json("GET", f"http://archive.test:{server.port}/") == {}


def test_a_name_that_nobody_knows_is_tried_again(clock: Clock) -> None:
    names = Names()
    with fetching(names, clock, attempts=3) as fetcher, pytest.raises(StopSource, match="not known; gave up after 3 attempts"):
        fetcher.fetch("GET", "http://archive.test/")
    assert len(names.asked) == 3


def test_the_environment_names_no_proxy(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener() as proxy, Listener() as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        with fetching(Names(), clock) as fetcher:
            fetcher.fetch("GET", f"http://127.0.0.1:{server.port}/")
        assert (len(proxy.asked), len(server.asked)) == (0, 1)


def test_a_proxy_of_the_settings_is_asked_and_hosts_still_hold(clock: Clock) -> None:
    # Only the proxy's own name is looked up.
    names = Names(proxy_test=[["127.0.0.1"]])
    with Listener() as proxy:
        url = f"http://user:pass-word@proxy.test:{proxy.port}"
        with fetching(names, clock, proxy=url, hosts=hosts_of("http://archive.test/")) as fetcher:
            assert "pass-word" not in repr(fetcher.policy)
            assert fetcher.fetch_json("GET", "http://archive.test/x") == {}
            with pytest.raises(StopSource, match="not a host"):
                fetcher.fetch("GET", "http://elsewhere.test/x")
    assert (len(proxy.asked), names.asked) == (1, ["proxy.test"])
    assert proxy.asked[0].startswith(b"GET http://archive.test/x HTTP/1.1")
    assert b"proxy-authorization: basic" in proxy.asked[0].lower()


def test_a_proxy_that_is_no_web_address_is_a_setting_at_fault(clock: Clock) -> None:
    with pytest.raises(Misconfigured, match="proxy"), fetching(Names(), clock, proxy="socks5://s3cr3t@127.0.0.1"):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key for archive.test, made now."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    path = tmp_path_factory.mktemp("tls") / "archive.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=archive.test", "-addext", "subjectAltName=DNS:archive.test"]
    subprocess.run([*command, *subject, "-keyout", str(path) + ".key", "-out", str(path)], check=True, capture_output=True)
    return path


def test_tls_is_verified_against_the_name_and_not_the_address(clock: Clock, certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, str(certificate) + ".key")
    names = Names(archive_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    private = frozenset({"archive.test", "other.test"})
    with Listener(tls=tls) as server, fetching(names, clock, private_hosts=private, ca_file=certificate) as fetcher:
        assert fetcher.fetch_json("GET", f"https://archive.test:{server.port}/") == {}
        for wrong in ("other.test", "127.0.0.1"):
            with pytest.raises(StopSource, match="certificate"):
                fetcher.fetch("GET", f"https://{wrong}:{server.port}/")
        assert len(server.asked) == 1
