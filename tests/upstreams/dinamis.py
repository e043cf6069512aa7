"""The STAC API that holds the purchased SPOT 6/7 images of DINAMIS: a correct one (report section 3.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer, box_of, listed, parameters
from .clocks import Range, micro, milli, slashed
from .feeds import Entry
from .places import Area, bounds
from .scenes import Lane
from .selections import Want, select
from .world import World

COLLECTION = "spot-6-7-drs"
BUCKET = "https://s3-data.meso.umontpellier.fr/sm1-gdc/spot-6-7-drs"
ROOT = "/dinamis/stac"
_CLASSES = [
    *(f"https://api.stacspec.org/v1.0.0/{name}" for name in ("core", "collections", "ogcapi-features", "item-search")),
    *(f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")),
]
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def item(world: World, entry: Entry, base: str) -> dict[str, Any]:
    """One purchased scene; few properties, assets unsigned."""
    lane = Lane.HELD_SPOT
    scene = world.acquisition(lane, entry.number)
    name = world.held_id(lane, scene)
    place = f"{base}/collections/{COLLECTION}"
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": ["https://stac-extensions.github.io/eo/v1.1.0/schema.json"],
        "id": name,
        "collection": COLLECTION,
        "geometry": {"type": "Polygon", "coordinates": [scene.ring]},
        "bbox": bounds(scene.ring),
        "properties": {
            "datetime": milli(scene.instant),
            "platform": scene.platform.lower(),
            "eo:cloud_cover": world.cloud(lane, entry.number, entry.generation),
            "updated": micro(entry.updated),
        },
        "links": [
            {"rel": "self", "type": "application/geo+json", "href": f"{place}/items/{name}"},
            {"rel": "parent", "type": "application/json", "href": place},
            {"rel": "collection", "type": "application/json", "href": place},
            {"rel": "root", "type": "application/json", "href": f"{base}/"},
        ],
        "assets": {
            "src_xs": {"href": f"{BUCKET}/{name}/XS.tif", "type": _COG, "title": "XS", "roles": ["data"]},
            "src_pan": {"href": f"{BUCKET}/{name}/PAN.tif", "type": _COG, "title": "PAN", "roles": ["data"]},
        },
    }


def collection(base: str) -> dict[str, Any]:
    place = f"{base}/collections/{COLLECTION}"
    return {
        "type": "Collection",
        "id": COLLECTION,
        "stac_version": "1.0.0",
        "title": "SPOT 6/7",
        "description": "Ortho-images of SPOT 6 and 7 over the mainland.",
        "license": "proprietary",
        "extent": {"spatial": {"bbox": [[-6, 41, 11, 52]]}, "temporal": {"interval": [["2014-01-01T00:00:00Z", None]]}},
        "links": [
            {"rel": "self", "type": "application/json", "href": place},
            {"rel": "root", "type": "application/json", "href": f"{base}/"},
            {"rel": "parent", "type": "application/json", "href": f"{base}/"},
            {"rel": "items", "type": "application/geo+json", "href": f"{place}/items"},
            {"rel": "license", "type": "text/html", "href": "https://ids-dinamis.data-terra.org/web/guest/37"},
        ],
    }


def _found(world: World, name: str) -> frozenset[tuple[Lane, int]]:
    """Positions are found by the day inside the name, so no list of names is needed."""
    token = name.split("_")[2] if name.count("_") == 6 else ""
    album, held = world.constellations[Lane.SPOT], world.held[Lane.SPOT]
    if len(token) != 15 or not token.isdigit():
        return frozenset()
    day = slashed(f"{token[:4]}-{token[4:6]}-{token[6:8]}").low or 0
    opening, closing = (album.calendar.opening(day // 86_400_000_000_000 + more) for more in (0, 1))
    numbers = range(held.below(opening), held.below(closing))
    return frozenset((Lane.HELD_SPOT, j) for j in numbers if world.held_id(Lane.HELD_SPOT, album.scene(held.at(j))) == name)


def _want(world: World, given: dict[str, Any]) -> Want:
    if given.get("collections") and COLLECTION not in listed(given["collections"]):
        return Want(())
    area = Area.of_box(*box_of(given["bbox"])) if given.get("bbox") else None
    if given.get("intersects"):
        shape = given["intersects"]
        area = Area.of_geometry(orjson.loads(shape) if isinstance(shape, str) else shape)
    sensed = slashed(given["datetime"]) if given.get("datetime") else Range()
    entries = frozenset().union(*(_found(world, name) for name in listed(given["ids"]))) if given.get("ids") else None
    return Want((Lane.HELD_SPOT,), sensed=sensed, area=area, entries=entries)


def _page(world: World, given: dict[str, Any], base: str, place: str, post: bool) -> dict[str, Any]:
    limit = min(max(int(given.get("limit", 10)), 1), 1000)
    start = int(str(given.get("token", "next:0")).removeprefix("next:"))
    selection = select(world, _want(world, given))
    found = selection.listed(start, limit)
    links: list[dict[str, Any]] = [
        {"rel": "root", "type": "application/json", "href": f"{base}/"},
        {"rel": "self", "type": "application/geo+json", "href": place},
    ]
    if start + len(found) < selection.total and found:
        following = {**given, "limit": limit, "token": f"next:{start + len(found)}"}
        link = {"rel": "next", "type": "application/geo+json", "method": "POST" if post else "GET"}
        links.append({**link, "href": place, "body": following} if post else {**link, "href": f"{place}?{urlencode(following)}"})
    return {
        "type": "FeatureCollection",
        "links": links,
        "features": [item(world, entry, base) for _, entry in found],
        "numberReturned": len(found),
        "numberMatched": selection.total,
    }


def _error(status: int, text: str) -> Response:
    return answer({"code": str(status), "description": text}, status)


class Api:
    """The endpoints over whichever world is served now; `world` gives None while recorded answers are replayed."""

    def __init__(self, world: Any) -> None:
        self._world = world

    @staticmethod
    def _base(request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}{ROOT}"

    async def landing(self, request: Request) -> Response:
        base = self._base(request)
        geo, plain = "application/geo+json", "application/json"
        ways = (("self", "/", plain, "GET"), ("root", "/", plain, "GET"), ("data", "/collections", plain, "GET"),
                ("conformance", "/conformance", plain, "GET"), ("search", "/search", geo, "GET"), ("search", "/search", geo, "POST"),
                ("child", f"/collections/{COLLECTION}", plain, "GET"),
                ("service-desc", "/api", "application/vnd.oai.openapi+json;version=3.0", "GET"))  # fmt: skip
        links = [{"rel": rel, "type": kind, "href": f"{base}{path}", "method": method} for rel, path, kind, method in ways]
        return answer({"type": "Catalog", "id": "mtd", "stac_version": "1.0.0", "title": "MTD", "description": "Images of the territory",
                       "conformsTo": _CLASSES, "links": links})  # fmt: skip

    async def conformance(self, request: Request) -> Response:
        return answer({"conformsTo": _CLASSES})

    async def description(self, request: Request) -> Response:
        return answer({"openapi": "3.0.3", "info": {"title": "MTD", "version": "1"}, "paths": {}}, 200, _CLASSES[-2])

    async def collections(self, request: Request) -> Response:
        base = self._base(request)
        links = [{"rel": "root", "type": "application/json", "href": f"{base}/"}, {"rel": "self", "href": f"{base}/collections"}]
        return answer({"collections": [collection(base)], "links": links})

    async def one(self, request: Request) -> Response:
        known = request.path_params["collection"] == COLLECTION
        return answer(collection(self._base(request))) if known else _error(404, "no such collection")

    async def search(self, request: Request) -> Response:
        base, place = self._base(request), f"{self._base(request)}/search"
        try:
            given = await parameters(request)
            if "collection" in request.path_params:
                if request.path_params["collection"] != COLLECTION:
                    return _error(404, "no such collection")
                place = f"{base}/collections/{COLLECTION}/items"
            page = _page(self._world(), given, base, place, request.method == "POST")
        except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
            return _error(400, str(error))
        return answer(page, media_type="application/geo+json")

    async def item(self, request: Request) -> Response:
        world = self._world()
        for lane, index in _found(world, request.path_params["item"]) if request.path_params["collection"] == COLLECTION else ():
            feed = world.feeds[lane]
            return answer(item(world, feed.at(feed.find(index)), self._base(request)), media_type="application/geo+json")
        return _error(404, "no such item")

    def routes(self) -> list[Route]:
        return [
            Route(ROOT, self.landing),
            Route(f"{ROOT}/", self.landing),
            Route(f"{ROOT}/api", self.description),
            Route(f"{ROOT}/conformance", self.conformance),
            Route(f"{ROOT}/collections", self.collections),
            Route(f"{ROOT}/collections/{{collection}}", self.one),
            Route(f"{ROOT}/collections/{{collection}}/items", self.search),
            Route(f"{ROOT}/collections/{{collection}}/items/{{item}}", self.item),
            Route(f"{ROOT}/search", self.search, methods=["GET", "POST"]),
        ]
