"""Areas written in GML 2, 3.1 and 3.2 and in GeoRSS, as GeoJSON in lon/lat."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyproj

from mappings.ogc.axes import Box, Hints, Order, Pair, Reference, decide, reference
from mappings.ogc.elements import Element, anywhere, attribute, children, first, words
from mappings.record import Unmappable
from mappings.values import number
from mappings.xml import local

_RINGS = ("exterior", "interior", "outerBoundaryIs", "innerBoundaryIs")
_OUTER = frozenset(("exterior", "outerBoundaryIs"))
_MAX_POSITIONS = 100_000


@dataclass(frozen=True)
class Shape:
    """Rings of one polygon (outer first), or the single position of a point, as written; `srs` is the nearest srsName above."""

    rings: tuple[tuple[Pair, ...], ...]
    srs: str | None
    point: bool = False


def shapes_in(element: Element) -> list[Shape]:
    """Every polygon within the element; envelopes and points only where there is none. Raises Unmappable for one without positions."""
    found = [_polygon(one) for one in anywhere(element, "Polygon", "PolygonPatch")]
    if found:
        return found
    return [_envelope(one) for one in anywhere(element, "Envelope", "Box")] or [_point(one) for one in anywhere(element, "Point")]


def simple_shapes(element: Element) -> list[Shape]:
    """GeoRSS-Simple: every `polygon`, else the `box`; latitudes first by definition."""
    polygons = [Shape((_pairs(_numbers(words(one)), 2),), "georss") for one in children(element, "polygon") if words(one)]
    return polygons or [Shape((_box_ring(_numbers(words(one))),), "georss") for one in children(element, "box") if words(one)]


def geojson(shapes: Iterable[Shape], hints: Hints) -> tuple[dict[str, Any], str]:
    """(geometry in lon/lat, the rule that told the order of axes) of shapes that belong together. Raises Unmappable."""
    listed = list(shapes)
    polygons = [shape for shape in listed if not shape.point] or listed[:1]
    if not polygons:
        raise Unmappable("no footprint", "footprint")
    told = [Reference(Order.LATLON) if shape.srs == "georss" else reference(shape.srs) for shape in polygons]
    if any(one.projected for one in told):
        parts = [[_unprojected(ring, one.projected) for ring in shape.rings] for shape, one in zip(polygons, told, strict=True)]
        return _geometry(parts, polygons[0].point), "declared"
    pairs = [pair for shape in polygons for pair in shape.rings[0]]
    orders = {one.order for one in told}
    order, rule = decide(pairs, orders.pop() if len(orders) == 1 else None, hints)
    swap = order is Order.LATLON
    return _geometry([[[_lonlat(pair, swap) for pair in ring] for ring in shape.rings] for shape in polygons], polygons[0].point), rule


def _lonlat(pair: Pair, swap: bool) -> list[float]:
    return [pair[1], pair[0]] if swap else [pair[0], pair[1]]


def _geometry(parts: list[list[Any]], point: bool) -> dict[str, Any]:
    if point:
        return {"type": "Point", "coordinates": parts[0][0][0]}
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def box_shape(box: Box) -> dict[str, Any]:
    """The area of a box in lon/lat; a point or a line where it has no width."""
    west, south, east, north = box
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    if west == east or south == north:
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    if west > east:
        return {
            "type": "MultiPolygon",
            "coordinates": [_box_coordinates(west, south, 180.0, north), _box_coordinates(-180.0, south, east, north)],
        }
    return {"type": "Polygon", "coordinates": _box_coordinates(west, south, east, north)}


def _box_coordinates(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _polygon(element: Element) -> Shape:
    outer: list[tuple[Pair, ...]] = []
    inner: list[tuple[Pair, ...]] = []
    srs = None
    for bound in element:
        if local(bound) not in _RINGS:
            continue
        ring = first(bound, "LinearRing", "Ring")
        if ring is None:
            continue
        positions = _positions(ring)
        if positions:
            (outer if local(bound) in _OUTER else inner).append(positions)
            srs = srs or _srs(ring)
    if not outer:
        raise Unmappable("a polygon without positions", "footprint")
    return Shape((outer[0], *inner), srs)


def _envelope(element: Element) -> Shape:
    corners = [_pairs(_numbers(words(one)), 2)[:1] for one in anywhere(element, "lowerCorner", "upperCorner", "pos") if words(one)]
    if len(corners) < 2:
        positions = _positions(element)
        if len(positions) < 2:
            raise Unmappable("an envelope without corners", "footprint")
        corners = [positions[:1], positions[1:2]]
    (a, b), (c, d) = corners[0][0], corners[1][0]
    return Shape((((a, b), (c, b), (c, d), (a, d), (a, b)),), _srs(element))


def _point(element: Element) -> Shape:
    positions = _positions(element)
    if not positions:
        raise Unmappable("a point without position", "footprint")
    return Shape((positions[:1],), _srs(element), point=True)


def _positions(ring: Element) -> tuple[Pair, ...]:
    """Of posList, of repeated pos, or of GML 2's coordinates."""
    listed = first(ring, "posList")
    if listed is not None:
        return _pairs(_numbers(words(listed)), _dimension(listed))
    single = [pair for one in anywhere(ring, "pos") for pair in _pairs(_numbers(words(one)), None)]
    if single:
        return _limited(single)
    old = first(ring, "coordinates")
    if old is not None and words(old):
        return _old(old)
    coords = [(number(words(first(one, "X"))), number(words(first(one, "Y")))) for one in anywhere(ring, "coord")]
    return _limited([(x, y) for x, y in coords if x is not None and y is not None])


