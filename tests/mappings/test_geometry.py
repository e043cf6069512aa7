"""Footprints that are hard to split at the antimeridian."""

import pytest
from shapely.geometry import shape

from mappings.geometry import clean_footprint

OUTLINE = [[177, 0], [182, 0], [182, 3], [177, 3], [177, 0]]
HOLE = [[178, 1], [178, 2], [181, 2], [181, 1], [178, 1]]


def within(ring: list[list[float]]) -> list[list[float]]:
    return [[lon - 360 if lon > 180 else lon, lat] for lon, lat in ring]


@pytest.mark.parametrize(
    ("rings", "bbox"),
    [
        ([OUTLINE, HOLE], [177, 0, -178, 3]),
        ([within(OUTLINE), within(HOLE)], [177, 0, -178, 3]),
        ([[[-lon, lat] for lon, lat in ring] for ring in (OUTLINE, HOLE)], [178, 0, -177, 3]),
    ],
    ids=["beyond 180", "within 180", "beyond -180"],
)
def test_a_hole_that_crosses_the_antimeridian_stays_a_hole_on_both_sides(rings: list, bbox: list[float]) -> None:
    geometry, found = clean_footprint({"type": "Polygon", "coordinates": rings})
    split = shape(geometry)
    assert (split.is_valid, split.area, len(split.geoms)) == (True, 12.0, 2)
    assert found == bbox
