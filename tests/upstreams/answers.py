"""HTTP answers and parameters, as all the archives need them."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response


def answer(content: Any, status: int = 200, media_type: str = "application/json", **headers: str) -> Response:
    return Response(orjson.dumps(content), status, headers, media_type)


async def parameters(request: Request) -> dict[str, Any]:
    """The members of a JSON body, or the query string's. Raises ValueError on a body that is not a JSON object."""
    if request.method != "POST":
        return dict(request.query_params)
    body = orjson.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body


def listed(value: Any) -> list[str]:
    """A comma list or a JSON list as strings."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    return [str(part).strip() for part in parts if str(part).strip()]


def box_of(value: Any) -> tuple[float, float, float, float]:
    """West, south, east, north of a comma list or JSON list (six numbers: heights are left out). Raises ValueError."""
    numbers = [float(part) for part in listed(value)]
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    west, south, east, north = numbers
    return west, south, east, north
