"""Conditions of a search on the command line, and how who asks sees what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from api.access import Access
from api.filtering import check_possible
from api.pages import Sight
from api.params import SearchParams, parse_accessible, to_query
from api.references import matchable
from index.protocol import Index
from index.query import Query
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from moisson.settings import Settings

Bbox = Annotated[str | None, typer.Option(help="west,south,east,north in degrees")]
Intersects = Annotated[str | None, typer.Option(help="A GeoJSON geometry")]
When = Annotated[str | None, typer.Option("--datetime", help="RFC 3339 instant, or start/end with .. for an open end")]
Collections = Annotated[str | None, typer.Option(help="Collection ids, comma-separated")]
Ids = Annotated[str | None, typer.Option(help="Item ids, comma-separated")]
Filter = Annotated[str | None, typer.Option("--filter", help="CQL2 text over the fields of /queryables")]
Words = Annotated[str | None, typer.Option("-q", "--q", help="Free text; a comma is or")]
Sortby = Annotated[str | None, typer.Option(help="-eo:cloud_cover,datetime: the order, by fields of /sortables")]
Exclude = Annotated[bool, typer.Option("--exclude-airbus", help="Leave out what is only in the commercial catalogue")]
Accessible = Annotated[str | None, typer.Option(help="true: what may be downloaded, if need be once signed; now: at once")]
Collapse = Annotated[bool, typer.Option("--collapse", help="One Item per acquisition, the best copy")]
As = Annotated[UserClass, typer.Option("--as", help="Whose rights to search with")]


@dataclass(frozen=True)
class Asking:
    """Somebody of a class of users, under the rules of this installation."""

    access: Access
    asker: Asker
    base: str

    @classmethod
    def of(cls, settings: Settings, user_class: UserClass) -> "Asking":
        return cls(Access(settings.access.policy()), Asker(user_class), settings.api.base())

    def query(self, params: SearchParams, index: Index) -> Query:
        """What they ask of the index. Raises Problem."""
        policy = self.access.policy
        audience, wanted = policy.audience(self.asker), parse_accessible(params.accessible)
        query = to_query(params, policy.accessible(audience, self.asker, wanted) if wanted else audience)
        check_possible(query.filter, index.operators)
        return query

    def sight(self, index: Index, items: Sequence[StoredItem]) -> Sight:
        """The Items as they see them."""
        policy = self.access.policy
        matches = index.matches(policy.audience(self.asker), matchable(items))
        return Sight(self.base, partial(self.access.fragment, self.asker), matches, policy.table)
