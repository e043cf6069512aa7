"""A member finds what was already purchased, downloads it, and sees what not to buy."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.map.conftest import CAYENNE, STORE, Open, Site, settled, sign_in


def name_area(page: Page, text: str) -> None:
    """Writes a place's name and takes the first that is offered."""
    page.get_by_role("combobox", name="Commune").fill(text)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(".area-set")).to_be_visible()
    settled(page)


def stored(page: Page) -> None:
    """Stands for the archives' store, which gives whatever file it is asked for."""

    def answer(route: Route) -> None:
        route.fulfill(body=b"II*\0", headers={"Content-Disposition": 'attachment; filename="image.tif"'})

    page.context.route(f"https://{STORE}/**", answer)


def test_a_purchased_image_of_cayennes_coast_is_found_and_downloaded_in_a_few_actions(opened: Open, site: Site) -> None:
    visit = opened()
    page = visit.page
    sign_in(page, site.key)
    stored(page)
    name_area(page, "Cayenne")  # 1
    found = page.locator(f'.card[data-key="pleiades-cayenne/{CAYENNE}"]')
    expect(found.get_by_text("Déjà acquise", exact=True)).to_be_visible()
    visit.keep("member-cayenne")
    found.get_by_role("button", name=re.compile("ouvrir la fiche")).click()  # 2
    sheet = page.get_by_role("complementary", name="Fiche de l’image")
    expect(sheet.get_by_text("Vous pouvez la télécharger.")).to_be_visible()
    visit.keep("member-item")
    with page.context.expect_event("request", lambda request: STORE in request.url) as asked:
        sheet.get_by_role("button", name="Télécharger").click()  # 3
    assert urlsplit(asked.value.url).path == f"/pleiades/{CAYENNE}.tif"


def test_a_file_in_a_closed_store_is_downloaded_by_an_address_that_was_signed_for_the_member(member: Open) -> None:
    visit = member("/map?archive=dinamis")
    page = visit.page
    stored(page)
    page.locator(".card").filter(has_text="SPOT").first.get_by_role("button", name=re.compile("ouvrir la fiche")).click()
    sheet = page.get_by_role("complementary", name="Fiche de l’image")
    with page.context.expect_event("request", lambda request: STORE in request.url) as asked:
        sheet.get_by_role("button", name="Télécharger").first.click()
    assert parse_qs(urlsplit(asked.value.url).query)["X-Amz-Signature"], "of the stand-in of the signing service"


def test_unticked_the_commercial_catalogue_shows_with_what_is_held_marked(member: Open) -> None:
    visit = member("/map?collapse=false")
    page = visit.page
    before = _count(page)
    page.get_by_label("Exclure les données Airbus").uncheck()
    expect(page).to_have_url(re.compile("exclude_airbus=false"))
    settled(page)
    assert _count(page) > before
    page.locator("label").filter(has_text="À commander").first.click()
    settled(page)
    expect(page.get_by_text("Voir l’image acquise").first).to_be_visible()
    visit.keep("member-commercial")
    page.get_by_text("Voir l’image acquise").first.click()
    sheet = page.get_by_role("complementary", name="Fiche de l’image")
    expect(sheet.get_by_text("Déjà acquise").first).to_be_visible()


def test_a_search_link_opens_the_same_search(member: Open, site: Site) -> None:
    visit = member()
    page = visit.page
    name_area(page, "Guyane")
    page.locator("label").filter(has_text="Déjà acquise").first.click()
    expect(page).to_have_url(re.compile("availability=held"))
    settled(page)
    shown = page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.key)")
    address = page.url.removeprefix(site.base)
    again = member(address).page
    assert again.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.key)") == shown
    expect(again.get_by_text("Guyane").first).to_be_visible()
    expect(again.get_by_label("Exclure les données Airbus")).to_be_checked()


def test_how_much_of_an_area_is_already_acquired_is_told_before_anyone_orders(member: Open) -> None:
    visit = member("/map?bbox=-54.2,2.4,-51.9,5.4")
    page = visit.page
    page.get_by_role("button", name="Qu’est-ce qui couvre déjà cette zone ?").click()
    expect(page.get_by_text(re.compile(r"\d+ % déjà acquis"))).to_be_visible()
    visit.keep("member-coverage")


def _count(page: Page) -> int:
    text = page.locator("#results h2").inner_text()
    return int(re.sub(r"\D", "", text) or 0)
