"""GET /licences and GET /licences/{id}: the licence table, for programs and for people."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.errors import not_found
from api.licences.documents import licence_document, licences_document
from api.licences.page import licence_page, licences_page
from api.negotiation import form_of, language_of
from api.params import refuse_repeated, refuse_unknown

_Form = Annotated[str | None, Query(alias="f", description="`json` or `html`; otherwise as Accept says, else JSON.", examples=["html"])]
_Language = Annotated[str | None, Query(description="Of the page: `fr` or `en`; otherwise as Accept-Language says.", examples=["en"])]
_FORMS = {"json": "application/json", "html": "text/html"}
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in _FORMS.values()}}}


def licences_router(access: Access, base: Callable[[Request], str]) -> APIRouter:
    """Routes over the table of `access.policy`; `base` is this server's address without trailing slash. The table tells rules, not
    images: everybody may read it, except where nothing may be read without signing in."""
    router = APIRouter(tags=["Licences"])

    @router.get("/licences", summary="The licences that images have", responses=_ANSWERS, response_class=Response)
    def licences(request: Request, form: _Form = None, language: _Language = None) -> Response:
        _check(request, access)
        if form_of(request, _FORMS) == "html":
            return licences_page(access.policy.table, base(request), language_of(request))
        return _json(licences_document(access.policy.table, base(request)))

    @router.get("/licences/{licence_id}", summary="What a licence allows whom", responses=_ANSWERS, response_class=Response)
    def licence(request: Request, licence_id: str, form: _Form = None, language: _Language = None) -> Response:
        _check(request, access)
        found = access.policy.table.get(licence_id)
        if found is None:
            raise not_found("licence", licence_id)
        asker = access.asker(request)
        if form_of(request, _FORMS) == "html":
            return licence_page(found, access.policy, asker, base(request), language_of(request))
        return _json(licence_document(found, access.policy, asker, base(request)))

    return router


def _check(request: Request, access: Access) -> None:
    """Raises Problem for who may not ask, and for what is not asked rightly, whatever the form of the answer."""
    access.audience(request)
    refuse_unknown(request.query_params, ("f", "language"))
    refuse_repeated(request.query_params.multi_items())
    form_of(request, _FORMS)
    language_of(request)


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
