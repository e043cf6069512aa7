"""GEODES: a STAC API with the habits of its deployment (report sections 2.1 to 2.6)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer, parameters
from .clocks import LATE, Range, moment, parse, seconds, sensed_in
from .feeds import Entry
from .geodes_queries import Failure, Query, Term, fits, read
from .geodes_records import PORTAL, feature, properties
from .scenes import FIRST, SENTINEL, Lane
from .selections import Want, select
from .world import World


class Catalogue(Protocol):
    """What stands behind the search: a world, or recorded answers."""

    def search(self, query: Query) -> tuple[int, list[Any]]: ...

    def item(self, urn: str) -> Any | None: ...

    def datasets(self) -> dict[str, int]: ...


@dataclass(frozen=True)
class _Fits:
    terms: tuple[Term, ...]

    def __call__(self, world: World, lane: Lane, entry: Entry) -> bool:
        return fits(properties(world, world.product(lane, entry.number), entry.generation, entry.updated), self.terms)


class WorldCatalogue:
    """A world's Sentinel products."""

    def __init__(self, world: World) -> None:
        self._world = world

    def datasets(self) -> dict[str, int]:
        return {lane.dataset: self._world.counts[lane] for lane in SENTINEL}

    def _located(self, urn: str) -> tuple[Lane, int] | None:
        parts = urn.split(":")
        found = self._world.located(parts[4]) if len(parts) == 6 and parts[5] == "V1" else None
        return found if found and found[0] in SENTINEL else None

    def item(self, urn: str) -> Any | None:
        found = self._located(urn)
        if found is None:
            return None
        feed = self._world.feeds[found[0]]
        position = feed.find(found[1])
        return None if position is None else feature(self._world, found[0], feed.at(position))

    def search(self, query: Query) -> tuple[int, list[Any]]:
        lanes = tuple(lane for lane in SENTINEL if query.datasets is None or lane.dataset in query.datasets)
        entries = None
        if query.ids is not None:
            entries = frozenset(one for urn in query.ids if (one := self._located(urn)))
        sensed = Range()
        for term in query.terms:
            if term[0] in ("start_datetime", "end_datetime") and term[1] in ("lt", "lte", "gt", "gte"):
                # A scene's start alone narrows the scan; the exact test follows.
                edge = parse(term[2])
                sensed = sensed.meet(Range(high=edge + LATE) if term[1] in ("lt", "lte") else Range(low=edge - LATE))
            if term[0] == "identifier" and term[1] == "eq":
                sensed = sensed.meet(sensed_in(str(term[2])))
        test = _Fits(query.terms) if query.terms else None
        found = select(self._world, Want(lanes, query.published, sensed, query.area, entries, test))
        if query.sort is None:
            page = found.listed(query.start, query.limit)
        else:
            order = found.by_update if query.sort[0] == "datetime" else found.by_sensing
            page = order(query.start, query.limit, query.sort[1])
        return found.total, [feature(self._world, lane, entry) for lane, entry in page]


def failed(error: Failure) -> Response:
    """The error body of REGARDS."""
    return answer({"correlationId": None, "type": "Failure", "message": str(error), "cause": None, "time": seconds(0) + "Z"}, error.status)


def collection(name: str, count: int) -> dict[str, Any]:
    first = next((FIRST[lane] for lane in SENTINEL if lane.dataset == name), 0)
    href = f"{PORTAL}/stac/collections/{name}"
    licence = {"rel": "license", "href": "https://spdx.org/licenses/Apache-2.0.html", "type": "application/html"}
    return {
        "type": "Collection",
        "id": name,
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "context": {},
        "title": name.replace("_", " "),
        "description": f"Products of {name}.",
        # The licence of the software's example page, left in production (report 2.6, item 2).
        "license": "Apache-2.0",
        "links": [{"rel": "self", "href": href, "type": "application/json"}, licence],
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[moment(first), None]]}},
        "summaries": {"dataset": name, "total_items": count, "gsd": "5", "temporal_resolution": "144"},
    }


def _page(query: Query, given: Mapping[str, Any], total: int, features: list[Any]) -> dict[str, Any]:
    body = base64.b64encode(orjson.dumps(dict(given), default=str)).decode()
    # Not to be followed: a GET for a POST, and a limit that nobody asked for (report 2.4).
    following = {"href": f"{PORTAL}/stac/search/paginate?itemBody={body}&page={query.page + 1}&limit={query.limit + 1}", "rel": "next"}
    links = [{"href": f"{PORTAL}/stac/search", "rel": "self", "type": "application/json", "title": "this search page"}]
    if query.start + len(features) < total:
        links.append({**following, "type": "application/json", "title": "next search page"})
    context = {"returned": len(features), "limit": query.limit, "matched": total}
    return {"stac_version": "1.0.0-beta.1", "stac_extensions": [], "type": "FeatureCollection", "features": features, "links": links,
            "context": context}  # fmt: skip


async def _landing(request: Request) -> Response:
    ways = ("conformance", "collections", "search")
    links = [{"rel": way, "href": f"{PORTAL}/stac/{way}", "type": "application/json"} for way in ways]
    return answer({"type": "Catalog", "id": "gdh", "stac_version": "1.0.0", "description": "GDH", "links": links})


async def _conformance(request: Request) -> Response:
    return answer({"conformsTo": [f"https://api.stacspec.org/v1.0.0-beta.1/{name}" for name in ("core", "item-search")]})


def routes(catalogue: Callable[[], Catalogue]) -> list[Route]:
    root = "/geodes/api/stac"

    async def collections(request: Request) -> Response:
        return answer({"collections": [collection(name, count) for name, count in catalogue().datasets().items()], "links": []})

    async def one(request: Request) -> Response:
        name = request.path_params["collection"]
        count = catalogue().datasets().get(name)
        return failed(Failure(404, f"no collection {name}")) if count is None else answer(collection(name, count))

    async def search(request: Request) -> Response:
        try:
            given = await parameters(request)
            if "collection" in request.path_params:
                given["collections"] = [request.path_params["collection"]]
            query = read(given)
            total, features = catalogue().search(query)
        except Failure as error:
            return failed(error)
        except (ValueError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
            return failed(Failure(400, str(error)))
        return answer(_page(query, given, total, features))

    async def item(request: Request) -> Response:
        found = catalogue().item(request.path_params["urn"])
        return failed(Failure(404, "no such item")) if found is None else answer(found, media_type="application/geo+json")

    return [
        Route(root, _landing),
        Route(f"{root}/conformance", _conformance),
        Route(f"{root}/collections", collections, methods=["GET", "POST"]),
        Route(f"{root}/collections/{{collection}}", one),
        Route(f"{root}/collections/{{collection}}/items", search),
        Route(f"{root}/collections/{{collection}}/items/{{urn}}", item),
        Route(f"{root}/search", search, methods=["GET", "POST"]),
    ]
