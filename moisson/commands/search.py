"""moisson search: the API's filters, asked of the index directly."""

import sys
from dataclasses import replace
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from api.pages import collection_bytes
from api.params import MAX_LIMIT, SearchParams
from index.protocol import Index
from index.query import Query
from index.state import StoredItem
from mappings.access.classes import UserClass
from moisson.build import open_index
from moisson.commands.conditions import (
    Accessible,
    As,
    Asking,
    Bbox,
    Collapse,
    Collections,
    Exclude,
    Filter,
    Ids,
    Intersects,
    Sortby,
    When,
    Words,
)
from moisson.commands.options import Config, console
from moisson.settings import Settings, load_settings


def search(
    bbox: Bbox = None,
    intersects: Intersects = None,
    when: When = None,
    collections: Collections = None,
    ids: Ids = None,
    filter_: Filter = None,
    q: Words = None,
    sortby: Sortby = None,
    exclude_airbus: Exclude = False,
    accessible: Accessible = None,
    collapse: Collapse = False,
    user_class: As = UserClass.OPERATOR,
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
    settings = load_settings(config)
    _show(settings, params, Asking.of(settings, user_class), limit, geojson)


def _show(settings: Settings, params: SearchParams, asking: Asking, limit: int, geojson: bool) -> None:
    with open_index(settings) as index:
        query = asking.query(params, index)
        matched = index.count(query)
        items = _first(index, query, limit)
        sight = asking.sight(index, items)
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
