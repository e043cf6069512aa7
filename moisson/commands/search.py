"""moisson search: the API's filters, asked of the index directly."""

import sys
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from api.access import Access
from api.filtering import check_possible
from api.pages import Sight, collection_bytes
from api.params import MAX_LIMIT, SearchParams, parse_accessible, to_query
from api.references import matchable
from index.protocol import Index
from index.query import Query
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from moisson.build import open_index
from moisson.commands.options import Config, console
from moisson.settings import Settings, load_settings


def search(
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees")] = None,
    intersects: Annotated[str | None, typer.Option(help="A GeoJSON geometry")] = None,
    when: Annotated[str | None, typer.Option("--datetime", help="RFC 3339 instant, or start/end with .. for an open end")] = None,
    collections: Annotated[str | None, typer.Option(help="Collection ids, comma-separated")] = None,
    ids: Annotated[str | None, typer.Option(help="Item ids, comma-separated")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", help="CQL2 text over the fields of /queryables")] = None,
    q: Annotated[str | None, typer.Option("-q", "--q", help="Free text; a comma is or")] = None,
    sortby: Annotated[str | None, typer.Option(help="-eo:cloud_cover,datetime: the order, by fields of /sortables")] = None,
    exclude_airbus: Annotated[bool, typer.Option("--exclude-airbus", help="Leave out what is only in the commercial catalogue")] = False,
    accessible: Annotated[str | None, typer.Option(help="true: what may be downloaded, if need be once signed; now: at once")] = None,
    collapse: Annotated[bool, typer.Option("--collapse", help="One Item per acquisition, the best copy")] = False,
    user_class: Annotated[UserClass, typer.Option("--as", help="Whose rights to search with")] = UserClass.OPERATOR,
    limit: Annotated[int, typer.Option(help="How many Items at most")] = 10,
    geojson: Annotated[bool, typer.Option("--geojson", "--json", help="A GeoJSON FeatureCollection instead of a table")] = False,
    config: Config = None,
) -> None:
    """Finds Items in the index, newest first unless another order is asked for."""
    params = SearchParams(
        collections=collections,
        ids=ids,
        bbox=bbox,
        intersects=intersects,
        datetime=when,
        filter=filter_,
        q=q,
        sortby=sortby,
        limit=min(limit, MAX_LIMIT),
        exclude_airbus=exclude_airbus,
        accessible=accessible,
        collapse=collapse,
    )
    _show(load_settings(config), params, Asker(user_class), limit, geojson)


def _show(settings: Settings, params: SearchParams, asker: Asker, limit: int, geojson: bool) -> None:
    access = Access(settings.access.policy())
    audience = access.policy.audience(asker)
    wanted = parse_accessible(params.accessible)
    query = to_query(params, access.policy.accessible(audience, asker, wanted) if wanted else audience)
    base = settings.api.base()
    with open_index(settings) as index:
        check_possible(query.filter, index.operators)
        matched = index.count(query)
        items = _first(index, query, limit)
        sight = Sight(base, partial(access.fragment, asker), index.matches(audience, matchable(items)), access.policy.table)
    if geojson:
        sys.stdout.buffer.write(collection_bytes(items, sight, [], matched) + b"\n")
    else:
        _print_table(items, matched)


def _first(index: Index, query: Query, limit: int) -> list[StoredItem]:
    items: list[StoredItem] = []
    while len(items) < limit:
        page = index.search(replace(query, limit=min(limit - len(items), MAX_LIMIT)))
        items += page.items
        if page.next is None:
            break
        query = replace(query, after=page.next)
    return items


def _print_table(items: list[StoredItem], matched: int) -> None:
    table = Table("datetime", "collection", "id", "availability", "licence", box=None)
    for item in items:
        properties: dict[str, Any] = orjson.loads(item.head + b"}}")["properties"]
        when = properties["datetime"] or f"{properties['start_datetime']} …"
        table.add_row(when, item.collection, item.id, item.availability, item.licence)
    out = console()
    out.print(table)
    out.print(f"{len(items)} of {matched}")
