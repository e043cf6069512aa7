"""Headers, bodies and tokens that nobody means well."""

import gzip
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fuzz.asking import JSON, Asked
from tests.fuzz.test_hostile import check
from tests.fuzz.world import COLLECTION

LONG = b"a" * 8192
HEADERS = {
    b"accept": (b"text/html;q=1e9", b"*/*;q=" + b"9" * 8000, b"," * 8192, b"\xff\xfe", b"application/json;q=nan", b"", LONG),
    b"accept-language": (b"en;q=" + b"0" * 8000, b"-" * 8192, b"\xc3\xa9", b"fr;q=1.1,en;q=-1", b"*;q=0"),
    b"accept-encoding": (b"gzip;q=" + b"1" * 8000, b"gzip," * 2000, b"br;q=0.0001, *;q=0", b"\0", b"a;q=0. " * 900),
    b"if-none-match": (b'"' * 8192, b'W/"a",' * 1500, b"*", b"\xff", b"* , *"),
    b"authorization": (b"Bearer " + LONG, b"Bearer", b"Basic Zm9vOmJhcg==", b"\xff" * 100, b" ", b"Bearer a.b.c", b"Bearer " + b"." * 8000),
    b"x-api-key": (LONG, b"", b"\xff", b"scientist\0", b"SCIENTIST", b"moisson_" + LONG),
    b"host": (b"", LONG, b"a b", b"\xff", b"[::1", b"a:99999", b"a..b", b"-", b"@", b"a/b", b"a.b:" + b"1" * 8000),
    b"forwarded": (LONG, b'for="' * 1600, b"for=a;" * 1300, b'host="\\' * 1000, b"\xff", b"for=" + b'"\\"' * 2000),
    b"x-forwarded-host": (LONG, b"a," * 4000, b"\xff", b"[::", b"a b"),
    b"x-forwarded-prefix": (LONG, b"/.." * 2000, b"/a" * 4000, b"//", b"\xff"),
    b"content-type": (LONG, b"", b"\xff", b"application/json;" + b"a=b;" * 2000),
    b"content-length": (b"-1", b"9" * 8000, b"x"),
    b"range": (b"bytes=0-" + b"9" * 8000, b"bytes=" + b"0-1," * 2000),
    b"origin": (LONG, b"null", b"\xff"),
}


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_no_header_makes_a_fault(asked: Asked, name: bytes) -> None:
    for value in HEADERS[name]:
        for path in ("/", "/search", "/collections", f"/collections/{COLLECTION}/items/crowd-1", "/licences"):
            check(asked.get(path, headers=[(name, value)]), anything=True)
        check(asked.post("/search", b"{}", [(name, value)]))
    check(asked.get("/search"), refused=False)


MOST = 4 * 2**20
UNREAD = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"a"',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-32": "{}".encode("utf-32"),
    "no UTF-8": b'{"ids":["\xff"]}',
    "half a character": b'{"ids":["\\ud800"]}',
    "gzip": gzip.compress(b"{}"),
    "a gzip bomb": gzip.compress(b'{"ids":["' + b"a" * 200_000_000 + b'"]}', 1),
    "deep lists": b'{"ids":' + b"[" * 2_000_000,
    "deep objects": b'{"filter":' + b'{"a":' * 600_000,
    "a long name": b'{"%b":1}' % (b"x" * 3_900_000),
    "many names": b"{" + b",".join(b'"n%d":1' % number for number in range(200_000)) + b"}",
    "a long number": b'{"limit":' + b"1" * 3_900_000 + b"}",
    "a long sort": b'{"sortby":[{"field":"%b"}]}' % (b"ab" * 1_900_000),
    "a long aggregation": b'{"aggregations":["%b"]}' % (b"ab" * 1_900_000),
    "many ids": b'{"ids":[' + b'"a",' * 300_000 + b'"a"]}',
    "a wrong limit": b'{"limit":1e30}',
    "a text for a limit": b'{"limit":"1"}',
    "a flag for a limit": b'{"limit":true}',
    "a number for a flag": b'{"collapse":1}',
    "numbers for ids": b'{"ids":[1]}',
    "an empty id": b'{"ids":[""]}',
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_body_that_is_no_query_is_refused(asked: Asked, name: str) -> None:
    body = UNREAD[name]
    for path in ("/search", "/aggregate", f"/collections/{COLLECTION}/aggregate"):
        check(asked.post(path, body), refused=True)
        check(asked.post(path, body, (JSON, (b"content-encoding", b"gzip"))), refused=True)
        check(asked.post(path, [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]), refused=True)
    for path in ("/coverage", "/requests/draft"):
        check(asked.post(path, body))
    check(asked.get("/search"), refused=False)


def test_a_body_is_read_no_further_than_its_limit(asked: Asked) -> None:
    for path in ("/search", "/aggregate", "/coverage", "/requests/draft"):
        answer = asked.post(path, [b" " * 65536] * 200)
        check(answer)
        assert answer.status in (404, 413), path
        assert asked.post("/search", b'{"ids":["%b"]}' % (b"a" * (MOST - 20))).status == 200


def test_of_names_that_come_twice_the_last_counts_as_everywhere_in_json(asked: Asked) -> None:
    answer = asked.post("/search", b'{"limit":0,"limit":1}')
    check(answer, refused=False)
    assert answer.json()["numberReturned"] == 1


def _token(asked: Asked, path: str, params: str) -> str:
    links = asked.get(path, params).json()["links"]
    step = next(link["href"] for link in links if link["rel"] == "next")
    return parse_qs(urlsplit(step).query)["token"][0]


ASKED = ("limit=1", "limit=1&sortby=title", "limit=1&sortby=-gsd,platform", "limit=1&collapse=true", "limit=1&q=eau")


def test_a_token_holds_for_its_own_query_route_and_audience_only(asked: Asked, member: Asked) -> None:
    tokens = {params: _token(asked, "/search", params) for params in ASKED}
    collections = _token(asked, "/collections", "limit=1")
    for params, token in tokens.items():
        check(asked.get("/search", f"{params}&token={token}"), refused=False)
        check(member.get("/search", f"{params}&token={token}"), refused=True)
        check(asked.get("/collections", f"limit=1&token={token}"), refused=True)
        check(asked.get(f"/collections/{COLLECTION}/items", f"{params}&token={token}"), refused=True)
        for other in set(ASKED) - {params}:
            check(asked.get("/search", f"{other}&token={token}"), refused=True)
    check(asked.get("/search", f"limit=1&token={collections}"), refused=True)
    check(member.get("/collections", f"limit=1&token={collections}"), refused=True)


@pytest.mark.parametrize("path", ["/search", "/collections"])
def test_a_token_of_which_anything_was_changed_is_refused(asked: Asked, path: str) -> None:
    token = _token(asked, path, "limit=1")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = {
        token[:place] + letters[letters.index(letter) ^ (1 << bit)] + token[place + 1 :]
        for place, letter in enumerate(token)
        for bit in (0, 3, 5)
    }
    changed |= {token[:-1], token[1:], token + "A", token + "=", token + token, token[::-1], token.swapcase(), f" {token}", f"{token}%0A"}
    for one in changed:
        check(asked.get(path, f"limit=1&token={one}"), refused=True)
