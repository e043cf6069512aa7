"""The Items that random queries are asked of: everything that an Item may have, lack, or have oddly. The same in every run."""

import random
from functools import cache
from typing import Any

import shapely
import shapely.affinity

from mappings.record import Item
from tests.differential.texts import KEYWORDS, NAMES, PREFIX, SCENES, TITLES
from tests.support.items import make_item

NUMBER = 200
COLLECTIONS = ("spot", "sentinel-2-l1c", "sentinel-2-l2a", "mosaïque")
SOURCES = ("airbus", "dinamis", "peps", "swh")
AVAILABILITIES = ("open", "held", "orderable", "view", "unknown")

TIMES = (
    "1965-07-01T08:30:00Z",
    "1986-02-22T10:15:00.5Z",
    "2023-12-31T23:59:59.999999Z",
    "2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00.000001Z",
    "2024-02-29T12:00:00Z",
    "2024-03-01T00:00:00Z",
    "2024-03-01T12:00:00Z",
    "2024-03-01T12:00:00.000001Z",
    "2024-03-01T23:59:59.999999Z",
    "2024-03-02T00:00:00Z",
    "2024-05-31T21:59:59.123Z",
    "2025-01-01T00:00:00Z",
    "2025-06-15T10:50:31.024Z",
)

NUMBERS: dict[str, tuple[float | int, ...]] = {
    "gsd": (0, 0.5, 1.5, 1.5, 10, 10.0, 20, 0.1 + 0.2, 0.3),
    "eo:cloud_cover": (0, 0.0, -0.0, 100, 100.0, 50, 12.5, 99.999999, 1e-9, 33, 7),
    "eo:snow_cover": (0, 1, 100),
    "view:off_nadir": (0, 0.1, 15, 29.999, 30, 30),
    "view:azimuth": (0, 90, 359.999, 360),
    "view:sun_elevation": (-90, -0.5, 0, 45.25, 90),
    "sat:relative_orbit": (1, 2, 51, 51, 143, 12.0),
    "sat:absolute_orbit": (1, 12345, 2**31, 2**53 - 1),
}

TEXTS: dict[str, tuple[str, ...]] = {
    "title": TITLES,
    "platform": NAMES,
    "constellation": NAMES[:8],
    "version": ("1", "1.0", "10", "2", "02"),
    "moisson:scene": SCENES,
    "sat:orbit_state": ("ascending", "descending"),
    "grid:code": ("MGRS-31TCJ", "MGRS-31TDJ", "mgrs-31tcj"),
    "processing:level": ("L1C", "L2A", "l1c"),
}

LISTS: dict[str, tuple[str, ...]] = {
    "keywords": KEYWORDS,
    "instruments": ("msi", "MSI", "naomi", "hrv é"),
    "sar:polarizations": ("VV", "VH", "HH"),
}

# What is not of the field's kind is as if it was not there.
ODD: tuple[tuple[str, Any], ...] = (
    ("eo:cloud_cover", "12"),
    ("eo:cloud_cover", True),
    ("platform", 6),
    ("platform", ""),
    ("title", ["list"]),
    ("keywords", "forêt"),
    ("keywords", []),
    ("keywords", []),
    ("keywords", ["ville", "ville", 7, "neige"]),
    ("instruments", []),
    ("sat:relative_orbit", 12.5),
    ("moisson:online", "true"),
    ("gsd", None),
)


@cache
def items() -> tuple[Item, ...]:
    """All of them, in no order."""
    rng = random.Random(6)
    made = [_item(rng, number) for number in range(NUMBER)]
    # The same id in two Collections.
    made += [_item(rng, number, twin=True) for number in range(0, 40, 4)]
    for position, (name, value) in enumerate(ODD):
        made[position * 7 + 3]["properties"][name] = value
    return tuple(made)


def _item(rng: random.Random, number: int, twin: bool = False) -> Item:
    availability = rng.choice(AVAILABILITIES)
    licences = {"open": ("copernicus", "etalab-2.0"), "held": ("dinamis-spot67", "dsp-pleiades"), "orderable": ("airbus-optical",)}
    item = make_item(
        _name(number),
        COLLECTIONS[(number + (2 if twin else 0)) % 4] if number < 40 else rng.choice(COLLECTIONS),
        availability=availability,
        licence=rng.choice(licences.get(availability, ("unknown",))),
        source=rng.choice(SOURCES),
        box=None,
        geometry=_geometry(rng, number),
        **_times(rng),
    )
    item["properties"].update(_properties(rng))
    return item


def _name(number: int) -> str:
    odd = ("100%", "a_b", "aXb", "l'île", "back\\slash", 'qu"ote', "Été", "été", "ETE", "\U0001f6f0", "zz", "\uffee")
    if number < len(odd):
        return odd[number]
    return f"{PREFIX}{number:03d}" if number % 2 else f"i{number}"


def _times(rng: random.Random) -> dict[str, Any]:
    first, last = sorted(rng.sample(TIMES, 2))
    return rng.choice(
        (
            {"datetime": rng.choice(TIMES)},
            {"datetime": rng.choice(TIMES)},
            {"datetime": None, "start": first, "end": last},
            {"datetime": None, "start": first, "end": first},
            {"datetime": first, "start": first, "end": last},
            {"datetime": last, "start": first, "end": last},
        )
    )


def _properties(rng: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pools, share in ((NUMBERS, 0.7), (TEXTS, 0.75)):
        found.update({name: rng.choice(pool) for name, pool in pools.items() if rng.random() < share})
    found.update({name: rng.sample(pool, rng.randint(1, 3)) for name, pool in LISTS.items() if rng.random() < 0.7})
    if rng.random() < 0.6:
        found["moisson:online"] = rng.random() < 0.5
    if rng.random() < 0.5:
        found["created"], found["updated"] = sorted(rng.choices(TIMES, k=2))
    return found


def _geometry(rng: random.Random, number: int) -> Any:
    """Borders on a grid of half degrees, moved by a little that no shape of a query has."""
    kind = ("box", "box", "box", "small", "triangle", "hole", "parts", "pacific", "pacific hole", "point", "line", "none")[number % 12]
    west, south = rng.randint(-20, 20) / 2 + 0.137, rng.randint(80, 100) / 2 + 0.119
    width, height = (rng.randint(1, 12) / 2, rng.randint(1, 8) / 2) if kind != "small" else (0.01, 0.01)
    ring = shapely.box(west, south, west + width, south + height)
    if kind in ("box", "small"):
        return ring
    if kind == "triangle":
        return shapely.Polygon([(west, south), (west + width, south + 0.25), (west, south + height)])
    if kind == "hole":
        return _with_hole(west, south, width + 1, height + 1)
    if kind == "parts":
        return shapely.MultiPolygon([ring, shapely.box(west + width + 1, south, west + width + 2, south + 1)])
    if kind == "pacific":
        return shapely.box(177 + west / 20, south - 60, 181 + west / 20, south - 60 + height)
    if kind == "pacific hole":
        ring = _with_hole(177.137, south - 60, 5, 3)
        beyond = shapely.affinity.translate(ring & shapely.box(180, -90, 190, 90), -360)
        return shapely.MultiPolygon([ring & shapely.box(170, -90, 180, 90), beyond])
    if kind == "point":
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (west + width, south + height), (west + width, south)]) if kind == "line" else None


def _with_hole(west: float, south: float, width: float, height: float) -> Any:
    outer = shapely.box(west, south, west + width, south + height).exterior.coords
    return shapely.Polygon(
        outer, [shapely.box(west + 0.25, south + 0.25, west + width - 0.25, south + height - 0.25).exterior.coords[::-1]]
    )
