"""python -m tests.clients.record: records anew what stac-browser asks of Moisson, in a real Chromium, into stac_browser.json.

The browser is the build of browser_build.py. Prints each step, what it asked, and what the page complained of.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from index.sqlite import SqliteIndex
from tests.clients.browser_build import VERSION, dist, serving_page
from tests.clients.chromium import Chromium, Request, chromium
from tests.clients.recorded import Placeholders, Recorded, save
from tests.clients.walk import PRELUDE, WALK, Step
from tests.support.harvested import serving_harvest

BROWSER = f"stac-browser {VERSION}"
# What a server answers to; the rest tells of the browser alone.
_HEADERS = ("accept", "accept-language", "content-type")


def main() -> int:
    with TemporaryDirectory() as name, SqliteIndex.open(Path(name) / "index.sqlite") as index:
        folder = Path(name)
        with serving_harvest(index, folder) as base, serving_page(dist()) as site, chromium() as page:
            requests = _walk(page, site, base)
    save(BROWSER, requests)
    print(f"{len(requests)} requests")
    return 0


def _walk(page: Chromium, site: str, base: str) -> list[Recorded]:
    configuration = {"catalogUrl": f"{base}/", "locale": "en", "detectLocaleFromBrowser": False}
    page.start(f"window.STAC_BROWSER_CONFIG = {json.dumps(configuration)}")
    page.ask("Page.navigate", url=site)
    page.settle(2)
    page.run(PRELUDE)
    recorded: list[Recorded] = []
    placeholders, seen = Placeholders(), 0
    for step in WALK:
        complained = len(page.complaints)
        page.run(f"(() => {{ {step.script} }})()")
        page.settle(2 if "setTimeout" in step.script else 0.6)
        page.read_answers()
        sent = list(page.requests.values())
        recorded += _recorded(step, sent[seen:], base, placeholders)
        seen = len(sent)
        for complaint in page.complaints[complained:]:
            print(f"    {complaint}")
    return recorded


def _recorded(step: Step, sent: list[Request], base: str, placeholders: Placeholders) -> Iterator[Recorded]:
    print(step.name)
    for request in sent:
        if not request.url.startswith(base):
            continue
        path = request.url.removeprefix(base)
        print(f"  {request.status} {request.method} {path[:140]} {(request.body or '')[:140]}")
        headers = {name.lower(): value for name, value in request.headers.items() if name.lower() in _HEADERS}
        body = None if request.body is None else placeholders.hide(request.body)
        yield Recorded(step.name, request.method, placeholders.hide(path), dict(sorted(headers.items())), body)
        placeholders.note(request.answer)


if __name__ == "__main__":
    sys.exit(main())
