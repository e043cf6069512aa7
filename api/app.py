"""The application: stac-fastapi's routes over our handlers, health, and the extension's schema."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import stac_pydantic.api
from fastapi import FastAPI
from stac_fastapi.api.app import StacApi
from stac_fastapi.api.models import GeoJSONResponse
from stac_fastapi.api.routes import create_async_endpoint
from stac_fastapi.types.config import ApiSettings
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.access import Access
from api.aggregations.routes import aggregations_router
from api.body_limit import BodyLimitMiddleware
from api.catalogue.routes import catalogue_router
from api.client import MoissonClient
from api.collections import Described
from api.coverage.routes import coverage_router
from api.downloads.routes import downloads_router, include_first
from api.downloads.signing import Signer
from api.exports.routes import exports_router
from api.feeds.routes import feeds_router
from api.handlers import add_error_handlers
from api.hot import HotRoutes
from api.identity.oidc_settings import OidcSettings
from api.identity.routes import me_router
from api.layers import put_layers
from api.licences.routes import licences_router
from api.links import GEOJSON
from api.map.offer import MapOffer
from api.map.routes import MapSite, map_router
from api.models import CollectionGet, CollectionsGet, ItemGet, ItemsGet, LandingGet, SearchGet, SearchPost
from api.oai.offer import OaiOffer
from api.oai.records import Names
from api.oai.routes import oai_router
from api.openapi import describe
from api.pages import SCHEMA_PATH
from api.previews.pictures import Pictures
from api.previews.routes import Previews, previews_router
from api.queryables.routes import queryables_router
from api.records.answering import Records
from api.records.routes import records_router
from api.requests.routes import requests_router
from api.runs.routes import runs_router
from api.terms import MetadataLicence
from index.harvests.standing import Planned
from index.protocol import Index
from mappings.item import STAC_VERSION
from mappings.ordering.practice import Practice
from mappings.ordering.tariffs import Tariffs
from mappings.validation import own_schema

_DESCRIPTION = (
    "Un seul catalogue STAC pour les images satellite déjà payées, les archives ouvertes et le catalogue commercial. "
    "One STAC catalogue of satellite images already purchased, of open archives, and of the commercial catalogue."
)


class _Api(StacApi):
    def register_landing_page(self) -> None:
        """As in StacApi, with our parameters, for people too."""
        self.router.add_api_route(
            name="Landing Page",
            path="/",
            responses={200: {"content": {"application/json": {}, "text/html": {}}, "model": stac_pydantic.api.LandingPage}},
            response_class=Response,
            response_model=None,
            methods=["GET"],
            endpoint=create_async_endpoint(self.client.landing_page, LandingGet),
        )

    def register_get_item(self) -> None:
        """As in StacApi, for ids that hold a slash too: a server decodes %2F before it looks for the route."""
        self.router.add_api_route(
            name="Get Item",
            path="/collections/{collection_id}/items/{item_id:path}",
            responses={200: {"content": {GEOJSON: {}}, "model": stac_pydantic.api.Item}},
            response_class=GeoJSONResponse,
            response_model=None,
            methods=["GET"],
            endpoint=create_async_endpoint(self.client.get_item, ItemGet),
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Offer:
    """What an installation offers beside its index: its rules of access, its own tariffs and customs of ordering (None: those that come
    with Moisson), signers of archives' stores by name, the sign-in service that the command line is told of, what the operator says of
    Collections, the sources that operators are shown, and the licence of the catalogue's own metadata."""

    access: Access = field(default_factory=Access)
    tariffs: Tariffs | None = None
    practice: Practice | None = None
    signers: Mapping[str, Signer] = field(default_factory=dict)
    oidc: OidcSettings | None = None
    described: Described = field(default_factory=Described)
    pictures: Pictures | None = None
    map: MapOffer = field(default_factory=MapOffer)
    now: Callable[[], datetime] = utc_now
    sources: Sequence[Planned] = ()
    metadata_licence: MetadataLicence | None = None
    oai: OaiOffer = field(default_factory=OaiOffer)


