"""Links of a page: itself, and the steps to the next and the previous one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.links import GEOJSON, JSON


@dataclass(frozen=True)
class Steps:
    """Tokens of the pages beside one; None where there is none."""

    next: str | None = None
    previous: str | None = None

    def named(self) -> list[tuple[str, str]]:
        """(rel, token) of those that there are."""
        return [(rel, token) for rel, token in (("next", self.next), ("prev", self.previous)) if token]


def get_links(base: str, path: str, params: Mapping[str, str], steps: Steps) -> list[dict[str, Any]]:
    """root, self, next and prev of a page that was asked for by GET; `params` as they came."""
    links = [
        {"rel": "root", "type": JSON, "href": f"{base}/"},
        {"rel": "self", "type": GEOJSON, "href": _href(base, path, params)},
    ]
    for rel, token in steps.named():
        links.append({"rel": rel, "type": GEOJSON, "method": "GET", "href": _href(base, path, {**params, "token": token})})
    return links


def post_links(base: str, params: Mapping[str, str], body: Mapping[str, Any], steps: Steps) -> list[dict[str, Any]]:
    """root, next and prev of a page that was asked for by POST: a step repeats query string and body, with its token."""
    links: list[dict[str, Any]] = [{"rel": "root", "type": JSON, "href": f"{base}/"}]
    href = _href(base, "/search", {name: value for name, value in params.items() if name != "token"})
    for rel, token in steps.named():
        asked = {**body, "token": token}
        links.append({"rel": rel, "type": GEOJSON, "method": "POST", "href": href, "body": asked, "merge": False})
    return links


def _href(base: str, path: str, params: Mapping[str, str]) -> str:
    return f"{base}{path}?{urlencode(params)}" if params else f"{base}{path}"
