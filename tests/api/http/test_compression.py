"""Bodies are shortened when the asker can read them so, and not otherwise."""

import gzip
import zlib

import httpx
import pytest
import zstandard

from api.compression import CODINGS, coding_of, is_compressible
from tests.api.http.conftest import ITEM

LONG = "/search?collections=many&limit=50"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, *;q=0", None),
        ("*", None),
        ("*;q=0.1, zstd;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0", None),
        ("br", None),
        ("gzip;q=2", None),
        ("gzip;q=nan", None),
        (",;q=1,,gzip ; q=0.3", "gzip"),
        ("gzip" * 5000, None),
        ("gzip;q=0." + "0" * 5000, None),
    ],
)
def test_the_coding_is_what_the_asker_weighs_most(accepted: str, coding: str | None) -> None:
    chosen = coding_of(accepted)
    assert (chosen.name if chosen else None) == coding


def raw(api: httpx.Client, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    with api.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", [ITEM, LONG, "/api", "/licences?f=html&language=fr"])
def test_a_shortened_body_is_the_same_body(api: httpx.Client, path: str) -> None:
    plain = raw(api, path, "")[1]
    for coding, read in (("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)):
        answer, body = raw(api, path, coding)
        assert answer.headers["content-encoding"] == coding
        assert int(answer.headers["content-length"]) == len(body) < len(plain)
        assert read(body) == plain
        assert "Accept-Encoding" in answer.headers["vary"]


def test_a_posted_search_is_shortened_too(api: httpx.Client) -> None:
    answer = api.post("/search", json={"collections": ["many"], "limit": 50}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["numberReturned"] == 50


def test_a_short_body_is_sent_as_it_is(api: httpx.Client) -> None:
    answer, body = raw(api, "/healthz", "gzip, zstd")
    assert "content-encoding" not in answer.headers
    assert body == b'{"status":"alive"}'


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (b"application/json", True),
        (b"application/geo+json", True),
        (b"application/problem+json", True),
        (b"application/vnd.oai.openapi+json;version=3.0", True),
        (b"text/html; charset=utf-8", True),
        (b"text/csv; charset=utf-8", True),
        (b"application/x-ndjson", True),
        (b"image/jpeg", False),
        (b"application/zip", False),
        (b"application/jsonpath-of-nothing", False),
        (b"", False),
    ],
)
def test_only_texts_are_shortened(kind: bytes, text: bool) -> None:
    assert is_compressible(kind) is text


def test_a_body_is_made_the_same_each_time_as_a_strong_tag_promises() -> None:
    body = b"moisson " * 10_000
    assert all(coding.encode(body) == coding.encode(body) for coding in CODINGS)
    assert zlib.ZLIB_RUNTIME_VERSION in CODINGS[1].mark
