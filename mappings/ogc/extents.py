"""Where the data of an ISO record lie: its extents as one footprint."""

from typing import Any

from mappings.ogc.axes import Box, Hints
from mappings.ogc.elements import Element, anywhere, first
from mappings.ogc.gml import box_shape, boxes_in, geojson, shapes_in
from mappings.record import Unmappable
from mappings.xml import local


def footprint_of(data: Element, hints: Hints) -> tuple[dict[str, Any], str | None, bool]:
    """(geometry, rule of the axes, whether it is made of boxes). Of several extents the union; of one the polygons rather than its box."""
    parts: list[dict[str, Any]] = []
    rule = None
    approximate = True
    for extent in [
        one
        for one in anywhere(data, "extent", "spatialTemporalExtent")
        if first(one, "EX_GeographicBoundingBox", "EX_BoundingPolygon") is not None and not _nested(one)
    ]:
        boxes = list(boxes_in(extent))
        shapes = [shape for polygon in anywhere(extent, "EX_BoundingPolygon") for shape in shapes_in(polygon)]
        if shapes:
            own = Hints(_around(boxes) if boxes else hints.own, hints.region, hints.usual)
            part, rule = geojson(shapes, own)
            parts.append(part)
            approximate = False
        else:
            parts += [box_shape(box) for box in boxes]
    if not parts:
        raise Unmappable("no footprint", "EX_GeographicBoundingBox")
    return _union(parts), rule, approximate


def _nested(extent: Element) -> bool:
    """Whether it is the gmd:extent of an EX_TemporalExtent, or lies in another extent."""
    return any(local(above) == "EX_Extent" for above in extent.iterancestors())


def _around(boxes: list[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _union(parts: list[dict[str, Any]]) -> dict[str, Any]:
    unique = [part for at, part in enumerate(parts) if part not in parts[:at]]
    if len(unique) == 1:
        return unique[0]
    areas = [part for part in unique if part["type"] in ("Polygon", "MultiPolygon")]
    if not areas:
        return unique[0]
    polygons = [polygon for area in areas for polygon in ([area["coordinates"]] if area["type"] == "Polygon" else area["coordinates"])]
    return {"type": "MultiPolygon", "coordinates": polygons} if len(polygons) > 1 else areas[0]


def area_of(data: Element) -> float:
    """Square degrees of all its boxes."""
    return sum(((east - west) % 360 or (360 if east != west else 0)) * (north - south) for west, south, east, north in boxes_in(data))
