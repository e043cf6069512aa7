"""Shapes of a filter, and their relations to the footprint of the Item."""

from collections.abc import Mapping
from typing import Any

import shapely

from index.filters.nodes import FilterError, Spatial
from index.filters.properties import property_of
from index.filters.scalars import args_of
from index.filters.wording import text_of
from mappings.queryables import Kind
from mappings.shapes import MAX_POSITIONS, ShapeError, read_bbox, read_geometry

# GEOS has no exact answer of a collection for the other relations.
_OF_COLLECTIONS = ("intersects", "disjoint")
_MAX_MEMBERS = 100
_TURNED = {"within": "contains", "contains": "within"}
MAX_CROSSED = 100
"""Positions of lines that cross themselves, where each Item's relation to them takes as long as they have crossings."""


def spatial(relation: str, value: Mapping[str, Any]) -> Spatial:
    """The property `geometry` and a shape, in either order."""
    args, part = args_of(value, 2), text_of(value)
    left, right = (isinstance(arg, Mapping) and "property" in arg for arg in args)
    if left == right:
        wanted = "one side is geometry, the Item's footprint, the other a shape"
        raise FilterError(part, f"{wanted}: POINT(…), POLYGON((…)), BBOX(…) or GeoJSON")
    if right:
        args, relation = args[::-1], _TURNED.get(relation, relation)
    found = property_of(args[0])
    if found.kind is not Kind.GEOMETRY:
        raise FilterError(part, f"{found.field.name} is no shape: the Item's footprint is geometry")
    shape = _shape(args[1], relation)
    if relation in ("touches", "crosses") and shapely.get_num_coordinates(shape) > MAX_CROSSED and not shape.is_simple:
        raise FilterError(part, f"lines of more than {MAX_CROSSED} positions that cross themselves: simplify them, or ask S_INTERSECTS")
    return Spatial(relation, shape)


def _shape(value: Any, relation: str) -> Any:
    part = text_of(value)
    try:
        if relation in _OF_COLLECTIONS and isinstance(value, Mapping) and value.get("type") == "GeometryCollection":
            return _collection(value.get("geometries"), part)
        if isinstance(value, Mapping) and "bbox" in value and "type" not in value:
            box = value["bbox"]
            if len(value) != 1 or not isinstance(box, list):
                raise FilterError(part, 'a bbox is {"bbox": [west, south, east, north]}')
            return _solid(read_bbox(_numbers(box, part)))
        return read_geometry(value)
    except ShapeError as error:
        raise FilterError(part, str(error)) from None


def _collection(members: Any, part: str) -> Any:
    """Shapes of any kinds: the footprint meets them when it meets one."""
    if not isinstance(members, list) or not members:
        raise FilterError(part, "a GeometryCollection has a list of geometries")
    if len(members) > _MAX_MEMBERS:
        raise FilterError(part, f"more than {_MAX_MEMBERS} geometries in a collection")
    shapes = [read_geometry(member) for member in members]
    if sum(shapely.get_num_coordinates(shape) for shape in shapes) > MAX_POSITIONS:
        raise FilterError(part, f"at most {MAX_POSITIONS} positions: simplify the geometries")
    return shapely.geometrycollections(shapes)


def _numbers(values: list[Any], part: str) -> list[Any]:
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise FilterError(part, "a bbox is of numbers")
    return values


def _solid(box: Any) -> Any:
    """A bbox without width or height as the line or point that it is: as a polygon it would be invalid."""
    if box.is_valid:
        return box
    parts = [_flat(part.bounds) for part in shapely.get_parts(box)]
    most = max(shapely.get_dimensions(part) for part in parts)
    kept = [part for part in parts if shapely.get_dimensions(part) == most]
    return kept[0] if len(kept) == 1 else shapely.union_all(kept)


def _flat(bounds: tuple[float, float, float, float]) -> Any:
    west, south, east, north = bounds
    if west < east and south < north:
        return shapely.box(*bounds)
    return shapely.Point(west, south) if west == east and south == north else shapely.LineString([(west, south), (east, north)])
