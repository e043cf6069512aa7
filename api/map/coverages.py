"""Coverages: the map layers that Items of availability `view` stand for, as the asker may see them."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request

from api.access import Access
from api.map.offer import origin_of
from api.pages import Sight, item_bytes
from index.filters.nodes import Compare, Literal, Property
from index.protocol import Index
from index.query import Query
from mappings.facts import Availability
from mappings.queryables import FIELDS, Kind
from mappings.values import items, mapping, text

_MOST = 500
_PAGE = 100
_FIELD = FIELDS["moisson:availability"]
_VIEWED = Compare("=", Property(_FIELD), Literal(str(Availability.VIEW), Kind.TEXT))
# Matrix sets in web Mercator whose matrices are called by the zoom level; the Géoplateforme's say from which to which.
_MATRICES = re.compile(r"(?:PM|GoogleMapsCompatible|WebMercatorQuad)(?:_(\d{1,2})_(\d{1,2}))?", re.ASCII)
_DEEPEST = 24
_USUAL = (0, 18)
_GROUPS = {"spot": "spot", "phr": "pleiades"}
_FRENCH, _ENGLISH = "Couverture ", "Coverage "


def coverage_layers(index: Index, access: Access, request: Request, origins: Collection[str]) -> list[dict[str, Any]]:
    """Layers by group, newest first: Items of the index that the asker finds and may view, with a WMTS link to one of `origins`.
    Raises Problem."""
    asker = access.asker(request)
    sight = Sight("", partial(access.fragment, asker), table=access.policy.table)
    query = Query(access.audience(request), filter=_VIEWED, limit=_PAGE)
    layers = []
    for item in _items(index, query, lambda stored: item_bytes(stored, sight)):
        layer = _layer(item, origins)
        if layer is not None:
            layers.append(layer)
    layers.sort(key=lambda layer: layer["id"])
    layers.sort(key=lambda layer: layer["end"] or "", reverse=True)
    layers.sort(key=lambda layer: layer["group"])
    return layers


def _items(index: Index, query: Query, told: Callable[[Any], bytes]) -> Iterator[dict[str, Any]]:
    """All Items, up to a number that no list on a page should exceed."""
    seen = 0
    while seen < _MOST:
        page = index.search(query)
        for stored in page.items:
            yield orjson.loads(told(stored))
        seen += len(page.items)
        if page.next is None:
            return
        query = replace(query, after=page.next)


def _layer(item: dict[str, Any], origins: Collection[str]) -> dict[str, Any] | None:
    """None for an Item that the asker may not view, or that no tiles in web Mercator show."""
    told = mapping(item.get("properties"))
    link = next((mapping(one) for one in items(item.get("links")) if mapping(one).get("rel") == "wmts"), {})
    zooms = _zooms(text(told.get("coverages:tile_matrix_set")))
    tiles = _template(link, told)
    if zooms is None or tiles is None or origin_of(tiles) not in origins or not mapping(told.get("moisson:access")).get("view"):
        return None
    title = text(told.get("title")) or str(item["id"])
    english = f"{_ENGLISH}{title.removeprefix(_FRENCH)}" if title.startswith(_FRENCH) else title
    first, last = _day(told.get("start_datetime") or told.get("datetime")), _day(told.get("end_datetime") or told.get("datetime"))
    constellation = text(told.get("constellation"))
    return {
        "id": f"{item['collection']}/{item['id']}",
        "kind": "wmts",
        "group": _GROUPS.get(constellation or "", constellation or "other"),
        "title": {"fr": title, "en": english},
        "year": int(first[:4]) if first else None,
        "start": first,
        "end": last,
        "tiles": tiles,
        "tileSize": 256,
        "bounds": _bounds(item.get("bbox")),
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "attribution": _attribution(told.get("providers")),
    }


def _template(link: dict[str, Any], told: dict[str, Any]) -> str | None:
    href, layer = text(link.get("href")), text(link.get("wmts:layer"))
    if href is None or layer is None or link.get("wmts:encoding", "kvp") != "kvp":
        return None
    asked = {
        "SERVICE": "WMTS",
        "VERSION": "1.0.0",
        "REQUEST": "GetTile",
        "LAYER": layer,
        "STYLE": text(told.get("coverages:style")) or "normal",
        "FORMAT": text(link.get("type")) or "image/jpeg",
        "TILEMATRIXSET": text(told.get("coverages:tile_matrix_set")) or "PM",
    }
    written = "&".join(f"{name}={quote(value, safe='/')}" for name, value in asked.items())
    mark = "" if href.endswith(("?", "&")) else "&" if "?" in href else "?"
    return f"{href}{mark}{written}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"


def _zooms(matrices: str | None) -> tuple[int, int] | None:
    found = _MATRICES.fullmatch(matrices or "")
    if found is None:
        return None
    low, high = (int(found[1]), int(found[2])) if found[1] else _USUAL
    return (low, high) if low <= high <= _DEEPEST else None


def _bounds(bbox: Any) -> list[float] | None:
    """West, south, east, north; None across the antimeridian and where none is told."""
    sides = items(bbox)
    if len(sides) not in (4, 6):
        return None
    west, south, east, north = sides[0], sides[1], sides[len(sides) // 2], sides[len(sides) // 2 + 1]
    return [west, south, east, north] if west < east else None


def _attribution(providers: Any) -> str:
    names = (text(mapping(one).get("name")) for one in items(providers))
    said = " / ".join(dict.fromkeys(name for name in names if name))
    return f"© {said}" if said else ""


def _day(value: Any) -> str | None:
    return value[:10] if isinstance(value, str) else None
