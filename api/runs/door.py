"""Door: signing in with a key, once, and signing out."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import Problem
from api.runs.attempts import Attempts
from api.runs.forms import check_origin
from api.runs.frame import Frame
from api.runs.guard import COOKIE, Guard, cookie_header
from api.runs.session import LIFE
from mappings.access.classes import UserClass


@dataclass
class Door:
    """Opens and closes sessions; `base` is this server's address."""

    guard: Guard
    base: Callable[[Request], str]
    attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self.attempts = Attempts(self.guard.sessions.now)

    def sign_in(self, request: Request, form: Mapping[str, str], frame: Frame) -> Response:
        """To the first page, with a cookie. Raises Problem for a key that does not hold, or is not an operator's."""
        check_origin(request)
        address = request.client.host if request.client else ""
        wait = self.attempts.wait(address)
        if wait is not None:
            seconds = {"Retry-After": str(math.ceil(wait.total_seconds()))}
            raise Problem(429, "too-many-attempts", "too many attempts to sign in: try again in a minute", headers=seconds)
        sessions = self.guard.sessions
        key_id = sessions.keys.present(form.get("key", "").strip())
        asker = sessions.keys.holder(key_id) if key_id else None
        if key_id is None or asker is None:
            self.attempts.fail(address)
            raise Problem(401, "wrong-key", "this API key is wrong, revoked or expired", headers={"WWW-Authenticate": "Bearer"})
        if asker.user_class is not UserClass.OPERATOR:
            self.attempts.fail(address)
            raise Problem(403, "not-an-operators-key", "this API key is not an operator's")
        return self._sent(frame.href(), request, sessions.open(key_id), int(LIFE.total_seconds()))

    def sign_out(self, request: Request, form: Mapping[str, str], frame: Frame) -> Response:
        """The session is over, whoever else has its cookie. Raises Problem for a form of another site."""
        session = self.guard.sessions.find(request.cookies.get(COOKIE, ""))
        check_origin(request)
        if session is not None:
            self.guard.check_token(session, form)
            self.guard.sessions.close(session.cookie)
        return self._sent(f"{frame.href('sign-in')}&signed-out=yes", request, "", 0)

    def _sent(self, address: str, request: Request, cookie: str, seconds: int) -> Response:
        answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        answer.headers["Set-Cookie"] = cookie_header(self.base(request), cookie, seconds)
        return answer
