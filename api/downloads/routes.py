"""Downloads: from an asset of an Item to its file at the archive, once the asker's right to it is checked."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, FastAPI, Path
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.downloads.addresses import location_of
from api.downloads.refusals import refusal
from api.downloads.signing import Signer, SignerUnavailable
from api.downloads.usage import count_download
from api.errors import Problem, not_found
from api.licences.documents import licence_reference
from api.links import item_href
from api.params import refuse_unknown
from index.document import members_of
from index.protocol import Index
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.decision import NOW, Decision, Download
from mappings.times import format_time
from mappings.values import items, mapping

LOGGER = logging.getLogger(__name__)
AUDIT = logging.getLogger("moisson.audit")
"""One line per download: who, what, when; never an address."""

_PREVIEWS = frozenset(("thumbnail", "overview"))
# What a redirection to a signed address must not leave anywhere.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_PATH = "/collections/{collection_id}/items/{item_id:path}/assets/{key:path}/download"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    302: {"description": "To the file, or to the archive's own address of it"},
    403: {"description": "Not allowed; `reason` says why in French and English, `links` lead to the licence"},
    409: {"description": "The file has no https address"},
    503: {"description": "The archive's signing service does not answer: try again after Retry-After"},
}
_Key = Annotated[str, Path(description="Key of the asset")]


@dataclass(frozen=True)
class _Wanted:
    """An asset of an Item that the asker found, and what they may do with it."""

    item: StoredItem
    key: str
    asset: Mapping[str, Any]
    asker: Asker
    decision: Decision

    @property
    def is_preview(self) -> bool:
        """Whether it is a picture to look at; one that is data too is data."""
        roles = {role for role in items(self.asset.get("roles")) if isinstance(role, str)}
        return bool(roles & _PREVIEWS) and "data" not in roles

    @property
    def is_allowed(self) -> bool:
        return self.decision.view if self.is_preview else self.decision.download in NOW


def downloads_router(
    index: Index, access: Access, base: Callable[[Request], str], signers: Mapping[str, Signer], now: Callable[[], datetime]
) -> APIRouter:
    """The route of downloads; `signers` by the name of the scheme that assets refer to. `include_first` puts it before the Items'."""
    router = APIRouter(tags=["Downloads"])

    @router.get(_PATH, status_code=302, summary="Download a file of an Item", responses=_ANSWERS, response_class=Response)
    def download(request: Request, collection_id: str, item_id: str, key: _Key) -> Response:
        refuse_unknown(request.query_params, ())
        wanted = _found(index, access, request, (collection_id, item_id, key))
        if not wanted.is_allowed:
            licence = licence_reference(wanted.item.licence, access.policy.table, base(request))
            raise refusal(access.policy, wanted.asker, wanted.item, wanted.decision, is_preview=wanted.is_preview, licence=licence)
        location = _location(wanted, signers, item_href(base(request), wanted.item.collection, wanted.item.id))
        if not wanted.is_preview:
            _note(index, wanted, now(), fetched=not getattr(request.state, "head", False))
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


def _found(index: Index, access: Access, request: Request, names: tuple[str, str, str]) -> _Wanted:
    """Raises Problem 404, the same for an Item that the asker does not find and for one that is not there."""
    collection_id, item_id, key = names
    audience, asker = access.audience(request), access.asker(request)
    item = index.get(audience, collection_id, item_id) if item_id else None
    if item is None:
        raise not_found("item", item_id)
    asset = mapping(members_of(item.head).get("assets")).get(key)
    if not isinstance(asset, dict):
        raise not_found("asset", key)
    return _Wanted(item, key, asset, asker, access.policy.decide(asker, item.availability, item.licence))


def _location(wanted: _Wanted, signers: Mapping[str, Signer], place: str) -> str:
    """Where the file is: a signed address where the archive's store wants one and we can ask for it, else its own. Raises Problem."""
    href = location_of(wanted.asset.get("href"), place)
    if not wanted.is_preview and wanted.decision.download is Download.WITH_ACCOUNT:
        # With the asker's own account, not with our keys.
        return href
    named = (signers[name] for name in items(wanted.asset.get("auth:refs")) if isinstance(name, str) and name in signers)
    signer = next((one for one in named if one.signs(href)), None)
    if signer is None:
        return href
    try:
        return signer.sign(href)
    except SignerUnavailable as error:
        LOGGER.warning("%s: nothing signed: %s", wanted.item.source, error)
        detail = (
            "le service de signature de l’archive ne répond pas, réessayer plus tard · "
            "the archive's signing service does not answer, try again later"
        )
        raise Problem(503, "signer-unavailable", detail, headers={"Retry-After": str(error.retry_after)}) from None


def _note(index: Index, wanted: _Wanted, when: datetime, *, fetched: bool) -> None:
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
