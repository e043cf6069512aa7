"""Footprint hygiene: closed, right-handed, valid, split at the antimeridian, with its bbox."""

import math
from typing import Any

import antimeridian
import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.polygon import orient

from mappings.record import Unmappable

_KINDS = ("Polygon", "MultiPolygon", "Point", "LineString")
_AREAS = ("Polygon", "MultiPolygon")
# Below this turn (square degrees, of the order of a square metre) rounding could deceive.
_FLAT = 1e-10
_MAX_POSITIONS = 100_000
_MENDED_POSITIONS = 2_000


def clean_footprint(value: Any, field: str = "geometry", *, areas: bool = False) -> tuple[dict[str, Any], list[float]]:
    """(GeoJSON geometry, bbox) in lon/lat degrees of a footprint as published.

    Rings are closed and wound as RFC 7946 asks, self-crossing ones repaired, altitudes dropped, one-part multi-polygons made
    polygons, spans beyond 180° split at the antimeridian (the bbox then has west > east). Raises Unmappable for what is
    missing, impossible or empty: never null island. `areas`: points and lines are refused too, as of archives whose every image
    has an area.
    """
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in _KINDS:
        raise Unmappable(f"no footprint: {_short(value)}", field)
    if areas and kind not in _AREAS:
        raise Unmappable(f"a {kind}, where an image has an area: {_short(value.get('coordinates'))}", field)
    plain = _plain(value.get("coordinates")) if kind == "Polygon" else None
    if plain:
        return plain
    coordinates = _numbers(value.get("coordinates"), field, _Budget(_MAX_POSITIONS))
    if kind == "Polygon":
        coordinates = [_closed(ring) for ring in coordinates]
    elif kind == "MultiPolygon":
        coordinates = [[_closed(ring) for ring in part] if isinstance(part, list) else part for part in coordinates]
    try:
        geometry = shape({"type": kind, "coordinates": coordinates})
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise Unmappable(f"not a {kind}: {error}", field) from None
    if geometry.is_empty:
        raise Unmappable("an empty footprint", field)
    west, south, east, north = geometry.bounds
    if west < -360 or east > 360 or south < -90 or north > 90:
        raise Unmappable(f"outside the world: {west}, {south}, {east}, {north}", field)
    if kind in _AREAS:
        return _area(geometry, field)
    if not any(geometry.bounds):
        raise Unmappable("null island", field)
    if west < -180 or east > 180:
        raise Unmappable(f"outside the world: {west}, {east}", field)
    return mapping_of(geometry), list(geometry.bounds)


