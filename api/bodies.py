"""Bodies of POST requests: a JSON object, and the area in it."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request

from api.areas import parse_bbox, parse_intersects
from api.errors import Problem, bad
from mappings.areas import square_kilometres

MAX_AREA_KM2 = 2_000_000
MIN_AREA_KM2 = 0.0001

AREA_SCHEMA: dict[str, Any] = {
    "geometry": {
        "type": "object",
        "description": f"A GeoJSON Polygon or MultiPolygon, of at most {MAX_AREA_KM2:,} km²; or give bbox.",
        "example": {"type": "Polygon", "coordinates": [[[1.3, 43.5], [1.6, 43.5], [1.6, 43.7], [1.3, 43.7], [1.3, 43.5]]]},
    },
    "bbox": {
        "type": "array",
        "items": {"type": "number"},
        "description": "west, south, east, north in degrees; west > east crosses the antimeridian.",
    },
}


async def json_object(request: Request) -> dict[str, Any]:
    """The body. Raises BodyTooLong, and Problem for one that is no JSON (NaN and half characters are none), or no object."""
    wanted = bad("body", "a JSON object, sent with Content-Type: application/json")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/geo+json"):
        raise wanted
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise bad("body", f"not JSON: {str(error)[:120]}") from None
    if not isinstance(body, dict):
        raise wanted
    return body


def parse_area(body: Mapping[str, Any]) -> Any:
    """The polygons of `geometry` or `bbox`, as shapely; None where neither is given. Raises Problem naming the member."""
    geometry, bbox = body.get("geometry"), body.get("bbox")
    if geometry is not None and bbox is not None:
        raise bad("geometry", "give geometry or bbox, not both")
    if geometry is None and bbox is None:
        return None
    if bbox is not None and not isinstance(bbox, list):
        raise bad("bbox", "a list of 4 or 6 numbers")
    name = "geometry" if bbox is None else "bbox"
    area = _polygons(geometry) if bbox is None else parse_bbox(bbox)
    if area is None:
        raise bad(name, "4 or 6 numbers: west,south,east,north in degrees")
    if not (area.is_valid and square_kilometres(area) >= MIN_AREA_KM2):
        raise bad(name, f"the area is less than {MIN_AREA_KM2} km²")
    if square_kilometres(area) > MAX_AREA_KM2:
        raise bad(name, f"the area is {square_kilometres(area):,.0f} km², at most {MAX_AREA_KM2:,}: ask for parts of it")
    return area


def _polygons(geometry: Any) -> Any:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise bad("geometry", f"a GeoJSON Polygon or MultiPolygon, got {str(kind)[:40]!r}")
    try:
        return parse_intersects(geometry)
    except Problem as problem:
        raise bad("geometry", problem.detail.removeprefix("intersects: ")) from None


def parse_number(body: Mapping[str, Any], name: str, lowest: float, highest: float, before: str = "") -> float | None:
    """A member that is a number within bounds; None where it is not given. `before` is put before its name in a refusal."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad(before + name, f"a number, got {str(value)[:40]!r}")
    if not lowest <= value <= highest:
        raise bad(before + name, f"between {lowest:g} and {highest:g}, got {str(value)[:40]}")
    return float(value)
