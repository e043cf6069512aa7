"""A small catalogue for the tests of its pages: three archives, one Item hidden from visitors."""

from typing import Any

from index.protocol import Index
from tests.index.helpers import batch
from tests.support.items import document, make_item

HELD = "dinamis-spot67"
SALE = "airbus-spot"
OPEN = "sentinel-2-l1c"


def items() -> list[Any]:
    """Five open Items over two years, one of a day's interval without datetime, one held, one for sale."""
    scenes = [
        make_item(
            f"open-{number}",
            OPEN,
            source="peps",
            datetime=f"202{3 + number // 3}-0{number + 1}-05T10:00:00Z",
            box=(number, 43, number + 1, 44),
            platform="sentinel-2a" if number % 2 else "sentinel-2b",
            **{"eo:cloud_cover": number * 25},
        )
        for number in range(5)
    ]
    year = {"start": "2022-12-31T12:00:00Z", "end": "2023-01-01T12:00:00Z"}
    scenes.append(make_item("a day", OPEN, source="peps", datetime=None, box=(0, 43, 1, 44), platform="sentinel-2a", **year))
    scenes.append(make_item("held/1", HELD, source="dinamis", availability="held", datetime="2024-02-01T00:00:00Z", gsd=1.5))
    scenes.append(make_item("sale", SALE, source="airbus", availability="orderable", datetime="2024-02-02T00:00:00Z", gsd=1.5))
    return scenes


def fill(index: Index) -> None:
    """Puts them."""
    index.apply(batch(items=[document(item) for item in items()]))
    index.refresh()
