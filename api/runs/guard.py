"""Guard: who may see the pages of operators, and whose forms count."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from api.access import Access
from api.errors import Problem
from api.runs.forms import check_origin
from api.runs.session import Session, Sessions
from mappings.access.asker import Asker
from mappings.access.classes import UserClass

COOKIE = "moisson-runs"
TOKEN = "token"
"""The field of every form that names its session."""
_CREDENTIALS = ("authorization", "x-api-key")


@dataclass(frozen=True)
class Visitor:
    """An operator; `session` when known by a cookie, None when by a key or a token of this very request."""

    asker: Asker
    session: Session | None = None

    @property
    def name(self) -> str:
        """As the state keeps who asked for something."""
        organisation = self.asker.organisation_name or self.asker.organisation or ""
        return f"{self.asker.person} ({organisation})" if self.asker.person else organisation or "operator"


@dataclass(frozen=True)
class Guard:
    """Lets operators in, by a header of their request or by the cookie of a session, and nobody else."""

    access: Access
    sessions: Sessions

    def visitor(self, request: Request) -> Visitor:
        """The operator who asks. Raises Problem: 401 for who has not signed in, 403 for others, whatever they asked for."""
        found = self._known(request)
        if found.asker.user_class is UserClass.OPERATOR:
            return found
        if found.asker.person is None and found.asker.organisation is None and found.asker.user_class is UserClass.ANONYMOUS:
            raise Problem(401, "sign-in-required", "these pages are for operators: sign in", headers={"WWW-Authenticate": "Bearer"})
        raise Problem(403, "not-an-operator", "these pages are for operators of this catalogue only")

    def check_form(self, request: Request, visitor: Visitor, form: Mapping[str, str]) -> None:
        """Raises Problem for a form that this operator's own page did not send. With a key or a token in its headers a request needs no
        token of a form: no page can make a browser send such headers by a form."""
        check_origin(request)
        if visitor.session is not None:
            self.check_token(visitor.session, form)

    def check_token(self, session: Session, form: Mapping[str, str]) -> None:
        """Raises Problem for a form of another session."""
        if not session.has_sent(form.get(TOKEN, "")):
            raise Problem(403, "form-out-of-date", "this form is not of this session: open its page again; nothing was done")

    def _known(self, request: Request) -> Visitor:
        if any(name in request.headers for name in _CREDENTIALS):
            return Visitor(self.access.asker(request))
        session = self.sessions.find(request.cookies.get(COOKIE, ""))
        return Visitor(session.asker, session) if session else Visitor(self.access.asker(request))


def cookie_header(base: str, value: str, seconds: int) -> str:
    """Set-Cookie (RFC 6265bis) for the pages of operators alone; 0 seconds removes it. `base` is this server's address."""
    place = urlsplit(base)
    secure = "; Secure" if place.scheme == "https" else ""
    return f"{COOKIE}={value}; Path={place.path.rstrip('/')}/runs; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
