"""Fetcher: limits, retries, and what each answer means."""

import gzip
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import orjson
import pytest
import respx

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from tests.harvesters.support import POLICY, Clock

URL = "https://archive.example/search"


@pytest.fixture
def archive() -> Iterator[respx.Router]:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        yield router


def test_an_answer_arrives_whole(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL, params={"page": "1"}).respond(json={"a": 1}, headers={"X-Thing": "yes"})
    response = fetcher.fetch("GET", URL, params={"page": 1})
    assert (response.status, response.body, response.headers["x-thing"]) == (200, b'{"a":1}', "yes")


def test_json_and_forms_are_sent_as_such(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.post(URL, json={"page": 1}).respond(json={"a": 1})
    archive.post(URL + "/form", data={"key": "value"}).respond(json={"a": 2})
    assert fetcher.fetch_json("POST", URL, json={"page": 1}) == {"a": 1}
    assert fetcher.fetch_json("POST", URL + "/form", data={"key": "value"}) == {"a": 2}


def test_a_user_agent_says_who_asks(archive: respx.Router, fetcher: Fetcher) -> None:
    route = archive.get(URL).respond(json={})
    fetcher.fetch("GET", URL)
    assert route.calls.last.request.headers["user-agent"].startswith("Moisson/")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520])
def test_what_passes_is_tried_again(archive: respx.Router, fetcher: Fetcher, clock: Clock, status: int) -> None:
    archive.get(URL).mock(side_effect=[httpx.Response(status), httpx.Response(status), httpx.Response(200, json={"ok": True})])
    assert fetcher.fetch_json("GET", URL) == {"ok": True}
    assert 0.5 <= clock.slept[0] <= 1.0
    assert 1.0 <= clock.slept[1] <= 2.0


def test_retry_after_in_seconds_is_waited_exactly(archive: respx.Router, fetcher: Fetcher, clock: Clock) -> None:
    archive.get(URL).mock(side_effect=[httpx.Response(429, headers={"Retry-After": "17"}), httpx.Response(200, json={})])
    fetcher.fetch("GET", URL)
    assert clock.slept == [17.0]


def test_retry_after_as_a_date_is_waited_exactly(archive: respx.Router, fetcher: Fetcher, clock: Clock) -> None:
    date = "Sun, 01 Feb 2026 00:00:42 GMT"
    archive.get(URL).mock(side_effect=[httpx.Response(503, headers={"Retry-After": date}), httpx.Response(200, json={})])
    fetcher.fetch("GET", URL)
    assert clock.slept == [42.0]


def test_a_retry_after_of_hours_ends_the_run_instead(archive: respx.Router, fetcher: Fetcher, clock: Clock) -> None:
    archive.get(URL).respond(429, headers={"Retry-After": "7200"})
    with pytest.raises(StopSource, match="asks to wait 7200 s, longer than 300 s"):
        fetcher.fetch("GET", URL)
    assert clock.slept == []


def test_after_the_last_attempt_the_error_says_what_happened(archive: respx.Router, fetcher: Fetcher, clock: Clock) -> None:
    route = archive.get(URL).respond(500, json={"message": "index is red"})
    with pytest.raises(StopSource, match=r"HTTP 500 from archive.example/search: index is red; gave up after 5 attempts"):
        fetcher.fetch("GET", URL)
    assert route.call_count == 5
    assert len(clock.slept) == 4


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_a_broken_connection_is_tried_again(archive: respx.Router, fetcher: Fetcher, fault: Exception) -> None:
    archive.get(URL).mock(side_effect=[fault, httpx.Response(200, json={"ok": 1})])
    assert fetcher.fetch_json("GET", URL) == {"ok": 1}


