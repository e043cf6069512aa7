"""Asking for drafts."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
from pyproj import Geod
from shapely import segmentize
from shapely.geometry import box

from tests.support.mounted import Client

MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


PHR = {"platform": "phr1a", "constellation": "phr"}


SPOT = {"platform": "spot7", "constellation": "spot"}


FRANCE, PERU = [2.0, 46.0, 2.2, 46.1], [-72.1, -13.6, -71.9, -13.5]


TASKING = {"product": "pleiades", "period": "2027-03-01T00:00:00Z/2027-05-31T23:59:59Z"}


EVIL = '<script>alert("x")</script>'


def post(client: Client, body: Any, users: str = "public-actor", query: str = "", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(
        f"/requests/draft{query}", content=content, headers={"content-type": "application/json", "x-class": users, **headers}
    )


def draft(client: Client, users: str = "public-actor", **body: Any) -> Any:
    answer = post(client, body, users)
    assert answer.status_code == 200, answer.text
    return answer.json()


def images(*names: str, collection: str = "airbus-phr") -> list[dict[str, str]]:
    return [{"collection": collection, "id": name} for name in names]


def geodesic_km2(*bounds: float) -> float:
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(segmentize(box(*bounds), 0.001))[0]) / 1e6


ONE = {"items": [{"collection": "airbus-phr", "id": "sale"}]}
