"""A real Chromium for the pages of operators."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Page, sync_playwright

from tests.support.requirements import chromium

_T = TypeVar("_T")
ROOT = Path(__file__).resolve().parents[3]
PICTURES = ROOT / ".run" / "runs"
PHONE, DESK = (390, 800), (1280, 800)


def browsing(
    walk: Callable[[Page], _T], *, size: tuple[int, int] = DESK, scripts: bool = True, locale: str = "fr-FR", dark: bool = False
) -> tuple[_T, list[str]]:
    """What a walk through the pages gives, and the errors that the browser complained of. `scripts`: whether it runs any."""

    def walked() -> tuple[_T, list[str]]:
        complaints: list[str] = []
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_context(
                locale=locale,
                viewport={"width": size[0], "height": size[1]},
                java_script_enabled=scripts,
                color_scheme="dark" if dark else "light",
            ).new_page()
            page.set_default_timeout(15_000)
            page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
            return walk(page), complaints

    # In a thread of its own: there may be one Playwright in each only, and other tests keep theirs open.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(walked).result(120)


def sign_in(page: Page, base: str, key: str, path: str = "/runs") -> None:
    """Opens a page and signs in there, by keyboard."""
    page.goto(base + path)
    page.locator("#key").fill(key)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).filter(has_text="Moissons").or_(page.get_by_role("heading", level=1, name="Harvests")).wait_for()


def picture(page: Page, name: str) -> None:
    """A picture of the whole page among the artefacts, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