def _old(element: Element) -> tuple[Pair, ...]:
    between, inside, point = element.get("ts") or " ", element.get("cs") or ",", element.get("decimal") or "."
    tuples = (words(element) or "").split() if between.isspace() else (words(element) or "").split(between)
    found = []
    for one in tuples:
        values = [number(part.strip().replace(point, ".")) for part in one.split(inside)[:2]]
        if len(values) < 2 or values[0] is None or values[1] is None:
            raise Unmappable(f"not a position: {one[:40]!r}", "footprint")
        found.append((values[0], values[1]))
    return _limited(found)


def _dimension(element: Element) -> int:
    for one in (element, *element.iterancestors()):
        written = attribute(one, "srsDimension") or attribute(one, "dimension")
        if written in ("2", "3"):
            return int(written)
    return 2


def _numbers(written: str | None) -> list[float]:
    values = (written or "").replace(",", " ").split()
    if len(values) > 3 * _MAX_POSITIONS:
        raise Unmappable(f"more than {_MAX_POSITIONS} positions", "footprint")
    try:
        found = [float(value) for value in values]
    except ValueError:
        raise Unmappable(f"coordinates that are no numbers: {(written or '')[:60]!r}", "footprint") from None
    if not all(map(math.isfinite, found)):
        raise Unmappable("coordinates that are no numbers", "footprint")
    return found


def _pairs(values: list[float], dimension: int | None) -> tuple[Pair, ...]:
    """Two of each `dimension` values; None takes the first two of all."""
    if dimension is None:
        return ((values[0], values[1]),) if len(values) >= 2 else ()
    if len(values) % dimension:
        raise Unmappable(f"{len(values)} coordinates, where each position has {dimension}", "footprint")
    return _limited([(values[at], values[at + 1]) for at in range(0, len(values), dimension)])


def _limited(pairs: list[Pair]) -> tuple[Pair, ...]:
    if len(pairs) > _MAX_POSITIONS:
        raise Unmappable(f"more than {_MAX_POSITIONS} positions", "footprint")
    return tuple(pairs)


def _box_ring(values: list[float]) -> tuple[Pair, ...]:
    if len(values) != 4:
        raise Unmappable("a box that is not of four numbers", "footprint")
    a, b, c, d = values
    return ((a, b), (c, b), (c, d), (a, d), (a, b))


def _srs(element: Element) -> str | None:
    for one in (element, *element.iterancestors()):
        written = attribute(one, "srsName")
        if written:
            return written
    return None


@lru_cache(maxsize=64)
def _transformer(code: str) -> Any:
    try:
        return pyproj.Transformer.from_crs(f"EPSG:{code}", "EPSG:4326", always_xy=True)
    except pyproj.exceptions.ProjError:
        return None


def _unprojected(ring: tuple[Pair, ...], code: str | None) -> list[list[float]]:
    transformer = _transformer(code) if code else None
    if transformer is None:
        raise Unmappable(f"a reference system that is not known: EPSG:{code}", "footprint")
    xs, ys = transformer.transform([pair[0] for pair in ring], [pair[1] for pair in ring])
    return [[float(x), float(y)] for x, y in zip(xs, ys, strict=True)]


def boxes_in(element: Element) -> Iterator[Box]:
    """EX_GeographicBoundingBox elements, always in lon/lat: west and east changed over unless they can only mean the antimeridian."""
    for one in anywhere(element, "EX_GeographicBoundingBox"):
        if (words(first(one, "Boolean")) or "1").lower() in ("0", "false"):
            # The part of the world that the data do not cover.
            continue
        values = [_bound(one, name) for name in ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")]
        west, south, east, north = values
        if west is None or south is None or east is None or north is None:
            continue
        if south > north:
            south, north = north, south
        # Across the antimeridian it would be more than half the world wide: changed over (seen in the French GEO-IDE).
        if west > east and east + 360 - west > 180:
            west, east = east, west
        yield west, south, east, north


def _bound(box: Element, name: str) -> float | None:
    for one in children(box, name):
        value = number(words(first(one, "Decimal", "Real"))) if len(one) else number(words(one))
        if value is not None:
            return value
    return None