def _serve(answer: bytes) -> tuple[socket.socket, str]:
    """A server that gives every connection the same bytes and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

    threading.Thread(target=loop, daemon=True).start()
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}/x"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":', id="fewer bytes than announced"),
        pytest.param(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":', id="chunks without an end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b'{"a": 1}' * 9)[:25], id="gzip"
        ),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_body_that_is_cut_is_tried_again_and_never_passed_on(clock: Clock, answer: bytes) -> None:
    listener, url = _serve(answer)
    with listener, clock.fetcher(replace(POLICY, attempts=3)) as fetcher, pytest.raises(StopSource, match="gave up after 3 attempts"):
        fetcher.fetch("GET", url)
    assert len(clock.slept) == 2


@pytest.mark.parametrize("body", [b"<html><title>Maintenance</title></html>", b'{"a": ', b"", b"[1]", b"42"])
def test_what_is_no_json_object_with_status_200_is_tried_again_then_ends_the_run(
    archive: respx.Router, fetcher: Fetcher, body: bytes
) -> None:
    route = archive.get(URL).respond(200, content=body, content_type="text/html")
    with pytest.raises(StopSource, match="JSON"):
        fetcher.fetch_json("GET", URL)
    assert route.call_count == 5


def test_nan_and_damaged_text_spoil_only_their_own_member(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(content=b'{"a": NaN, "b": "\xff", "c": 1}')
    assert fetcher.fetch_json("GET", URL) == {"a": None, "b": "�", "c": 1}


def test_json_of_any_depth_is_refused_not_followed(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(content=b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    with pytest.raises(StopSource):
        fetcher.fetch_json("GET", URL)


@pytest.mark.parametrize("status", [401, 403])
def test_refused_access_names_the_setting(archive: respx.Router, fetcher: Fetcher, status: int) -> None:
    route = archive.get(URL).respond(status, json={"message": "no"})
    with pytest.raises(Misconfigured, match="check api_key"):
        fetcher.fetch("GET", URL)
    assert route.call_count == 1


def test_a_quota_told_with_403_is_waited_for(archive: respx.Router, fetcher: Fetcher) -> None:
    message = {"message": "Downloading products per hour exceeds quota limit"}
    archive.get(URL).mock(side_effect=[httpx.Response(403, json=message), httpx.Response(200, json={})])
    assert fetcher.fetch_json("GET", URL) == {}


@pytest.mark.parametrize("status", [400, 404, 405, 410, 422, 501])
def test_other_errors_end_the_run_with_the_archives_own_words(archive: respx.Router, fetcher: Fetcher, status: int) -> None:
    archive.get(URL).respond(status, json={"ErrorMessage": "Not Found\n" + "x" * 5000, "ErrorCode": status})
    with pytest.raises(StopSource, match=r"Not Found x+…$") as caught:
        fetcher.fetch("GET", URL)
    assert len(str(caught.value)) < 300


def test_a_redirect_is_not_followed_and_names_its_target(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(302, headers={"Location": "https://login.example/sso?return=secret"})
    with pytest.raises(StopSource, match=r"redirected to login\.example") as caught:
        fetcher.fetch("GET", URL)
    assert "secret" not in str(caught.value)


def test_no_secret_gets_into_a_message(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(400, json={"message": f"bad {URL}?apikey=s3cr3t-in-url and s3cr3t-token-value"})
    with pytest.raises(StopSource) as caught:
        fetcher.fetch("GET", URL, params={"apikey": "s3cr3t-in-url"}, headers={"Authorization": "Bearer s3cr3t-token-value"})
    archive.post(URL).respond(403, json={"message": "key s3cr3t-form-value is not valid"})
    with pytest.raises(Misconfigured) as refused:
        fetcher.fetch("POST", URL, data={"apikey": "s3cr3t-form-value"})
    for error in (caught.value, refused.value):
        assert "s3cr3t" not in str(error)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None


def test_a_header_that_cannot_be_sent_is_a_setting_at_fault_and_is_not_quoted(clock: Clock) -> None:
    listener, url = _serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with listener, clock.fetcher() as fetcher, pytest.raises(Misconfigured) as caught:
        fetcher.fetch("GET", url, headers={"Authorization": "Bearer s3cr3t\nwith a line"})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://archive.example/x", "archive.example/x", "http://[::1"])
def test_an_address_that_is_none_is_a_setting_at_fault(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(Misconfigured):
        fetcher.fetch("GET", url)


def test_an_answer_above_the_limit_is_stopped_while_it_comes(archive: respx.Router, clock: Clock) -> None:
    archive.get(URL).respond(content=b"x" * 2000)
    with clock.fetcher(replace(POLICY, max_bytes=1000)) as fetcher, pytest.raises(StopSource, match=r"limit of 1000 bytes.*max_bytes"):
        fetcher.fetch("GET", URL)


def test_an_unannounced_answer_above_the_limit_is_stopped(clock: Clock) -> None:
    listener, url = _serve(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 200_000)
    with listener, clock.fetcher(replace(POLICY, max_bytes=1000)) as fetcher, pytest.raises(StopSource, match="limit of 1000 bytes"):
        fetcher.fetch("GET", url)


def test_a_compressed_bomb_is_stopped_before_it_unfolds(archive: respx.Router, clock: Clock) -> None:
    archive.get(URL).respond(content=gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"})
    with clock.fetcher(replace(POLICY, max_bytes=1_000_000)) as fetcher, pytest.raises(StopSource, match="limit of 1000000 bytes"):
        fetcher.fetch("GET", URL)


def test_a_compressed_answer_is_unpacked(archive: respx.Router, fetcher: Fetcher) -> None:
    document = {"features": ["x" * 1000] * 100}
    archive.get(URL).respond(content=gzip.compress(orjson.dumps(document)), headers={"Content-Encoding": "gzip"})
    assert fetcher.fetch_json("GET", URL) == document


def test_an_encoding_that_nobody_asked_for_is_refused(fetcher: Fetcher) -> None:
    listener, url = _serve(b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 1\r\n\r\nx")
    with listener, pytest.raises(StopSource, match="'zstd'"):
        fetcher.fetch("GET", url)


def test_a_whole_answer_has_a_time_limit_however_steadily_it_drips(clock: Clock) -> None:
    listener, url = _serve(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 1000)
    ticking = iter(range(0, 10_000, 130))
    with listener, Fetcher(replace(POLICY, attempts=2), sleep=clock.sleep, clock=lambda: float(next(ticking))) as fetcher:  # noqa: SIM117
        with pytest.raises(StopSource, match="no complete answer within 120 s"):
            fetcher.fetch("GET", url)


def test_requests_keep_their_rate(archive: respx.Router, clock: Clock) -> None:
    archive.get(URL).respond(json={})
    with clock.fetcher(replace(POLICY, requests_per_second=2)) as fetcher:
        for _ in range(4):
            fetcher.fetch("GET", URL)
    assert clock.slept == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bundle_of_authorities_that_cannot_be_read_is_named(clock: Clock, tmp_path: Path, content: str | None) -> None:
    bundle = tmp_path / "bundle.pem"
    if content:
        bundle.write_text(content)
    with pytest.raises(Misconfigured, match="ca_file"), clock.fetcher(replace(POLICY, ca_file=bundle)):
        pass


def test_a_fetcher_does_nothing_before_it_is_opened(clock: Clock) -> None:
    with pytest.raises(RuntimeError, match="with"):
        clock.fetcher().fetch("GET", URL)
