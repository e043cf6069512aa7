"""The sign-in form, and errors as pages."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response

from api.errors import Problem, problem_response
from api.html import paragraph
from api.negotiation import form_of
from api.runs.frame import Frame
from api.runs.words import say

_FORMS = {"json": "application/problem+json", "html": "text/html"}
_SAID = {403: "not_operator", 404: "not_there", 503: "unavailable"}
_OWN = {"wrong-key": "wrong_key", "not-an-operators-key": "other_class", "too-many-attempts": "too_often"}
"""Codes of a sign-in that failed, with the words for it."""
_CODES = {"not-an-operator", *_OWN}


def sign_in_page(frame: Frame, problem: Problem | None = None, *, signed_out: bool = False) -> Response:
    """The form; `problem` is what stood in the way."""
    language, notice = frame.language, ""
    if problem is not None and problem.code in _OWN:
        notice = f'<p class="notice wrong" role="alert">{frame.say(_OWN[problem.code])}</p>'
    elif signed_out:
        notice = f'<p class="notice" role="status">{frame.say("signed_out")}</p>'
    inner = (
        # For those who keep passwords: by what name they keep this one.
        '<input type="text" name="user" autocomplete="username" value="operator" hidden>'
        f'<label for="key">{frame.say("key")}</label>'
        '<input type="password" id="key" name="key" required maxlength="200" autocomplete="current-password" spellcheck="false">'
        f"<p><button>{frame.say('sign_in')}</button></p>"
    )
    # A link from another site brings no cookie of SameSite=Strict: asked from here, the same page has it.
    again = (
        f'<p><a href="{escape(frame.own())}">{frame.say("open_again")}</a></p>' if problem and problem.code == "sign-in-required" else ""
    )
    body = [notice, paragraph(say("sign_in_why", language)), frame.form(frame.href("sign-in"), inner), again]
    return frame.page(say("sign_in", language), body, problem.status if problem else 200)


def error_answer(request: Request, problem: Problem, frame: Frame) -> Response:
    """A page for browsers, with the form where signing in is what is missing; problem details for others."""
    answer = _error_page(frame, problem) if _is_browser(request) else problem_response(problem)
    answer.headers["Cache-Control"] = "no-store"
    for name, value in (problem.headers or {}).items():
        answer.headers[name] = value
    return answer


def _error_page(frame: Frame, problem: Problem) -> Response:
    if problem.status == 401 or problem.code in _OWN:
        return sign_in_page(frame, problem)
    known = problem.status in _SAID and (problem.status != 403 or problem.code in _CODES)
    told = paragraph(say(_SAID[problem.status], frame.language)) if known else f'<p lang="en">{escape(problem.detail)}</p>'
    home = f'<p><a href="{escape(frame.href())}">{frame.say("runs")}</a></p>'
    return frame.page(say("error", frame.language, status=str(problem.status)), [told, home], problem.status)


def _is_browser(request: Request) -> bool:
    try:
        return form_of(request, _FORMS) == "html"
    except Problem:
        # `f` is no parameter here; it must not hide what is wrong.
        return "text/html" in request.headers.get("accept", "")
