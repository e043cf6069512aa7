"""A catalogue to be hostile to: Items of every availability and licence, and a crowd on which what is slow shows."""

from math import cos, pi, sin
from typing import Any

from index.protocol import Index
from index.state import Batch
from tests.access.world import NOW, fill
from tests.support.items import make_document

CROWD = 2000
COLLECTION = "crowd"


def fill_all(index: Index) -> None:
    """The world of the access tests, and the crowd."""
    fill(index)
    index.apply(Batch("test", "crowd", NOW, items=[_one(number) for number in range(CROWD)]))
    index.refresh()


def _one(number: int) -> Any:
    west, south = -170 + number % 340, -80 + number % 160
    return make_document(
        f"crowd-{number}",
        COLLECTION,
        geometry={"type": "Polygon", "coordinates": [ring(40, 0.9, (west + 1, south + 1))]},
        datetime=f"20{number % 25:02}-0{number % 9 + 1}-1{number % 10}T10:00:00Z",
        platform=f"Spot-{number % 7}",
        title=f"Été {'%a' * (number % 50)} n° {number} " + "éà " * (number % 200),
        instruments=["hrg", f"instrument-{number % 5}"],
        keywords=["forêt", "eau"],
        gsd=number % 9 + 0.5,
        **{"eo:cloud_cover": number % 101, "sat:relative_orbit": number % 300 + 1},
    )


def ring(count: int, radius: float, centre: tuple[float, float] = (0.0, 0.0)) -> list[list[float]]:
    """A closed ring of so many positions and one."""
    turn = 2 * pi / count
    found = [[centre[0] + radius * cos(turn * step), centre[1] + radius * sin(turn * step)] for step in range(count)]
    return [*found, found[0]]
