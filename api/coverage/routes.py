"""POST /coverage: how much of an area is open, held or orderable for who asks, and the fewest scenes that cover it."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.bodies import AREA_SCHEMA, json_object, parse_area, parse_number
from api.coverage.candidates import Ask
from api.coverage.covering import coverage_document
from api.errors import bad
from api.params import parse_accessible, parse_interval, parse_names, refuse_unknown
from index.protocol import Index
from mappings.access.asker import Asker
from mappings.access.policy import Policy
from mappings.audience import Audience
from mappings.ordering.tariffs import Tariffs
from mappings.ordering.tariffs import tariffs as own_tariffs

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["datetime"],
    "additionalProperties": False,
    "properties": {
        **AREA_SCHEMA,
        "datetime": {
            "type": "string",
            "description": "RFC 3339 instant, or start/end with .. for an open end.",
            "example": "2024-01-01T00:00:00Z/2024-12-31T23:59:59Z",
        },
        "cloud_cover_max": {"type": "number", "minimum": 0, "maximum": 100, "description": "Percent; what states none is not counted."},
        "gsd_max": {"type": "number", "minimum": 0, "description": "Metres; what states none is not counted."},
        "collections": {"type": "array", "items": {"type": "string"}},
        "exclude_airbus": {"type": "boolean", "description": "Leave out what is only in the commercial catalogue."},
        "accessible": {
            "description": 'true: only what may be downloaded, if need be once the licence is signed; "now": at once.',
            "example": True,
        },
    },
}
_DOCUMENTED = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}},
    "responses": {"200": {"description": "Shares, scenes, the uncovered rest, and the estimate", "content": {"application/json": {}}}},
}


def coverage_router(index: Index, access: Access, base: Callable[[Request], str], *, tariffs: Tariffs | None = None) -> APIRouter:
    """The route; `base` is this server's address without trailing slash, `tariffs` those of the operator, if they have their own."""
    router = APIRouter(tags=["Coverage"])
    known = tariffs or own_tariffs()

    @router.post("/coverage", summary="How much of an area is covered", response_class=Response, openapi_extra=_DOCUMENTED)
    def coverage(request: Request, body: Annotated[dict[str, Any], Depends(json_object)]) -> Response:
        refuse_unknown(request.query_params, ())
        ask = parse_ask(body, access.policy, access.asker(request), access.audience(request))
        found = orjson.dumps(coverage_document(index, ask, known, base(request)))
        return Response(found, media_type="application/json", headers={"Cache-Control": "no-store"})

    return router


def parse_ask(body: Mapping[str, Any], policy: Policy, asker: Asker, audience: Audience) -> Ask:
    """Raises Problem naming the member and the reason."""
    refuse_unknown(body, _SCHEMA["properties"])
    area = parse_area(body)
    if area is None:
        raise bad("geometry", "give geometry (a Polygon or MultiPolygon) or bbox")
    if body.get("datetime") is None:
        raise bad("datetime", "an RFC 3339 instant, or start/end with .. for an open end")
    start, end = parse_interval(body["datetime"])
    collections = body.get("collections")
    if collections is not None and not isinstance(collections, list):
        raise bad("collections", "a list of names")
    exclude_airbus = body.get("exclude_airbus")
    if not isinstance(exclude_airbus, bool | None):
        raise bad("exclude_airbus", f"true or false, got {str(exclude_airbus)[:40]!r}")
    accessible = parse_accessible(body.get("accessible"))
    return Ask(
        policy=policy,
        asker=asker,
        audience=policy.accessible(audience, asker, accessible) if accessible else audience,
        area=area,
        collections=parse_names(collections, "collections"),
        start=start,
        end=end,
        exclude_airbus=bool(exclude_airbus),
        cloud_cover_max=parse_number(body, "cloud_cover_max", 0, 100),
        gsd_max=parse_number(body, "gsd_max", 0, 100_000),
    )
