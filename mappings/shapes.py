"""Shapes that people ask with: a bbox or a GeoJSON geometry, checked, as shapely in lon/lat degrees."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from mappings.geometry import box

MAX_POSITIONS = 10_000
MAX_PAIRS = 5_000_000
"""Of segments that may cross, about: what it takes to look at a shape grows with them, to a quarter of a second here."""
SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


class ShapeError(ValueError):
    """What is wrong with a shape, for a person to read."""


def read_bbox(value: Any) -> Any:
    """The area of [west, south, east, north] or its 3-D form, degrees, or of the same with commas between; west > east crosses the
    antimeridian."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) not in (4, 6):
        raise ShapeError("4 or 6 numbers: west,south,east,north in degrees")
    try:
        numbers = [_number(part) for part in parts]
    except (TypeError, ValueError, OverflowError):
        raise ShapeError(f"not numbers: {str(value)[:80]!r}") from None
    if not all(math.isfinite(number) for number in numbers):
        raise ShapeError(f"not numbers: {str(value)[:80]!r}")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ShapeError(f"longitudes are between -180 and 180, got {west} and {east}")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ShapeError(f"latitudes are between -90 and 90, got {south} and {north}; the order is west,south,east,north")
    if south > north:
        raise ShapeError(f"south {south} is above north {north}; the order is west,south,east,north")
    return box(west, south, east, north)


def _number(value: Any) -> float:
    """Of a JSON number, or of a text as JSON writes numbers: Python's float takes more than that."""
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,20}(\.\d{0,40})?([eE][+-]?\d{1,3})?\s*", value, re.ASCII):
        raise ValueError
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def read_geometry(value: Any) -> Any:
    """A valid GeoJSON geometry within the world; altitudes are dropped."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "GeometryCollection":
        raise ShapeError("a GeometryCollection has no one shape to meet: ask once per geometry, or use a Multi… geometry")
    if kind not in SHAPES:
        raise ShapeError(f"a GeoJSON geometry ({', '.join(SHAPES)}), got {str(kind)[:40]!r}")
    _check_positions(value.get("coordinates"))
    try:
        geometry = shapely.force_2d(shape(value))
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ShapeError(f"not a {kind}: {str(error)[:120]}") from None
    if geometry.is_empty:
        raise ShapeError("an empty geometry meets nothing")
    bounds = geometry.bounds
    if bounds[0] < -180 or bounds[2] > 180 or bounds[1] < -90 or bounds[3] > 90:
        raise ShapeError("outside ±180, ±90 degrees: positions are [longitude, latitude]; split what crosses the antimeridian")
    if _pairs(geometry) > MAX_PAIRS:
        raise ShapeError("too many long lines that may cross each other: simplify the geometry")
    if not geometry.is_valid:
        raise ShapeError(f"not a valid geometry: {shapely.is_valid_reason(geometry)[:120]}")
    return geometry


def _check_positions(coordinates: Any) -> None:
    """Finite numbers, at most four lists deep, not too many: looked at without recursion, so that a hostile depth ends here."""
    count, todo = 0, [(coordinates, 0)]
    while todo:
        value, depth = todo.pop()
        if not isinstance(value, list) or depth > 3:
            raise ShapeError("coordinates are nested lists of [longitude, latitude]")
        if value and isinstance(value[0], list):
            todo.extend((part, depth + 1) for part in value)
            continue
        count += 1
        if count > MAX_POSITIONS:
            raise ShapeError(f"at most {MAX_POSITIONS} positions: simplify the geometry")
        if value and not (2 <= len(value) <= 4 and all(_is_number(number) for number in value)):
            raise ShapeError(f"not a position of finite numbers: {str(value)[:80]}")


def _pairs(geometry: Any) -> float:
    """How many pairs of segments have boxes that meet, if they lay anywhere in the geometry's own box."""
    parts = shapely.get_parts(geometry)
    if shapely.get_dimensions(geometry) == 2:
        parts = shapely.get_rings(parts)
    positions, lines = shapely.get_coordinates(parts, return_index=True)
    steps = np.abs(np.diff(positions, axis=0))[lines[1:] == lines[:-1]]
    extent = np.ptp(positions, axis=0)
    # Where the geometry has no width (or height), all boxes meet in it: halves give one for every pair.
    shares = np.divide(steps, extent, out=np.full_like(steps, 0.5), where=extent > 0)
    return float(len(shares) * shares.prod(axis=1).sum() + shares.sum(axis=0).prod())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