def create_app(
    index: Index,
    offer: Offer | None = None,
    *,
    title: str = "Moisson",
    public_url: str | None = None,
    trusted_proxies: Sequence[str] = (),
    version: str = "0.1.0",
) -> FastAPI:
    """The ASGI application over an open index; who created the index closes it. Without an offer everybody is anonymous; without a
    `public_url` links lead to where the request came to, or to where one of the proxies (addresses, networks) says that it did."""
    offer = offer or Offer()
    client = MoissonClient(
        index=index, access=offer.access, public_url=public_url, described=offer.described, title=title, landing_page_id="moisson"
    )
    app = _stac_routes(client, title, version)
    app.add_middleware(BodyLimitMiddleware)
    put_layers(app, public_url=public_url, trusted_proxies=trusted_proxies, members_only=offer.access.policy.sign_in)
    _add_service_routes(app, index)
    _add_catalogue_routes(app, client)
    _add_partners_routes(app, client, offer)
    _add_access_routes(app, index, offer, client.base)
    _add_operators_pages(app, index, offer, client.base)
    previews = offer.pictures is not None
    app.include_router(map_router(MapSite(index, offer.access, client.base, offer.map, offer.oidc, title, version, previews)))
    add_error_handlers(app)
    describe(app)
    app.router.middleware_stack = HotRoutes(app.router.middleware_stack, client.search)
    return app


def _stac_routes(client: MoissonClient, title: str, version: str) -> FastAPI:
    """The application with stac-fastapi's routes; layers come from put_layers, not from it."""
    settings = ApiSettings(
        stac_fastapi_title=title,
        stac_fastapi_description=_DESCRIPTION,
        stac_fastapi_landing_id="moisson",
        stac_fastapi_version=version,
        _env_file=None,
    )
    api = _Api(
        settings=settings,
        stac_version=STAC_VERSION,
        client=client,
        extensions=[],
        middlewares=[],
        search_get_request_model=SearchGet,
        search_post_request_model=SearchPost,
        collections_get_request_model=CollectionsGet,
        collection_get_request_model=CollectionGet,
        items_get_request_model=ItemsGet,
    )
    return api.app


def _add_catalogue_routes(app: FastAPI, client: MoissonClient) -> None:
    app.include_router(catalogue_router(client.site))
    app.include_router(queryables_router(client.site))
    app.include_router(aggregations_router(client.site))


def _add_partners_routes(app: FastAPI, client: MoissonClient, offer: Offer) -> None:
    """What partners take with them."""
    licence, identifier = offer.metadata_licence, Names(offer.oai.namespace).identifier
    app.include_router(feeds_router(client.index, offer.access, client.base, licence))
    app.include_router(exports_router(client.search, licence, offer.now))
    app.include_router(records_router(Records(client.site, client.search, offer.now, licence, identifier)))
    app.include_router(oai_router(client.index, offer.access, client.base, offer.now, offer.oai, title=client.title, licence=licence))


def _add_access_routes(app: FastAPI, index: Index, offer: Offer, base: Callable[[Request], str]) -> None:
    access = offer.access
    include_first(app, downloads_router(index, access, base, offer.signers, offer.now))
    include_first(app, previews_router(Previews(index, access, base, offer.signers, offer.pictures)))
    app.include_router(licences_router(access, base))
    app.include_router(me_router(access, offer.oidc))
    app.include_router(coverage_router(index, access, base, tariffs=offer.tariffs))
    app.include_router(requests_router(index, access, offer.now, tariffs=offer.tariffs, practice=offer.practice))


def _add_operators_pages(app: FastAPI, index: Index, offer: Offer, base: Callable[[Request], str]) -> None:
    app.include_router(runs_router(index, offer.access, base, offer.sources, offer.now))


def _add_service_routes(app: FastAPI, index: Index) -> None:
    schema = orjson.dumps(own_schema())

    @app.get("/healthz", tags=["Service"], summary="Alive")
    async def healthz() -> JSONResponse:
        # Needs none of the threads that may all wait for the index.
        return JSONResponse({"status": "alive"})

    @app.get("/readyz", tags=["Service"], summary="Ready: the index answers")
    def readyz() -> JSONResponse:
        index.check()
        return JSONResponse({"status": "ready"})

    said: dict[int | str, dict[str, Any]] = {200: {"content": {"application/schema+json": {}}}}

    @app.get(SCHEMA_PATH, tags=["Service"], summary="JSON schema of the moisson: members", response_class=Response, responses=said)
    def extension_schema() -> Response:
        return Response(schema, media_type="application/schema+json")
