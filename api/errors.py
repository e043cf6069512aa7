"""What a caller did wrong, or what is missing, as problem details (RFC 9457) with a stable `code`."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


class Problem(Exception):
    """Becomes an answer: `status`, a stable `code`, a `detail` that says what to do, and the `parameter` at fault; `members` are more
    of its JSON."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        parameter: str | None = None,
        headers: dict[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.parameter = parameter
        self.headers = headers
        self.members = members or {}


_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible so",
    410: "Gone",
    413: "Too much",
    500: "Internal error",
    502: "Nothing from the archive",
    503: "Unavailable",
}


def bad(parameter: str, reason: str) -> Problem:
    """A 400 that names the parameter and the reason."""
    return Problem(400, "invalid-parameter", f"{parameter}: {reason}", parameter)


def not_found(what: str, name: str) -> Problem:
    """A 404, the same for what is not there and for what may not be shown."""
    return Problem(404, f"{what}-not-found", f"no {what} {name[:200]!r}")


def problem_response(problem: Problem) -> Response:
    """application/problem+json; `description` repeats the detail for STAC clients that look for it."""
    body: dict[str, Any] = {
        **problem.members,
        "type": "about:blank",
        "title": _TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "description": problem.detail,
    }
    if problem.parameter:
        body["parameter"] = problem.parameter
    return Response(orjson.dumps(body), problem.status, problem.headers, media_type="application/problem+json")
