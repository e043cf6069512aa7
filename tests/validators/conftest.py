"""The harvest of `make run`, every archive's stand-in, on a server: once for each store and module."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from index.protocol import Index
from index.state import Batch, Outcome
from moisson.settings import load_settings
from tests.demo import write_whole_config
from tests.support.harvesting import harvest_all, now
from tests.support.items import make_document
from tests.support.serving import serving
from tests.upstreams import Upstreams, World, write_deliveries

SCENES = 200
COLLECTION = "sentinel-2-l1c"


@dataclass(frozen=True)
class Served:
    base: str
    index: Index


@pytest.fixture(scope="module")
def served(store: Index, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Asked by a member who finds everything."""
    folder = tmp_path_factory.mktemp("run")
    world = World(SCENES)
    write_deliveries(world, folder)
    with Upstreams(world) as up, pytest.MonkeyPatch.context() as environment:
        environment.setenv("MOISSON_SOURCES__AIRBUS__API_KEY", up.api_key)
        settings = load_settings(write_whole_config(up, folder, folder, str(folder / "unused.sqlite")))
        runs = harvest_all(store, settings.sources)
    assert {run.outcome for run in runs.values()} == {Outcome.COMPLETE}, runs
    _add_scenes(store)
    with serving(store) as base:
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