def _plain(rings: Any) -> tuple[dict[str, Any], list[float]] | None:
    """What nearly every footprint is, one valid ring far from the antimeridian, at a third of the cost; None leaves it to the long way."""
    if not isinstance(rings, list) or len(rings) != 1 or not isinstance(rings[0], list) or not 3 <= len(rings[0]) <= _MAX_POSITIONS:
        return None
    found = _quadrilateral(rings[0])
    if found is not None:
        return found
    try:
        ring = np.array(rings[0])
    except (ValueError, OverflowError):
        return None
    if ring.dtype.kind not in "fi" or ring.ndim != 2 or ring.shape[1] < 2:
        return None
    ring = ring[:, :2].astype(float)
    if not (ring[0] == ring[-1]).all():
        ring = np.concatenate((ring, ring[:1]))
    (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    # A comparison with a NaN is false.
    if not (west >= -180 and east <= 180 and east - west <= 180 and south >= -90 and north <= 90) or len(ring) < 4:
        return None
    outline = shapely.linearrings(ring)
    if not shapely.is_valid(shapely.polygons(outline)):
        return None
    positions = ring.tolist()
    return {"type": "Polygon", "coordinates": [positions if shapely.is_ccw(outline) else positions[::-1]]}, [west, south, east, north]


def _quadrilateral(ring: list[Any]) -> tuple[dict[str, Any], list[float]] | None:
    """A convex ring of four corners, as most scenes have, told without any library: four turns to one side cannot cross themselves."""
    corners = ring[:4]
    if len(ring) not in (4, 5) or any(type(at) is not list or len(at) < 2 for at in ring):
        return None
    if len(ring) == 5 and ring[4][:2] != ring[0][:2]:
        return None
    numbers = [value for at in corners for value in at[:2]]
    if any(type(value) is not float and type(value) is not int for value in numbers):
        return None
    ax, ay, bx, by, cx, cy, dx, dy = map(float, numbers)
    west, south, east, north = min(ax, bx, cx, dx), min(ay, by, cy, dy), max(ax, bx, cx, dx), max(ay, by, cy, dy)
    # A comparison with a NaN is false.
    if not (west >= -180 and east <= 180 and east - west <= 180 and south >= -90 and north <= 90):
        return None
    turns = (
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx),
        (cx - bx) * (dy - cy) - (cy - by) * (dx - cx),
        (dx - cx) * (ay - dy) - (dy - cy) * (ax - dx),
        (ax - dx) * (by - ay) - (ay - dy) * (bx - ax),
    )
    positions = [[ax, ay], [bx, by], [cx, cy], [dx, dy], [ax, ay]]
    if min(turns) > _FLAT:
        return {"type": "Polygon", "coordinates": [positions]}, [west, south, east, north]
    if max(turns) < -_FLAT:
        return {"type": "Polygon", "coordinates": [positions[::-1]]}, [west, south, east, north]
    return None


def _area(geometry: Any, field: str) -> tuple[dict[str, Any], list[float]]:
    west, _, east, _ = geometry.bounds
    # Only a span of more than half the world, or one beyond ±180°, is suspicious: `antimeridian` then decides what was meant.
    if east - west > 180 or west < -180 or east > 180:
        geometry = _split(geometry, field)
    if not geometry.is_valid:
        # Mending takes time and memory by the square of the outline's length.
        if shapely.get_num_coordinates(geometry) > _MENDED_POSITIONS:
            raise Unmappable(f"more than {_MENDED_POSITIONS} positions in an outline that crosses itself, or parts that overlap", field)
        geometry = _repaired(geometry, field)
    if geometry.geom_type == "MultiPolygon" and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if geometry.geom_type == "MultiPolygon":
        geometry = MultiPolygon([orient(part) for part in geometry.geoms])
    elif geometry.interiors or not geometry.exterior.is_ccw:
        geometry = orient(geometry)
    return mapping_of(geometry), bbox_of(geometry)


def optional_footprint(value: Any, field: str = "geometry", *, areas: bool = False) -> tuple[dict[str, Any] | None, list[float] | None]:
    """As clean_footprint; a missing footprint stays missing: the Item is then unlocated, as STAC allows."""
    return (None, None) if value is None else clean_footprint(value, field, areas=areas)


def _split(geometry: Any, field: str) -> Any:
    # Straight in lon/lat, as searches are; rings may come clockwise (SWH, Theia), which the package would warn of.
    try:
        if _has_holes(geometry) and (geometry.bounds[0] < -180 or geometry.bounds[2] > 180):
            return _cut(geometry)
        if geometry.geom_type == "Polygon":
            return antimeridian.fix_polygon(geometry, fix_winding=True, great_circle=False)
        return antimeridian.fix_multi_polygon(geometry, fix_winding=True, great_circle=False)
    except (ValueError, AssertionError, shapely.errors.ShapelyError) as error:
        # The package stops by an assertion at a hole that crosses.
        raise Unmappable(f"cannot be split at the antimeridian: {error}", field) from None


def _has_holes(geometry: Any) -> bool:
    return any(part.interiors for part in shapely.get_parts(geometry))


