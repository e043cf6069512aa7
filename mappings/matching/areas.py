"""Areas of footprints in lon/lat degrees, whose edges are straight there: cylindrical equal-area projection of the WGS 84 ellipsoid."""

import math
from typing import Any

import numpy as np
import shapely

# WGS 84: semi-major axis in kilometres, eccentricity.
_A = 6378.137
_E2 = 0.0066943799901413165
_E = math.sqrt(_E2)
# Degrees: a straight edge in lon/lat is none in the projection, which near a pole would make a thousandth.
_STEP = 0.1


def area_km2(geometry: Any) -> float:
    """Square kilometres of a shapely geometry; 0 for what has no area. Authalic latitude: Snyder, Map Projections (1987), eq. 3-12."""
    return float(shapely.area(shapely.transform(shapely.segmentize(geometry, _STEP), _project)))


def share(part: Any, whole: Any) -> float:
    """area(part ∩ whole) / area(whole), 0 to 1; 0 when `whole` has no area."""
    area = area_km2(whole)
    if not area or not shapely.intersects(part, whole):
        return 0.0
    return min(area_km2(shapely.intersection(part, whole)) / area, 1.0)


def overlaps(one: Any, other: Any) -> bool:
    """Whether they share ground, not only an edge."""
    return bool(shapely.intersects(one, other)) and not bool(shapely.touches(one, other))


def _project(positions: Any) -> Any:
    lon, sine = np.radians(positions[:, 0]), np.sin(np.radians(positions[:, 1]))
    q = (1 - _E2) * (sine / (1 - _E2 * sine**2) + np.arctanh(_E * sine) / _E)
    return np.column_stack((_A * lon, _A * q / 2))
