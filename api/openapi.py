"""The OpenAPI document: 3.0.3, which STAC and OGC API Features name, and what the server really answers."""

from typing import Any

from fastapi import FastAPI

from api.params import DEFAULT_LIMIT

_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: programs may rely on it."},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "description": {"type": "string"},
        "parameter": {"type": "string", "description": "The parameter at fault."},
    },
    "example": {
        "type": "about:blank",
        "title": "Bad request",
        "status": 400,
        "code": "invalid-parameter",
        "detail": "limit: at least 1, got 0",
        "description": "limit: at least 1, got 0",
        "parameter": "limit",
    },
}
_ERRORS = {
    "400": "A parameter is wrong",
    "401": "The token or key does not hold, or this catalogue wants one",
    "404": "Not there",
    "503": "The index does not answer: try again",
}
# Our routes read texts, so that GET and POST are refused in the same words; this is what the texts must hold.
_TYPES: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT},
    "exclude_airbus": {"type": "boolean", "default": False},
    "collapse": {"type": "boolean", "default": False},
}
_PAGE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": "SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1",
            "collection": "dinamis-spot67",
            "geometry": {"type": "Polygon", "coordinates": [[[1.2, 43.4], [1.9, 43.4], [1.9, 43.9], [1.2, 43.9], [1.2, 43.4]]]},
            "bbox": [1.2, 43.4, 1.9, 43.9],
            "properties": {
                "datetime": "2018-05-05T10:26:42.900Z",
                "platform": "spot7",
                "license": "other",
                "order:status": "succeeded",
                "moisson:source": "dinamis",
                "moisson:source_id": "SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1",
                "moisson:availability": "held",
                "moisson:licence": "dinamis-spot67",
            },
            "assets": {},
            "links": [],
        }
    ],
    "links": [{"rel": "next", "type": "application/geo+json", "href": "https://…/search?limit=1&token=…"}],
    "numberMatched": 185,
    "numberReturned": 1,
}


def describe(app: FastAPI) -> None:
    """Puts our document in place of FastAPI's, which is 3.1 and declares errors that never come."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None or app.openapi_schema["openapi"] != "3.0.3":
            app.openapi_schema = _described(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _describe_operation(path, operation)
    lowered: dict[str, Any] = _lowered({**document, "openapi": "3.0.3"})
    lowered["components"]["schemas"]["Problem"] = _PROBLEM
    return lowered


def _describe_operation(path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in _TYPES:
            examples = parameter["schema"].get("examples", [])
            values = [int(example) if example.isdigit() else example == "true" for example in examples]
            parameter["schema"] = {**_TYPES[parameter["name"]], "examples": values}
    responses = operation["responses"]
    responses.pop("422", None)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in _ERRORS.items():
        if status != "404" or "{" in path:
            responses.setdefault(status, {"description": description, "content": content})
    if path.endswith(("/search", "/items")):
        responses["200"]["content"]["application/geo+json"]["example"] = _PAGE


def _lowered(value: Any) -> Any:
    """OpenAPI 3.1's schema words in those of 3.0."""
    if isinstance(value, list):
        return [_lowered(part) for part in value]
    if not isinstance(value, dict):
        return value
    members = {name: _lowered(member) for name, member in value.items() if name not in ("const", "prefixItems", "examples")}
    if "const" in value:
        members["enum"] = [value["const"]]
    if "prefixItems" in value:
        members["items"] = _lowered(value["prefixItems"][0])
    if isinstance(value.get("examples"), list):
        members |= {"example": value["examples"][0]} if value["examples"] else {}
    if isinstance(value.get("exclusiveMinimum"), int | float):
        members |= {"minimum": value["exclusiveMinimum"], "exclusiveMinimum": True}
    choices = members.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        choices = [choice for choice in choices if choice != {"type": "null"}]
        del members["anyOf"]
        members |= {"nullable": True} | (choices[0] if len(choices) == 1 and "$ref" not in choices[0] else {"anyOf": choices})
    return members
