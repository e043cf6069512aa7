"""The OpenAPI document: 3.0.3, which STAC and OGC API Features name, and what the server really answers."""

from typing import Any

from fastapi import FastAPI

from api.aggregations.offered import MOST_PRECISE, PRECISION, USUAL_PRECISION
from api.openapi_answers import ANSWERS, MORE, SCHEMAS, reference
from api.pages import SCHEMA_PATH
from api.params import DEFAULT_LIMIT
from api.records.parameters import MAX_OFFSET

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
_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the sign-in service (OpenID Connect), which `GET /me` names; or an API key.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key of an organisation."},
}
# Without either the asker is anonymous, who may ask everything and finds less.
_OPTIONAL: list[dict[str, list[str]]] = [{}, {"bearer": []}, {"key": []}]
_FOR_ALL = ("/healthz", "/readyz", "/conformance", SCHEMA_PATH, "/_mgmt/ping", "/_mgmt/health")
# Whose routes stac-fastapi describes.
_PAGES = ("/collections", "/collections/{collection_id}")
_PATHS = {
    "collection_id": "A Collection's id",
    "item_id": "An Item's id",
    "record_id": "A record's id",
    "licence_id": "A licence's id, as `moisson:licence` has it",
    "key": "Key of the asset",
    "archive": "An archive, as `moisson:source` names it",
    "period": "A year, a month or a day: `2024`, `2024-05`, `2024-05-06`",
}
# Our routes read texts, so that GET and POST are refused in the same words; this is what the texts must hold.
_TYPES: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT},
    "offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
    "exclude_airbus": {"type": "boolean", "default": False},
    "collapse": {"type": "boolean", "default": False},
    "accessible": {"type": "string", "enum": ["true", "now", "false"], "default": "false"},
    "language": {"type": "string", "enum": ["fr", "en"]},
    PRECISION: {"type": "integer", "minimum": 1, "maximum": MOST_PRECISE, "default": USUAL_PRECISION},
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
                "moisson:access": {
                    "audience": "public-actor",
                    "download": "after_signing",
                    "view": True,
                    "order": "no",
                    "reason": {"fr": "Image déjà acquise (SPOT 6/7), …", "en": "Already purchased (SPOT 6/7), …"},
                    "conditions": {"fr": ["Pas de redistribution"], "en": ["No redistribution"]},
                },
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
    lowered["components"]["schemas"] |= {"Problem": _PROBLEM, **SCHEMAS}
    lowered["components"]["securitySchemes"] = _SCHEMES
    return lowered


def _describe_operation(path: str, operation: dict[str, Any]) -> None:
    operation["security"] = [] if path in _FOR_ALL else _OPTIONAL
    for parameter in operation.get("parameters", ()):
        _describe_parameter(path, parameter)
    responses = operation["responses"]
    responses.pop("422", None)
    errors = _ERRORS | MORE.get(path, {})
    if "{" not in path and "404" not in MORE.get(path, ()):
        del errors["404"]
    for status, description in errors.items():
        responses.setdefault(status, {"description": description})
    for status, response in responses.items():
        name = ANSWERS.get((path, status), "Problem")
        if status >= "400":
            response["content"] = {"application/problem+json": {"schema": reference(name)}}
        elif name != "Problem":
            content = response.get("content", {})
            kinds = [kind for kind in content if kind.endswith("json")] or ["application/json"]
            response["content"] = {**content, **{kind: {"schema": reference(name)} for kind in kinds}}
        elif status == "302":
            response["headers"] = {"Location": {"description": "Where the file is", "schema": {"type": "string", "format": "uri"}}}
    if path in _PAGES:
        responses["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    if path in ("/search", "/collections/{collection_id}/items"):
        responses["200"]["content"]["application/geo+json"]["example"] = _PAGE


def _describe_parameter(path: str, parameter: dict[str, Any]) -> None:
    name = parameter["name"]
    if parameter["in"] == "path":
        parameter.setdefault("description", _PATHS[name])
    if name in _TYPES:
        schema = {**_TYPES[name]}
        if path == "/collections" and name == "limit":
            del schema["default"]
        examples = [_read(example, schema["type"]) for example in parameter["schema"].get("examples", [])]
        parameter["schema"] = {**schema, "examples": examples}


def _read(example: str, kind: str) -> int | bool | str:
    if kind == "integer":
        return int(example)
    return example == "true" if kind == "boolean" else example


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
