"""The requests of a walk, as tests/clients/stac_browser.json holds them: what depends on the data, or on a server's key, is a
placeholder that the answers before it fill again: {next} and {prev}, the tokens of the last page's links, and {item}, the id of the
first Item of the last list."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

RECORDED = Path(__file__).with_name("stac_browser.json")
_DIRECTIONS = {"next": "next", "prev": "prev", "previous": "prev"}


@dataclass(frozen=True)
class Recorded:
    """One request: `path` with its query, the headers that a server may answer to, the JSON body as a text."""

    step: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: str | None


@dataclass
class Placeholders:
    """The values of the placeholders after the answers that were noted."""

    values: dict[str, str] = field(default_factory=dict)

    def note(self, answer: Any) -> None:
        """Takes the tokens and the first Item of a page; any other answer changes nothing."""
        if not isinstance(answer, dict) or not ("features" in answer or "collections" in answer):
            return
        for direction in ("next", "prev"):
            self.values.pop(direction, None)
        for link in answer.get("links", ()):
            if link["rel"] in _DIRECTIONS:
                self.values[_DIRECTIONS[link["rel"]]] = _token(link)
        if answer.get("features"):
            self.values["item"] = answer["features"][0]["id"]

    def hide(self, text: str) -> str:
        """The text with placeholders where it has the values."""
        for name, value in self.values.items():
            text = text.replace(quote(value, safe=""), f"{{{name}}}").replace(value, f"{{{name}}}")
        return text

    def fill(self, text: str, *, path: bool) -> str:
        """The text with the values, quoted where it is a path. Raises KeyError where an answer did not have one."""
        for name in ("next", "prev", "item"):
            if f"{{{name}}}" in text:
                value = self.values[name]
                text = text.replace(f"{{{name}}}", quote(value, safe="") if path else value)
        return text


def load() -> Iterator[Recorded]:
    """The recorded requests, in their order."""
    for one in json.loads(RECORDED.read_text(encoding="utf-8"))["requests"]:
        yield Recorded(**one)


def save(browser: str, requests: list[Recorded]) -> None:
    """Writes the file anew."""
    document = {"browser": browser, "requests": [asdict(one) for one in requests]}
    RECORDED.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _token(link: dict[str, Any]) -> str:
    body = link.get("body")
    if isinstance(body, dict) and "token" in body:
        return str(body["token"])
    return parse_qs(urlsplit(link["href"]).query)["token"][0]
