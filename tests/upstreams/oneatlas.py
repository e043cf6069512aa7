"""OneAtlas: token, optical search and deleted records (report section 1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer, box_of, listed, parameters
from .clocks import HOUR, Range, bracketed, nano
from .feeds import STEP, Entry, Reduced
from .oneatlas_records import acquired, record
from .places import Area
from .scenes import AIRBUS, Lane
from .selections import Want, select
from .world import World

CAP = 10_000
_DATES = ("lastUpdateDate", "publicationDate", "acquisitionDate")
_KNOWN = {"bbox", "geometry", "relation", "constellation", "workspace", "itemsPerPage", "startPage", "sortBy", "processingLevel", "id",
          "index", "correlationId", *_DATES}  # fmt: skip


class Refusal(ValueError):
    """An error answer with its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Query:
    """A search, read; `dates` by parameter name, sort as (field, descending)."""

    constellations: frozenset[str]
    levels: frozenset[str] | None
    dates: Mapping[str, Range]
    area: Area | None
    ids: frozenset[str] | None
    sort: tuple[str, bool]
    start: int
    size: int


class Catalogue(Protocol):
    """What stands behind the search: a world, or recorded answers."""

    def search(self, query: Query) -> tuple[int, list[Any]]:
        """Total before the cap, and the page's features."""

    def deleted(self, window: Range, start: int, size: int) -> tuple[int, list[dict[str, str]]]: ...


@dataclass(frozen=True)
class _Shown:
    """Whether the acquisitionDate that a record shows lies in a window."""

    window: Range

    def __call__(self, world: World, lane: Lane, entry: Entry) -> bool:
        return self.window.holds(acquired(world, lane, entry.number))


