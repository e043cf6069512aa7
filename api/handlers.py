"""Handlers: what the application answers for whatever its routes raise."""

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.body_limit import BodyTooLong
from api.errors import Problem, problem_response
from api.filtering import refusal
from index.filters.nodes import FilterError
from index.protocol import IndexUnavailable

LOGGER = logging.getLogger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Problem details for each; nothing of a fault's own words."""

    def of_problem(_: Request, error: Any) -> Response:
        return problem_response(error)

    def of_request(_: Request, error: Any) -> Response:
        first = error.errors()[0]
        where = [str(part) for part in first["loc"] if part not in ("query", "body", "path")]
        if first["type"] == "json_invalid":
            return problem_response(Problem(400, "invalid-body", f"body: not JSON at character {where[0] if where else 0}", "body"))
        if not where:
            wanted = "a JSON object, sent with Content-Type: application/json"
            return problem_response(Problem(400, "invalid-body", f"body: {wanted}", "body"))
        parameter = ".".join(where)
        return problem_response(Problem(400, "invalid-parameter", f"{parameter}: {first['msg']}", parameter))

    def of_long_body(_: Request, error: Any) -> Response:
        return problem_response(Problem(error.status_code, "body-too-long", error.detail, "body"))

    def of_http(_: Request, error: Any) -> Response:
        return problem_response(Problem(error.status_code, "http-error", str(error.detail), headers=error.headers))

    def of_filter(_: Request, error: Any) -> Response:
        return problem_response(refusal(error))

    def of_index(_: Request, error: Any) -> Response:
        LOGGER.warning("index unavailable: %s", error)
        return problem_response(Problem(503, "index-unavailable", "the index does not answer: try again", headers={"Retry-After": "5"}))

    def of_fault(_: Request, error: Any) -> Response:
        return problem_response(Problem(500, "internal-error", "a fault of this server: please report what you asked"))

    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(Exception, of_fault)
    app.add_exception_handler(RequestValidationError, of_request)
    app.add_exception_handler(BodyTooLong, of_long_body)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(FilterError, of_filter)
    app.add_exception_handler(IndexUnavailable, of_index)
