"""Layers from elsewhere: asked of nobody until somebody switches one on, by year, and kept in the address."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.map.conftest import Open, Visit, settled
from tests.map.small import WMTS
from tests.support.pictures import PNG

_HOST = "tiles.example.org"
_FRANCE = "/map?view=5.5/46.5/2.5"


class Tiles:
    """Stands for the service of the coverages: which layers it was asked for, since it was last looked at."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self._asked: list[str] = []

    def serve(self, context: BrowserContext) -> None:
        context.route(f"{WMTS}**", self._answer)

    def asked(self) -> set[str]:
        found = set(self._asked)
        self._asked.clear()
        return found

    def _answer(self, route: Route) -> None:
        self._asked += parse_qs(urlsplit(route.request.url).query)["LAYER"]
        route.fulfill(status=self.status, body=PNG, content_type="image/png", headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture
def tiles() -> Tiles:
    return Tiles()


@pytest.fixture
def looking(opened: Open, small: str, tiles: Tiles) -> Visit:
    """The map of France, with the list of layers open."""
    visit = opened(_FRANCE, base=small, before=tiles.serve)
    settled(visit.page)
    visit.page.locator("summary").get_by_text("Fonds et couvertures").click()
    expect(visit.page.get_by_label("Couverture SPOT 6/7")).to_be_visible()
    assert not visit.wrong, "looking at the list asks nobody else"
    visit.expected.append(_HOST)
    return visit


def layers_in(page: Page) -> list[str]:
    """The layers in the address."""
    return parse_qs(urlsplit(page.url).query).get("layer", [])


def test_yearly_coverages_are_shown_by_year_one_of_a_kind_at_a_time(looking: Visit, tiles: Tiles) -> None:
    page = looking.page
    spot, pleiades = page.get_by_label("Couverture SPOT 6/7"), page.get_by_label("Couverture Pléiades")
    credits = page.locator(".attribution")
    expect(credits).to_have_text("Natural Earth")
    expect(page.get_by_text(re.compile(f"d’un autre serveur .*{_HOST}"))).to_be_visible()
    with page.expect_response(lambda answer: "SPOT.2018" in answer.url):
        spot.select_option("2018")
    expect(page).to_have_url(re.compile("layer=coverages-spot/spot-2018"))
    expect(credits).to_contain_text("IGN")
    assert tiles.asked() == {"ORTHOIMAGERY.ORTHO-SAT.SPOT.2018"}
    looking.keep("layers")
    spot.select_option("2021")
    with page.expect_response(lambda answer: "PLEIADES.2020" in answer.url):
        pleiades.select_option("2020")
    page.wait_for_timeout(300)
    tiles.asked()
    with page.expect_response(lambda answer: "SPOT.2021" in answer.url), page.expect_response(lambda answer: "PLEIADES.2020" in answer.url):
        page.get_by_role("button", name="Agrandir").click()
    assert tiles.asked() == {"ORTHOIMAGERY.ORTHO-SAT.SPOT.2021", "ORTHOIMAGERY.ORTHO-SAT.PLEIADES.2020"}
    assert len(layers_in(page)) == 2
    for switch in (spot, pleiades):
        switch.select_option("Aucune")
    expect(page).not_to_have_url(re.compile("layer="))
    expect(credits).to_have_text("Natural Earth")
    page.wait_for_timeout(300)
    tiles.asked()
    page.get_by_role("button", name="Réduire").click()
    page.wait_for_timeout(500)
    assert not tiles.asked(), "switched off, none is asked for"


def test_a_background_lies_under_the_coverages_and_names_its_server(looking: Visit) -> None:
    page = looking.page
    looking.expected.append("data.geopf.fr")
    page.context.route("https://data.geopf.fr/**", lambda route: route.fulfill(body=PNG, content_type="image/png"))
    with page.expect_request(re.compile("PLANIGNV2")):
        page.get_by_label("Plan IGN").check()
    expect(page).to_have_url(re.compile("layer=plan"))
    page.get_by_label("Fond hors ligne").check()
    expect(page).not_to_have_url(re.compile("layer="))


def test_a_link_shows_the_layers_that_were_on(opened: Open, small: str, tiles: Tiles) -> None:
    visit = opened(f"{_FRANCE}&layer=coverages-spot/spot-2018&layer=nobody-knows", base=small, before=tiles.serve)
    visit.expected.append(_HOST)
    expect(visit.page.locator(".attribution")).to_contain_text("IGN")
    settled(visit.page)
    assert layers_in(visit.page) == ["coverages-spot/spot-2018", "nobody-knows"]
    visit.page.locator("summary").get_by_text("Fonds et couvertures").click()
    expect(visit.page.get_by_label("Couverture SPOT 6/7").locator("option:checked")).to_have_text("2018")
    assert tiles.asked() == {"ORTHOIMAGERY.ORTHO-SAT.SPOT.2018"}


def test_a_layer_that_does_not_answer_is_told(looking: Visit, tiles: Tiles) -> None:
    tiles.status = 503
    looking.expected.append("503")
    page = looking.page
    page.get_by_label("Couverture SPOT 6/7").select_option("2018")
    expect(page.get_by_role("alert")).to_have_text("Cette couche ne répond pas.")
    assert "SPOT.2018" in str(tiles.asked())
    settled(page)
    expect(page.locator(".card").first).to_be_visible()
