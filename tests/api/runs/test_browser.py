"""In a real Chromium: what an operator does, without scripts too; that it can be read by everybody; and what other sites cannot do."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from index.harvests.commands import Action, commands, is_paused, leave, pause
from index.state import Outcome
from tests.api.runs.browsing import DESK, PHONE, browsing, picture, sign_in
from tests.api.runs.world import LONG, NOW, SCRIPT, Site, mark, ran, reject
from tests.support.axe import complaints

pytestmark = pytest.mark.timeout(180)
_PEPS = "/runs/sources/peps"
PAGES = {
    "overview": "/runs",
    "source": _PEPS,
    "paused": "/runs/sources/airbus",
    "run": f"{_PEPS}/runs/run-0",
    "quarantine": f"{_PEPS}/quarantine",
    "replay": f"{_PEPS}/ask/replay?reason=geometry",
    "pause": f"{_PEPS}/ask/pause",
    "remap": f"{_PEPS}/ask/remap",
    "not-there": "/runs/nowhere",
}


@pytest.fixture
def lived_in(operated: Site) -> Site:
    """Every kind of outcome, a pause, commands, a quarantine with wicked reasons."""
    index, outcomes = operated.index, [*Outcome][1:]
    for number in range(24):
        outcome = outcomes[number % 7] if number % 7 < 4 else Outcome.COMPLETE
        put, gone = (10 ** (number % 5), number % 3 * 20) if outcome is not Outcome.FAILED else (0, 0)
        reason = None if outcome is Outcome.COMPLETE else "HTTP 503: Service Unavailable"
        ran(index, "peps", f"run-{number}", outcome, hours=1 + 6 * number, put=put, new=put, deleted=gone, reason=reason, rejected=3)
    reject(index, "peps", "geometry: outside of the world", SCRIPT, LONG, run="run-0")
    mark(index, "peps", 3)
    pause(index, "airbus", by="maud (OPS)", now=NOW, reason="Travaux chez l’archive")
    leave(index, "peps", Action.REMAP, by="root", now=NOW - timedelta(minutes=3))
    return operated


@pytest.mark.parametrize("scripts", [True, False])
def test_an_operator_signs_in_pauses_a_source_asks_for_a_run_and_sees_both(lived_in: Site, scripts: bool) -> None:
    def walk(page: Page) -> None:
        sign_in(page, lived_in.base, lived_in.operator)
        assert lived_in.operator not in page.url
        page.get_by_role("link", name="peps", exact=True).first.click()
        page.get_by_role("link", name="Suspendre").click()
        page.get_by_label("Pourquoi").fill("Travaux")
        page.get_by_role("button", name="Oui, suspendre").click()
        page.get_by_role("status").filter(has_text="La source est suspendue.").wait_for()
        page.get_by_role("link", name="Moissonner maintenant").click()
        page.get_by_role("button", name="Oui, moissonner maintenant").click()
        page.get_by_role("status").filter(has_text="Demande laissée aux ordonnanceurs.").wait_for()
        page.get_by_role("row", name="Moissonner maintenant en attente maud (OPS)").wait_for()
        picture(page, f"walk{'' if scripts else '-without-scripts'}")
        page.get_by_role("link", name="English").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You are signed out.").wait_for()
        page.goto(f"{lived_in.base}{_PEPS}?language=en")
        page.get_by_label("API key of an operator").wait_for()

    _, lines = browsing(walk, scripts=scripts)
    assert is_paused(lived_in.index, "peps")
    assert [one.action for one in commands(lived_in.index)] == [Action.REMAP, Action.RUN]
    assert [line for line in lines if "401" not in line] == []


@pytest.mark.parametrize(("size", "locale", "dark"), [(DESK, "fr-FR", False), (PHONE, "en-GB", True)])
def test_every_page_fits_and_can_be_read_by_everybody(lived_in: Site, size: tuple[int, int], locale: str, dark: bool) -> None:
    def walk(page: Page) -> dict[str, Any]:
        found: dict[str, Any] = {}
        page.goto(f"{lived_in.base}/runs")
        found["sign-in"] = _faults(page)
        sign_in(page, lived_in.base, lived_in.operator)
        for name, path in PAGES.items():
            page.goto(lived_in.base + path)
            picture(page, f"{name}-{locale[:2]}")
            found[name] = _faults(page)
        return found

    found, lines = browsing(walk, size=size, locale=locale, dark=dark)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert [line for line in lines if "401" not in line and "404" not in line] == []


def _faults(page: Page) -> list[str]:
    """What axe finds; and whether the page is wider than the window."""
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*(["wider than the window"] if wide else []), *complaints(page)]


def test_the_session_can_be_used_by_no_other_site(lived_in: Site) -> None:
    target = f"{lived_in.base}{_PEPS}/ask/pause"

    def walk(page: Page) -> None:
        sign_in(page, lived_in.base, lived_in.operator)
        with _elsewhere(target) as evil:
            page.goto(evil)
            page.get_by_role("button").click()
            page.get_by_role("heading", name="Se connecter").wait_for()
            # A link from there brings no cookie either; the same page asked from here does.
            page.goto(evil)
            page.get_by_role("link").click()
            page.get_by_role("link", name="Ouvrir de nouveau cette page").click()
            page.get_by_role("button", name="Oui, suspendre").wait_for()

    browsing(walk)
    assert not is_paused(lived_in.index, "peps")


@contextmanager
def _elsewhere(target: str) -> Iterator[str]:
    """Another site with a form and a link to an address; to a browser, `localhost` is another site than 127.0.0.1."""
    form = f'<form method="post" action="{target}"><button>Win</button></form><a href="{target}">more</a>'.encode()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(form)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()
