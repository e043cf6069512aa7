"""Pages as a person reads them: words without tags, tables by their captions, forms with their fields."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What stands on a page. `tags` are all that were opened, with their attributes."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[Form] = []
        self.rows: list[list[str]] = []
        self.links: dict[str, str] = {}
        self._parts: list[str] = []
        self._anchor: str | None = None
        self._cell = False
        self.feed(answer.text)

    @property
    def words(self) -> str:
        return " ".join("".join(self._parts).split())

    def row(self, first: str) -> list[str]:
        """The first row that begins with these words."""
        return next(row for row in self.rows if row and row[0].startswith(first))

    def form(self, path: str) -> Form:
        """The form that goes to an address that holds these words."""
        return next(one for one in self.forms if path in one.action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._cell = True
            self.rows[-1].append("")
        elif tag == "a":
            self._anchor = given["href"]
        self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "a":
            self._anchor = None
        self._parts.append(" ")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("style", "script"):
            return
        self._parts.append(data)
        if self._cell:
            self.rows[-1][-1] = re.sub(r"\s+", " ", f"{self.rows[-1][-1]} {data}").strip()
        if self._anchor is not None:
            self.links.setdefault(data.strip(), self._anchor)


def read(answer: httpx.Response, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return Page(answer)


def send(client: httpx.Client, shown: Page, path: str, **filled: str) -> httpx.Response:
    """Presses the button of the form that goes there."""
    form = shown.form(path)
    return client.request(form.method.upper(), form.action, data={**form.fields, **filled})
