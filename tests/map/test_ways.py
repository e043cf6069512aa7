"""Other ways to the same page: the keyboard alone, a phone, English."""

import re

from playwright.sync_api import expect

from tests.map.conftest import Open, settled


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
