"""Links lead to where users see the server, and nobody but a trusted proxy says where that is."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.access import Access
from index.protocol import Index
from mappings.access.policy import Policy
from tests.api.http.conftest import ITEM, by_key
from tests.support.serving import serving

OLD = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "images.example"}
NEW = {"Forwarded": "for=192.0.2.7;host=images.example;proto=https"}
PATHS = ["/", "/search?limit=1", "/collections", "/collections/c", "/collections/many/items?limit=1", ITEM, "/licences", "/api"]


@pytest.fixture(scope="module")
def behind(index: Index) -> Iterator[str]:
    """Its proxy is this machine, and another is 10.0.0.0/8."""
    with serving(index, access=Access(Policy(), by_key), trusted_proxies=["127.0.0.1", "10.0.0.0/8", "::1"]) as base:
        yield base


def hrefs(value: Any) -> Iterator[str]:
    """Addresses of this server in a document: of its links, of its schema, of its OpenAPI servers."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name in ("href", "url") and isinstance(member, str) and not member.startswith("https://sentinel"):
                yield member
            yield from hrefs(member)
    elif isinstance(value, list):
        for member in value:
            yield from hrefs(member)


def root(base: str, headers: dict[str, str], path: str = "/") -> str:
    """Where the landing page says that it is."""
    page = httpx.get(f"{base}{path}", headers=headers).json()
    return next(link["href"] for link in page["links"] if link["rel"] == "self")


@pytest.mark.parametrize("headers", [OLD, NEW, {**OLD, **NEW}], ids=["x-forwarded", "forwarded", "both"])
@pytest.mark.parametrize("path", PATHS)
def test_every_link_leads_to_where_a_trusted_proxy_says(behind: str, headers: dict[str, str], path: str) -> None:
    answer = httpx.get(f"{behind}{path}", headers=headers)
    assert answer.status_code == 200
    assert "127.0.0.1" not in answer.text
    assert path == "/api" or f"https://images.example{path.partition('?')[0]}" in answer.text


@pytest.mark.parametrize("cut", [True, False], ids=["cut off", "left"])
@pytest.mark.parametrize("path", PATHS)
def test_a_prefix_stands_in_every_link_whether_the_proxy_cuts_it_off_or_not(behind: str, cut: bool, path: str) -> None:
    headers = {**OLD, "X-Forwarded-Prefix": "/a/stac/"}
    answer = httpx.get(f"{behind}{'' if cut else '/a/stac'}{path}", headers=headers)
    assert answer.status_code == 200
    ours = [href for href in hrefs(answer.json()) if "images.example" in href or href.startswith("/")]
    assert ours
    assert all(href.startswith(("https://images.example/a/stac", "/a/stac")) for href in ours)
    redirected = httpx.get(f"{behind}/search/", headers=headers)
    assert redirected.headers["location"] == "https://images.example/a/stac/search"


def test_the_links_of_pages_lead_on_through_the_prefix(behind: str) -> None:
    headers = {**OLD, "X-Forwarded-Prefix": "/stac"}
    url, seen = "https://images.example/stac/search?collections=many&limit=20", 0
    while url:
        page = httpx.get(url.replace("https://images.example/stac", behind), headers=headers).json()
        seen += page["numberReturned"]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert seen == 50


