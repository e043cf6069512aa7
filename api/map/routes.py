"""GET /map: the page that shows the catalogue on a map, its files, and the layers that can be switched on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.compression import SMALLEST, coding_of
from api.errors import not_found
from api.identity.oidc_settings import OidcSettings
from api.map.built import BuiltFile, BuiltFolder
from api.map.coverages import coverage_layers
from api.map.offer import Basemap, MapOffer, origin_of
from api.map.shell import content_policy, not_built, shell
from api.negotiation import language_of
from api.params import refuse_unknown
from index.protocol import Index
from mappings.words import Language

_LASTING = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "public, max-age=0, must-revalidate"


@dataclass(frozen=True)
class MapSite:
    """What the page is made from; `base` gives this server's address as its users see it, without trailing slash, `previews` says whether
    it fetches pictures of archives."""

    index: Index
    access: Access
    base: Callable[[Request], str]
    offer: MapOffer
    oidc: OidcSettings | None
    title: str
    version: str
    previews: bool = True


def map_router(site: MapSite) -> APIRouter:
    """The page and its files, which are no part of the API that is described, and the list of layers, which is."""
    router = APIRouter(tags=["Map"])
    folder = BuiltFolder(site.offer.folder)
    origins = site.offer.origins()
    issuer = origin_of(site.oidc.issuer) if _signs_in(site) and site.oidc else ""
    policy = content_policy(origins, issuer)

    @router.get("/map", include_in_schema=False, response_class=Response)
    def map_page(request: Request) -> Response:
        # A search that was sent to somebody has other parameters, which the page's script reads.
        language, built = _language(request), folder.built()
        return shell(_config(site, request, language), built, language, policy) if built else not_built(language)

    @router.get("/map/assets/{name}", include_in_schema=False, response_class=Response)
    def map_file(request: Request, name: str) -> Response:
        built = folder.built()
        found = built.files.get(name) if built else None
        if found is None:
            raise not_found("file", name)
        return _answer(found, request)

    said: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}

    @router.get("/map/layers", summary="Map layers that can be switched on", responses=said, response_class=Response)
    def layers(request: Request) -> Response:
        refuse_unknown(request.query_params, ())
        found = [*map(_basemap, site.offer.basemaps), *coverage_layers(site.index, site.access, request, origins)]
        return Response(orjson.dumps({"layers": found}), media_type="application/json")

    return router


def _language(request: Request) -> Language:
    """`lang`; one in which there is no page is as if it were not given."""
    asked = request.query_params.get("lang")
    if asked == "fr":
        return "fr"
    return "en" if asked == "en" else language_of(request)


def _signs_in(site: MapSite) -> bool:
    return site.oidc is not None and bool(site.offer.client_id or site.oidc.client_id)


def _config(site: MapSite, request: Request, language: Language) -> dict[str, Any]:
    address = site.base(request)
    base = urlsplit(address).path.rstrip("/")
    sign_in = None
    if _signs_in(site) and site.oidc is not None:
        client = site.offer.client_id or site.oidc.client_id
        sign_in = {"issuer": site.oidc.issuer, "clientId": client, "scopes": list(site.oidc.scopes)}
    return {
        "lang": language,
        "title": site.title,
        "version": site.version,
        "base": base,
        "address": address,
        "signIn": sign_in,
        "previews": site.previews,
        "links": {"home": f"{base}/", "api": f"{base}/api.html", "licences": f"{base}/licences", "runs": f"{base}/runs", "code": None},
    }


def _basemap(one: Basemap) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": "basemap",
        "group": "basemap",
        "title": one.title.members(),
        **dict.fromkeys(("year", "start", "end", "bounds")),
        "tiles": one.tiles,
        "tileSize": 256,
        "minzoom": one.minzoom,
        "maxzoom": one.maxzoom,
        "attribution": one.attribution,
    }


def _answer(file: BuiltFile, request: Request) -> Response:
    headers = {"Cache-Control": _LASTING if file.lasting else _ASKED_AGAIN, "X-Content-Type-Options": "nosniff"}
    shorter = file.is_text and len(file.body) >= SMALLEST
    coding = coding_of(request.headers.get("accept-encoding", "")) if shorter else None
    if coding is None:
        return Response(file.body, media_type=file.media_type, headers=headers)
    return Response(file.coded(coding.name), media_type=file.media_type, headers={**headers, "Content-Encoding": coding.name})
