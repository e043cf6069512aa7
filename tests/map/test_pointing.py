"""The list and the map point at the same images; the picture of the open one lies on the map; period and clouds are seen as bars."""

import base64
import calendar
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.map.conftest import Open, settled
from tests.map.small import CLOUDIEST, FRANCE, LONE, PICTURE, YEARS, found_in, place_of

_MIDDLE = ((LONE[0] + LONE[2]) / 2, (LONE[1] + LONE[3]) / 2)
_VIEW = (9.5, _MIDDLE[1], _MIDDLE[0])
_SEA = "/map?view=" + "/".join(map(str, _VIEW))
_PIXEL = """async encoded => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0))]));
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.drawImage(picture, 0, 0);
    return [...canvas.getImageData(0, 0, 1, 1).data];
}"""
Colour = tuple[int, int, int]
_LONE = '.card[data-key="c/lone"]'


def colour(page: Page) -> Colour:
    """What the map shows in the middle of the lone image."""
    x, y = place_of(page, _VIEW, *_MIDDLE)
    shown = base64.b64encode(page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})).decode()
    red, green, blue, _ = page.evaluate(_PIXEL, shown)
    return red, green, blue


def until(page: Page, wanted: Callable[[Colour], bool]) -> Colour:
    """The colour there once it is a wanted one."""
    for _ in range(150):
        shown = colour(page)
        if wanted(shown):
            return shown
        page.wait_for_timeout(100)
    raise AssertionError(f"the map shows {shown} there")


def pointed_at(page: Page) -> None:
    """Points at the image on the map; it may come after the sea around it, so that the pointer moves until something is under it."""
    x, y = place_of(page, _VIEW, *_MIDDLE)
    for step in range(100):
        page.mouse.move(x + step % 2, y)
        if "hovered" in (page.locator(_LONE).get_attribute("class") or ""):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no image comes under the pointer")


def is_sea(shown: Colour) -> bool:
    """Of a light blue: what is pointed at is green."""
    red, _, blue = shown
    return blue > red > 190


def is_picture(shown: Colour) -> bool:
    return max(abs(one - other) for one, other in zip(shown, PICTURE, strict=True)) < 8


def test_an_image_under_the_pointer_is_marked_in_the_list_and_the_other_way_round(opened: Open, small: str) -> None:
    visit = opened(_SEA, base=small)
    page = visit.page
    settled(page)
    card, marked = page.locator(_LONE), re.compile("hovered")
    x, y = place_of(page, _VIEW, *_MIDDLE)
    until(page, is_sea)
    expect(card).not_to_have_class(marked)
    pointed_at(page)
    until(page, lambda shown: not is_sea(shown))
    page.mouse.move(x, y - 250, steps=3)
    expect(card).not_to_have_class(marked)
    until(page, is_sea)
    card.hover()
    until(page, lambda shown: not is_sea(shown))
    visit.keep("hovered")


def test_a_click_on_the_map_opens_the_image_and_its_picture_lies_there(opened: Open, small: str) -> None:
    visit = opened(_SEA, base=small)
    page = visit.page
    settled(page)
    pointed_at(page)
    page.mouse.click(*place_of(page, _VIEW, *_MIDDLE))
    expect(page.get_by_role("complementary", name="Fiche de l’image")).to_contain_text("pleiades-1a")
    expect(page.get_by_role("complementary", name="Fiche de l’image")).to_contain_text("Moissonnée")
    expect(page.locator(_LONE)).to_have_class(re.compile("opened"))
    expect(page).to_have_url(re.compile("item=c/lone"))
    until(page, is_picture)
    visit.keep("quicklook")
    page.get_by_label("Opacité de l’aperçu").fill("0")
    until(page, lambda shown: not is_picture(shown))
    page.get_by_role("button", name="Fermer").click()
    expect(page.get_by_label("Opacité de l’aperçu")).to_have_count(0)


def _period(page: Page) -> tuple[str, str]:
    """Months of the period in the address; the whole time where it has no end."""
    asked = parse_qs(urlsplit(page.url).query)
    return asked.get("from", ["0000"])[0][:7], asked.get("to", ["9999"])[0][:7]


def _shown(page: Page) -> int:
    settled(page)
    return int(re.sub(r"\D", "", page.locator("#results h2").inner_text()) or 0)


def test_a_period_is_brushed_over_the_timeline_and_moved_with_keys(opened: Open, small: str) -> None:
    visit = opened(base=small)
    page = visit.page
    everything = _shown(page)
    assert everything == found_in() + 1
    bars = page.locator(".histogram svg").bounding_box()
    assert bars is not None
    across = bars["y"] + bars["height"] / 2
    page.mouse.move(bars["x"] + bars["width"] * 0.3, across)
    expect(page.locator(".histogram .under")).to_contain_text("images")
    page.mouse.down()
    page.mouse.move(bars["x"] + bars["width"] * 0.6, across, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d{4}-\d\d-01&to="))
    first, last = _period(page)
    assert str(YEARS[0]) < first < last < str(YEARS[-1])
    assert 0 < _shown(page) == found_in(months=(first, last)) < everything
    visit.keep("timeline")
    handle = page.get_by_role("slider", name="Du")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile(f"from={first}"))
    later, same = _period(page)
    assert (later > first, same) == (True, last)
    assert _shown(page) == found_in(months=(later, last))
    page.get_by_role("button", name="Toute la période").click()
    expect(page).not_to_have_url(re.compile("from="))
    assert _shown(page) == everything


def test_a_period_is_written_as_two_dates(opened: Open, small: str) -> None:
    page = opened(base=small).page
    settled(page)
    for name, day in (("Du", "2010-01-01"), ("Au", f"2010-02-{calendar.monthrange(2010, 2)[1]}")):
        field = page.get_by_role("textbox", name=name, exact=True).or_(page.locator(f"label:text-is('{name}') + input"))
        field.first.fill(day)
        field.first.press("Enter")
    expect(page).to_have_url(re.compile("from=2010-01-01&to=2010-02-28"))
    assert _shown(page) == 2


def test_bars_tell_how_cloudy_the_images_are_that_are_found(opened: Open, small: str) -> None:
    visit = opened(base=small)
    page = visit.page
    settled(page)
    each = len(FRANCE) // CLOUDIEST
    bars = page.locator(".cloud-bars")
    for low in range(0, CLOUDIEST, 10):
        expect(bars).to_have_accessible_name(re.compile(rf"{low}\s%\sà\s{low + 10}\s% : {10 * each} images"))
    with page.expect_request(re.compile("/aggregate$")) as asked:
        page.get_by_label("Nuages").select_option("20")
    assert "cloud_cover_frequency" in (asked.value.post_data or "")
    expect(bars).to_have_accessible_name(re.compile(rf"20\s%\sà\s30\s% : {each} images$"))
    assert _shown(page) == 21 * each
    bars.scroll_into_view_if_needed()
    visit.keep("clouds")
