"""A small catalogue whose every image is known, and where the map shows them: for tests that count and point."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from api.app import Offer
from api.map.offer import MapOffer
from index.sqlite import SqliteIndex
from mappings import coverages
from mappings.coverages import Services
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.pictures import Shelf, plain_png
from tests.support.serving import MEMBER, asking, serving
from tests.upstreams.wmts import Tiles

Box = tuple[float, float, float, float]
LONE: Box = (59.9, -30.1, 60.1, -29.9)
"""Where one image lies alone, with nothing but the sea around it; it has a picture."""
PICTURE = (255, 128, 0)
"""The colour of its picture."""
YEARS = range(2005, 2025)
CLOUDIEST = 40
"""Their clouds go from none to this many percent, without it."""
WMTS = "https://tiles.example.org/wmts"
"""The service of the yearly coverages; nobody answers there but a test."""
_TILE = 512


def month_of(number: int) -> str:
    return f"{YEARS[0] + number // 12}-{number % 12 + 1:02}"


def box_of(number: int) -> Box:
    """Of the images of France, one a month."""
    west, south = -3 + number % 12, 43 + number // 12 * 0.3
    return (west, south, west + 0.5, south + 0.2)


FRANCE = tuple((month_of(number), box(*box_of(number))) for number in range(12 * len(YEARS)))


def found_in(area: BaseGeometry | None = None, months: tuple[str, str] = ("0000", "9999")) -> int:
    """How many images of France lie in an area and in months, the first and the last included."""
    return sum(months[0] <= month <= months[1] and (area is None or footprint.intersects(area)) for month, footprint in FRANCE)


@contextmanager
def small(folder: Path) -> Iterator[str]:
    """The address of an API over the images of France, the lone one and the yearly coverages, to a member."""
    listing = coverages.read_layers(Tiles().capabilities(), Services(wmts=WMTS))
    items: list[Any] = [*map(_of_france, range(len(FRANCE))), _lone(), *map(coverages.to_item, listing.answer.records)]
    with SqliteIndex.open(folder / "index.sqlite") as index:
        index.apply(batch(items=[document(item) for item in items]))
        index.refresh()
        offer = Offer(asking(MEMBER), pictures=Shelf(usual=plain_png(64, PICTURE)), map=MapOffer(hosts=(WMTS,)))
        with serving(index, offer=offer) as base:
            yield base


def _of_france(at: int) -> Any:
    told: Any = {"platform": "spot-5", "gsd": 10, "eo:cloud_cover": at % CLOUDIEST}
    return make_item(f"i{at:03}", datetime=f"{month_of(at)}-15T10:00:00Z", box=box_of(at), **told)


def _lone() -> Any:
    item = make_item("lone", datetime="2025-06-01T06:00:00Z", box=LONE, platform="pleiades-1a")
    return {**item, "assets": {"look": {"href": "https://archive.example.org/look.png", "type": "image/png", "roles": ["overview"]}}}


def place_of(page: Page, view: tuple[float, float, float], lon: float, lat: float) -> tuple[float, float]:
    """Where the page shows a position while the map looks at `view` (zoom, latitude, longitude)."""
    shown = page.locator(".maplibregl-canvas").bounding_box()
    assert shown is not None
    zoom, middle_lat, middle_lon = view
    x, y = _world(lon, lat, zoom)
    at_x, at_y = _world(middle_lon, middle_lat, zoom)
    return shown["x"] + shown["width"] / 2 + x - at_x, shown["y"] + shown["height"] / 2 + y - at_y


def _world(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    """Pixels of the whole world in web Mercator."""
    size = _TILE * 2**zoom
    return size * (lon + 180) / 360, size * (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi))


def polygon(coordinates: Any) -> BaseGeometry:
    return shape({"type": "Polygon", "coordinates": coordinates})
