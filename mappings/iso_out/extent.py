"""When and where an image was taken, as ISO 19139 says it: exact times, boxes, and the footprint in GML 3.2."""

from collections.abc import Iterator
from typing import Any

from mappings.iso_out.shown import Shown
from mappings.iso_out.writing import Element, decimal, element
from mappings.values import items

_SRS = "urn:ogc:def:crs:EPSG::4326"


def extent(shown: Shown) -> Element:
    """gmd:extent: its times, its boxes (one on each side of the antimeridian) and its polygons."""
    boxes = [element("gmd:geographicElement", _box(*box)) for box in _boxes(shown.item.get("bbox"))]
    return element("gmd:extent", element("gmd:EX_Extent", *boxes, _footprint(shown), *map(_temporal, _times(shown))))


def _times(shown: Shown) -> Iterator[Element]:
    """The interval if there is one, and the instant if there is one: another Moisson reads both as they were."""
    start, end, at = (shown.said(name) for name in ("start_datetime", "end_datetime", "datetime"))
    if start and end:
        yield element(
            "gml:TimePeriod",
            element("gml:beginPosition", start),
            element("gml:endPosition", end),
            gml_id=f"period-{shown.mark}",
        )
    if at:
        yield element("gml:TimeInstant", element("gml:timePosition", at), gml_id=f"instant-{shown.mark}")


def _temporal(time: Element) -> Element:
    return element("gmd:temporalElement", element("gmd:EX_TemporalExtent", element("gmd:extent", time)))


def _boxes(bbox: Any) -> list[tuple[float, float, float, float]]:
    """West, south, east, north; two where the footprint crosses the antimeridian, for few readers know a west beyond the east."""
    values = [float(value) for value in items(bbox)]
    if len(values) != 4:
        return []
    west, south, east, north = values
    return [(west, south, east, north)] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def _box(west: float, south: float, east: float, north: float) -> Element:
    """In the order of the schema."""
    bounds = {"westBoundLongitude": west, "eastBoundLongitude": east, "southBoundLatitude": south, "northBoundLatitude": north}
    said = (element(f"gmd:{name}", element("gco:Decimal", decimal(value))) for name, value in bounds.items())
    return element("gmd:EX_GeographicBoundingBox", *said)


def _footprint(shown: Shown) -> Element | None:
    """One gmd:polygon for each part; latitudes first, as the reference system says."""
    geometry = shown.item.get("geometry")
    shapes = list(_shapes(geometry, shown.mark)) if geometry else []
    if not shapes:
        return None
    return element("gmd:geographicElement", element("gmd:EX_BoundingPolygon", *(element("gmd:polygon", one) for one in shapes)))


def _shapes(geometry: Any, mark: str) -> Iterator[Element]:
    coordinates = geometry["coordinates"]
    if geometry["type"] in ("Polygon", "MultiPolygon"):
        parts = [coordinates] if geometry["type"] == "Polygon" else coordinates
        for number, (outer, *holes) in enumerate(parts, 1):
            rings = (_ring("gml:exterior", outer), *(_ring("gml:interior", hole) for hole in holes))
            yield element("gml:Polygon", *rings, gml_id=f"part-{number}-{mark}", srsName=_SRS)
    elif geometry["type"] == "Point":
        yield element("gml:Point", element("gml:pos", _positions([coordinates])), gml_id=f"part-1-{mark}", srsName=_SRS)
    elif geometry["type"] == "LineString":
        line = element("gml:posList", _positions(coordinates), srsDimension="2")
        yield element("gml:LineString", line, gml_id=f"part-1-{mark}", srsName=_SRS)


def _ring(tag: str, positions: Any) -> Element:
    return element(tag, element("gml:LinearRing", element("gml:posList", _positions(positions), srsDimension="2")))


def _positions(positions: Any) -> str:
    """All digits, so that the same numbers are read."""
    return " ".join(f"{float(at[1])!r} {float(at[0])!r}" for at in positions)
