"""Other ways to the same page: the keyboard alone, a phone, English; and what axe finds on each of its states."""

import re

import pytest
from playwright.sync_api import expect

from tests.map.conftest import Open, Visit, settled
from tests.support.axe import complaints


def test_a_scene_is_found_and_chosen_with_the_keyboard_alone(opened: Open) -> None:
    visit = opened()
    page = visit.page
    expect(page.locator(".card").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller aux résultats")).to_be_focused()
    page.get_by_label("Exclure les données Airbus").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("exclude_airbus=false"))
    place = page.get_by_role("combobox", name="Commune")
    place.focus()
    page.keyboard.type("guyane")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".area-set")).to_contain_text("Guyane")
    settled(page)
    title = page.locator(".card-title").first
    title.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("complementary", name="Fiche de l’image")
    expect(sheet).to_be_visible()
    expect(sheet.locator("h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(title).to_be_focused()
    page.locator(".basket-toggle").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("Sélection"))).to_contain_text("1")


def test_on_a_phone_filters_results_and_map_are_tabs(opened: Open) -> None:
    visit = opened(size=(360, 740), has_touch=True, is_mobile=True)
    page = visit.page
    parts = page.get_by_role("navigation", name="Parties de la page")
    for name, shown in (("Filtres", "#filters"), ("Résultats", "#results"), ("Carte", ".column.map")):
        parts.get_by_role("button", name=name).click()
        expect(page.locator(shown)).to_be_visible()
        wide = page.evaluate("[...document.querySelectorAll('header button, header a')].map(one => one.getBoundingClientRect().right)")
        assert max(wide) <= 360, f"{name}: wider than the phone"
        visit.keep(f"phone-{name}")
    parts.get_by_role("button", name="Résultats").click()
    page.locator(".card-title").first.click()
    expect(page.get_by_role("complementary", name="Fiche de l’image")).to_be_visible()
    visit.keep("phone-item")


def test_the_page_is_in_english_by_a_switch_and_by_its_address(opened: Open) -> None:
    visit = opened()
    page = visit.page
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Leave out Airbus data")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile("lang=en"))
    visit.keep("english")
    assert opened("/map?lang=en").page.get_by_label("Leave out Airbus data").is_checked()
    assert opened(lang="en-GB").page.get_by_label("Leave out Airbus data").is_checked()


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


_STATES = {
    "results": ("/map", lambda _: None),
    "why": ("/map?exclude_airbus=false", _why),
    "item": ("/map", _item),
    "basket": ("/map", _basket),
    "sign-in": ("/map", _sign_in),
}


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("state", _STATES)
def test_axe_finds_nothing_serious(opened: Open, state: str, scheme: str) -> None:
    path, act = _STATES[state]
    visit = opened(path, color_scheme=scheme)
    expect(visit.page.locator(".card").first).to_be_visible()
    act(visit)
    visit.page.wait_for_timeout(300)
    visit.keep(f"axe-{state}-{scheme}")
    assert complaints(visit.page, "serious", "critical") == []


def test_axe_finds_nothing_serious_where_nothing_is_found(opened: Open) -> None:
    visit = opened("/map?from=1950-01-01&to=1950-01-02")
    expect(visit.page.get_by_text("Aucune image ne correspond à cette recherche.")).to_be_visible()
    assert complaints(visit.page, "serious", "critical") == []
