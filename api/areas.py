"""Areas: bbox and intersects, from texts or JSON to shapely. Raises Problem naming the parameter and the reason."""

from typing import Any

import orjson

from api.errors import bad
from mappings.shapes import MAX_POSITIONS, ShapeError, read_bbox, read_geometry

__all__ = ["MAX_POSITIONS", "parse_bbox", "parse_intersects"]


def parse_bbox(value: Any) -> Any:
    """The area of [west, south, east, north] or its 3-D form, degrees; west > east crosses the antimeridian."""
    if value is None or value == "":
        return None
    try:
        return read_bbox(value)
    except ShapeError as error:
        raise bad("bbox", str(error)) from None


def parse_intersects(value: Any) -> Any:
    """A valid GeoJSON geometry within the world, as shapely."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad("intersects", "not JSON: give a GeoJSON geometry") from None
    try:
        return read_geometry(value)
    except ShapeError as error:
        raise bad("intersects", str(error)) from None
