"""stac-browser itself, in a Chromium: a person walks from the landing page to an image, and searches."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from index.query import Query
from mappings.audience import EVERYTHING
from tests.clients.browser_build import dist, serving_page
from tests.clients.conftest import Served
from tests.support.requirements import chromium

# Nothing leaves the machine: neither maps nor the archives' previews.
_OPTIONS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
_WITHIN = 30_000
COLLECTION = "sentinel-2-l1c"


@dataclass
class Walk:
    """The page, and what went wrong: answers of ours that are errors, and scripts that failed."""

    page: Page
    site: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site}#{path}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture
def walk(browser: Any, served: Served) -> Iterator[Walk]:
    context = browser.new_context(viewport={"width": 1400, "height": 2400}, locale="en")
    context.set_default_timeout(_WITHIN)
    configuration = {"catalogUrl": f"{served.base}/", "locale": "en", "detectLocaleFromBrowser": False}
    context.add_init_script(f"window.STAC_BROWSER_CONFIG = {json.dumps(configuration)}")
    with serving_page(dist()) as site:
        page = context.new_page()
        walk = Walk(page, site)
        page.on("pageerror", lambda error: walk.wrong.append(str(error)))
        page.on("response", lambda answer: walk.wrong.append(f"{answer.status} {answer.url}") if _is_wrong(answer, served.base) else None)
        yield walk
        context.close()


def _is_wrong(answer: Any, base: str) -> bool:
    return bool(answer.url.startswith(base)) and answer.status >= 400


def _shown(walk: Walk, text: str) -> None:
    expect(walk.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=_WITHIN)


def test_from_the_landing_page_to_an_image(walk: Walk) -> None:
    walk.go("/")
    _shown(walk, "Sentinel at CNES")
    walk.page.get_by_role("link", name="Sentinel at CNES").first.click()
    _shown(walk, "Sentinel-2, Level 1C")
    walk.page.get_by_role("link", name="Sentinel-2, Level 1C").first.click()
    items = walk.page.locator(f'a[href*="/collections/{COLLECTION}/items/"]')
    expect(items.first).to_be_visible(timeout=_WITHIN)
    name = str(items.first.get_attribute("href")).rpartition("/")[2]
    items.first.click()
    expect(walk.page).to_have_url(re.compile(re.escape(f"{walk.site}#/collections/{COLLECTION}/items/{name}")), timeout=_WITHIN)
    for text in ("S2MSI1C", "Open archive: free download after a free registration"):
        _shown(walk, text)
    assert walk.wrong == []


def test_a_search_finds_as_many_as_there_are(walk: Walk, served: Served) -> None:
    walk.go("/search")
    walk.page.get_by_role("tab", name="Search for Items").click()
    walk.page.get_by_role("button", name="Submit").locator("visible=true").click()
    items = walk.page.locator('a[href*="/items/"]')
    expect(items.first).to_be_visible(timeout=_WITHIN)
    assert items.count() >= 10
    total = served.index.count(Query(audience=EVERYTHING))
    assert total > items.count()
    assert walk.wrong == []


def test_the_catalogue_is_shown_in_french(walk: Walk) -> None:
    walk.go("/")
    _shown(walk, "Sentinel at CNES")
    walk.page.get_by_role("button", name="Language: English").click()
    walk.page.get_by_role("menuitem", name="Français").first.click()
    _shown(walk, "Sentinel au CNES")
    assert walk.wrong == []
