"""French and English, JSON and pages, and that nothing on a page is more than text."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.html import STYLE
from index.sqlite import SqliteIndex
from tests.api.catalogue.world import OPEN
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import serving

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGES = ("/", "/collections", f"/collections/{OPEN}", "/catalogs/peps")
TOLD = (*PAGES, "/children", "/catalogs/peps/children", f"/collections/{OPEN}/dates", "/queryables", f"/collections/{OPEN}/sortables")
HOSTILE = '"><script>alert(1)'


@pytest.mark.parametrize("path", TOLD)
def test_words_are_french_unless_english_is_asked_for(api: httpx.Client, path: str) -> None:
    french, english = api.get(path), api.get(path, params={"language": "en"})
    assert (french.headers["content-language"], english.headers["content-language"]) == ("fr", "en")
    assert french.text != english.text
    assert api.get(path, headers={"accept-language": "en-GB,fr;q=0.5"}).text == english.text
    assert api.get(path, headers={"accept-language": "en"}, params={"language": "fr"}).text == french.text
    assert api.get(path, params={"language": "de"}).json()["parameter"] == "language"


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_gets_a_page_and_a_program_json(api: httpx.Client, path: str) -> None:
    for headers in ({"accept": "*/*"}, {"accept": "application/json"}, {"accept": "application/json, text/html"}):
        assert api.get(path, headers=headers).headers["content-type"] == "application/json"
    page = api.get(path, headers={"accept": BROWSER, "accept-language": "en"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert '<html lang="en">' in page.text
    assert page.text.count("<h1>") == 1
    assert api.get(path, params={"f": "json"}, headers={"accept": BROWSER}).json()
    assert api.get(path, params={"f": "html", "language": "en"}).text == page.text


def test_pages_lead_to_archives_collections_and_the_other_language(api: httpx.Client) -> None:
    text = api.get("/", headers={"accept": BROWSER}).text
    base = str(api.base_url).rstrip("/")
    for href in (f"{base}/catalogs/peps?f=html", f"{base}/collections/{OPEN}?f=html", f"{base}/?f=html&amp;language=en"):
        assert f'href="{href}' in text
    assert "6" in text
    assert f"<style>{STYLE}</style>" in text


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[httpx.Client]:
    """A Collection and an archive whose names are HTML."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        index.apply(batch(items=[document(make_item("a", HOSTILE, source=HOSTILE))]))
        with serving(index) as base, httpx.Client(base_url=base) as client:
            yield client


def test_names_are_escaped_on_pages_and_in_addresses(hostile: httpx.Client) -> None:
    landing = hostile.get("/").json()
    [child] = [link["href"] for link in landing["links"] if link["rel"] == "child"]
    [collection] = [link["href"] for link in hostile.get(child).json()["links"] if link["rel"] == "child"]
    for href in ("/", "/collections", child, collection):
        page = hostile.get(href, headers={"accept": BROWSER})
        assert page.status_code == 200, href
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
