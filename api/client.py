"""The handlers of the STAC API. They return ready bytes; stac-fastapi routes, documents and describes them."""

# The handlers take our own request models, as stac-fastapi means them to; its base class types only its default ones.
# mypy: disable-error-code="override"

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import attr
import orjson
from stac_fastapi.types.core import BaseCoreClient
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.collections import collection_document
from api.errors import bad, not_found
from api.links import GEOJSON, JSON, collection_href
from api.models import CollectionGet, CollectionsGet, ItemsGet, SearchGet, SearchPost
from api.pages import Sight, collection_bytes, get_links, item_bytes, post_links
from api.params import SearchParams, check_body, parse_accessible, parse_limit, refuse_repeated, refuse_unknown, to_query
from api.references import matchable
from api.token import make_token, read_token
from index.protocol import Index
from index.query import Query, Summary
from index.state import StoredItem


@dataclass(frozen=True)
class Found:
    """A page of a search with the token of the next one."""

    items: list[StoredItem]
    matched: int
    token: str | None


@attr.s
class MoissonClient(BaseCoreClient):
    """Handlers over one index, under the rules of `access`; `public_url` replaces the address that the request came to."""

    index: Index = attr.ib(kw_only=True)
    access: Access = attr.ib(factory=Access, kw_only=True)
    public_url: str | None = attr.ib(default=None, kw_only=True)

    # --- search ------------------------------------------------------------------------------------------------------------
    def get_search(self, request: Request, **given: Any) -> Response:
        """GET /search."""
        return self._get_page(request, "/search", SearchParams(**given), SearchGet)

    def post_search(self, search_request: SearchPost, request: Request) -> Response:
        """POST /search."""
        body = search_request.model_dump(exclude_unset=True)
        check_body(body)
        joined = _joined(body, request)
        refuse_unknown(joined, SearchPost.model_fields)
        found = self._find(SearchParams(**joined), request)
        links = post_links(self.base(request), dict(request.query_params), body, found.token)
        return _geojson(collection_bytes(found.items, self._sight(request, found.items), links, found.matched))

    def item_collection(self, request: Request, collection_id: str, **given: Any) -> Response:
        """GET /collections/{collection_id}/items."""
        self._summary(collection_id, request)
        # pystac-client repeats the Collection's id as a parameter.
        if given.pop("collections") not in (None, collection_id):
            raise bad("collections", f"only {collection_id!r} is here: ask /search for others")
        path = f"{collection_href('', collection_id)}/items"
        return self._get_page(request, path, SearchParams(collections=[collection_id], **given), ItemsGet)

    def _get_page(self, request: Request, path: str, params: SearchParams, model: type) -> Response:
        _check_names(request, model)
        found = self._find(params, request)
        shown = {name: value for name, value in request.query_params.items() if name != "token"}
        links = get_links(self.base(request), path, shown, found.token)
        return _geojson(collection_bytes(found.items, self._sight(request, found.items), links, found.matched))

    def _find(self, params: SearchParams, request: Request) -> Found:
        query = self._query(params, request)
        matched = self.index.count(query)
        secret = self.index.secret()
        if params.token not in (None, ""):
            query = read_token(query, params.token, secret)
        page = self.index.search(query)
        return Found(list(page.items), matched, make_token(query, page.next, secret) if page.next else None)

    # --- one Item ----------------------------------------------------------------------------------------------------------
    def get_item(self, item_id: str, collection_id: str, request: Request) -> Response:
        """GET /collections/{collection_id}/items/{item_id}."""
        audience = self.access.audience(request)
        item = self.index.get(audience, collection_id, item_id) if item_id else None
        if item is None:
            raise not_found("item", item_id)
        return _geojson(item_bytes(item, self._sight(request, [item])))

    # --- collections -------------------------------------------------------------------------------------------------------
    def all_collections(self, request: Request, limit: Any = None, **given: Any) -> Response:
        """GET /collections: those in which the asker finds at least one Item (there and then, with bbox and datetime), all on one page."""
        _check_names(request, CollectionsGet)
        parse_limit(limit)
        base = self.base(request)
        query = self._query(SearchParams(**given), request)
        table, found = self.access.policy.table, sorted(self.index.summaries(query).items())
        documents = [collection_document(name, summary, base, table) for name, summary in found]
        links = [{"rel": "self", "type": JSON, "href": f"{base}/collections"}, {"rel": "root", "type": JSON, "href": f"{base}/"}]
        body = {"collections": documents, "links": links, "numberMatched": len(documents), "numberReturned": len(documents)}
        return _json(body)

    def get_collection(self, collection_id: str, request: Request, **given: Any) -> Response:
        """GET /collections/{collection_id}: its extent is that of all its Items, `moisson:items` counts those that are asked for."""
        _check_names(request, CollectionGet)
        summary = self._summary(collection_id, request)
        if any(value is not None for value in given.values()):
            left = self.index.count(self._query(SearchParams(collections=[collection_id], **given), request))
            summary = replace(summary, count=left)
        return _json(collection_document(collection_id, summary, self.base(request), self.access.policy.table))

    def _summary(self, collection_id: str, request: Request) -> Summary:
        """Raises a 404 for a Collection that holds nothing for the asker."""
        summary = self.index.summaries(Query(self.access.audience(request), collections=(collection_id,))).get(collection_id)
        if summary is None:
            raise not_found("collection", collection_id)
        return summary

    # --- the rest ----------------------------------------------------------------------------------------------------------
    def landing_page(self, request: Request, **_: Any) -> Any:
        """GET /."""
        page: Any = super().landing_page(request=request)
        base, seen = self.base(request), str(request.base_url).rstrip("/")
        for link in page["links"]:
            link["href"] = base + link["href"].removeprefix(seen)
        given = {name: request.query_params.get(name) for name in ("exclude_airbus", "accessible", "collapse")}
        query = self._query(SearchParams(**given), request)
        for name in sorted(self.index.summaries(query)):
            page["links"].append({"rel": "child", "type": JSON, "title": name, "href": collection_href(base, name)})
        return page

    def base(self, request: Request) -> str:
        """The address of this server as its users see it, without trailing slash."""
        return (self.public_url or str(request.base_url)).rstrip("/")

    def _query(self, params: SearchParams, request: Request) -> Query:
        return to_query(params, self.access.audience(request, parse_accessible(params.accessible)))

    def _sight(self, request: Request, items: Sequence[StoredItem]) -> Sight:
        """The Items as the asker sees them: of copies, those that they discover."""
        asker = self.access.asker(request)
        keys = matchable(items)
        matches = self.index.matches(self.access.audience(request), keys) if keys else {}
        return Sight(self.base(request), partial(self.access.fragment, asker), matches, self.access.policy.table)


def _check_names(request: Request, model: type) -> None:
    refuse_unknown(request.query_params, [field.name for field in attr.fields(model) if field.name != "collection_id"])
    refuse_repeated(request.query_params.multi_items())


def _joined(body: dict[str, Any], request: Request) -> dict[str, Any]:
    """The body with what came in the query string: clients may add parameters of their configuration to every request."""
    refuse_repeated(request.query_params.multi_items())
    for name, value in request.query_params.items():
        if name in body and _as_text(body[name]) != value.replace(" ", "").lower():
            raise bad(name, "given twice, with different values")
    return {**request.query_params, **body}


def _as_text(value: Any) -> str:
    """A body's value as a query string would write it."""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return text.replace(" ", "").lower()


def _geojson(body: bytes) -> Response:
    return Response(body, media_type=GEOJSON)


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), media_type=JSON)
