"""The body of POST /search: JSON of the right types, joined with what came in the query string."""

import json
from typing import Any

import orjson
from starlette.requests import Request

from api.errors import Problem, bad
from api.params import refuse_repeated

_KINDS = ("application/json", "application/geo+json")

# What each member of a POST body must be; a GET has texts for all of them.
_BODY: dict[str, tuple[type | tuple[type, ...], str]] = {
    "collections": ((list, str), "a list of names"),
    "ids": (list, "a list of names"),
    "bbox": (list, "a list of 4 or 6 numbers"),
    "intersects": (dict, "a GeoJSON geometry"),
    "datetime": (str, "a text"),
    "limit": (int, "a whole number"),
    "exclude_airbus": (bool, "true or false"),
    "accessible": ((bool, str), 'true, false or "now"'),
    "collapse": (bool, "true or false"),
    "token": (str, "a text"),
    "filter": ((dict, str, bool), "a CQL2 filter, as JSON or as text"),
    "filter-lang": (str, "a text"),
    "filter-crs": (str, "a text"),
    "query": (dict, "an object of fields"),
    "q": ((list, str), "a list of texts"),
    "sortby": (list, 'a list of {"field": …, "direction": …}'),
    "fields": (dict, "an object of include and exclude"),
}


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """The body, when its members are of their types: a number in a text is a mistake, however well it could be read. A Collection
    that is no list, as some clients send it, is a list of one."""
    for name, (kind, wanted) in _BODY.items():
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise bad(name, f"{wanted}, got {str(value)[:40]!r}")
    if "fields" in body and body["fields"] is None:
        raise bad("fields", f"{_BODY['fields'][1]}, got null")
    one = body.get("collections")
    return {**body, "collections": [one]} if isinstance(one, str) else body


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object. Raises BodyTooLong, and Problem for what is none, or holds what no JSON can (half a character, NaN)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    raw = await request.body()
    if kind not in _KINDS and not kind.endswith("+json"):
        raise _no_object()
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unreadable(raw, str(error)) from None
    if not isinstance(body, dict):
        raise _no_object()
    return body


def joined(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """The body with what came in the query string: clients may add parameters of their configuration to every request."""
    if not request.query_params:
        return body
    refuse_repeated(request.query_params.multi_items())
    for name, value in request.query_params.items():
        if name in body and _as_text(body[name]) != value.replace(" ", "").lower():
            raise bad(name[:100], "given twice, with different values")
    return {**request.query_params, **body}


def _as_text(value: Any) -> str:
    """A body's value as a query string would write it."""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace(" ", "").lower()


def _no_object() -> Problem:
    return Problem(400, "invalid-body", "body: a JSON object, sent with Content-Type: application/json", "body")


def _unreadable(raw: bytes, reason: str) -> Problem:
    """The refusal names the member at fault where Python, which reads more than JSON, can tell it."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    for name, value in found.items() if isinstance(found, dict) else ():
        try:
            orjson.dumps(value)
        except (TypeError, orjson.JSONEncodeError) as error:
            return bad(name[:100] if name.isprintable() else "body", f"not JSON: {str(error)[:120]}")
    return Problem(400, "invalid-body", f"body: not JSON: {reason[:120]}", "body")
