"""A person with a browser, as far as Keycloak's pages need one: they read the form that is shown, fill it in, and send it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self

import httpx

from tests.support.realm import PASSWORD


@dataclass
class _Form(HTMLParser):
    """The first form of a page: where it goes, and its fields by name."""

    action: str | None = None
    fields: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given["action"]
        elif tag == "input" and given.get("name") and given.get("type") not in ("checkbox", "submit"):
            self.fields[given["name"]] = given.get("value", "")


class Browser:
    """Follows redirections and keeps cookies, from one page to the next."""

    def __init__(self) -> None:
        # As browsers do: what is sent to this machine itself counts as sent safely.
        cookies = httpx.Cookies(CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https"))))
        hooks: Any = {"request": [cookies.set_cookie_header], "response": [cookies.extract_cookies]}
        self._client = httpx.Client(event_hooks=hooks, follow_redirects=True, trust_env=False, timeout=60)

    def sign_in(self, page: str, user: str, password: str = PASSWORD) -> str:
        """Opens the page and signs in there; the text that is shown then."""
        return _text(self._send(self._client.get(page), username=user, password=password))

    def approve(self, page: str, user: str, button: str) -> str:
        """As sign_in; then answers the question whether the device may have access, with the button `accept` or `cancel`."""
        asked = self._send(self._client.get(page), username=user, password=PASSWORD)
        return _text(self._send(asked, **{button: "anything"}))

    def _send(self, shown: httpx.Response, **filled: str) -> httpx.Response:
        form = _Form()
        form.feed(shown.raise_for_status().text)
        assert form.action is not None, shown.text
        return self._client.post(shown.url.join(form.action), data={**form.fields, **filled})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _text(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<script.*?</script>|<[^>]*>", " ", answer.text, flags=re.DOTALL).split())
