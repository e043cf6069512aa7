"""How quick the map page is, in the real Chromium, over the Items of the shared benchmark (federation) that a folder holds.

Everything runs on one machine: the server, the browser, and the drawing, by software where there is no graphics card.
"""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.federation import side_of
from tests.bench.searches import wait_until_ready
from tests.demo import moisson
from tests.support.requirements import DRAWING, chromium

_PORT = 18_087
_ROUNDS = 20
_SIZE = {"width": 1366, "height": 800}

_USABLE = "() => document.querySelector('.card') && document.querySelector('.maplibregl-canvas') ? performance.now() : 0"
_SCRIPTS = """() => performance.getEntriesByType('resource').filter(one => one.name.split('?')[0].endsWith('.js'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
# From the press to the list of the new search: it is dimmed while that is asked for, if only between two frames.
_CHANGE = """label => new Promise((done, fail) => {
    const start = performance.now();
    let asked = false;
    const seen = new MutationObserver(() => (asked = true));
    seen.observe(document.querySelector('#results'), { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
    [...document.querySelectorAll('.filters label')].find(one => one.textContent.includes(label)).click();
    const look = () => {
        const waits = document.querySelector('.list.waiting') !== null;
        if (asked && !waits) { seen.disconnect(); done(performance.now() - start); }
        else if (performance.now() - start > 20000) fail(new Error('no answer in 20 s'));
        else requestAnimationFrame(look);
    };
    look();
})"""
_FRAMES = """() => { const times = window.frames_ = []; const look = now => { times.push(now); requestAnimationFrame(look); };
    requestAnimationFrame(look); }"""
_INTERVALS = "() => window.frames_.slice(1).map((time, at) => time - window.frames_[at])"
_CHANGES = ("Exclure les données Airbus", "Accessible pour moi")


def measure_page(folder: Path) -> Iterator[str]:
    """Lines of the report."""
    config = side_of("sqlite", folder).config
    if not config.is_file():
        yield f"map: left out: {folder} holds no index: python -m tests.bench --only federation --keep {folder}"
        return
    server = moisson("serve", "--port", str(_PORT), config=config)
    try:
        wait_until_ready(_PORT)
        with sync_playwright() as started, started.chromium.launch(executable_path=chromium(), args=list(DRAWING)) as browser:
            yield from _measure(browser)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _measure(browser: Browser) -> Iterator[str]:
    usable = []
    size = 0.0
    for _ in range(_ROUNDS):
        with browser.new_context(viewport=_SIZE, locale="fr-FR") as context:
            page = context.new_page()
            usable.append(_open(page))
            size = page.evaluate(_SCRIPTS)
    yield f"map, first usable page with nothing kept: {_told(usable)} (bound 1000)"
    yield f"map, scripts as sent, MapLibre's worker among them: {size / 1000:.0f} kB (bound 450)"
    with browser.new_context(viewport=_SIZE, locale="fr-FR") as context:
        page = context.new_page()
        _open(page)
        page.wait_for_timeout(3000)
        times = [page.evaluate(_CHANGE, _CHANGES[n % len(_CHANGES)]) for n in range(_ROUNDS)]
        yield f"map, change of a filter: {_told(times)} (bound 300)"
        page.goto(f"{_base()}/map?exclude_airbus=false")
        page.locator("text=/La carte montre/").first.wait_for(state="attached", timeout=60_000)
        page.wait_for_timeout(3000)
        full = _panned(page)
    with browser.new_context(viewport=_SIZE, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(f"{_base()}/map?from=1950-01-01&to=1950-01-02")
        page.locator(".maplibregl-canvas").wait_for()
        page.wait_for_timeout(3000)
        empty = _panned(page)
    yield f"map, a frame while panning: with 5,000 footprints {_told(full)}; without any {_told(empty)}"


def _base() -> str:
    return f"http://127.0.0.1:{_PORT}"


def _open(page: Page) -> float:
    page.goto(f"{_base()}/map", wait_until="commit")
    found: float = page.wait_for_function(_USABLE, timeout=60_000).json_value()
    return found


def _panned(page: Page) -> Sequence[float]:
    """Milliseconds between frames while the map is dragged to and fro."""
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_FRAMES)
    for n in range(60):
        page.mouse.move(x + 200 * (n % 20 - 10) / 10, y + 3 * (n % 10))
    found: Sequence[float] = page.evaluate(_INTERVALS)
    page.mouse.up()
    return found


def _told(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.0f} ms of {len(ordered)}"
