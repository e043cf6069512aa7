"""Stations' catalogues through the whole pipeline: what they hold, change and delete is what the index holds in the end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from harvesters.csw import CswSettings, CswSource
from harvesters.http import Fetcher
from harvesters.oaipmh import OaiPmhSettings, OaiPmhSource
from harvesters.opensearch import OpenSearchSettings, OpenSearchSource
from harvesters.source import Source
from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from mappings.partners import SEAS, VIGISAT
from mappings.validation import Validator
from schedules.run import harvest
from tests.harvesters.support import Clock
from tests.support.harvesting import all_items
from tests.upstreams import Upstreams, World

WORLD = World(4000)
Build = Callable[[Upstreams, Fetcher, Clock], Source]


def _csw(up: Upstreams, fetcher: Fetcher, clock: Clock) -> Source:
    return CswSource("vigisat", fetcher, CswSettings(up.vigisat, page_size=20), VIGISAT, now=clock.now)


def _opensearch(up: Upstreams, fetcher: Fetcher, clock: Clock) -> Source:
    return OpenSearchSource("seas", fetcher, OpenSearchSettings(up.seas, page_size=20), SEAS, now=clock.now)


def _oai(up: Upstreams, fetcher: Fetcher, clock: Clock) -> Source:
    return OaiPmhSource("seas", fetcher, OaiPmhSettings(up.oai, "eop"), SEAS, now=clock.now)


@pytest.fixture(params=[_csw, _opensearch, _oai], ids=["csw", "opensearch", "oai-pmh"])
def build(request: pytest.FixtureRequest) -> Build:
    found: Build = request.param
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    with clock.fetcher() as opened:
        yield opened


def test_what_is_there_changes_and_goes_is_in_the_index(build: Build, fetcher: Fetcher, clock: Clock, tmp_path: Path) -> None:
    with Upstreams(WORLD) as up, SqliteIndex.open(tmp_path / "index.sqlite") as index:
        source = build(up, fetcher, clock)

        def run() -> Run:
            ended = harvest(build(up, fetcher, clock), index, Validator(), now=clock.now, owner="test")
            assert (ended.outcome, ended.reason) == (Outcome.COMPLETE, None)
            return ended

        def assert_true() -> None:
            truth = {(f"{source.name}-{known.mission}", f"{source.name}-{known.id}") for known in up.partner(source.name).truth()}
            assert set(all_items(index)) == truth

        first = run()
        assert (first.counts.new, first.counts.rejected) == (120, 0)
        assert_true()
        again = run()
        assert (again.items_put, again.items_deleted) == (0, 0)
        up.world = WORLD.revised(0.05)
        changed = run()
        assert (changed.counts.changed, changed.counts.new, changed.items_deleted) == (6, 0, 0)
        up.world = up.world.without(0.05)
        clock.time += timedelta(days=8).total_seconds()
        last = run()
        assert (last.counts.deleted, last.items_deleted) == (6, 6)
        assert_true()
