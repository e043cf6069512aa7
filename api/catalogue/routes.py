"""Routes by which the catalogue is walked: children, archives, and a Collection's Items by date."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from api.catalogue.answering import catalog_answer, catalog_children_answer, children_answer, dates_answer
from api.catalogue.site import Site
from api.models import LandingGet, Narrowing, PeriodGet

# The values are read from the request, as everywhere; the OpenAPI document names them.
_Narrowing = Annotated[Any, Depends(Narrowing)]
_Page = Annotated[Any, Depends(LandingGet)]
_Pages = Annotated[Any, Depends(PeriodGet)]
_Archive = Annotated[str, Path(examples=["peps"])]
_Period = Annotated[str, Path(examples=["2024", "2024-05", "2024-05-06"])]
_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}, "text/html": {}}}}
_JSON: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}


def catalogue_router(site: Site) -> APIRouter:
    """Routes over what the asker finds."""
    router = APIRouter(tags=["Catalogue"], default_response_class=Response)

    @router.get("/children", summary="The archives, as Catalogs", responses=_JSON)
    def children(request: Request, given: _Narrowing) -> Response:
        return children_answer(site, request)

    @router.get("/catalogs/{archive}", summary="An archive, with its Collections", responses=_PAGE)
    def catalog(request: Request, archive: _Archive, given: _Page) -> Response:
        return catalog_answer(site, request, archive)

    @router.get("/catalogs/{archive}/children", summary="The Collections of an archive", responses=_JSON)
    def catalog_children(request: Request, archive: _Archive, given: _Narrowing) -> Response:
        return catalog_children_answer(site, request, archive)

    router.include_router(_dates_router(site))
    return router


def _dates_router(site: Site) -> APIRouter:
    router = APIRouter(default_response_class=Response)
    path = "/collections/{collection_id}/dates"

    @router.get(path, summary="A Collection's Items by date, as Catalogs", responses=_JSON)
    def dates(request: Request, collection_id: str, given: _Narrowing) -> Response:
        return dates_answer(site, request, collection_id)

    @router.get(f"{path}/{{period}}", summary="A Collection's Items of a year, a month or a day, as a Catalog", responses=_JSON)
    def period(request: Request, collection_id: str, period: _Period, given: _Pages) -> Response:
        return dates_answer(site, request, collection_id, period)

    return router
