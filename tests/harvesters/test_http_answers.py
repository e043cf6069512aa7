"""Fetcher: XML answers, conditional requests, and JSON of any depth."""

import time
from collections.abc import Iterator

import httpx
import pytest
import respx
from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from harvesters.errors import Misconfigured, Retry, StopSource
from harvesters.http import Fetcher, Response, validator_of
from harvesters.response import short
from tests.harvesters.support import Clock

URL = "https://archive.example/csw"
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def archive() -> Iterator[respx.Router]:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        yield router


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=UTF-8", "application/atom+xml", "application/octet-stream", ""])
def test_xml_comes_with_its_response(archive: respx.Router, fetcher: Fetcher, kind: str) -> None:
    archive.get(URL).respond(content=b"<?xml version='1.0'?><a b='1'/>", headers={"Content-Type": kind, "X-Thing": "yes"})
    response, root = fetcher.fetch_xml("GET", URL)
    assert (root.tag, root.get("b"), response.headers["x-thing"]) == ("a", "1", "yes")


def test_xml_is_posted_as_it_is(archive: respx.Router, fetcher: Fetcher) -> None:
    route = archive.post(URL).respond(content=b"<a/>", headers=XML)
    fetcher.fetch_xml("POST", URL, content=b"<GetRecords/>")
    fetcher.fetch_xml("POST", URL, content=b"<q/>", headers={"Content-Type": "text/xml"})
    fetcher.fetch("POST", URL, content=b"raw", headers={"Content-Type": "text/plain"})
    sent = [(call.request.content, call.request.headers["content-type"]) for call in route.calls]
    assert sent == [(b"<GetRecords/>", "application/xml"), (b"<q/>", "text/xml"), (b"raw", "text/plain")]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"<html><head><title>Maintenance</title></head></html>", "text/html", r"not XML but text/html \(Maintenance\)"),
        (b"<!DOCTYPE html><html><title>Back soon</title></html>", "text/xml", "not XML: a page of HTML"),
        (b"<HTML><BODY>down</BODY></HTML>", "application/xml", "not XML: a page of HTML"),
        (b"<a/>", "text/html; charset=utf-8", "not XML but text/html"),
        (b'{"a": 1}', "application/json", "not XML but application/json"),
        (b"<a><b>", "application/xml", "not XML: Premature end"),
        (b"<a>\0</a>", "application/xml", "not XML"),
        (b"<a>&nbsp;</a>", "application/xml", "not XML"),
        (b"", "application/xml", "not XML"),
        ("<a>é</a>".encode("latin-1"), "application/xml", "not XML"),
    ],
)
def test_what_is_no_sound_xml_is_tried_again(archive: respx.Router, fetcher: Fetcher, body: bytes, kind: str, said: str) -> None:
    bad = httpx.Response(200, content=body, headers={"Content-Type": kind})
    route = archive.get(URL).mock(side_effect=[bad, httpx.Response(200, content=b"<a/>", headers=XML)])
    assert fetcher.fetch_xml("GET", URL)[1].tag == "a"
    assert route.call_count == 2
    route.mock(return_value=bad)
    with pytest.raises(StopSource, match=f"archive.example/csw: {said}.*gave up after 5 attempts"):
        fetcher.fetch_xml("GET", URL)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "XML with a DOCTYPE"),
        (b"<a>" * 90_000 + b"</a>" * 90_000, "too deep"),
        (b"<a>" * 150 + b"</a>" * 150, "more than 100 levels deep"),
        (b"<a>" + b"<b/>" * 1_100_000 + b"</a>", "elements and attributes"),
    ],
)
def test_xml_that_is_never_read_ends_the_run_at_once(archive: respx.Router, fetcher: Fetcher, body: bytes, said: str) -> None:
    route = archive.get(URL).respond(content=body, headers=XML)
    with pytest.raises(StopSource, match=f"archive.example/csw: .*{said}"):
        fetcher.fetch_xml("GET", URL)
    assert route.call_count == 1


def test_a_check_of_xml_may_ask_for_another_try(archive: respx.Router, fetcher: Fetcher) -> None:
    def check(root: etree._Element) -> None:
        if root.tag == "ExceptionReport":
            raise Retry("the service is busy")

    archive.get(URL).mock(side_effect=[httpx.Response(200, content=body, headers=XML) for body in (b"<ExceptionReport/>", b"<ok/>")])
    assert fetcher.fetch_xml("GET", URL, check=check)[1].tag == "ok"


