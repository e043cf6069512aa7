"""What the page says while it waits, when something fails, when there is nothing, and when there is very much."""

import re
import time

import orjson
from playwright.sync_api import Page, Route, expect

from tests.map.conftest import Open, Site, settled


def answered(page: Page, status: int, body: dict[str, object]) -> None:
    """The search answers so from here on."""
    page.route(
        "**/search", lambda route: route.fulfill(status=status, body=orjson.dumps(body).decode(), content_type="application/problem+json")
    )


def test_a_slow_search_says_so_and_still_answers(opened: Open) -> None:
    visit = opened()
    page = visit.page
    expect(page.locator(".card").first).to_be_visible()

    def slowly(route: Route) -> None:
        time.sleep(6)
        route.continue_()

    page.route("**/search", slowly)
    page.get_by_label("Accessible pour moi").check()
    expect(page.get_by_text("La réponse tarde.")).to_be_visible()
    visit.keep("slow")
    expect(page.get_by_text("La réponse tarde.")).to_be_hidden()
    expect(page.locator(".card").first).to_be_visible()


def test_a_server_that_fails_is_told_in_plain_words_and_asked_again(opened: Open) -> None:
    visit = opened()
    visit.expected.append("500")
    page = visit.page
    expect(page.locator(".card").first).to_be_visible()
    answered(page, 500, {"title": "Internal Server Error", "status": 500, "code": "internal-error", "detail": "<script>alert(1)</script>"})
    page.get_by_label("Accessible pour moi").check()
    alert = page.locator("#results").get_by_role("alert")
    expect(alert).to_contain_text("Le serveur a rencontré une erreur, qui n’est pas de votre fait.")
    visit.keep("error")
    page.unroute("**/search")
    alert.get_by_role("button", name="Réessayer").click()
    expect(page.locator(".card").first).to_be_visible()


def test_a_search_that_finds_nothing_says_what_to_loosen(opened: Open) -> None:
    visit = opened("/map?cloud=0&gsd=0.1&from=1999-01-01&to=1999-01-02")
    page = visit.page
    expect(page.get_by_text("Aucune image ne correspond à cette recherche.")).to_be_visible()
    visit.keep("nothing")
    page.locator("#results").get_by_role("button", name="Tout effacer").click()
    expect(page.locator(".card").first).to_be_visible()


def test_a_search_whose_address_makes_no_sense_is_still_a_page(opened: Open) -> None:
    page = opened("/map?bbox=a,b&cloud=x&from=soon&view=9/9&archive=,,&item=nothing&q=" + "%00" * 3 + "&lang=xx").page
    expect(page.locator("#results h2")).to_be_visible()


def test_an_item_that_is_not_there_is_told(opened: Open) -> None:
    visit = opened("/map?item=dinamis-spot67/nothing")
    visit.expected.append("404")
    expect(visit.page.get_by_text("Cette image n’est pas, ou plus, au catalogue, ou n’est pas visible pour vous.")).to_be_visible()


def test_an_anonymous_visitor_is_told_why_not(opened: Open, site: Site) -> None:
    visit = opened("/map?exclude_airbus=false&archive=airbus")
    page = visit.page
    first = page.locator(".card").first
    expect(first.get_by_text("À commander", exact=True)).to_be_visible()
    first.get_by_text("Pourquoi ?").click()
    expect(first.get_by_text("Elle se commande auprès d’Airbus.")).to_be_visible()
    expect(first.get_by_role("link")).to_have_attribute("href", re.compile("/licences/"))
    visit.keep("anonymous-why")


def test_each_file_of_the_page_is_fetched_once(opened: Open, small: str) -> None:
    asked: list[str] = []
    page = opened(base=small, before=lambda context: context.on("request", lambda request: asked.append(request.url))).page
    settled(page)
    expect(page.locator(".attribution")).to_be_visible()
    files = [url.rpartition("/")[2] for url in asked if "/map/assets/" in url and ".json" not in url]
    assert len(files) == len(set(files)), "what is asked for beforehand is what the script asks for"
    assert any(name.startswith("map-") for name in files)
