"""POST /requests/draft: what a request form asks for, from chosen images or a tasking wish. Nothing is ordered."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.bodies import json_object
from api.coverage.candidates import Rights
from api.negotiation import form_of, language_of
from api.params import refuse_repeated, refuse_unknown
from api.requests.body import SCHEMA, parse_draft
from api.requests.choosing import choose
from api.requests.form import Form, draft_response
from index.protocol import Index
from mappings.ordering.draft import Draft, make_draft
from mappings.ordering.practice import Practice
from mappings.ordering.practice import practice as own_practice
from mappings.ordering.tariffs import Tariffs
from mappings.ordering.tariffs import tariffs as own_tariffs

_FORMS: dict[Form, str] = {"json": "application/json", "csv": "text/csv", "html": "text/html"}
_DOCUMENTED: dict[str, Any] = {
    "parameters": [
        {
            "name": "f",
            "in": "query",
            "schema": {"type": "string", "enum": list(_FORMS)},
            "description": "Otherwise as Accept says, else JSON.",
        },
        {
            "name": "language",
            "in": "query",
            "schema": {"type": "string", "enum": ["fr", "en"]},
            "description": "Of the table and the page; otherwise the body’s, else as Accept-Language says.",
        },
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}},
    "responses": {"200": {"description": "The draft: nothing is ordered", "content": {kind: {} for kind in _FORMS.values()}}},
}


def requests_router(
    index: Index,
    access: Access,
    now: Callable[[], datetime],
    *,
    tariffs: Tariffs | None = None,
    practice: Practice | None = None,
) -> APIRouter:
    """The route; `tariffs` and `practice` are the operator's, if they have their own."""
    router = APIRouter(tags=["Requests"])
    prices, customs = tariffs or own_tariffs(), practice or own_practice()

    @router.post("/requests/draft", summary="Draft of a request for images", response_class=Response, openapi_extra=_DOCUMENTED)
    def draft(request: Request, body: Annotated[dict[str, Any], Depends(json_object)]) -> Response:
        refuse_unknown(request.query_params, ("f", "language"))
        refuse_repeated(request.query_params.multi_items())
        form, language = form_of(request, _FORMS), language_of(request)
        audience = access.audience(request)
        ask = parse_draft(body, now())
        chosen, whole = choose(index, audience, Rights(access.policy, access.asker(request)), ask)
        made: Draft = make_draft(
            now(),
            access.asker(request),
            prices,
            customs,
            ask.options,
            area=ask.area,
            area_km2=ask.area_km2,
            whole=whole,
            items=chosen,
            tasking=ask.tasking,
            purpose=ask.purpose,
        )
        return draft_response(made, form, language if "language" in request.query_params else ask.language or language)

    return router
