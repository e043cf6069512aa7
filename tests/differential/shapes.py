"""Shapes for queries: random ones whose borders keep away from those of all Items, and ones that share borders with Items."""

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import shapely
from shapely.geometry import mapping

from tests.differential.evaluate import area_of
from tests.differential.world import items

NEAR = 1e-6
"""Degrees: nearer than this to a border, stores that round coordinates may differ."""

_TRIES = 260
_SIDES = shapely.MultiLineString([[(-180, -90), (-180, 90)], [(180, -90), (180, 90)]]).buffer(1e-9)

Literal = dict[str, Any]


@cache
def apart() -> tuple[Literal, ...]:
    """Spatial literals (GeoJSON, or a bbox) whose borders keep NEAR from the corners of every Item, and the other way round."""
    rng = random.Random(60)
    shapes = [_shape(rng) for _ in range(_TRIES)]
    outlines = [_outline(area_of(item["geometry"])) for item in items() if item["geometry"]]
    return tuple(shape for shape in shapes if area_of(shape).is_valid and _keeps_away(_outline(area_of(shape)), outlines))


@cache
def touching() -> tuple[Literal, ...]:
    """Footprints of Items, and boxes on the grid that their borders are on."""
    rng = random.Random(61)
    own = [item["geometry"] for item in items() if item["geometry"]][::3]
    corners = [(rng.randint(-20, 24) / 2 + 0.137, rng.randint(80, 104) / 2 + 0.119) for _ in range(40)]
    return (*own, *(_members(shapely.box(w, s, w + rng.randint(1, 9) / 2, s + rng.randint(1, 9) / 2)) for w, s in corners))


def wkt(literal: Literal) -> str:
    """As CQL2 text has it; shortest decimals that read as the same numbers."""
    if "bbox" in literal:
        return f"BBOX({', '.join(map(repr, literal['bbox']))})"
    return f"{literal['type'].upper()}{_nested(literal['coordinates'], literal['type'] == 'Point')}"


def _nested(coordinates: Any, point: bool = False) -> str:
    if isinstance(coordinates[0], int | float):
        position = " ".join(map(repr, coordinates))
        return f"({position})" if point else position
    return f"({', '.join(_nested(part) for part in coordinates)})"


def _members(shape: Any) -> Literal:
    found = mapping(shape)
    return {"type": found["type"], "coordinates": _lists(found["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, list | tuple) else value


def _shape(rng: random.Random) -> Literal:
    if rng.random() < 0.2:
        west, east = rng.uniform(170, 179.5), rng.uniform(-179.5, -175)
        box = [west, rng.uniform(-22, -16), east, rng.uniform(-15, -8)]
        return {"bbox": box if rng.random() < 0.8 else [*box[:2], 0, *box[2:], 10.5]}
    west, south, width, height = rng.uniform(-12, 10), rng.uniform(39, 50), rng.uniform(0.1, 12), rng.uniform(0.1, 8)
    box = shapely.box(west, south, west + width, south + height)
    kind = rng.choice(("bbox", "box", "quad", "hole", "two", "point", "points", "line", "lines", "world"))
    if kind == "bbox":
        return {"bbox": [west, south, west + width, south + height]}
    if kind == "world":
        return {"bbox": [-180, -90, 180, 90]}
    return _members(_of_kind(rng, kind, box))


def _of_kind(rng: random.Random, kind: str, box: Any) -> Any:
    west, south, east, north = box.bounds
    line = shapely.LineString([(west, south), (east, rng.uniform(south, north)), (west, north)])
    if kind == "quad":
        return shapely.Polygon([(west, south), (east, south + 0.1), (east - 0.05, north), (west + 0.01, north + 0.3)])
    if kind == "hole":
        return box - shapely.box(west + 0.02, south + 0.02, east - 0.02, north - 0.02)
    if kind == "two":
        return shapely.MultiPolygon([box, shapely.box(east + 0.5, south, east + 3.3, north)])
    if kind == "points":
        return shapely.MultiPoint(list(box.exterior.coords)[:3])
    if kind == "lines":
        return shapely.MultiLineString([line, shapely.LineString([(east + 1, south), (east + 2, north)])])
    return {"box": box, "point": box.centroid, "line": line}[kind]


@dataclass(frozen=True)
class _Outline:
    """A shape, its border, and the border's corners."""

    shape: Any
    border: Any
    corners: Any


def _outline(shape: Any) -> _Outline:
    """What ends at the antimeridian ends there for all, so that it is no border."""
    border = (shape.boundary if shape.geom_type.endswith("Polygon") else shape) - _SIDES
    corners = [(lon, lat) for lon, lat in shapely.get_coordinates(shape) if abs(lon) < 180]
    return _Outline(shape, border, shapely.MultiPoint(corners or [(0, 0)]))


def _keeps_away(shape: _Outline, outlines: list[_Outline]) -> bool:
    return all(
        shapely.distance(shape.border, other.corners) > NEAR and shapely.distance(other.border, shape.corners) > NEAR
        for other in outlines
        if shapely.distance(shape.shape, other.shape) < 1
    )
