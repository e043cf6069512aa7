"""The licence table over HTTP: for programs and for people, in two languages, and where every licence's link leads."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from api.access import Access
from api.licences.documents import licence_reference
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from mappings.facts import Availability
from mappings.licences import Table, licences
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import MEMBER, asking, serving

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@contextmanager
def client(index: Index, access: Access | None = None) -> Iterator[httpx.Client]:
    """Asks the API; whoever asks is anonymous unless `access` says otherwise."""
    with serving(index, access=access or asking(ANONYMOUS)) as base, httpx.Client(base_url=base) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A store without Items: the table does not need any."""
    with SqliteIndex.open(tmp_path_factory.mktemp("licences") / "index.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def api(empty: Index) -> Iterator[httpx.Client]:
    """As an anonymous visitor."""
    with client(empty) as opened:
        yield opened


class Page(HTMLParser):
    """Tags with their attributes, and the text, of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def table_with(**changes: Any) -> Table:
    row = licences()["dsp-pleiades"].model_copy(update=changes)
    return MappingProxyType({**licences(), "dsp-pleiades": row})


def test_all_licences_lead_to_their_pages_and_their_texts(api: httpx.Client) -> None:
    rows = api.get("/licences").json()["licences"]
    assert [row["id"] for row in rows] == sorted(licences())
    for row in rows:
        links = {link["rel"]: link["href"] for link in row["links"]}
        assert api.get(links["self"]).json()["id"] == row["id"]
        assert links["license"] == licences()[row["id"]].href


@pytest.mark.parametrize("name", sorted(licences()))
def test_a_licence_says_what_the_table_says_to_every_class(api: httpx.Client, name: str) -> None:
    row = licences()[name]
    found = api.get(f"/licences/{name}").json()
    assert (found["stac"], found["url"], found["confirmed"]) == (row.stac, row.href, row.confirmed)
    assert found["title"] == {"fr": row.title_fr, "en": row.title_en}
    assert found["conditions"] == {"fr": list(row.conditions_fr), "en": list(row.conditions_en)}
    assert found["versions"] == list(row.versions)
    assert set(found["rights"]) == set(UserClass)
    for one in UserClass:
        right, told = row.right(one), found["rights"][one]
        assert [told[key] for key in ("discover", "view", "download", "needs", "order")] == [
            *(right.discover, right.view, right.download, right.needs, right.order)
        ]
        assert told["reason"] == {"fr": right.reason_fr, "en": right.reason_en}
        assert told["conditions"] == {"fr": list(right.conditions_fr), "en": list(right.conditions_en)}


@pytest.mark.parametrize("asker", [ANONYMOUS, MEMBER, Asker(UserClass.SCIENTIST), Asker(UserClass.EUROPEAN_LABORATORY)])
def test_a_licence_says_what_it_means_to_who_asks(empty: Index, asker: Asker) -> None:
    policy = Policy()
    with client(empty, asking(asker)) as api:
        found = api.get("/licences/dsp-pleiades").json()["asker"]
    assert (found["audience"], found["signed"]) == (asker.user_class, "dsp-pleiades" in asker.signed)
    assert found["decisions"] == {one: policy.decide(asker, one, "dsp-pleiades").members() for one in Availability}


def test_an_operator_s_row_is_told_in_place_of_ours(empty: Index) -> None:
    with client(empty, Access(Policy(table=table_with(versions=("2024-1",))))) as api:
        assert api.get("/licences/dsp-pleiades").json()["versions"] == ["2024-1"]


@pytest.mark.parametrize("name", ["nope", "DSP-Pleiades", "..", "a%00b", "%F0%9F%9B%B0", "x" * 5000, "%3Cscript%3E", "%ff"])
def test_an_unknown_licence_is_not_found_in_json_and_to_a_browser(api: httpx.Client, name: str) -> None:
    for headers in ({}, {"Accept": BROWSER}):
        answer = api.get(f"/licences/{name}" if name != ".." else "/licences/%2e%2e", headers=headers)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("f=xml", "f"),
        ("language=de", "language"),
        ("lang=fr", "lang"),
        ("f=html&f=json", "f"),
        ("language=", "language"),
        ("limit=1", "limit"),
    ],
)
@pytest.mark.parametrize("path", ["/licences", "/licences/unknown"])
def test_a_wrong_parameter_is_refused(api: httpx.Client, path: str, query: str, parameter: str) -> None:
    answer = api.get(f"{path}?{query}")
    assert (answer.status_code, answer.json()["code"], answer.json()["parameter"]) == (400, "invalid-parameter", parameter)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        (BROWSER, "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("TEXT/HTML;Q=1.0", "text/html; charset=utf-8"),
        ("text/html;q=0, */*", "application/json"),
        ("text/html;q=2", "application/json"),
        (";;;,,q=,text/html;q=nan", "application/json"),
        ("image/png", "application/json"),
        ("text/html," * 5000, "text/html; charset=utf-8"),
    ],
)
def test_json_unless_html_is_preferred(api: httpx.Client, accept: str | None, kind: str) -> None:
    answer = api.get("/licences/unknown", headers={"Accept": accept} if accept else {})
    assert answer.headers["content-type"] == kind
    assert {"Accept", "Accept-Language"} <= {name.strip() for name in answer.headers["vary"].split(",")}
    assert api.get("/licences/unknown?f=html", headers={"Accept": "application/json"}).headers["content-type"].startswith("text/html")
    assert api.get("/licences/unknown?f=json", headers={"Accept": BROWSER}).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [
        (None, None, "fr"),
        ("en", None, "en"),
        ("en-GB,en;q=0.9", None, "en"),
        ("en;q=0.8, fr-CA", None, "fr"),
        ("fr;q=0.5,en;q=0.5", None, "fr"),
        ("de, en;q=0.3", None, "en"),
        ("de", None, "fr"),
        ("*;q=0.5, en", None, "en"),
        ("en", "fr", "fr"),
        ("fr", "en", "en"),
        ("en;q=x", None, "fr"),
    ],
)
def test_pages_are_in_the_asker_s_language_and_french_first(
    api: httpx.Client, accepted: str | None, asked: str | None, language: str
) -> None:
    path = f"/licences/dsp-pleiades?f=html{f'&language={asked}' if asked else ''}"
    answer = api.get(path, headers={"Accept-Language": accepted} if accepted else {})
    page = Page(answer.text)
    assert page.all("html") == [{"lang": language}]
    assert answer.headers["content-language"] == language
    row = licences()["dsp-pleiades"]
    assert (row.title_fr if language == "fr" else row.title_en) in page.text
    (other,) = [link for link in page.all("a") if link.get("hreflang")]
    assert other["hreflang"] == other["lang"] != language
    assert Page(api.get(other["href"] or "").text).all("html") == [{"lang": other["hreflang"]}]


@pytest.mark.parametrize("path", ["/licences", "/licences/dsp-pleiades"])
def test_a_page_is_accessible_and_runs_nothing(api: httpx.Client, path: str) -> None:
    answer = api.get(path, headers={"Accept": BROWSER})
    page = Page(answer.text)
    assert not page.all("script")
    assert not [name for tag, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
    assert page.all("table")
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(cell["scope"] in ("row", "col") for cell in page.all("th"))
    policy = answer.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_an_operator_writes_is_text_not_html(empty: Index) -> None:
    evil = '"><script>alert(1)</script>'
    table = table_with(title_fr=evil, href=f"https://example.org/{evil}", conditions_fr=(evil,), versions=(evil,))
    with client(empty, Access(Policy(table=table))) as api:
        for path in ("/licences", "/licences/dsp-pleiades"):
            text = api.get(f"{path}?f=html").text
            assert "<script" not in text
            assert evil in Page(text).text


def test_a_page_says_what_is_not_confirmed(api: httpx.Client) -> None:
    assert "aucun droit tant" in api.get("/licences/mda-radarsat2?f=html").text
    assert "aucun droit tant" not in api.get("/licences/copernicus?f=html").text


@pytest.mark.parametrize("path", ["/licences", "/licences/unknown"])
def test_the_table_is_public_unless_everything_is_for_members(empty: Index, path: str) -> None:
    with client(empty, asking(ANONYMOUS, Policy(sign_in=True))) as api:
        answer = api.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    with client(empty, asking(MEMBER, Policy(sign_in=True))) as api:
        assert api.get(path).status_code == 200


def test_head_answers_as_get_without_a_body(api: httpx.Client) -> None:
    answer = api.head("/licences/unknown", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "text/html; charset=utf-8")


def test_every_licence_link_of_an_answer_leads_to_the_table(index: Index) -> None:
    items = [
        make_item("open", collection="sentinel-2-l1c", availability="open"),
        make_item("held", collection="dinamis-spot67", availability="held"),
        make_item("sold", collection="airbus-spot", availability="orderable"),
        make_item("odd", collection="somebody-s", availability="unknown"),
    ]
    index.apply(batch(items=[document(item) for item in items]))
    index.refresh()
    with client(index, asking(MEMBER)) as api:
        answered = api.get("/search?limit=100").json()["features"]
        answered += [api.get(f"/collections/{one['collection']}/items/{one['id']}").json() for one in items]
        answered += api.get("/collections").json()["collections"]
        answered += [api.get(f"/collections/{one['collection']}").json() for one in items]
        assert len(answered) == 16
        for one in answered:
            licence = (one.get("properties") or one)["moisson:licence"]
            (link,) = [link for link in one["links"] if link["rel"] == "license"]
            assert link == licence_reference(licence, licences(), str(api.base_url).rstrip("/"))
            assert api.get(link["href"]).json()["id"] == licence


def test_a_licence_that_the_table_does_not_know_leads_to_unknown() -> None:
    link = licence_reference("of-a-newer-version", licences(), "https://example.org")
    assert link["href"] == "https://example.org/licences/unknown"


def test_a_stored_item_names_neither_a_server_nor_the_text_of_its_licence() -> None:
    stored = document(make_item())
    assert b'"license","href"' not in stored.head + stored.middle + stored.rest
    assert stored.licence == "copernicus"
