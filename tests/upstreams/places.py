"""Places and outlines: where the scenes of the world lie, in degrees of longitude and latitude."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, radians, sin
from typing import Any, NamedTuple

import shapely
from shapely.geometry import box, shape

Ring = list[tuple[float, float]]


class Region(NamedTuple):
    """A box of scene centres and the names that gazetteers give it; `share` in percent."""

    share: int
    name: str
    box: tuple[float, float, float, float]
    continent: str
    continent_code: str
    country: str


REGIONS = (
    Region(60, "Metropole", (-4.2, 43.0, 7.4, 50.4), "Europe", "EU", "France"),
    Region(6, "Guyane", (-54.2, 2.4, -51.9, 5.4), "South America", "SA", "France"),
    Region(4, "Reunion", (55.25, -21.35, 55.8, -20.9), "Africa", "AF", "France"),
    Region(5, "Antilles", (-61.75, 14.4, -60.9, 16.4), "North America", "NA", "France"),
    Region(5, "Nouvelle-Caledonie", (164.1, -22.5, 167.1, -20.1), "Oceania", "OC", "France"),
    Region(1, "Fidji", (179.96, -18.8, 180.04, -16.2), "Oceania", "OC", "Fiji"),
    Region(19, "Monde", (-165.0, -58.0, 165.0, 68.0), "Africa", "AF", "Elsewhere"),
)
_BY_PERCENT = tuple(region for region in REGIONS for _ in range(region.share))


class Place(NamedTuple):
    """A scene's centre (degrees; the longitude may pass 180 by a little) and its region."""

    region: Region
    lon: float
    lat: float


def place(bits: int, among: int = 100) -> Place:
    """A place out of 64 bits; `among` 80 keeps to French land, 60 to the mainland."""
    region = _BY_PERCENT[bits % among]
    west, south, east, north = region.box
    lon = west + (east - west) * (bits >> 8 & 0xFFFFF) / 0x100000
    return Place(region, lon, south + (north - south) * (bits >> 28 & 0xFFFFF) / 0x100000)


def outline(centre: Place, width: float, height: float, bits: int) -> Ring:
    """A closed, counter-clockwise, slightly tilted ring of 4 to 20 vertices; width and height in km; not yet cut at 180 degrees."""
    tilt = radians(-8.0 - (bits & 0x7F) / 16)
    turn_x, turn_y = cos(tilt), sin(tilt)
    per_lat = 110.6
    per_lon = 111.3 * cos(radians(centre.lat))
    corners = [(-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2)]
    pieces = (1, 1, 1, 2, 3, 4, 5, 1)[bits >> 7 & 7]
    ring: Ring = []
    for side, (x0, y0) in enumerate(corners):
        x1, y1 = corners[(side + 1) & 3]
        for piece in range(pieces):
            part = piece / pieces
            swell = 1 + 0.04 * part * (1 - part)
            x, y = (x0 + (x1 - x0) * part) * swell, (y0 + (y1 - y0) * part) * swell
            ring.append((centre.lon + (x * turn_x - y * turn_y) / per_lon, centre.lat + (x * turn_y + y * turn_x) / per_lat))
    ring.append(ring[0])
    return ring


def crosses(ring: Ring) -> bool:
    return any(not -180 <= lon <= 180 for lon, _ in ring)


def wrapped(ring: Ring) -> Ring:
    """The same ring with longitudes inside -180..180: it jumps from one side to the other where it crosses the antimeridian."""
    if not crosses(ring):
        return ring
    return [((lon + 180) % 360 - 180, lat) for lon, lat in ring]


def _half(ring: Ring, edge: float, east: bool) -> Ring:
    kept: Ring = []
    for (x0, y0), (x1, y1) in pairwise(ring):
        inside, next_inside = (x0 > edge) == east, (x1 > edge) == east
        if inside:
            kept.append((x0, y0))
        if inside != next_inside:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
    return [*kept, kept[0]] if kept else kept


def cut(ring: Ring) -> list[Ring]:
    """One ring, or two where it crosses the antimeridian; all longitudes in -180..180."""
    if not crosses(ring):
        return [ring]
    edge = 180.0 if max(lon for lon, _ in ring) > 180 else -180.0
    turn = -360.0 if edge > 0 else 360.0
    inner, outer = _half(ring, edge, edge < 0), _half(ring, edge, edge > 0)
    return [part for part in (inner, [(lon + turn, lat) for lon, lat in outer]) if part]


def bounds(ring: Ring) -> tuple[float, float, float, float]:
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return min(lons), min(lats), max(lons), max(lats)


def cell(lon: float, lat: float) -> str:
    """The one-degree square of an identifier, such as W123N37."""
    west, south = floor((lon + 180) % 360 - 180), floor(lat)
    return f"{'W' if west < 0 else 'E'}{abs(west):03d}{'S' if south < 0 else 'N'}{abs(south):02d}"


def tile(lon: float, lat: float) -> str:
    """The MGRS tile, right to about one square of 100 km (a plain projection is enough for a name)."""
    zone = min(int((lon + 180) // 6) % 60 + 1, 60)
    east = 500 + (((lon + 180) % 6) - 3) * 111.3 * cos(radians(lat))
    column = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")[(zone - 1) % 3][min(max(int(east / 100) - 1, 0), 7)]
    row = "ABCDEFGHJKLMNPQRSTUV"[(floor(lat * 1.106) + (5 if zone % 2 == 0 else 0)) % 20]
    return f"{zone:02d}{'CDEFGHJKLMNPQRSTUVWX'[min(int((lat + 80) // 8), 19)]}{column}{row}"


@dataclass(frozen=True)
class Area:
    """A searched area in lon/lat; a box whose west is greater than its east crosses the antimeridian."""

    wkb: bytes

    @classmethod
    def of_box(cls, west: float, south: float, east: float, north: float) -> Area:
        if west > east:
            halves = shapely.union_all([box(west, south, 180, north), box(-180, south, east, north)])
            return cls(shapely.to_wkb(halves))
        return cls(shapely.to_wkb(box(west, south, east, north)))

    @classmethod
    def of_geometry(cls, geometry: Mapping[str, Any] | str) -> Area:
        """GeoJSON object or WKT. Raises ValueError or shapely's own error when it is neither."""
        found = shapely.from_wkt(geometry) if isinstance(geometry, str) else shape(geometry)
        return cls(shapely.to_wkb(found))

    def tester(self) -> AreaTest:
        return AreaTest(shapely.from_wkb(self.wkb))


class AreaTest:
    """The same area, prepared: rejects by bounds first, then tests the outline exactly."""

    def __init__(self, geometry: shapely.Geometry) -> None:
        shapely.prepare(geometry)
        self._geometry = geometry
        self._bounds = geometry.bounds

    def touches(self, ring: Ring) -> bool:
        """Whether an uncut ring intersects the area."""
        west, south, east, north = self._bounds
        for part in cut(ring):
            a, b, c, d = bounds(part)
            if a <= east and c >= west and b <= north and d >= south and self._geometry.intersects(shapely.Polygon(part)):
                return True
        return False
