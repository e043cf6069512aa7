"""The harvest of `make run`, every archive's stand-in, on a server: once for each store and module."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from index.protocol import Index
from index.state import Batch
from tests.support.harvested import serving_harvest
from tests.support.harvesting import now
from tests.support.items import make_document

COLLECTION = "sentinel-2-l1c"


@dataclass(frozen=True)
class Served:
    base: str
    index: Index


@pytest.fixture(scope="module")
def served(store: Index, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Asked by a member who finds everything."""
    with serving_harvest(store, tmp_path_factory.mktemp("run")) as base:
        _add_scenes(store)
        yield Served(base, store)


def _add_scenes(store: Index) -> None:
    """Where stac-api-validator looks (20° E, 20° N, and the corners of two filters), nothing was made up so far."""
    boxes = ((20.2, 20.2, 20.8, 20.8), (100.2, 0.2, 100.9, 0.9), (43.5, -79.6, 43.8, -79.1), (-77.1, 38.7, -77.0, 38.9))
    scenes = [
        make_document(
            f"scene-{number}",
            COLLECTION,
            box=box,
            datetime=f"202{number}-04-08T04:39:23Z",
            platform="sentinel-2a",
            constellation="sentinel-2",
            instruments=["msi"],
            **{"eo:cloud_cover": 5.0 + number},
        )
        for number, box in enumerate(boxes)
    ]
    store.apply(Batch("peps", "more", now(), items=scenes))
    store.refresh()
