"""A catalogue for the tests of its records: images of every kind in four Collections, one of them many."""

from typing import Any

from index.protocol import Index
from tests.index.helpers import batch
from tests.support.items import document, make_item

MANY, HELD, SALE, TILES = "sentinel-2-l1c", "dinamis-spot67", "airbus-spot", "coverages-annual"
CROWD = 523
"""Images in MANY; a few of them at the same instant."""
TOTAL = CROWD + 4


def cloudy(cover: int) -> Any:
    return {"eo:cloud_cover": cover}


def items() -> list[Any]:
    """A crowd of open ones; a held one whose id has a slash, a comma and a tilde; one for sale, unlocated; tiles of a year; and one of
    another Collection with an id of the crowd."""
    crowd = [
        make_item(
            f"S2_{number}",
            MANY,
            source="peps",
            datetime=f"2024-0{1 + number % 5}-{1 + number % 28:02}T10:00:00Z",
            box=(number % 50, 40, number % 50 + 1, 41),
            platform="sentinel-2a",
            constellation="sentinel-2",
            instruments=["msi"],
            **cloudy(number % 100),
        )
        for number in range(CROWD)
    ]
    held = make_item(
        "held/1,a~b é",
        HELD,
        source="dinamis",
        availability="held",
        datetime="2023-05-05T10:00:00.500Z",
        start="2023-05-05T10:00:00Z",
        end="2023-05-05T10:00:01Z",
        title="Été à Blagnac",
        description="Une image de Blagnac",
        keywords=["ortho"],
        created="2023-05-06T00:00:00+02:00",
        updated="2024-05-06T00:00:00Z",
        box=(1, 43, 2, 44),
        **{"moisson:scene": "spot7-scene", "sar:instrument_mode": "none"},
    )
    held["assets"] = {
        "data": {"href": "https://archive.example.org/a.tif", "roles": ["data"], "type": "image/tiff", "title": "Image"},
        "look": {"href": "https://archive.example.org/a.png", "roles": ["thumbnail"], "type": "image/png"},
    }
    sale = make_item("sale", SALE, source="airbus", availability="orderable", datetime="2023-06-01T00:00:00Z", box=None, title="Blagnac")
    year = {"start": "2022-01-01T00:00:00Z", "end": "2022-12-31T23:59:59Z"}
    tiles = make_item(
        "2022", TILES, source="coverages", availability="view", licence="etalab-2.0", datetime=None, box=(170, -20, -170, -10), **year
    )
    tiles["links"].append({"rel": "wmts", "href": "https://data.geopf.fr/wmts", "type": "image/png", "wmts:layer": "ORTHO.2022"})
    return [*crowd, held, sale, tiles, make_item("S2_7", HELD, source="dinamis", availability="held", datetime="2021-01-01T00:00:00Z")]


def fill(index: Index) -> None:
    """Puts them."""
    index.apply(batch(items=[document(item) for item in items()]))
    index.refresh()
