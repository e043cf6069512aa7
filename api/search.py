"""Search: the routes that answer Items. They return ready bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.errors import bad, not_found
from api.fields import Selection, parse_fields
from api.filtering import check_possible, refusal
from api.hints import hint_of
from api.links import GEOJSON, collection_href
from api.pages import Sight, collection_bytes, item_bytes
from api.params import ITEMS_NAMES, SEARCH_NAMES, SearchParams, parse_accessible, refuse_repeated, refuse_unknown, to_query
from api.references import matchable
from api.search_body import checked, joined
from api.steps import Steps, get_links, post_links
from api.token import make_token, read_token
from index.filters.nodes import FilterError
from index.protocol import Index
from index.query import Matched, Page, Query
from index.state import ItemKey, StoredItem


@dataclass(frozen=True)
class Found:
    """A page of a search, with the tokens of those beside it."""

    items: Sequence[StoredItem]
    matched: Matched
    steps: Steps
    hint: Mapping[str, str] | None
    selection: Selection | None

    def members(self) -> dict[str, Any]:
        """What a FeatureCollection says beside its Items."""
        said: dict[str, Any] = {"moisson:matched": "exact" if self.matched.exact else "estimated"}
        return said | ({"moisson:hint": self.hint} if self.hint else {})


@dataclass(frozen=True)
class Search:
    """The routes over one index, under the rules of `access`; `base` is the address of this server without trailing slash."""

    index: Index
    access: Access
    base: Callable[[Request], str]

    def get(self, request: Request) -> Response:
        """GET /search."""
        params = SearchParams.of(_given(request, SEARCH_NAMES))
        return self._get_page(request, "/search", self._find(params, request))

    def post(self, request: Request, body: dict[str, Any]) -> Response:
        """POST /search."""
        asked = joined(checked(body), request)
        refuse_unknown(asked, SEARCH_NAMES)
        found = self._find(SearchParams.of(asked), request)
        return self._answer(request, found, post_links(self.base(request), request.query_params, body, found.steps))

    def items(self, request: Request, collection: str) -> Response:
        """GET /collections/{collection_id}/items."""
        given = _given(request, ITEMS_NAMES)
        # pystac-client repeats the Collection's id as a parameter.
        if given.get("collections", collection) != collection:
            raise bad("collections", f"only {collection!r} is here: ask /search for others")
        found = self._find(SearchParams.of({**given, "collections": [collection]}), request)
        if not found.items:
            self._check_collection(request, collection)
        return self._get_page(request, f"{collection_href('', collection)}/items", found)

    def item(self, request: Request, collection: str, item_id: str) -> Response:
        """GET /collections/{collection_id}/items/{item_id}."""
        audience = self.access.audience(request)
        item = self.index.get(audience, collection, item_id) if item_id else None
        if item is None:
            raise not_found("item", item_id)
        told = item_bytes(item, self.sight(request, [item]), harvested=item.time or self._harvested(item))
        return Response(told, media_type=GEOJSON)

    def _harvested(self, item: StoredItem) -> datetime | None:
        change = self.index.change_of(ItemKey(item.collection, item.id))
        return change.time if change else None

    def query(self, params: SearchParams, request: Request) -> Query:
        """What the asker asks of the index, without the place of a page. Raises Problem for what this index cannot do."""
        query = to_query(params, self.access.audience(request, parse_accessible(params.accessible)))
        check_possible(query.filter, self.index.operators)
        return query

    def sight(self, request: Request, items: Sequence[StoredItem]) -> Sight:
        """The Items as the asker sees them: of copies, those that they discover."""
        asker = self.access.asker(request)
        keys = matchable(items)
        matches = self.index.matches(self.access.audience(request), keys) if keys else {}
        return Sight(self.base(request), partial(self.access.fragment, asker), matches, self.access.policy.table)

    @cached_property
    def _secret(self) -> bytes:
        """It stays as long as the index does."""
        return self.index.secret()

    def _find(self, params: SearchParams, request: Request) -> Found:
        selection = parse_fields(params.fields)
        query = self.query(params, request)
        placed, told = (query, None) if params.token in (None, "") else read_token(query, params.token, self._secret)
        try:
            page = self._page(placed)
            # All that match are on a first page that nothing follows.
            whole = placed.after is None and page.next is None
            # Where all that followed has gone, it is counted anew.
            known = page.matched or (told if page.items else None)
            matched = Matched(len(page.items), exact=True) if whole else known or self.index.matched(query)
            hint = hint_of(self.index, query) if not matched.number and not page.items else None
        except FilterError as error:
            raise refusal(error) from None
        # An estimate, or a count of a moment later, may be less than what is here.
        matched = replace(matched, number=max(matched.number, len(page.items)))
        return Found(page.items, matched, self._steps(query, page, matched), hint, selection)

    def _page(self, query: Query) -> Page:
        """A page backwards is empty when all before its place has gone: what is there now is the first page."""
        page = self.index.search(query)
        if not page.items and query.after is not None and query.after.backwards:
            return self.index.search(replace(query, after=None))
        return page

    def _steps(self, query: Query, page: Page, matched: Matched) -> Steps:
        made = [make_token(query, place, self._secret, matched) if place else None for place in (page.next, page.previous)]
        return Steps(*made)

    def _get_page(self, request: Request, path: str, found: Found) -> Response:
        shown = {name: value for name, value in request.query_params.items() if name != "token"}
        return self._answer(request, found, get_links(self.base(request), path, shown, found.steps))

    def _answer(self, request: Request, found: Found, links: Sequence[Mapping[str, Any]]) -> Response:
        shown = found.selection.of_bytes if found.selection else None
        sight = self.sight(request, found.items)
        body = collection_bytes(found.items, sight, links, found.matched.number, members=found.members(), shown=shown)
        return Response(body, media_type=GEOJSON)

    def _check_collection(self, request: Request, collection: str) -> None:
        """Raises a 404 for a Collection that holds nothing for the asker."""
        if not self.index.search(Query(self.access.audience(request), collections=(collection,), limit=1)).items:
            raise not_found("collection", collection)


def _given(request: Request, known: Sequence[str]) -> Mapping[str, str]:
    refuse_unknown(request.query_params, known)
    refuse_repeated(request.query_params.multi_items())
    return request.query_params
