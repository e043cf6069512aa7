"""GET /queryables and /sortables, and the same of a Collection: the fields that Items have which the asker finds."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.answers import json_answer
from api.catalogue.links import SCHEMA
from api.catalogue.sieve import FILTERABLE, SORTED
from api.catalogue.site import Site, check_names, told_in
from api.links import collection_href
from api.models import Narrowing
from api.queryables.schema import fields_schema
from index.query import Query
from mappings.queryables import FIELDS, Field
from mappings.words import Text

_Narrowing = Annotated[Any, Depends(Narrowing)]
_QUERYABLES = Text("Ce qui peut être filtré", "What can be filtered")
_COLLECTIONS = Text("les collections", "Collections")
_SORTABLES = Text("Ce qui peut être trié", "What can be sorted by")


def queryables_router(site: Site) -> APIRouter:
    """Both schemas, of all Items and of one Collection's."""
    router = APIRouter(tags=["Queryables"], default_response_class=Response)
    _add(router, site, "queryables", _QUERYABLES, lambda field: True)
    _add(router, site, "sortables", _SORTABLES, lambda field: field.sortable)
    _add_collections(router, site, "queryables", _QUERYABLES, FILTERABLE)
    _add_collections(router, site, "sortables", _SORTABLES, SORTED)
    return router


def _add_collections(router: APIRouter, site: Site, name: str, title: Text, fields: Sequence[Field]) -> None:
    path = f"/collection-{name}"

    @router.get(path, summary=f"{title.en}, of Collections themselves", responses={200: {"content": {SCHEMA: {}}}})
    def of_collections(request: Request, given: _Narrowing) -> Response:
        check_names(request, ("language",))
        site.query(request)
        language = told_in(request)
        said = f"{title.in_(language)} : {_COLLECTIONS.in_(language)}"
        return json_answer(fields_schema(fields, f"{site.base(request)}{path}", said, language), language, SCHEMA)


def _add(router: APIRouter, site: Site, name: str, title: Text, wanted: Callable[[Field], bool]) -> None:
    answers: dict[int | str, dict[str, Any]] = {200: {"content": {SCHEMA: {}}}}

    @router.get(f"/{name}", summary=title.en, responses=answers)
    def of_all(request: Request, given: _Narrowing) -> Response:
        return _answer(site, request, name, title, wanted)

    @router.get(f"/collections/{{collection_id}}/{name}", summary=f"{title.en}, of a Collection", responses=answers)
    def of_collection(request: Request, collection_id: str, given: _Narrowing) -> Response:
        return _answer(site, request, name, title, wanted, collection_id)


def _answer(
    site: Site, request: Request, name: str, title: Text, wanted: Callable[[Field], bool], collection_id: str | None = None
) -> Response:
    check_names(request, ("language",))
    language, base = told_in(request), site.base(request)
    audience = site.query(request).audience
    place, said = base, title.in_(language)
    if collection_id is not None:
        site.check_collection(request, collection_id)
        place, said = collection_href(base, collection_id), f"{said} : {site.described.title(collection_id, language)}"
    found = site.index.fields(Query(audience, collections=(collection_id,) if collection_id is not None else None))
    fields = (field for field in FIELDS.values() if (field.own or field.name in found) and wanted(field))
    return json_answer(fields_schema(fields, f"{place}/{name}", said, language), language, SCHEMA)
