"""axe-core on a page that Playwright shows: what it finds of WCAG 2.2 AA and of its own best practice."""

from playwright.sync_api import Page

from tests.support.deployment import ROOT

_SCRIPT = ROOT / "web/node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def complaints(page: Page, *impacts: str) -> list[str]:
    """One line each, of these impacts (none: of all). Raises FileNotFoundError before `make web`."""
    page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if not impacts or one["impact"] in impacts
        for node in one["nodes"]
    ]
