"""What holds for every source, whatever its protocol: the definition of Source."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from harvesters.csw import CswSettings, CswSource
from harvesters.dinamis import DinamisSettings, DinamisSource
from harvesters.errors import StopSource
from harvesters.geodes import GeodesSettings, GeodesSource
from harvesters.http import Fetcher
from harvesters.inventories import Inventory
from harvesters.oaipmh import OaiPmhSettings, OaiPmhSource
from harvesters.oneatlas import OneAtlasSettings, OneAtlasSource
from harvesters.opensearch import OpenSearchSettings, OpenSearchSource
from harvesters.resto import RestoSettings, RestoSource
from harvesters.source import Source
from harvesters.stacapi import StacApiSettings
from mappings.partners import SEAS, VIGISAT
from mappings.record import Unmappable
from tests.harvesters.support import NOW, ascending, run, span
from tests.upstreams import API_KEY, Rule, Upstreams, World, write_deliveries

Build = Callable[[Upstreams, Fetcher, Path], Source]


def _geodes(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    settings = GeodesSettings(("PEPS_S1_L1", "PEPS_S2_L1C", "PEPS_S3_L1"), up.geodes, window_limit=200)
    return GeodesSource("configured", fetcher, settings, now=lambda: NOW)


def _resto(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    settings = RestoSettings(("S1", "S2ST"), up.resto, window=timedelta(days=600))
    return RestoSource("configured", fetcher, settings, now=lambda: NOW)


def _oneatlas(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    settings = OneAtlasSettings(("PHR", "SPOT", "PNEO"), search_url=up.oneatlas, auth_url=up.oneatlas, api_key=API_KEY)
    return OneAtlasSource("configured", fetcher, settings, now=lambda: NOW)


def _dinamis(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    write_deliveries(up.world, folder)
    api = StacApiSettings(up.dinamis, ("spot-6-7-drs",), page_size=50)
    return DinamisSource("configured", fetcher, DinamisSettings(api, (Inventory(folder / "inventory.csv"),), (folder,)))


def _csw(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    return CswSource("configured", fetcher, CswSettings(up.vigisat, page_size=10), VIGISAT, now=lambda: NOW)


def _oai(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    return OaiPmhSource("configured", fetcher, OaiPmhSettings(up.oai, "eop", monthly_over=20), SEAS, now=lambda: NOW)


def _opensearch(up: Upstreams, fetcher: Fetcher, folder: Path) -> Source:
    return OpenSearchSource("configured", fetcher, OpenSearchSettings(up.seas, page_size=10), SEAS, now=lambda: NOW)


@pytest.fixture(
    params=[_geodes, _resto, _oneatlas, _dinamis, _csw, _oai, _opensearch],
    ids=["geodes", "resto", "oneatlas", "dinamis", "csw", "oai-pmh", "opensearch"],
)
def build(request: pytest.FixtureRequest) -> Build:
    found: Build = request.param
    return found


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(1200)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def test_every_record_comes_once_under_the_configured_name_and_can_be_mapped(
    build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path
) -> None:
    source = build(up, fetcher, tmp_path)
    harvest = run(source)
    assert harvest.error is None
    assert harvest.ids()
    assert len(set(harvest.ids())) == len(harvest.ids())
    assert (harvest.missing, harvest.filtered, harvest.sum(lambda page: len(page.broken))) == (0, 0, 0)
    for record in harvest.records():
        assert record.source == source.name == "configured"
        try:
            source.mapping.to_item(record)
        except Unmappable as error:
            pytest.fail(f"{record.native_id}: {error}")


def test_an_ordered_stream_ascends_and_streams_do_not_interleave(build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    harvest = run(build(up, fetcher, tmp_path))
    streams = [page.stream for page in harvest.pages]
    assert streams == sorted(streams, key=list(dict.fromkeys(streams)).index)
    for stream in set(streams):
        if any(page.ordered for page in harvest.pages if page.stream == stream):
            assert ascending(harvest.records(stream))


def test_two_harvests_bring_the_same(build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    source = build(up, fetcher, tmp_path)
    assert [(r.native_id, r.raw) for r in run(source).records()] == [(r.native_id, r.raw) for r in run(source).records()]


def test_a_later_harvest_brings_nothing_from_before_its_watermarks_but_the_overlap(
    build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path
) -> None:
    source = build(up, fetcher, tmp_path)
    first = run(source)
    ordered = {page.stream for page in first.pages if page.ordered}
    marks = {stream: max(r.updated for r in first.records(stream) if r.updated) for stream in ordered}
    second = run(source, span(marks))
    for stream in ordered:
        times = [record.updated for record in second.records(stream) if record.updated]
        assert marks[stream] in times
        assert min(times) >= marks[stream] - timedelta(days=1, milliseconds=1)


def test_constructing_a_source_asks_nothing(build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    build(up, fetcher, tmp_path)
    assert up.log == []


def test_an_archive_that_is_down_stops_the_run(build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    up.faults.add(Rule("/", "status", value=502))
    assert isinstance(run(build(up, fetcher, tmp_path)).error, StopSource)


def test_intermittent_errors_lose_nothing(build: Build, up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    source = build(up, fetcher, tmp_path)
    clean = run(source).ids()
    up.faults.add(Rule("/", "status", tuple(range(2, 60, 4)), 500), Rule("/", "cut", tuple(range(3, 60, 7))))
    assert run(source).ids() == clean
