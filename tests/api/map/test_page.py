"""GET /map: the shell, what it tells its script, and what a browser may do with it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access import Access
from api.identity.oidc_settings import OidcSettings
from api.map.offer import Basemap, MapOffer
from mappings.access.policy import Policy
from mappings.words import Text
from tests.api.map.conftest import Serve
from tests.support.built import write_built, write_manifest

OIDC = OidcSettings("https://login.example.org:8443/realms/a", "moisson", client_id="cli", scopes=("openid", "profile"))


class _Page(HTMLParser):
    """Elements in order with their attributes, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script":
            self.scripts[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.tags if name == tag]


def config(answer: httpx.Response) -> Any:
    (text,) = (told for told in _Page(answer.text).scripts if told.strip())
    return json.loads(text)


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    rules = (rule.split() for rule in answer.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in rules}


def test_the_page_loads_what_vite_built_and_nothing_inline(serve: Serve) -> None:
    with serve() as api:
        answer = api.get("/map")
        page = _Page(answer.text)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert [one["src"] for one in page.all("script") if "src" in one] == ["map/assets/index-AbCd1234.js"]
        assert [(one["rel"], one["href"]) for one in page.all("link")] == [
            ("stylesheet", "map/assets/index-AbCd1234.css"),
            ("stylesheet", "map/assets/map-11ff11ff.css"),
            ("modulepreload", "map/assets/vendor-ZyXw9876.js"),
            ("modulepreload", "map/assets/map-11ff11ff.js"),
            ("modulepreload", "map/assets/names-22ff22ff.js"),
        ]
        assert {"id": "app"} in page.all("div")
        assert not page.all("style")
        assert not [given for _, given in page.tags if "style" in given or any(name.startswith("on") for name in given)]
        for one in (*page.all("link"), *page.all("script")):
            if place := one.get("href") or one.get("src"):
                assert api.get(str(answer.url.join(place))).status_code == 200
        assert api.head("/map").content == b""
        assert api.get("/map", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", "", "fr"),
        ("", "en", "en"),
        ("", "de, en;q=0.5", "en"),
        ("", "de", "fr"),
        ("fr", "en", "fr"),
        ("en", "fr", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_page_is_in_the_language_of_who_reads_it(serve: Serve, asked: str, accepted: str, language: str) -> None:
    with serve() as api:
        answer = api.get("/map", params={"lang": asked} if asked else None, headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == language
    assert _Page(answer.text).all("html") == [{"lang": language}]
    assert config(answer)["lang"] == language


def test_any_search_may_stand_in_the_address(serve: Serve) -> None:
    with serve() as api:
        assert api.get("/map?exclude_airbus=false&cloud=20&q=%3Cscript%3E&area=_x&view=5/46/2&item=a%2Fb&q=again").status_code == 200
        assert api.get("/map/", follow_redirects=True).url.path == "/map"


def test_the_script_is_told_where_it_is(serve: Serve) -> None:
    with serve(title="Moisson d’essai", version="1.2.3") as api:
        told = config(api.get("/map"))
        assert told == {
            "lang": "fr",
            "title": "Moisson d’essai",
            "version": "1.2.3",
            "base": "",
            "address": str(api.base_url).rstrip("/"),
            "signIn": None,
            "previews": False,
            "links": {"home": "/", "api": "/api.html", "licences": "/licences", "runs": "/runs", "code": None},
        }
    with serve(public_url="https://example.org/moisson/") as api:
        told = config(api.get("/map"))
        assert (told["base"], told["address"]) == ("/moisson", "https://example.org/moisson")
        assert told["links"]["home"] == "/moisson/"


def test_signing_in_is_offered_with_the_page_s_own_client_or_the_command_line_s(serve: Serve) -> None:
    with serve(oidc=OIDC) as api:
        answer = api.get("/map")
        assert config(answer)["signIn"] == {"issuer": OIDC.issuer, "clientId": "cli", "scopes": ["openid", "profile"]}
        assert "https://login.example.org:8443" in policy(answer)["connect-src"]
    with serve(oidc=OIDC, map=MapOffer(client_id="page")) as api:
        assert config(api.get("/map"))["signIn"]["clientId"] == "page"
    with serve(oidc=OidcSettings("https://login.example.org", "moisson")) as api:
        answer = api.get("/map")
        assert config(answer)["signIn"] is None
        assert "https://login.example.org" not in answer.headers["content-security-policy"]


def test_no_word_of_an_operator_ends_the_data_block(serve: Serve) -> None:
    title = "</script><script>alert(1)</script><!-- & \u2028 \u202etitle"
    with serve(title=title) as api:
        answer = api.get("/map")
    assert config(answer)["title"] == title
    assert answer.text.count("</script>") == 2
    (block,) = re.findall(r'id="config">(.*?)</script>', answer.text, re.DOTALL)
    assert not set(block) & set("<>&\u2028")


def test_a_browser_may_ask_nobody_but_this_server_and_the_layers_that_can_be_switched_on(serve: Serve) -> None:
    basemap = Basemap("own", Text("Un fond", "A basemap"), "https://tiles.example.org:8443/a/{z}/{x}/{y}.png", "")
    with serve(map=MapOffer((basemap,), ("http://127.0.0.1:9/geopf/wmts", "https://tiles.example.org:8443/b"))) as api:
        answer = api.get("/map")
    hosts = ["http://127.0.0.1:9", "https://tiles.example.org:8443"]
    assert policy(answer) == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *hosts],
        "connect-src": ["'self'", *hosts],
        "worker-src": ["'self'"],
        **{
            name: ["'none'"]
            for name in ("font-src", "frame-src", "manifest-src", "object-src", "base-uri", "form-action", "frame-ancestors")
        },
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_an_address_cannot_add_a_rule_to_the_policy(serve: Serve) -> None:
    odd = ("https://a;script-src *", "https://a b", "javascript:alert(1)", "data:x", "https://*", "https://[", "https://'unsafe-inline'")
    with serve(map=MapOffer((), odd)) as api:
        answer = api.get("/map")
    assert policy(answer)["img-src"] == ["'self'", "data:", "blob:"]


def test_who_must_sign_in_to_find_anything_may_see_the_page_to_do_so(serve: Serve) -> None:
    with serve(access=Access(Policy(sign_in=True)), oidc=OIDC) as api:
        assert api.get("/map").status_code == 200
        assert api.get("/map/assets/worker-12345678.js").status_code == 200
        assert api.get("/map/layers").status_code == 401


@pytest.mark.parametrize(
    "damage",
    [
        "none",
        "not json",
        [],
        {},
        {"a": {"file": "assets/a.js"}},
        {"a": {"isEntry": True, "file": "assets/none.js"}},
        {"a": {"isEntry": True, "file": 3, "css": 4, "imports": "x"}},
    ],
)
def test_without_a_whole_build_the_page_says_how_to_make_one(serve: Serve, folder: Path, damage: Any) -> None:
    if damage == "none":
        (folder / ".vite" / "manifest.json").unlink()
    else:
        write_manifest(folder, damage)
    with serve() as api:
        answer = api.get("/map", params={"lang": "en"})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "make web" in answer.text
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert api.get("/map/assets/index-AbCd1234.js").status_code == 404
        assert api.get("/").status_code == 200
        write_built(folder)
        assert api.get("/map").status_code == 200


def test_a_browser_that_comes_to_the_server_finds_the_map_first(serve: Serve) -> None:
    with serve() as api:
        for language, word in (("fr", "carte"), ("en", "map")):
            answer = api.get("/", headers={"Accept": "text/html", "Accept-Language": language})
            body = answer.text.partition("<main>")[2]
            (href, text), *_ = re.findall(r'<a href="([^"]+)">([^<]+)</a>', body)
            assert href == f"{str(api.base_url).rstrip('/')}/map?lang={language}"
            assert word in text
            assert api.get(href).status_code == 200
            told = api.get("/", params={"language": language}).json()
            assert (href, "text/html") in [(one["href"], one["type"]) for one in told["links"] if one["rel"] == "related"]
