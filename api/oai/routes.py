"""GET and POST /oai: an OAI-PMH 2.0 repository."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.oai.answers import MEDIA_TYPE
from api.oai.arguments import VERBS
from api.oai.offer import OaiOffer
from api.oai.records import FORMATS
from api.oai.repository import PATH, Repository
from api.terms import MetadataLicence
from index.protocol import Index

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50
_STRING = {"type": "string"}
_ARGUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "verb": ({**_STRING, "enum": list(VERBS)}, "What is asked"),
    "identifier": (_STRING, "Of one record: GetRecord needs it, ListMetadataFormats takes it"),
    "metadataPrefix": ({**_STRING, "enum": list(FORMATS)}, "In which format: GetRecord and a list's first request need it"),
    "from": (_STRING, "Published since, inclusive: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"),
    "until": (_STRING, "Published until, inclusive, written as `from` is"),
    "set": (_STRING, "A setSpec of ListSets, such as `archive:dinamis` or `availability:open`"),
    "resumptionToken": (_STRING, "Of the list's page before, alone beside `verb`"),
}
_DESCRIPTION = (
    "OAI-PMH 2.0, for catalogues that harvest: Dublin Core and ISO 19139, deletions kept for ever. A wrong request is answered by 200 with "
    "an `error`, as the protocol has it."
)
_CONTENT: dict[str, Any] = {"200": {"description": "An OAI-PMH document", "content": {"text/xml": {"schema": _STRING}}}}
_GET: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": name == "verb", "schema": schema, "description": about}
        for name, (schema, about) in _ARGUMENTS.items()
    ],
    "responses": _CONTENT,
}
_POST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["verb"],
                    "properties": {name: {**schema, "description": about} for name, (schema, about) in _ARGUMENTS.items()},
                }
            }
        },
    },
    "responses": _CONTENT,
}


async def _form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, repeated ones too; what is none has none, and so no verb."""
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return []
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        return []


def oai_router(
    index: Index,
    access: Access,
    base: Callable[[Request], str],
    now: Callable[[], datetime],
    offer: OaiOffer,
    *,
    title: str,
    licence: MetadataLicence | None = None,
) -> APIRouter:
    """The route; `title` is the catalogue's, `licence` that of its metadata."""
    router = APIRouter(tags=["OAI-PMH"])
    repository = Repository(index, access, base, offer, title, licence, now)

    @router.get(PATH, summary="OAI-PMH 2.0", description=_DESCRIPTION, response_class=Response, openapi_extra=_GET)
    def get(request: Request) -> Response:
        return Response(repository.answer(request, request.query_params.multi_items()), media_type=MEDIA_TYPE)

    @router.post(PATH, summary="OAI-PMH 2.0, by a form", description=_DESCRIPTION, response_class=Response, openapi_extra=_POST)
    def post(request: Request, form: Annotated[list[tuple[str, str]], Depends(_form)]) -> Response:
        return Response(repository.answer(request, [*request.query_params.multi_items(), *form]), media_type=MEDIA_TYPE)

    return router
