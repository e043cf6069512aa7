"""Airbus's radar catalogue: replication and revocation feeds with tokens, and the search (report section 2)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from math import gcd
from typing import Any, NamedTuple

import orjson
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer, parameters
from .chance import uuid
from .clocks import milli, parse
from .feeds import STEP, Reduced
from .oneatlas import Refusal, Tokens
from .places import Area
from .sar_records import LANE, datatake, feature, feed_of, size_of, truth
from .world import World

__all__ = ["ROOT", "routes", "truth"]

ROOT = "/sar/v1"


def _revoked(world: World) -> list[tuple[Reduced, range]]:
    found: list[tuple[Reduced, range]] = []
    feed: Any = feed_of(world)
    while hasattr(feed, "earlier"):
        if isinstance(feed, Reduced):
            found.append((feed, range(feed.chosen.some)))
        feed = feed.earlier
    return found


class _Cursor(NamedTuple):
    """What a token says: which stretch of the feed, and how far it was read. It does not expire."""

    start: int
    stop: int
    offset: int

    @property
    def token(self) -> str:
        return base64.urlsafe_b64encode(":".join(map(str, self)).encode()).decode().rstrip("=")

    @classmethod
    def of(cls, token: str) -> _Cursor:
        try:
            start, stop, offset = (int(part) for part in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).split(b":"))
        except ValueError as error:
            raise Refusal(400, f"the token is not known: {token[:20]}") from error
        return cls(start, stop, offset)

    def positions(self, limit: int) -> list[int]:
        """No order: positions come in steps over the whole stretch."""
        size = self.stop - self.start
        step = next(step for step in range(size * 5 // 8 or 1, size + 2) if gcd(step, max(size, 1)) == 1)
        return [self.start + number * step % size for number in range(self.offset, min(self.offset + limit, size))]


def _limit(given: dict[str, Any], default: int) -> int:
    limit = int(given.get("limit", default))
    if not 1 <= limit <= 1000:
        raise Refusal(400, "limit must be between 1 and 1000")
    return limit


def _cursor(given: dict[str, Any], size: int, before: Callable[[int], int]) -> _Cursor:
    if given.get("token"):
        return _Cursor.of(str(given["token"]))
    since = parse(str(given["since"])) if given.get("since") else None
    return _Cursor(0 if since is None else before(since), size, 0)


def _page(given: dict[str, Any], cursor: _Cursor, url: str, member: str, read: Callable[[int], Any]) -> dict[str, Any]:
    limit = _limit(given, 100)
    found = [read(position) for position in cursor.positions(limit)]
    links = {"self": url}
    if cursor.start + cursor.offset + len(found) < cursor.stop:
        links["next"] = f"{url}?limit={limit}&token={cursor._replace(offset=cursor.offset + limit).token}"
    return {"_links": links, "limit": limit, "size": len(found), member: found}


def _search(world: World, given: dict[str, Any]) -> dict[str, Any]:
    limit, total = _limit(given, 200), 0
    found: list[dict[str, Any]] = []
    area = Area.of_geometry(given["aoi"]).tester() if given.get("aoi") else None
    ranges = {name: mapping for name in ("catalogueTime", "time") if (mapping := given.get(name))}
    feed = feed_of(world)
    for position in range(feed.size):
        entry = feed.at(position)
        take = datatake(world.seed, entry.number, size_of(world))
        instants = {"catalogueTime": entry.updated, "time": take.start}
        inside = all(
            parse(wanted.get("from", "1970-01-01")) <= instants[name] <= parse(wanted.get("to", "2200-01-01"))
            for name, wanted in ranges.items()
        )
        named = given.get("mission") in (None, take.mission) and given.get("satellite") in (None, take.satellite)
        if inside and named and (area is None or area.touches(take.ring)):
            total += 1
            if len(found) < limit:
                found.append(feature(world, entry, uuid(world.seed, LANE, total)))
    return {"type": "FeatureCollection", "limit": limit, "total": total, "features": found}


def refused(error: Refusal) -> Response:
    """An error as this API words it."""
    return answer({"error": f"E{error.status}", "message": str(error)}, error.status)


def routes(world: Callable[[], World], tokens: Tokens) -> list[Route]:
    async def answered(request: Request, read: Callable[[dict[str, Any], str], dict[str, Any]]) -> Response:
        try:
            if not tokens.check(request.headers.get("authorization")):
                raise Refusal(401, "a token is needed")
            return answer(read(await parameters(request), str(request.url.replace(query=""))))
        except Refusal as error:
            return refused(error)
        except (ValueError, TypeError, AttributeError, orjson.JSONDecodeError, shapely.errors.ShapelyError) as error:
            return refused(Refusal(400, f"a parameter cannot be read: {error}"))

    async def replication(request: Request) -> Response:
        now = world()
        feed = feed_of(now)

        def read(given: dict[str, Any], url: str) -> dict[str, Any]:
            cursor = _cursor(given, feed.size, feed.before)
            return {"type": "FeatureCollection", **_page(given, cursor, url, "features", lambda at_: feature(now, feed.at(at_)))}

        return await answered(request, read)

    async def revocation(request: Request) -> Response:
        now = world()
        notices = [(run, number) for run, numbers in reversed(_revoked(now)) for number in numbers]

        def before(since: int) -> int:
            return sum(run.since + number * STEP < since for run, number in notices)

        def notice(position: int) -> dict[str, str]:
            run, number = notices[position]
            take = datatake(now.seed, run.gone(number), size_of(now))
            return {"acquisitionId": take.identifier, "issueTime": milli(run.since + number * STEP)}

        return await answered(request, lambda given, url: _page(given, _cursor(given, len(notices), before), url, "data", notice))

    async def search(request: Request) -> Response:
        return await answered(request, lambda given, url: _search(world(), given))

    return [
        Route(f"{ROOT}/sar/catalogue/replication", replication),
        Route(f"{ROOT}/sar/catalogue/revocation", revocation),
        Route(f"{ROOT}/sar/catalogue", search, methods=["POST"]),
    ]
