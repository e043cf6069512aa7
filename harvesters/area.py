"""Area: the part of the world that a source is configured for."""

from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import shape

from mappings.geometry import box, clean_footprint, mapping_of
from mappings.record import Unmappable


@dataclass(frozen=True)
class Area:
    """A bounding box in degrees; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, bounds: tuple[float, float, float, float] | None) -> "Area | None":
        return None if bounds is None else cls(*bounds)

    @property
    def crosses(self) -> bool:
        return self.west > self.east

    @property
    def bounds(self) -> list[float]:
        return [self.west, self.south, self.east, self.north]

    @property
    def text(self) -> str:
        """The bounds as a comma list, without exponents: resto's grammar has none (CNES report §1.2)."""
        return ",".join(f"{value:.7f}".rstrip("0").rstrip(".") for value in self.bounds)

    @property
    def geometry(self) -> Any:
        """A shapely Polygon, or a MultiPolygon of the two sides of the antimeridian."""
        return box(*self.bounds)

    @property
    def geojson(self) -> dict[str, Any]:
        return mapping_of(self.geometry)

    def excludes(self, member: Any) -> bool:
        """Whether a feature surely lies outside; what has no readable footprint is left to the mapping to judge."""
        try:
            footprint, _ = clean_footprint(member.get("geometry") if isinstance(member, dict) else None)
        except Unmappable:
            return False
        return not shapely.intersects(shape(footprint), self.geometry)