def test_an_answer_that_did_not_change_is_not_sent_again(archive: respx.Router, fetcher: Fetcher) -> None:
    fresh = {"ETag": '"v1"', "Last-Modified": "Wed, 01 May 2024 00:00:00 GMT"}
    route = archive.get(URL).mock(side_effect=[httpx.Response(200, content=b"x", headers=fresh), httpx.Response(304, headers=fresh)])
    known = validator_of(fetcher.fetch("GET", URL))
    checked: list[Response] = []
    again = fetcher.fetch("GET", URL, known=known, check=checked.append)
    assert (again.status, again.body, checked) == (304, b"", [])
    asked = route.calls.last.request.headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"v1"', "Wed, 01 May 2024 00:00:00 GMT")
    assert validator_of(again) == known


def test_an_answer_that_changed_comes_whole_and_is_checked(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).mock(side_effect=[httpx.Response(200, headers={"ETag": 'W/"1"'}), httpx.Response(200, content=b"new")])
    known = validator_of(fetcher.fetch("GET", URL))
    checked: list[bytes] = []
    assert fetcher.fetch("GET", URL, known=known, check=lambda response: checked.append(response.body)).body == b"new"
    assert checked == [b"new"]


def test_a_304_that_was_not_asked_for_ends_the_run(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(304)
    with pytest.raises(StopSource, match="not modified, to a request without a condition"):
        fetcher.fetch("GET", URL)
    with pytest.raises(StopSource, match="not modified"):
        fetcher.fetch("GET", URL, known=None, headers={"If-None-Match": '"x"'})


@pytest.mark.parametrize(
    "known", ["", "no JSON", "{}", "[]", "[1, 2]", '["", ""]', '["a\\r\\nX-Evil: 1", ""]', '["\\u00e9", "x", "y"]', "null"]
)
def test_what_is_no_validator_makes_no_condition(archive: respx.Router, fetcher: Fetcher, known: str) -> None:
    route = archive.get(URL).respond(content=b"x")
    fetcher.fetch("GET", URL, known=known)
    assert "if-none-match" not in route.calls.last.request.headers
    assert "x-evil" not in route.calls.last.request.headers


def test_an_archive_without_validators_gives_none() -> None:
    assert validator_of(Response(200, {}, b"", URL)) is None
    assert validator_of(Response(200, {"etag": "x" * 5000}, b"", URL)) is None
    assert validator_of(Response(200, {"etag": "\x00"}, b"", URL)) is None


@pytest.mark.parametrize("depth", [101, 900, 1100, 100_000])
@pytest.mark.parametrize("spoilt", [b"1", b"NaN"])
def test_json_deeper_than_a_hundred_levels_ends_the_run_with_its_reason(
    archive: respx.Router, fetcher: Fetcher, depth: int, spoilt: bytes
) -> None:
    archive.get(URL).respond(content=b'{"a":' + b"[" * (depth - 1) + spoilt + b"]" * (depth - 1) + b"}")
    with pytest.raises(StopSource, match="nested more than 100 levels deep"):
        fetcher.fetch_json("GET", URL)


def test_json_of_a_hundred_levels_is_read(archive: respx.Router, fetcher: Fetcher) -> None:
    archive.get(URL).respond(content=b'{"a":' * 100 + b"1" + b"}" * 100)
    assert "a" in fetcher.fetch_json("GET", URL)


def test_a_secret_is_cut_out_of_what_is_said_of_a_page_that_is_no_json_and_where_a_message_ends(
    archive: respx.Router, fetcher: Fetcher
) -> None:
    headers = {"Authorization": f"Bearer s3cr3t-{'k' * 150}"}
    archive.get(URL).respond(content=f"no: s3cr3t-{'k' * 150}".encode(), content_type="text/plain")
    with pytest.raises(StopSource) as unread:
        fetcher.fetch_json("GET", URL, headers=headers)
    archive.get(URL).respond(403, json={"message": "x" * 120 + f" s3cr3t-{'k' * 150}"})
    with pytest.raises(Misconfigured) as refused:
        fetcher.fetch("GET", URL, headers=headers)
    assert "s3cr3t" not in str(unread.value) + str(refused.value)


@pytest.mark.parametrize("text", ["?" * 65_536, "<title" * 11_000, "?a" * 30_000])
def test_a_hostile_message_takes_no_time_to_be_shortened(archive: respx.Router, clock: Clock, fetcher: Fetcher, text: str) -> None:
    archive.get(URL).respond(400, content=text.encode(), content_type="text/plain")
    began = time.process_time()
    with pytest.raises(StopSource):
        fetcher.fetch("GET", URL)
    assert len(short(text)) <= 200
    assert time.process_time() - began < 1.0
