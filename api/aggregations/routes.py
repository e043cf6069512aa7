"""GET /aggregations, GET and POST /aggregate, and the same of a Collection."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.aggregations.documents import aggregate_document, aggregations_document
from api.aggregations.offered import INTERVAL, OFFERED, PRECISION, parse_wanted
from api.aggregations.parameters import OPTIONS, AggregateGet, CollectionAggregateGet, body_schema, names
from api.answers import json_answer
from api.catalogue.links import named
from api.catalogue.site import Site, check_names, told_in
from api.errors import bad
from api.filtering import check_possible, refusal
from api.links import collection_href
from api.models import Narrowing
from api.params import SearchParams, parse_accessible, refuse_repeated, refuse_unknown, to_query
from api.search_body import checked, joined, read_body
from index.filters.nodes import FilterError
from index.query import Query

_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": body_schema()}}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}
_NAMES = names()
_Narrowing = Annotated[Any, Depends(Narrowing)]
_Body = Annotated[dict[str, Any], Depends(read_body)]


def aggregations_router(site: Site) -> APIRouter:
    """Routes over what the asker finds."""
    router = APIRouter(tags=["Aggregation"], default_response_class=Response)

    @router.get("/aggregations", summary="What can be counted", responses=_ANSWERS)
    def aggregations(request: Request, given: _Narrowing) -> Response:
        return _offers(site, request)

    @router.get("/aggregate", summary="Counts of the Items that match", responses=_ANSWERS)
    def aggregate(request: Request, given: Annotated[Any, Depends(AggregateGet)]) -> Response:
        return _counts(site, request, _of_query(request))

    @router.post("/aggregate", summary="Counts of the Items that match", responses=_ANSWERS, openapi_extra=_BODY)
    def post_aggregate(request: Request, body: _Body) -> Response:
        return _counts(site, request, joined(_of_body(body), request))

    router.include_router(_of_collections(site))
    return router


def _of_collections(site: Site) -> APIRouter:
    router = APIRouter(default_response_class=Response)
    path = "/collections/{collection_id}"

    @router.get(f"{path}/aggregations", summary="What can be counted in a Collection", responses=_ANSWERS)
    def aggregations(request: Request, collection_id: str, given: _Narrowing) -> Response:
        return _offers(site, request, collection_id)

    @router.get(f"{path}/aggregate", summary="Counts of a Collection's Items that match", responses=_ANSWERS)
    def aggregate(request: Request, collection_id: str, given: Annotated[Any, Depends(CollectionAggregateGet)]) -> Response:
        return _counts(site, request, _of_query(request), collection_id)

    @router.post(f"{path}/aggregate", summary="Counts of a Collection's Items that match", responses=_ANSWERS, openapi_extra=_BODY)
    def post_aggregate(request: Request, collection_id: str, body: _Body) -> Response:
        return _counts(site, request, joined(_of_body(body), request), collection_id)

    return router


def _offers(site: Site, request: Request, collection_id: str | None = None) -> Response:
    check_names(request, ("language",))
    told_in(request)
    site.query(request)
    names = _possible(site, request, collection_id)
    return json_answer(aggregations_document(names, _links(site, request, "aggregations", collection_id)))


def _counts(site: Site, request: Request, given: Mapping[str, Any], collection_id: str | None = None) -> Response:
    refuse_unknown(given, _NAMES)
    wanted = parse_wanted(given, _possible(site, request, collection_id)).aggregations()
    query = _query(site, request, {name: value for name, value in given.items() if name not in OPTIONS}, collection_id)
    try:
        found = site.index.aggregate(query, wanted) if wanted else {}
    except FilterError as error:
        raise refusal(error) from None
    return json_answer(aggregate_document(wanted, found, _links(site, request, "aggregate", collection_id)))


def _query(site: Site, request: Request, given: Mapping[str, Any], collection_id: str | None) -> Query:
    if collection_id is not None:
        if given.get("collections", collection_id) not in (collection_id, [collection_id]):
            raise bad("collections", f"only {collection_id!r} is here: ask /aggregate for others")
        given = {**given, "collections": [collection_id]}
    params = SearchParams.of(given)
    query = to_query(params, site.access.audience(request, parse_accessible(params.accessible)))
    check_possible(query.filter, site.index.operators)
    return query


def _possible(site: Site, request: Request, collection_id: str | None) -> Collection[str]:
    """The names of what can be asked: of a Collection, what its Items have which the asker finds. Raises a 404 where they find none."""
    if collection_id is None:
        return tuple(OFFERED)
    site.check_collection(request, collection_id)
    found = site.index.fields(Query(site.access.audience(request), collections=(collection_id,)))
    return [name for name, one in OFFERED.items() if one.field is None or one.field in found or one.field in ("collection", *_FACTS)]


_FACTS = ("moisson:availability", "moisson:licence", "moisson:source")


def _of_query(request: Request) -> Mapping[str, str]:
    refuse_repeated(request.query_params.multi_items())
    return request.query_params


def _of_body(body: dict[str, Any]) -> dict[str, Any]:
    """Raises Problem for a member of another type."""
    kinds: dict[str, tuple[type, str]] = {
        "aggregations": (list, "a list of names"),
        INTERVAL: (str, "a text"),
        PRECISION: (int, "a whole number"),
    }
    for name, (kind, wanted) in kinds.items():
        if not isinstance(body.get(name), kind | None):
            raise bad(name, f"{wanted}, got {str(body[name])[:40]!r}")
    return checked(body)


def _links(site: Site, request: Request, name: str, collection_id: str | None) -> list[dict[str, Any]]:
    base = site.base(request)
    place = base if collection_id is None else collection_href(base, collection_id)
    links = [named("self", f"{place}/{name}"), named("root", f"{base}/")]
    return links if collection_id is None else [*links, named("collection", place)]
