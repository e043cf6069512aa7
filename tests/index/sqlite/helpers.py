"""Items far and wide."""

import random
from dataclasses import replace

import shapely

from index.document import Document
from mappings.geometry import box
from tests.index.helpers import micros
from tests.support.items import make_document

FIRST = micros("2000-01-01")


HOUR = 3_600_000_000


def scattered(number: int) -> list[Document]:
    """Documents an hour apart, the older half in the west, the newer in the east."""
    rng, made = random.Random(1), make_document("x")
    found = []
    for n in range(number):
        west, south = (rng.uniform(10, 60) if n > number / 2 else rng.uniform(-60, -10)), rng.uniform(-60, 60)
        corners = (west, south, west + rng.uniform(0.1, 3), south + rng.uniform(0.1, 3))
        shape = shapely.box(*corners) if n % 3 else shapely.Polygon([corners[:2], (corners[2], corners[1]), (corners[0], corners[3])])
        when = FIRST + n * HOUR
        found.append(
            replace(
                made,
                id=f"i{n * 7919 % number:05d}",
                collection=f"c{n % 3}",
                digest=n.to_bytes(16, "big"),
                **{"sort_key": when, "start": when, "end": when + HOUR * (n % 2)},
                wkb=shapely.to_wkb(shape),
                boxes=[corners],
            )
        )
    return found


AREAS = [
    box(-180, -90, 180, 90),
    box(-70, -70, 0, 70),
    box(0, -70, 70, 70),
    box(-30, -30, 30, 30),
    box(11, 0, 13, 2),
    box(-35, -20, -25, 20),
    shapely.Point(0, 0).buffer(45),
    shapely.MultiPolygon([box(-40, -40, -20, 40), box(20, -40, 40, 40)]),
]
