"""PEPS before its end: the OpenSearch of resto (report section 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer, box_of
from .chance import draw
from .clocks import MILLISECOND, Range, milli, parse, seconds, sensed_in
from .feeds import Entry
from .places import Area, cut, wrapped
from .scenes import Lane, Product
from .selections import Want, select
from .world import World

LARGEST = 500
ROOT = "https://peps.cnes.fr/resto"
# S3 has been gone since 2021 and the old S2 collection is empty: all is under S2ST.
LANES = {"S1": (Lane.S1,), "S2": (), "S2ST": (Lane.S2,)}


@dataclass(frozen=True)
class Query:
    """A search, read."""

    collection: str
    sensed: Range
    published: Range
    area: Area | None
    name: str | None
    start: int
    size: int


class Catalogue(Protocol):
    """What stands behind the search: a world, or recorded answers."""

    def search(self, query: Query) -> tuple[int, list[Any]]: ...


def _keywords(given: Mapping[str, str]) -> dict[str, Any]:
    """An object by hash, as PEPS has it (a list at Theia)."""
    return {f"{number:015x}": {"name": name, "type": kind, "href": f"{ROOT}/api"} for number, (kind, name) in enumerate(given.items(), 1)}


def _files(world: World, product: Product, collection: str, uuid: str) -> dict[str, Any]:
    """Members about the file: size, checksum, storage, links."""
    size, bits = 400_000_000 + (product.bits & 0x3FFFFFFF), product.bits
    checksum = f"{draw(world.seed, product.lane, product.number, 7):016X}{bits:016X}"
    place, day = f"{ROOT}/collections/{collection}/{uuid}", seconds(product.start)[:10].replace("-", "/")
    return {
        "quicklook": f"https://peps.cnes.fr/quicklook/{day}/{product.platform}/{product.name}_quicklook.jpg",
        "thumbnail": None,
        "resourceSize": size,
        "resourceChecksum": checksum,
        "storage": {"mode": ("disk", "tape", "staging", "unknown", "tier2", "tier3")[(bits >> 50) % 6]},
        "services": {"download": {"url": f"{place}/download", "mimeType": "application/zip", "size": size, "checksum": checksum}},
        "links": [{"rel": "alternate", "type": "application/json", "href": f"{place}.json"}],
    }


def _properties(world: World, product: Product, entry: Entry, collection: str) -> dict[str, Any]:
    lane, radar = product.lane, product.lane is Lane.S1
    level, kind = ("LEVEL1", "GRD") if radar else ("LEVEL1C", "S2MSI1C")
    return {
        "collection": collection,
        "productIdentifier": product.name,
        "parentIdentifier": f"urn:ogc:def:EOP:ESA::SENTINEL-{1 if radar else 2}:",
        "title": product.name,
        "description": None,
        "organisationName": "ESA",
        "startDate": milli(product.start),
        "completionDate": milli(product.stop),
        "productType": kind,
        "processingLevel": level,
        "platform": product.platform,
        "instrument": "SAR-C SAR" if radar else "MSI",
        "resolution": None,
        "sensorMode": "IW" if radar else "INS-NOBS",
        "orbitNumber": product.absolute_orbit,
        "relativeOrbitNumber": product.relative_orbit,
        "orbitDirection": "ascending" if product.ascending else "descending",
        "updated": milli(entry.updated),
        "published": milli(entry.updated),
        "snowCover": None,
        # Constant on radar products: no measure.
        "cloudCover": 0 if radar else world.cloud(lane, entry.number, entry.generation),
        "keywords": _keywords({"collection": collection, "productType": kind, "platform": product.platform}),
        "visible": 1,
        "newVersion": None,
        "isNrt": 0,
        "realtime": "Nominal",
        "dhusIngestDate": milli(entry.updated - 500_000_000),
        **({"swath": "IW", "polarisation": "VV VH"} if radar else {"mgrs": product.tile}),
    }


def feature(world: World, lane: Lane, entry: Entry) -> dict[str, Any]:
    """One product in the form of 2020 and later: a MultiPolygon, whole and cut at the antimeridian."""
    product = world.product(lane, entry.number)
    collection = "S1" if lane is Lane.S1 else "S2ST"
    uuid = world.uuid(lane, entry.number, 5)
    properties = {**_properties(world, product, entry, collection), **_files(world, product, collection, uuid)}
    whole = {"type": "MultiPolygon", "coordinates": [[wrapped(product.ring)]]}
    parts = {"type": "MultiPolygon", "coordinates": [[part] for part in cut(product.ring)]}
    return {"type": "Feature", "id": uuid, "geometry": whole, "_geometry": parts, "properties": properties}


class WorldCatalogue:
    """A world's Sentinel 1 and 2 products."""

    def __init__(self, world: World) -> None:
        self._world = world

    def search(self, query: Query) -> tuple[int, list[Any]]:
        sensed = query.sensed if query.name is None else query.sensed.meet(sensed_in(query.name))
        found = select(self._world, Want(LANES[query.collection], query.published, sensed, query.area))
        features = [feature(self._world, lane, entry) for lane, entry in found.by_sensing(query.start, query.size, descending=True)]
        if query.name is not None:
            features = [one for one in features if one["properties"]["productIdentifier"] == query.name]
        return found.total, features


