"""View: the picture of an Item, fetched by this server for whoever may look at it, so that a page need not ask the archive."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.downloads.signing import Signer
from api.downloads.wanted import Wanted, check_right, find_asset, locate
from api.errors import Problem
from api.links import GEOJSON, item_href
from api.params import refuse_unknown
from api.previews.memory import PictureMemory
from api.previews.pictures import MEDIA_TYPES, NotFetched, Picture, Pictures, to_picture
from index.protocol import Index

LOGGER = logging.getLogger(__name__)

_PATH = "/collections/{collection_id}/items/{item_id:path}/assets/{key:path}/view"
# An archive may have named an address in its own network http; what comes back is a picture or nothing.
_SCHEMES = frozenset(("https", "http"))
_AT_ONCE, _MOST_WAITING = 16, 64
_HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
_PICTURES: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES - {"image/jpg"})}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture", "content": _PICTURES},
    403: {"description": "Not allowed; `reason` says why in French and English, `links` lead to the licence"},
    409: {"description": "The asset is no thumbnail or overview that a browser shows, or has no address by HTTP"},
    502: {"description": "The archive gave no picture"},
    503: {"description": "Too many pictures are being fetched, or the archive's signing service does not answer: try again"},
}
_Key = Annotated[str, Path(description="Key of the asset")]


@dataclass(frozen=True)
class Previews:
    """What pictures are fetched with: no `pictures`, none are. `signers` by the name of the scheme that assets refer to."""

    index: Index
    access: Access
    base: Callable[[Request], str]
    signers: Mapping[str, Signer]
    pictures: Pictures | None
    memory: PictureMemory = field(default_factory=lambda: PictureMemory(time.monotonic))

    def find(self, request: Request, names: tuple[str, str, str]) -> Wanted:
        """The asset, that the asker may look at. Raises Problem."""
        refuse_unknown(request.query_params, ())
        wanted = find_asset(self.index, self.access, request, names)
        if not wanted.is_preview or not _is_shown(wanted.asset.get("type")):
            raise _no_preview(item_href(self.base(request), wanted.item.collection, wanted.item.id))
        check_right(self.access, wanted, self.base(request))
        return wanted

    def picture(self, wanted: Wanted, place: str) -> Picture:
        """`place` is the Item's address on this server. Raises Problem."""

        def fetch() -> Picture:
            if self.pictures is None:
                raise NotFetched("no pictures are fetched here")
            return to_picture(self.pictures.fetch(locate(wanted, self.signers, place, _SCHEMES)))

        try:
            return self.memory.picture(str(wanted.asset.get("href")), fetch)
        except NotFetched as error:
            LOGGER.info("%s: no picture of %s: %s", wanted.item.source, wanted.item.id, error)
            detail = "l’archive n’a pas donné d’image · the archive gave no picture"
            raise Problem(502, "preview-unavailable", detail, headers={"Cache-Control": "no-store"}) from None


def previews_router(previews: Previews) -> APIRouter:
    """The route of pictures; `include_first` puts it before the Items'."""
    router = APIRouter(tags=["Downloads"])
    # Threads of their own: an archive that hangs must not take those that answer searches.
    limiter = CapacityLimiter(_AT_ONCE)

    @router.get(_PATH, summary="Look at the thumbnail or overview of an Item", responses=_ANSWERS, response_class=Response)
    async def view(request: Request, collection_id: str, item_id: str, key: _Key) -> Response:
        wanted = await to_thread.run_sync(previews.find, request, (collection_id, item_id, key))
        if limiter.statistics().tasks_waiting >= _MOST_WAITING:
            detail = "trop d’images sont demandées à la fois · too many pictures are asked for at the same time"
            raise Problem(503, "previews-busy", detail, headers={"Retry-After": "2", "Cache-Control": "no-store"})
        place = item_href(previews.base(request), wanted.item.collection, wanted.item.id)
        picture = await to_thread.run_sync(previews.picture, wanted, place, limiter=limiter)
        return Response(picture.body, media_type=picture.media_type, headers=_HEADERS)

    return router


def _is_shown(media_type: Any) -> bool:
    """Whether a browser shows pictures of a type; one that is not given may be any."""
    return not isinstance(media_type, str) or media_type.partition(";")[0].strip().lower() in {*MEDIA_TYPES, "", "application/octet-stream"}


def _no_preview(place: str) -> Problem:
    french = "ce n’est pas un aperçu qu’un navigateur montre : le télécharger, ou suivre l’adresse que donne l’Item"
    english = "no preview that a browser shows: download it, or follow the address that the Item gives"
    members = {"reason": {"fr": french, "en": english}, "links": [{"rel": "about", "type": GEOJSON, "href": place}]}
    return Problem(409, "asset-not-a-preview", f"{french} · {english}", members=members)
