"""A small catalogue, served from SQLite, for all tests of a module."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Batch, ItemKey
from mappings.record import Item
from tests.support.items import document, make_item
from tests.support.serving import serving

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def put(index: Index, *items: Item) -> None:
    index.apply(Batch("test", "run", NOW, items=[document(item) for item in items]))


def remove(index: Index, *ids: str) -> None:
    index.apply(Batch("test", "run", NOW, removed=[ItemKey("c", name) for name in ids]))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def base(index: Index) -> Iterator[str]:
    with serving(index) as address:
        yield address


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Five Sentinel-2 images of May 2024 near Toulouse, cloudier each day; SPOT 7 of before without cloud cover; one in Guiana."""
    with SqliteIndex.open(tmp_path_factory.mktemp("search") / "index.sqlite") as opened:
        cloudy = [
            make_item(
                f"S2-{day}",
                "sentinel-2",
                datetime=f"2024-05-0{day}T10:00:00Z",
                box=(1.0, 43.0, 2.0, 44.0),
                platform="sentinel-2a",
                instruments=["msi"],
                title=f"Tuile numéro {day}",
                **{"eo:cloud_cover": 10.0 * day},
            )
            for day in range(1, 6)
        ]
        spot = make_item(
            "SPOT7", "spot", datetime="2023-05-05T10:00:00Z", box=(1.0, 43.0, 2.0, 44.0), platform="spot7", title="Été à Blagnac"
        )
        guiana = make_item("GUY", "seas", datetime="2022-05-05T10:00:00Z", box=(-53.0, 4.0, -52.0, 5.0), platform="spot6")
        put(opened, *cloudy, spot, guiana)
        with serving(opened) as address:
            yield address