class WorldCatalogue:
    """A world's Airbus records."""

    def __init__(self, world: World) -> None:
        self._world = world

    def search(self, query: Query) -> tuple[int, list[Any]]:
        world, lanes = self._world, []
        for lane in AIRBUS:
            level = "SENSOR" if lane.name.endswith("SENSOR") else "ALBUM"
            if lane.constellation in query.constellations and (query.levels is None or level in query.levels):
                lanes.append(lane)
        updated = query.dates.get("lastUpdateDate", Range()).meet(query.dates.get("publicationDate", Range()))
        entries = None
        if query.ids is not None:
            entries = frozenset(one for text in query.ids if (one := world.located(text)))
        shown = query.dates.get("acquisitionDate", Range())
        # What an old record shows is up to five hours later than what its identifier says.
        sensed = Range(None if shown.low is None else shown.low - 6 * HOUR, None if shown.high is None else shown.high + HOUR)
        test = _Shown(shown) if shown != Range() else None
        selection = select(world, Want(tuple(lanes), updated, sensed, query.area, entries, test))
        size = max(min(query.size, CAP - query.start), 0)
        field, descending = query.sort
        if field == "acquisitionDate":
            found = selection.by_sensing(query.start, size, descending, acquired)
        else:
            found = selection.by_update(query.start, size, descending)
        return selection.total, [record(world, lane, entry) for lane, entry in found]

    def deleted(self, window: Range, start: int, size: int) -> tuple[int, list[dict[str, str]]]:
        runs: list[tuple[Lane, Reduced, range]] = []
        for lane in AIRBUS:
            feed: Any = self._world.feeds[lane]
            while hasattr(feed, "earlier"):
                if isinstance(feed, Reduced):
                    low = 0 if window.low is None else -((feed.since - window.low) // STEP)
                    high = feed.chosen.some if window.high is None else (window.high - feed.since) // STEP + 1
                    runs.append((lane, feed, range(max(low, 0), max(min(high, feed.chosen.some), 0))))
                feed = feed.earlier
        data: list[dict[str, str]] = []
        total = sum(len(numbers) for _, _, numbers in runs)
        for lane, feed, numbers in runs:
            data += [
                {"id": self._world.uuid(lane, feed.gone(j)), "deletedDate": nano(feed.since + j * STEP)}
                for j in numbers[start : start + size - len(data)]
            ]
            start = max(start - len(numbers), 0)
        return total, data


class Tokens:
    """Access tokens that expire; one API key is right."""

    def __init__(self, key: str, lifetime: float) -> None:
        self._key, self._lifetime = key, lifetime
        self._until: dict[str, float] = {}

    def issue(self, form: Mapping[str, Any]) -> dict[str, Any]:
        if form.get("grant_type") != "api_key" or form.get("client_id") != "IDP":
            raise Refusal(400, "grant_type must be api_key and client_id IDP")
        if form.get("apikey") != self._key:
            raise Refusal(403, "the API key is not valid")
        token = f"{uuid4().hex}{uuid4().hex}"
        self._until[token] = time.monotonic() + self._lifetime
        return {"access_token": token, "expires_in": int(self._lifetime), "refresh_expires_in": 0, "token_type": "Bearer",
                "not-before-policy": 0, "session_state": str(uuid4()), "scope": ""}  # fmt: skip

    def check(self, header: str | None) -> bool:
        """Whether a token came along. Raises Refusal for one that is unknown or has expired."""
        if header is None:
            return False
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or self._until.get(token, 0.0) < time.monotonic():
            raise Refusal(401, "the access token is missing, unknown or expired")
        return True


def refused(error: Refusal) -> Response:
    """An ApiError body."""
    body = {"message": str(error), "internalCode": f"E{error.status}", "hint": None, "correlationId": str(uuid4())}
    return answer({**body, "timestamp": int(time.time() * 1000)}, error.status)


def _constellations(given: Mapping[str, Any], signed: bool) -> frozenset[str]:
    wanted = {name.upper() for name in listed(given.get("constellation", ""))}
    workspaces = set(listed(given.get("workspace", "")))
    # The catalogue of PNEO is for accounts only, those of PHR and SPOT are not (report, item 4 of section 0).
    if not signed and ("PNEO" in wanted or "public-pneo" in workspaces):
        raise Refusal(401, "full authentication is required to access this resource")
    visible = {"PHR", "SPOT"} if not workspaces or "public" in workspaces else set()
    if signed and (not workspaces or "public-pneo" in workspaces):
        visible.add("PNEO")
    return frozenset(visible & wanted if wanted else visible)


def _number(given: Mapping[str, Any], name: str, default: int, high: int) -> int:
    number = int(given.get(name, default))
    if not 1 <= number <= high:
        raise Refusal(400, f"{name} must be between 1 and {high}")
    return number


def read(given: Mapping[str, Any], signed: bool) -> Query:
    """A query out of parameters. Raises Refusal; a parameter that this stand-in does not apply is refused, never ignored."""
    if unknown := sorted(set(given) - _KNOWN):
        raise Refusal(400, f"parameters not supported here: {', '.join(unknown)}")
    if given.get("relation", "intersects") != "intersects":
        raise Refusal(400, "only the relation intersects is supported here")
    try:
        area = Area.of_box(*box_of(given["bbox"])) if given.get("bbox") else None
        if given.get("geometry"):
            area = Area.of_geometry(given["geometry"])
        dates = {name: bracketed(str(given[name])) for name in _DATES if given.get(name)}
        size = _number(given, "itemsPerPage", 50, 500)
        start = (_number(given, "startPage", 1, 1_000_000) - 1) * size
    except Refusal:
        raise
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise Refusal(400, f"a parameter cannot be read: {error}") from error
    field = str(given.get("sortBy") or "-acquisitionDate").split(",")[0]
    if field.lstrip("-+") not in _DATES:
        raise Refusal(400, f"cannot sort by {field}")
    levels = frozenset(listed(given["processingLevel"])) if given.get("processingLevel") else None
    ids = frozenset(listed(given["id"])) if given.get("id") else None
    return Query(_constellations(given, signed), levels, dates, area, ids, (field.lstrip("-+"), field[0] == "-"), start, size)


def routes(catalogue: Callable[[], Catalogue], tokens: Tokens) -> list[Route]:
    async def token(request: Request) -> Response:
        try:
            return answer(tokens.issue(dict(parse_qsl((await request.body()).decode()))))
        except Refusal as error:
            return refused(error)

    async def opensearch(request: Request) -> Response:
        try:
            query = read(await parameters(request), tokens.check(request.headers.get("authorization")))
        except Refusal as error:
            return refused(error)
        except ValueError as error:
            return refused(Refusal(400, str(error)))
        total, features = catalogue().search(query)
        # totalResults is a floor: nothing counts beyond 10,000 hits and nothing is served there (report, item 5).
        page = {"type": "FeatureCollection", "error": False, "features": features, "totalResults": min(total, CAP)}
        return answer({**page, "startIndex": query.start, "itemsPerPage": query.size}, media_type="application/geo+json")

    async def deleted(request: Request) -> Response:
        try:
            given = orjson.loads(await request.body() or b"{}")
            window = bracketed(given["deletedDate"]) if given.get("deletedDate") else Range()
            start, size = int(given.get("startIndex", 0)), _number(given, "itemsPerPage", 50, 500)
        except Refusal as error:
            return refused(error)
        except (ValueError, TypeError) as error:
            return refused(Refusal(400, str(error)))
        total, data = catalogue().deleted(window, start, size)
        return answer({"itemsPerPage": size, "startIndex": start, "totalResults": total, "data": data})

    return [
        Route("/oneatlas/auth/realms/IDP/protocol/openid-connect/token", token, methods=["POST"]),
        Route("/oneatlas/api/v2/opensearch", opensearch, methods=["GET", "POST"]),
        Route("/oneatlas/api/v1/deleted/search", deleted, methods=["POST"]),
    ]
