"""Asking for a coverage."""

from typing import Any

import shapely
from pyproj import Geod

from tests.support.mounted import Client

BOX = [2.0, 46.0, 3.0, 47.0]


YEAR = "2024-01-01T00:00:00Z/2024-12-31T23:59:59Z"


PHR = {"platform": "phr1a", "constellation": "phr"}


def ask(client: Client, users: str = "public-actor", **body: Any) -> Any:
    answer = client.post("/coverage", json={"bbox": BOX, "datetime": YEAR, **body}, headers={"x-class": users})
    assert answer.status_code == 200, answer.text
    return answer.json()


def geodesic_km2(*bounds: float) -> float:
    dense = shapely.segmentize(shapely.box(*bounds), 0.001)
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0]) / 1e6


def shares(found: Any) -> dict[str, tuple[float, float]]:
    return {
        name: (round(found["coverage"][name]["share"], 4), round(found["coverage"][name]["beyond_share"], 4))
        for name in ("open", "held", "orderable")
    }
