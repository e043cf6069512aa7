"""Site: what answers about the catalogue are made from; Conditions: what may be asked of all of them alike."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from api.access import Access
from api.collections import Described
from api.errors import not_found
from api.negotiation import form_of, language_of
from api.params import SearchParams, parse_accessible, refuse_repeated, refuse_unknown, to_query
from index.protocol import Index
from index.query import Query
from mappings.words import Language

CONDITIONS = ("exclude_airbus", "accessible", "collapse")
"""Parameters that narrow what is there, whatever is asked: clients may send them with every request."""
FORMS = {"json": "application/json", "html": "text/html"}


@dataclass(frozen=True)
class Site:
    """`base` gives this server's address as its users see it, without trailing slash; `title` is the catalogue's."""

    index: Index
    access: Access
    base: Callable[[Request], str]
    described: Described = field(default_factory=Described)
    title: str = "Moisson"

    def query(self, request: Request, **given: Any) -> Query:
        """What the asker finds under the conditions that the query string sets; `given` are parameters of a search."""
        asked = {name: request.query_params.get(name) for name in CONDITIONS} | given
        params = SearchParams(**asked)
        return to_query(params, self.access.audience(request, parse_accessible(params.accessible)))

    def check_collection(self, request: Request, collection_id: str) -> None:
        """Raises a 404 for a Collection in which the asker finds nothing, as for one that is not there."""
        if not self.index.search(Query(self.access.audience(request), collections=(collection_id,), limit=1)).items:
            raise not_found("collection", collection_id)


def check_names(request: Request, known: Collection[str]) -> None:
    """Raises Problem for a parameter that is not among `known` and CONDITIONS, or that comes twice."""
    refuse_unknown(request.query_params, (*CONDITIONS, *known))
    refuse_repeated(request.query_params.multi_items())


def html_wanted(request: Request) -> bool:
    """Whether the asker would rather have a page. Raises Problem for another `f`."""
    return form_of(request, FORMS) == "html"


def told_in(request: Request) -> Language:
    """The language of the answer. Raises Problem for another `language`."""
    return language_of(request)
