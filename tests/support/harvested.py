"""An index with a harvest of every archive's stand-in, as `make run` makes it, and the API over it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.protocol import Index
from index.state import Outcome
from moisson.settings import load_settings
from tests.demo import write_whole_config
from tests.support.harvesting import harvest_all
from tests.support.serving import serving
from tests.upstreams import Upstreams, World, write_deliveries


@contextmanager
def serving_harvest(index: Index, folder: Path, scenes: int = 200) -> Iterator[str]:
    """The address of the API over the empty `index`, once it holds the harvest of a world of `scenes`; a member asks. `folder` is
    where the archives' deliveries and the configuration go."""
    world = World(scenes)
    write_deliveries(world, folder)
    with Upstreams(world) as up:
        # No longer than it takes to read it: a server may live as long as the session.
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("MOISSON_SOURCES__AIRBUS__API_KEY", up.api_key)
            settings = load_settings(write_whole_config(up, folder, folder, str(folder / "unused.sqlite")))
        runs = harvest_all(index, settings.sources)
        assert {run.outcome for run in runs.values()} == {Outcome.COMPLETE}, runs
        index.refresh()
        with serving(index) as base:
            yield base