def _cut(geometry: Any) -> Any:
    """Of what reaches beyond ±180°: the part within, and the part beyond brought back within."""
    shift = 360 if geometry.bounds[0] < -180 else -360
    within = shapely.intersection(geometry, shapely.box(-180, -90, 180, 90))
    beyond = shapely.intersection(geometry, shapely.box(-180 - shift, -90, 180 - shift, 90))
    parts = shapely.get_parts([within, shapely.transform(beyond, lambda at: at + np.array([shift, 0]))])
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area])


def _repaired(geometry: Any, field: str) -> Any:
    """A bow-tie becomes its two halves; lines and points that are left over are dropped."""
    repaired = shapely.make_valid(geometry)
    parts = [part for part in shapely.get_parts(repaired, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")]
    polygons = [polygon for part in parts for polygon in (part.geoms if part.geom_type == "MultiPolygon" else [part])]
    if not polygons:
        raise Unmappable("a footprint without area", field)
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def bbox_of(geometry: Any) -> list[float]:
    """[west, south, east, north]; west > east when the parts touch both sides of the antimeridian and leave a gap between."""
    west, south, east, north = geometry.bounds
    if geometry.geom_type == "MultiPolygon" and west == -180 and east == 180:
        eastern = [part.bounds for part in geometry.geoms if part.bounds[0] >= 0]
        western = [part.bounds for part in geometry.geoms if part.bounds[2] <= 0]
        if eastern and western and len(eastern) + len(western) == len(geometry.geoms):
            return [min(b[0] for b in eastern), south, max(b[2] for b in western), north]
    return [west, south, east, north]


def to_shapely(geometry: dict[str, Any]) -> Any:
    """The shapely geometry of a clean footprint."""
    if geometry["type"] == "Polygon" and len(geometry["coordinates"]) == 1:
        return shapely.polygons(np.array(geometry["coordinates"][0]))
    return shape(geometry)


def mapping_of(geometry: Any) -> dict[str, Any]:
    """GeoJSON members with lists for coordinates."""
    if geometry.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(geometry)}
    if geometry.geom_type == "MultiPolygon":
        return {"type": "MultiPolygon", "coordinates": [_rings(part) for part in geometry.geoms]}
    positions = shapely.get_coordinates(geometry).tolist()
    return {"type": geometry.geom_type, "coordinates": positions[0] if geometry.geom_type == "Point" else positions}


def _rings(polygon: Any) -> list[Any]:
    return [shapely.get_coordinates(ring).tolist() for ring in (polygon.exterior, *polygon.interiors)]


class _Budget:
    """Counts positions, so that a hostile footprint ends early."""

    def __init__(self, left: int) -> None:
        self.left = left


def _numbers(value: Any, field: str, budget: _Budget, depth: int = 0) -> Any:
    """Nested lists of [lon, lat] floats; altitude is dropped."""
    if not isinstance(value, list) or depth > 4 or not value:
        raise Unmappable("coordinates are not nested lists of positions", field)
    if isinstance(value[0], list):
        return [_numbers(part, field, budget, depth + 1) for part in value]
    budget.left -= 1
    if budget.left < 0:
        raise Unmappable(f"more than {_MAX_POSITIONS} positions", field)
    if len(value) < 2 or not (_is_number(value[0]) and _is_number(value[1])):
        raise Unmappable(f"not a position: {_short(value)}", field)
    return [float(value[0]), float(value[1])]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _closed(ring: Any) -> Any:
    # GEODES publishes rings without their last point (seen in the S2 L1C answer of 2025-04).
    if isinstance(ring, list) and len(ring) > 2 and ring[0] != ring[-1]:
        return [*ring, ring[0]]
    return ring


def _short(value: Any) -> str:
    return repr(value)[:80]


def box(west: float, south: float, east: float, north: float) -> Any:
    """The area of a bbox in degrees; west > east crosses the antimeridian and gives two boxes."""
    if west <= east:
        return shapely.box(west, south, east, north)
    halves: list[Polygon] = [shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)]
    return MultiPolygon(halves)
