"""Downloads: from an asset of an Item to its file at the archive, once the asker's right to it is checked."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, FastAPI, Path
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.downloads.signing import Signer
from api.downloads.usage import count_download
from api.downloads.wanted import Wanted, check_right, find_asset, locate
from api.errors import bad
from api.links import item_href
from api.params import refuse_unknown
from index.protocol import Index
from mappings.times import format_time

AUDIT = logging.getLogger("moisson.audit")
"""One line per download: who, what, when; never an address."""

# What a redirection to a signed address must not leave anywhere.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_PATH = "/collections/{collection_id}/items/{item_id:path}/assets/{key:path}/download"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "With `f=json`: `href`, where the redirection would lead", "content": {"application/json": {}}},
    302: {"description": "To the file, or to the archive's own address of it"},
    403: {"description": "Not allowed; `reason` says why in French and English, `links` lead to the licence"},
    409: {"description": "The file has no https address"},
    503: {"description": "The archive's signing service does not answer: try again after Retry-After"},
}
# A page cannot read where a redirection leads, and what it navigates to carries no key or token.
_FORM: dict[str, Any] = {
    "name": "f",
    "in": "query",
    "schema": {"type": "string", "enum": ["json"]},
    "description": "`json`: the address in a document, for pages in a browser, instead of the redirection.",
}
_Key = Annotated[str, Path(description="Key of the asset")]


def downloads_router(
    index: Index, access: Access, base: Callable[[Request], str], signers: Mapping[str, Signer], now: Callable[[], datetime]
) -> APIRouter:
    """The route of downloads; `signers` by the name of the scheme that assets refer to. `include_first` puts it before the Items'."""
    router = APIRouter(tags=["Downloads"])

    @router.get(
        _PATH,
        status_code=302,
        summary="Download a file of an Item",
        responses=_ANSWERS,
        response_class=Response,
        openapi_extra={"parameters": [_FORM]},
    )
    def download(request: Request, collection_id: str, item_id: str, key: _Key) -> Response:
        refuse_unknown(request.query_params, ("f",))
        told = request.query_params.get("f")
        if told not in (None, "json"):
            raise bad("f", f"json, or nothing, got {told[:40]!r}")
        wanted = find_asset(index, access, request, (collection_id, item_id, key))
        check_right(access, wanted, base(request))
        location = locate(wanted, signers, item_href(base(request), wanted.item.collection, wanted.item.id))
        if not wanted.is_preview:
            _note(index, wanted, now(), fetched=not getattr(request.state, "head", False))
        if told:
            return Response(orjson.dumps({"href": location}), media_type="application/json", headers=_HEADERS)
        return Response(status_code=302, headers={**_HEADERS, "Location": location})

    return router


def include_first(app: FastAPI, router: APIRouter) -> None:
    """Adds the routes before all others: an Item's id may hold slashes, so that its route would take these too."""
    routes = app.router.routes
    before = len(routes)
    app.include_router(router)
    added = routes[before:]
    del routes[before:]
    routes[:0] = added


def _note(index: Index, wanted: Wanted, when: datetime, *, fetched: bool) -> None:
    """The audit line, and one more in the count unless only the headers were asked for."""
    item, asker = wanted.item, wanted.asker
    said = {
        "at": format_time(when),
        "organisation": asker.organisation,
        "person": asker.person,
        "collection": item.collection,
        "item": item.id,
        "asset": wanted.key,
        "archive": item.source,
        "licence": item.licence,
    }
    with structlog.contextvars.bound_contextvars(**said):
        AUDIT.info("download" if fetched else "download asked for by HEAD")
    if fetched:
        count_download(index, format_time(when)[:7], asker.organisation, item.source)
