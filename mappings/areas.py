"""Areas on the ellipsoid, exact for outlines whose edges are straight in longitude and latitude, as GeoJSON's are."""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

# WGS 84 (EPSG:7030): semi-major axis in metres, flattening.
_A, _F = 6_378_137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)
_E = math.sqrt(_E2)
_B2 = _A * _A * (1 - _E2)
# An edge's integral by Gauss and Legendre: eight places are exact to rounding, an edge from pole to pole included.
_PLACES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_PLACES, _WEIGHTS = (_PLACES + 1) / 2, _WEIGHTS / 2


def square_metres(geometries: Any) -> Any:
    """m² of each geometry of an array (WGS 84, degrees, split at the antimeridian; holes left out, points and lines 0).

    By Green's theorem, the integral along each ring of the authalic function, which is the area between the equator and a latitude per
    radian of longitude (Snyder, "Map Projections: A Working Manual", eq. 3-12, times a²/2): no projection, so no distortion anywhere,
    and nothing to densify.
    """
    geometries = np.asarray(geometries, dtype=object)
    parts, whole = shapely.get_parts(geometries.ravel(), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if not len(rings):
        return np.zeros(geometries.shape)
    signed = np.abs(_ring_areas(rings))
    # The first ring of a part is its outside, the others are holes.
    outside = np.ones(len(rings), dtype=bool)
    outside[1:] = part[1:] != part[:-1]
    areas = np.bincount(whole[part], weights=np.where(outside, signed, -signed), minlength=geometries.size)
    return np.maximum(areas, 0).reshape(geometries.shape)


def square_kilometres(geometry: Any) -> float:
    """km² of one geometry."""
    return float(square_metres([geometry])[0]) / 1e6


def exact_km2(value: float) -> Decimal:
    """km² to the square metre, so that money is never a float's product."""
    return Decimal(f"{value:.6f}")


def share(part: Any, whole: Any) -> float:
    """area(part ∩ whole) / area(whole), 0 to 1; 0 when `whole` has no area."""
    area = square_kilometres(whole)
    if not area or not shapely.intersects(part, whole):
        return 0.0
    return min(square_kilometres(shapely.intersection(part, whole)) / area, 1.0)


def overlaps(one: Any, other: Any) -> bool:
    """Whether they share ground, not only an edge."""
    return bool(shapely.intersects(one, other)) and not bool(shapely.touches(one, other))


def _ring_areas(rings: Any) -> Any:
    positions, ring = shapely.get_coordinates(rings, return_index=True)
    lons, lats = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    within = ring[1:] == ring[:-1]
    width, start, rise = np.diff(lons)[within], lats[:-1][within], np.diff(lats)[within]
    heights = _authalic(start[:, None] + rise[:, None] * _PLACES) @ _WEIGHTS
    return np.bincount(ring[1:][within], weights=width * heights, minlength=len(rings))


def _authalic(lats: Any) -> Any:
    """m² per radian of longitude between the equator and latitudes in radians."""
    sines = np.sin(lats)
    return _B2 / 2 * (sines / (1 - _E2 * sines * sines) + np.arctanh(_E * sines) / _E)
