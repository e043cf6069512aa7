"""Areas: bbox and intersects, from texts or JSON to shapely. Raises Problem naming the parameter and the reason."""

import math
import re
from collections.abc import Mapping
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from api.errors import bad
from mappings.geometry import box

MAX_POSITIONS = 10_000
_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def parse_bbox(value: Any) -> Any:
    """The area of [west, south, east, north] or its 3-D form, degrees; west > east crosses the antimeridian."""
    if value is None or value == "":
        return None
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) not in (4, 6):
        raise bad("bbox", "4 or 6 numbers: west,south,east,north in degrees")
    try:
        numbers = [_number(part) for part in parts]
    except (TypeError, ValueError, OverflowError):
        raise bad("bbox", f"not numbers: {str(value)[:80]!r}") from None
    if not all(math.isfinite(number) for number in numbers):
        raise bad("bbox", f"not numbers: {str(value)[:80]!r}")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise bad("bbox", f"longitudes are between -180 and 180, got {west} and {east}")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise bad("bbox", f"latitudes are between -90 and 90, got {south} and {north}; the order is west,south,east,north")
    if south > north:
        raise bad("bbox", f"south {south} is above north {north}; the order is west,south,east,north")
    return box(west, south, east, north)


def _number(value: Any) -> float:
    """Of a JSON number, or of a text as JSON writes numbers: Python's float takes more than that."""
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,20}(\.\d{0,40})?([eE][+-]?\d{1,3})?\s*", value, re.ASCII):
        raise ValueError
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def parse_intersects(value: Any) -> Any:
    """A valid GeoJSON geometry within the world, as shapely."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad("intersects", "not JSON: give a GeoJSON geometry") from None
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "GeometryCollection":
        raise bad("intersects", "a GeometryCollection has no one shape to meet: ask once per geometry, or use a Multi… geometry")
    if kind not in _SHAPES:
        raise bad("intersects", f"a GeoJSON geometry ({', '.join(_SHAPES)}), got {str(kind)[:40]!r}")
    _check_positions(value.get("coordinates"))
    try:
        geometry = shapely.force_2d(shape(value))
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise bad("intersects", f"not a {kind}: {str(error)[:120]}") from None
    if geometry.is_empty:
        raise bad("intersects", "an empty geometry meets nothing")
    bounds = geometry.bounds
    if bounds[0] < -180 or bounds[2] > 180 or bounds[1] < -90 or bounds[3] > 90:
        raise bad("intersects", "outside ±180, ±90 degrees: positions are [longitude, latitude]; split what crosses the antimeridian")
    if not geometry.is_valid:
        raise bad("intersects", f"not a valid geometry: {shapely.is_valid_reason(geometry)[:120]}")
    return geometry


def _check_positions(coordinates: Any) -> None:
    """Finite numbers, at most four lists deep, not too many: looked at without recursion, so that a hostile depth ends here."""
    count, todo = 0, [(coordinates, 0)]
    while todo:
        value, depth = todo.pop()
        if not isinstance(value, list) or depth > 3:
            raise bad("intersects", "coordinates are nested lists of [longitude, latitude]")
        if value and isinstance(value[0], list):
            todo.extend((part, depth + 1) for part in value)
            continue
        count += 1
        if count > MAX_POSITIONS:
            raise bad("intersects", f"at most {MAX_POSITIONS} positions: simplify the geometry")
        if value and not (2 <= len(value) <= 4 and all(_is_number(number) for number in value)):
            raise bad("intersects", f"not a position of finite numbers: {str(value)[:80]}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
