"""The routes of OGC API - Records."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from api.catalogue.links import SCHEMA
from api.links import GEOJSON, JSON
from api.records.answering import Records
from api.records.ids import EVERYTHING
from api.records.links import CATALOGUE
from api.records.models import RecordsGet, RecordsPage

_Page = Annotated[Any, Depends(RecordsPage)]
_Asked = Annotated[Any, Depends(RecordsGet)]
_Catalogue = Annotated[
    str, Path(description=f"A record collection: `{EVERYTHING}` for everything, or a STAC Collection’s id", examples=[EVERYTHING])
]
_Record = Annotated[str, Path(description="A record’s id: `collection~item`, both percent-encoded")]
_PLACE = "/ogc/collections/{collection_id}"


def records_router(records: Records) -> APIRouter:
    """Routes over what the asker finds."""
    router = APIRouter(tags=["OGC API - Records"], default_response_class=Response)

    @router.get("/ogc", summary="The catalogue as OGC API - Records", responses=_answering(JSON))
    def landing(request: Request, given: _Page) -> Response:
        return records.landing(request)

    @router.get("/ogc/conformance", summary="What of OGC’s standards is implemented", responses=_answering(JSON))
    def conformance(request: Request, given: _Page) -> Response:
        return records.conformance(request)

    @router.get("/ogc/collections", summary="Record collections", responses=_answering(JSON))
    def catalogues(request: Request, given: _Page) -> Response:
        return records.catalogues(request)

    @router.get(_PLACE, summary="A record collection", responses=_answering(CATALOGUE))
    def catalogue(request: Request, collection_id: _Catalogue, given: _Page) -> Response:
        return records.catalogue(request, collection_id)

    _add_fields(router, records)
    _add_records(router, records)
    return router


def _add_fields(router: APIRouter, records: Records) -> None:
    @router.get(f"{_PLACE}/queryables", summary="What records can be filtered by", responses=_answering(SCHEMA))
    def queryables(request: Request, collection_id: _Catalogue, given: _Page) -> Response:
        return records.fields(request, collection_id, "queryables")

    @router.get(f"{_PLACE}/sortables", summary="What records can be sorted by", responses=_answering(SCHEMA))
    def sortables(request: Request, collection_id: _Catalogue, given: _Page) -> Response:
        return records.fields(request, collection_id, "sortables")


def _add_records(router: APIRouter, records: Records) -> None:
    @router.get(f"{_PLACE}/items", summary="Records", responses=_answering(GEOJSON))
    def items(request: Request, collection_id: _Catalogue, given: _Asked) -> Response:
        return records.records(request, collection_id)

    # Of an Item's id with a slash a server decodes %2F before it looks for the route.
    @router.get(f"{_PLACE}/items/{{record_id:path}}", summary="A record", responses=_answering(GEOJSON))
    def item(request: Request, collection_id: _Catalogue, record_id: _Record, given: _Page) -> Response:
        return records.record(request, collection_id, record_id)


def _answering(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {}}}}
