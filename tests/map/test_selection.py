"""The selection: what is chosen, what of it is taken along, and the request for what must be ordered, down to the printed page."""

import csv
import io
import re

import orjson
from playwright.sync_api import Page, expect

from tests.map.conftest import Open


def chosen(page: Page, number: int) -> None:
    """Puts the first images of the list into the selection, and opens it."""
    expect(page.locator(".card").first).to_be_visible()
    for at in range(number):
        page.locator(".basket-toggle").nth(at).click()
    page.get_by_role("button", name=re.compile(r"^Sélection")).click()
    expect(page.get_by_role("heading", name=re.compile(rf"Sélection : {number} images?"))).to_be_visible()


def saved(page: Page, button: str) -> bytes:
    """The file that a button gives."""
    with page.expect_download() as asked:
        page.get_by_role("button", name=button).click()
    return asked.value.path().read_bytes()


def test_images_to_order_become_a_request_that_can_be_printed(member: Open) -> None:
    visit = member("/map?exclude_airbus=false&availability=orderable&collapse=false")
    page = visit.page
    chosen(page, 2)
    page.get_by_role("button", name="Préparer la demande (2 images)").click()
    page.get_by_label("Usage prévu").fill("Suivi des coupes rases")
    page.get_by_role("button", name="Établir le brouillon").click()
    draft = page.locator(".draft-document")
    expect(draft).to_contain_text("Laboratoire d’exemple")
    expect(draft).to_contain_text("Suivi des coupes rases")
    expect(draft).to_contain_text("km²")
    visit.keep("draft")
    rows = list(csv.reader(io.StringIO(saved(page, "Tableau (CSV)").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) > 2
    page.emulate_media(media="print")
    expect(draft).to_be_visible()
    expect(page.get_by_role("button", name="Imprimer")).to_be_hidden()
    visit.keep("draft-print")


def test_a_selection_is_taken_along_as_items_and_as_a_table_and_is_there_after_a_reload(member: Open) -> None:
    visit = member()
    page = visit.page
    keys = page.locator(".card").evaluate_all("cards => cards.slice(0, 3).map(card => card.dataset.key)")
    chosen(page, 3)
    collection = orjson.loads(saved(page, "STAC (ItemCollection)"))
    assert sorted(f"{item['collection']}/{item['id']}" for item in collection["features"]) == sorted(keys)
    table = list(csv.DictReader(io.StringIO(saved(page, "Tableau (CSV)").decode("utf-8-sig"))))
    assert sorted(f"{row['collection']}/{row['id']}" for row in table) == sorted(keys)
    assert all(row["licence"] for row in table), "terms travel"
    page.reload()
    expect(page.get_by_role("button", name=re.compile(r"^Sélection"))).to_contain_text("3")
