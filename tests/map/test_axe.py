"""What axe finds on each state of the page: light and dark, wide and on a phone, in French and in English."""

import re

import pytest
from playwright.sync_api import expect

from tests.map.conftest import Open, Visit, settled
from tests.map.test_selection import chosen
from tests.support.axe import complaints


@pytest.fixture(params=["dark", "light"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def found_on(visit: Visit, name: str) -> list[str]:
    """What it finds serious, once nothing moves any more."""
    visit.page.wait_for_timeout(300)
    visit.keep(f"axe-{name}")
    return [f"{name}: {one}" for one in complaints(visit.page, "serious", "critical")]


def _item(visit: Visit) -> None:
    visit.page.locator(".card-title").first.click()
    expect(visit.page.get_by_role("complementary", name="Fiche de l’image")).to_be_visible()


def _why(visit: Visit) -> None:
    visit.page.locator(".card").first.get_by_text("Pourquoi ?").click()


def _basket(visit: Visit) -> None:
    visit.page.locator(".basket-toggle").first.click()
    visit.page.get_by_role("button", name=re.compile("Sélection")).click()
    expect(visit.page.get_by_role("complementary", name="Sélection")).to_be_visible()


def _sign_in(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Se connecter").click()


def _area(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Coordonnées").click()
    page.get_by_role("button", name="Qu’est-ce qui couvre déjà cette zone ?").click()
    page.locator("summary").get_by_text("Fonds et couvertures").click()
    page.get_by_label("Couverture SPOT 6/7").wait_for()
    expect(page.get_by_text(re.compile(r"\d+ % déjà acquis"))).to_be_visible()


_STATES = {
    "results": ("/map", lambda _: None),
    "why": ("/map?exclude_airbus=false", _why),
    "item": ("/map", _item),
    "basket": ("/map", _basket),
    "sign-in": ("/map", _sign_in),
    "area": ("/map?bbox=-54.2,2.4,-51.9,5.4", _area),
}


@pytest.mark.parametrize("state", _STATES)
def test_axe_finds_nothing_serious(opened: Open, state: str, scheme: str) -> None:
    path, act = _STATES[state]
    visit = opened(path, color_scheme=scheme)
    settled(visit.page)
    act(visit)
    assert found_on(visit, f"{state}-{scheme}") == []


def test_axe_finds_nothing_serious_where_nothing_is_found(opened: Open) -> None:
    visit = opened("/map?from=1950-01-01&to=1950-01-02")
    expect(visit.page.get_by_text("Aucune image ne correspond à cette recherche.")).to_be_visible()
    assert found_on(visit, "nothing") == []


def test_axe_finds_nothing_serious_on_the_request_for_images(member: Open) -> None:
    visit = member("/map?exclude_airbus=false&availability=orderable&collapse=false", color_scheme="dark")
    page = visit.page
    chosen(page, 1)
    page.get_by_role("button", name="Préparer la demande (1 image)").click()
    page.get_by_label("Usage prévu").fill("Suivi des coupes rases")
    found = found_on(visit, "request")
    page.get_by_role("button", name="Établir le brouillon").click()
    expect(page.locator(".draft-document")).to_contain_text("km²")
    assert [*found, *found_on(visit, "draft")] == []


def test_axe_finds_nothing_serious_on_a_phone(opened: Open, small: str) -> None:
    visit = opened(base=small, size=(360, 740), has_touch=True, is_mobile=True, color_scheme="light")
    parts = visit.page.get_by_role("navigation", name="Parties de la page")
    settled(visit.page)
    found = []
    for name in ("Filtres", "Carte", "Résultats"):
        parts.get_by_role("button", name=name).click()
        found += found_on(visit, f"phone-{name}")
    _item(visit)
    assert [*found, *found_on(visit, "phone-item")] == []


def test_axe_finds_nothing_serious_in_english(opened: Open, small: str) -> None:
    visit = opened("/map?lang=en", base=small)
    page = visit.page
    settled(page)
    page.locator(".basket-toggle").first.click()
    page.locator(".card").first.locator("summary").click()
    found = found_on(visit, "english")
    page.locator(".card-title").first.click()
    expect(page.locator(".sheet.item h2")).to_be_visible()
    found += found_on(visit, "english-item")
    page.get_by_role("button", name=re.compile("^Selection")).click()
    expect(page.locator(".sheet.basket h2")).to_be_visible()
    assert [*found, *found_on(visit, "english-basket")] == []