@pytest.mark.parametrize("headers", [OLD, NEW, {"X-Forwarded-Prefix": "/evil"}, {"X-Forwarded-Port": "9"}])
def test_who_is_not_trusted_moves_no_link(api: httpx.Client, headers: dict[str, str]) -> None:
    base = str(api.base_url).rstrip("/")
    assert root(base, headers) == f"{base}/"


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({"X-Forwarded-Proto": "https"}, "https://here.example"),
        ({"X-Forwarded-Proto": "HTTPS", "X-Forwarded-Port": "443"}, "https://here.example"),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}, "https://here.example:8443"),
        ({"X-Forwarded-Host": "images.example:8443", "X-Forwarded-Port": "9"}, "http://images.example:8443"),
        ({"X-Forwarded-Host": "evil.example, images.example"}, "http://images.example"),
        ({"X-Forwarded-Host": "[2001:db8::1]:80"}, "http://[2001:db8::1]"),
        ({"X-Forwarded-Prefix": "/one, /two"}, "http://here.example/two"),
        ({"X-Forwarded-Prefix": "/"}, "http://here.example"),
        ({"Forwarded": "proto=https"}, "https://here.example"),
        ({"Forwarded": 'for="[2001:db8::1]:47";Host="images.example:81" ; Proto=http'}, "http://images.example:81"),
        ({"Forwarded": "for=192.0.2.7"}, "http://here.example"),
        # The proxy at 10.0.0.2 was asked by the one that users reach; what stands before that, they wrote.
        (
            {"Forwarded": "host=evil.example, for=192.0.2.7;host=images.example;proto=https, for=10.0.0.2;host=inner"},
            "https://images.example",
        ),
        ({"Forwarded": "host=evil.example;proto=https, for=192.0.2.7;host=images.example"}, "http://images.example"),
        ({"Forwarded": 'host=images.example, for="10.0.0.2:5000";proto=https'}, "https://images.example"),
    ],
)
def test_what_proxies_say_is_read_as_they_mean_it(behind: str, headers: dict[str, str], seen: str) -> None:
    assert root(behind, {"Host": "here.example", **headers}) == f"{seen}/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("X-Forwarded-Host", host)
            for host in (
                "a b",
                'a"b',
                "javascript:alert(1)",
                "a/b",
                "user@a",
                "a:b",
                "a:0",
                "a:99999",
                "[::g]",
                "[1]",
                "a\\b",
                "a%00",
                "é",
                "x" * 300,
            )
        ),
        *(("X-Forwarded-Proto", proto) for proto in ("javascript", "wss", "http:", "https https")),
        *(("X-Forwarded-Port", port) for port in ("0", "-1", "65536", "x", "8 0", "9" * 5000)),
        *(
            ("X-Forwarded-Prefix", path)
            for path in ("stac", "//evil.example", "/a/../b", "/.", "/a b", "/a?b", "/a#b", '/a"', "/%2e", "/a//b")
        ),
        *(
            ("Forwarded", given)
            for given in (
                "host=a b",
                'host="a',
                "host=javascript:alert(1)",
                "proto=ftp",
                "nothing",
                "host=a,,;",
                'host="a\\"b"',
                "for=" + "x" * 5000,
            )
        ),
    ],
)
def test_a_hostile_word_is_refused_and_named(behind: str, name: str, value: str) -> None:
    answer = httpx.get(f"{behind}/", headers={name: value.encode()})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["parameter"]) == (400, name)


@pytest.mark.parametrize(
    "headers",
    [
        {**OLD, "Forwarded": "host=evil.example;proto=https"},
        {"X-Forwarded-Proto": "https", "Forwarded": "host=evil.example;proto=https"},
        {**NEW, "X-Forwarded-Host": "evil.example"},
    ],
)
def test_two_kinds_of_headers_that_contradict_each_other_are_refused(behind: str, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{behind}/", headers={"Host": "here.example", **headers})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "Forwarded")
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "host", ["a b", 'a"b', "javascript:alert(1)", "<script>", "a/b", "user@a", "a,b", "", "a:port", "a:70000", "[::g]"]
)
def test_a_host_that_is_none_is_refused(api: httpx.Client, host: str) -> None:
    answer = api.get("/", headers={"Host": host})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "Host")


@pytest.fixture(scope="module", params=["https://images.example", "https://images.example/a/stac/"])
def public(index: Index, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Its address here, and the public one without trailing slash."""
    with serving(index, access=Access(Policy(), by_key), public_url=request.param, trusted_proxies=["127.0.0.1"]) as base:
        yield base, request.param.rstrip("/")


@pytest.mark.parametrize("path", PATHS)
def test_the_public_address_wins_over_what_proxies_say(public: tuple[str, str], path: str) -> None:
    base, url = public
    answer = httpx.get(f"{base}{path}", headers={"X-Forwarded-Host": "other.example", "X-Forwarded-Prefix": "/other"})
    assert answer.status_code == 200
    text = json.dumps(answer.json())
    assert not any(wrong in text for wrong in ("127.0.0.1", "other.example", "/other"))
    assert path == "/api" or f"{url}{path.partition('?')[0]}" in text


def test_redirections_and_the_openapi_document_know_the_public_address(public: tuple[str, str]) -> None:
    base, url = public
    assert httpx.get(f"{base}/search/").headers["location"] == f"{url}/search"
    servers = httpx.get(f"{base}/api").json().get("servers", [])
    assert servers == ([{"url": "/a/stac"}] if url.endswith("/stac") else [])


def test_the_documentation_finds_its_document_behind_a_prefix(behind: str) -> None:
    page = httpx.get(f"{behind}/api.html", headers={"X-Forwarded-Prefix": "/stac"}).text
    assert "/stac/api" in page