def _range(given: Mapping[str, str], low: str, high: str) -> Range:
    return Range(parse(given[low]) if given.get(low) else None, parse(given[high]) if given.get(high) else None)


def read(collection: str, given: Mapping[str, str]) -> Query:
    """A query out of the query string. Raises ValueError."""
    # Larger pages are cut to 500 without a word (report 1.2).
    size = min(max(int(given.get("maxRecords", 20)), 1), LARGEST)
    start = (int(given["page"]) - 1) * size if "page" in given else int(given.get("index", 1)) - 1
    # completionDate, too, is compared with the start of the product (report 1.2).
    sensed, published = _range(given, "startDate", "completionDate"), _range(given, "publishedBegin", "publishedEnd")
    if published.high is not None:
        published = published._replace(high=published.high + MILLISECOND - 1)
    if given.get("updated"):
        published = published.meet(Range(parse(given["updated"])))
    area = Area.of_box(*box_of(given["box"])) if given.get("box") else None
    if given.get("geometry"):
        area = Area.of_geometry(given["geometry"])
    return Query(collection, sensed, published, area, given.get("productIdentifier"), max(start, 0), size)


def _error(status: int, message: str) -> Response:
    return answer({"ErrorMessage": message, "ErrorCode": status}, status)


def routes(catalogue: Callable[[], Catalogue]) -> list[Route]:
    async def search(request: Request) -> Response:
        collection = request.path_params["collection"]
        if collection not in LANES:
            return _error(404, "Not Found")
        given = dict(request.query_params)
        try:
            query = read(collection, given)
        except ValueError as error:
            return _error(400, f"Invalid date parameter - {error}")
        total, features = catalogue().search(query)
        page = query.start // query.size + 1
        # An estimate as soon as there is more than ten pages of it (report 1.3).
        exact = total < 10 * query.size
        href = f"{ROOT}/api/collections/{collection}/search.json?"
        links = [{"rel": "self", "type": "application/json", "title": "self", "href": href + urlencode(given)}]
        if len(features) == query.size:
            links.append({**links[0], "rel": "next", "title": "next", "href": href + urlencode({**given, "page": page + 1})})
        properties = {
            "title": "",
            "id": "00000000-0000-5000-8000-000000000000",
            "totalResults": total if exact else total + total // 37,
            "exactCount": exact,
            "startIndex": query.start + 1,
            "itemsPerPage": len(features),
            "totalItemsPerPage": str(query.size),
            "query": {"searchFilters": given, "analysis": {"query": ""}, "processingTime": 0.08},
            "links": links,
        }
        return answer({"type": "FeatureCollection", "properties": properties, "features": features})

    return [Route("/peps/resto/api/collections/{collection}/search.json", search)]
