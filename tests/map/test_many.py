"""Very many images, and images whose words are hostile: the list and the map stay what they are."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from index.sqlite import SqliteIndex
from tests.index.helpers import batch
from tests.map.conftest import Open
from tests.support.items import make_document
from tests.support.serving import serving

MANY = 20_000
_SCRIPT = "<script>document.title = 'taken'</script>"
_HOSTILE = {
    "script": {"platform": _SCRIPT, "title": _SCRIPT, "description": f'"><img src=x onerror="document.title=1">{_SCRIPT}'},
    "right-to-left": {"platform": "\u202eetilletas \u2066قمر", "title": "\u202e" * 50},
    "long": {"platform": "p" * 10_000, "title": "t " * 5_000},
    "nothing": {"platform": "", "title": ""},
}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A catalogue of 20,000 images, the hostile ones the newest."""
    with SqliteIndex.open(tmp_path_factory.mktemp("many") / "index.sqlite") as index:
        for at in range(0, MANY - len(_HOSTILE), 2_000):
            numbers = range(at, min(at + 2_000, MANY - len(_HOSTILE)))
            index.apply(batch(items=[_image(n) for n in numbers]))
        index.apply(
            batch(
                items=[make_document(name, datetime="2026-01-01T00:00:00Z", box=(2, 46, 3, 47), **said) for name, said in _HOSTILE.items()]
            )
        )
        with serving(index) as base:
            yield base


def _image(number: int) -> object:
    west, south = -4 + number % 100 / 10, 42 + number // 100 % 80 / 10
    when = f"{2005 + number % 20}-{number % 12 + 1:02}-15T10:00:00Z"
    return make_document(f"i{number:05}", datetime=when, box=(west, south, west + 0.3, south + 0.2), platform="spot-5", gsd=10)


def test_of_20_000_images_the_number_the_newest_and_more_on_demand_are_shown(opened: Open, many: str) -> None:
    visit = opened(base=many)
    page = visit.page
    expect(page.locator(".card")).to_have_count(30)
    expect(page.locator("#results h2")).to_contain_text("images")
    expect(page.get_by_text("La carte montre les 5")).to_be_visible()
    page.locator(".list-end").scroll_into_view_if_needed()
    expect(page.locator(".card")).to_have_count(60)
    visit.keep("many")


@pytest.mark.parametrize("name", _HOSTILE)
def test_words_that_are_hostile_are_shown_harmlessly(opened: Open, many: str, name: str) -> None:
    visit = opened(f"/map?item=c/{name}", base=many)
    page = visit.page
    expect(page.get_by_role("complementary", name="Fiche de l’image")).to_contain_text(name)
    expect(page.locator(f'.card[data-key="c/{name}"]')).to_be_visible()
    visit.keep(f"hostile-{name}")
    assert page.title() == "Moisson"
    assert page.locator("script:not([src]):not([type='application/json'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_area_whose_name_is_hostile_is_shown_harmlessly(opened: Open, many: str) -> None:
    page = opened("/map?bbox=1,45,3,47&name=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", base=many).page
    expect(page.locator(".card").first).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
