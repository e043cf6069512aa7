"""The map page in a real Chromium, over what `make run` serves: a harvest of all the stand-ins, a member with a key, signed files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from api.app import create_app
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome
from moisson.build_access import open_offer
from moisson.settings import load_settings
from tests.demo import moisson, register, write_whole_config
from tests.map.small import small as small_catalogue
from tests.support.harvesting import harvest_all
from tests.support.pictures import PNG, Shelf
from tests.support.requirements import DRAWING, chromium
from tests.support.serving import running
from tests.upstreams import Upstreams, World, signing, write_deliveries

SCENES = 2000
CAYENNE = "PHR1A_CAYENNE_2024"
STORE = "s3-data.meso.umontpellier.fr"
"""Whose files the member downloads by addresses that the stand-in signs."""
# Busy from the change on; the answer to it, and the counts that are asked for after it, may still need a frame to be shown.
_SETTLED = """async () => {
    const told = () => location.search + ' ' + document.querySelectorAll('[aria-busy=true]').length;
    const before = told();
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return document.querySelector('.results-head[aria-busy=false]') && before === told() && before.endsWith(' 0');
}"""
_COAST = (-52.45, 4.85, -52.2, 5.05)


@dataclass(frozen=True)
class Site:
    """The API's address without trailing slash, a member's key, and the index, to tell what must be shown."""

    base: str
    key: str
    index: Index


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("map")
    world = World(SCENES)
    write_deliveries(world, folder)
    with Upstreams(world) as up:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("MOISSON_SOURCES__AIRBUS__API_KEY", up.api_key)
            environment.setenv("MOISSON_ACCESS__SIGNERS__MTD__ACCESS_KEY", signing.ACCESS_KEY)
            environment.setenv("MOISSON_ACCESS__SIGNERS__MTD__SECRET_KEY", signing.SECRET_KEY)
            config = write_whole_config(up, folder, folder, str(folder / "index.sqlite"))
            with config.open("a", encoding="utf-8") as more:
                more.write(write_cayenne(folder / "cayenne"))
            settings = load_settings(config)
            with SqliteIndex.open(folder / "index.sqlite") as index:
                runs = harvest_all(index, settings.sources)
                assert {run.outcome for run in runs.values()} == {Outcome.COMPLETE}, runs
            with moisson("match", config=config) as matching:
                assert matching.wait() == 0
            key = register(config)
        with (
            SqliteIndex.open(folder / "index.sqlite") as index,
            open_offer(settings, index, lambda: datetime.now(UTC)) as offer,
            running(create_app(index, replace(offer, pictures=Shelf(usual=PNG)), **settings.api.shown())) as base,
        ):
            yield Site(base, key, index)


def write_cayenne(folder: Path) -> str:
    """A Pléiades image of Cayenne's coast that was purchased, in a drop folder: the section of the settings that reads it."""
    west, south, east, north = _COAST
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    item = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": CAYENNE,
        "collection": "pleiades-cayenne",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": list(_COAST),
        "properties": {"datetime": "2025-12-30T14:05:00Z", "platform": "phr-1a", "gsd": 0.5, "eo:cloud_cover": 4},
        "assets": {"image": {"href": f"https://{STORE}/pleiades/{CAYENNE}.tif", "type": "image/tiff", "roles": ["data"]}},
        "links": [],
    }
    folder.mkdir()
    (folder / "items.ndjson").write_bytes(orjson.dumps(item) + b"\n")
    return f"""
[sources.cayenne]
protocol = "stac-files"
path = "{folder}"
settle_seconds = 0

[sources.cayenne.collections]
pleiades-cayenne = {{ archive = "dinamis", availability = "held", licence = "dsp-pleiades" }}
"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Two cores draw and answer.
    expect.set_options(timeout=20_000)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with playwright.chromium.launch(executable_path=chromium(), args=list(DRAWING)) as started:
        yield started


@dataclass
class Visit:
    """A page, and what went wrong on it: lines of its console, errors of its scripts, and requests to anybody else."""

    page: Page
    base: str
    expected: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(f"thrown: {error}"))
        self.page.on("request", self._asked)

    def _asked(self, request: object) -> None:
        url: str = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"asked of somebody else: {url}")

    def faults(self) -> list[str]:
        """What no test said that it expects."""
        return [line for line in self.wrong if not any(part in line for part in self.expected)]

    def keep(self, name: str) -> None:
        """A picture of the page among the artefacts, to be looked at."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")


ARTEFACTS = Path(__file__).resolve().parents[2] / ".run" / "map"

Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small catalogue."""
    with small_catalogue(tmp_path_factory.mktemp("small")) as base:
        yield base


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens the page, of the whole site unless a test has a catalogue of its own, in a context that `before` prepares; after the test
    nothing may have gone wrong on it that the test did not expect."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def visit(
        path: str = "/map",
        *,
        size: tuple[int, int] = (1366, 800),
        lang: str = "fr-FR",
        base: str = "",
        before: Callable[[BrowserContext], None] = lambda _: None,
        **more: object,
    ) -> Visit:
        context = browser.new_context(
            locale=lang, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", accept_downloads=True, **more
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        before(context)
        found = Visit(context.new_page(), base or request.getfixturevalue("site").base)
        found.watch()
        visits.append(found)
        found.page.goto(found.base + path)
        return found

    yield visit
    faults = [fault for one in visits for fault in one.faults()]
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def member(opened: Open, site: Site) -> Open:
    """As `opened`, signed in with the member's key."""

    def visit(path: str = "/map", **more: object) -> Visit:
        found = opened(path, **more)
        sign_in(found.page, site.key)
        return found

    return visit


def sign_in(page: Page, key: str) -> None:
    """As a member does: by the key of their organisation."""
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Clé d’accès").fill(key)
    page.get_by_role("button", name="Utiliser cette clé").click()
    page.get_by_text("Laboratoire d’exemple").wait_for()
    settled(page)


def settled(page: Page) -> None:
    """Waits until the list and the counts answer what the address asks: what is read of them then is no earlier search's."""
    page.wait_for_function(_SETTLED)
