"""Frame: what every page of operators has around its content: language, addresses, who is signed in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from api.html import Look, page
from api.negotiation import language_of
from api.runs.guard import TOKEN, Visitor
from api.runs.style import STYLE
from api.runs.words import say
from mappings.words import Language

_OTHER: dict[Language, Language] = {"fr": "en", "en": "fr"}


@dataclass(frozen=True)
class Frame:
    """`root` is the path before /runs, "" for none; `path` the page's own, after /runs, with its query without `language`. Addresses are
    paths, so that forms go to where the browser sees this server."""

    language: Language
    root: str
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    visitor: Visitor | None = None

    def say(self, name: str, /, **values: str) -> str:
        """Words, escaped."""
        return escape(say(name, self.language, **values))

    def href(self, *parts: str, **query: str) -> str:
        """The address of a page of operators, in this language; not escaped."""
        return self._href("".join(f"/{quote(part, safe='')}" for part in parts), tuple(query.items()), self.language)

    def own(self) -> str:
        """The address of this very page; not escaped."""
        return self._href(self.path, self.query, self.language)

    def page(self, title: str, body: Iterable[str], status: int = 200) -> Response:
        """The whole page, which nobody may keep."""
        other = self._href(self.path, self.query, _OTHER[self.language])
        made = page(self.language, title, body, other, look=Look(STYLE, forms=True, top=self._top()), status=status)
        made.headers["Cache-Control"] = "no-store"
        return made

    def form(self, action: str, inner: str, method: str = "post") -> str:
        """A form; one that posts names its session. `inner` is HTML."""
        session = self.visitor.session if self.visitor else None
        token = f'<input type="hidden" name="{TOKEN}" value="{session.token}">' if session and method == "post" else ""
        return f'<form method="{method}" action="{escape(action)}">{token}{inner}</form>'

    def _href(self, path: str, query: Sequence[tuple[str, str]], language: Language) -> str:
        return f"{self.root}/runs{path}?{urlencode([*query, ('language', language)])}"

    def _top(self) -> str:
        if self.visitor is None:
            return ""
        who = f"<span>{self.say('signed_in', name='')}<bdi>{escape(self.visitor.name)}</bdi></span>"
        out = self.form(self.href("sign-out"), f"<button>{self.say('sign_out')}</button>") if self.visitor.session else ""
        home = f'<a href="{escape(self.href())}">{self.say("runs")}</a>'
        catalogue = f'<a href="{escape(self.root)}/?f=html&amp;language={self.language}">{self.say("catalogue")}</a>'
        return f'<nav aria-label="{self.say("pages")}">{home} · {catalogue}</nav>{who}{out}'


def frame_of(request: Request, base: Callable[[Request], str], language: Language | None = None, visitor: Visitor | None = None) -> Frame:
    """The frame of the page that is asked for. Raises Problem for a language that there is none of."""
    root = urlsplit(base(request)).path.rstrip("/")
    own = quote(request.scope["path"].removeprefix(root).removeprefix("/runs"))
    given = tuple((name, value) for name, value in request.query_params.multi_items() if name != "language")
    is_page = request.method == "GET"
    return Frame(language or language_of(request), root, own if is_page else "", given if is_page else (), visitor)


def pager(frame: Frame, what: str, number: int, more: bool, address: Callable[[int], str]) -> str:
    """Links to the pages before and after; `what` names the list, in words."""
    back = f'<a rel="prev" href="{escape(address(number - 1))}">{frame.say("previous")}</a>' if number > 1 else ""
    on = f'<a rel="next" href="{escape(address(number + 1))}">{frame.say("next")}</a>' if more else ""
    label = escape(say("pages_of", frame.language, what=what))
    return f'<nav aria-label="{label}">{" · ".join(one for one in (back, on) if one)}</nav>' if back or on else ""
