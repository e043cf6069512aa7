"""The handlers of the STAC API. They return ready bytes; stac-fastapi routes, documents and describes them."""

# The handlers take our own request models, as stac-fastapi means them to; its base class types only its default ones.
# mypy: disable-error-code="override"

from functools import cached_property
from typing import Any

import attr
from stac_fastapi.types.core import BaseCoreClient
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.catalogue.answering import collection_answer, collections_answer, landing_answer
from api.catalogue.site import Site
from api.collections import Described
from api.conformance import conformance_classes
from api.models import SearchPost
from api.search import Search
from index.protocol import Index


@attr.s
class MoissonClient(BaseCoreClient):
    """Handlers over one index, under the rules of `access`; `public_url` replaces the address that the request came to; `described`
    and `title` are the operator's words."""

    index: Index = attr.ib(kw_only=True)
    access: Access = attr.ib(factory=Access, kw_only=True)
    public_url: str | None = attr.ib(default=None, kw_only=True)
    described: Described = attr.ib(factory=Described, kw_only=True)
    title: str = attr.ib(default="Moisson", kw_only=True)

    # --- Items -------------------------------------------------------------------------------------------------------------
    @cached_property
    def search(self) -> Search:
        """The routes of Items, which take their parameters from the request itself."""
        return Search(self.index, self.access, self.base)

    def get_search(self, request: Request, **_: Any) -> Response:
        """GET /search."""
        return self.search.get(request)

    def post_search(self, search_request: SearchPost, request: Request) -> Response:
        """POST /search."""
        return self.search.post(request, search_request.model_dump(exclude_unset=True, by_alias=True))

    def item_collection(self, request: Request, collection_id: str, **_: Any) -> Response:
        """GET /collections/{collection_id}/items."""
        return self.search.items(request, collection_id)

    def get_item(self, item_id: str, collection_id: str, request: Request) -> Response:
        """GET /collections/{collection_id}/items/{item_id}."""
        return self.search.item(request, collection_id, item_id)

    # --- the catalogue -----------------------------------------------------------------------------------------------------
    @cached_property
    def site(self) -> Site:
        """What the routes of the catalogue are made from."""
        return Site(self.index, self.access, self.base, self.described, self.title)

    def landing_page(self, request: Request, **_: Any) -> Any:
        """GET /."""
        return landing_answer(self.site, request, self.conformance_classes())

    def all_collections(self, request: Request, **_: Any) -> Response:
        """GET /collections."""
        return collections_answer(self.site, request)

    def get_collection(self, collection_id: str, request: Request, **_: Any) -> Response:
        """GET /collections/{collection_id}."""
        return collection_answer(self.site, request, collection_id)

    def conformance_classes(self) -> list[str]:
        """What works, on this index."""
        return conformance_classes(self.index.operators)

    def base(self, request: Request) -> str:
        """The address of this server as its users see it, without trailing slash."""
        return (self.public_url or str(request.base_url)).rstrip("/")
