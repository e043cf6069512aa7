"""Ways in which an archive's silence passes for an answer: collections by an old name, deletions that nobody tells."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from harvesters.errors import Misconfigured
from harvesters.http import Fetcher, HttpPolicy
from harvesters.oneatlas import OneAtlasSettings, OneAtlasSource
from harvesters.scope import utc_now
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from mappings.validation import Validator
from moisson.sections import DinamisSettings, GeodesSettings, OpenSearchSection, SourceSettings
from schedules.rules import Rules
from schedules.run import harvest
from tests.losses.support import HTTP, kept, run
from tests.upstreams import Upstreams, World

WORLD = World(2000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


def _peps(up: Upstreams) -> SourceSettings:
    return GeodesSettings(url=up.geodes, collections=("PEPS_S3_L1", "MUSCATE_OF_OLD"), since=date(2000, 1, 1), http=HTTP)


def _dinamis(up: Upstreams) -> SourceSettings:
    return DinamisSettings(stac_url=up.dinamis, collections=("spot-6-7-drs", "spot-6-7-of-old"), http=HTTP)


def _opensearch(up: Upstreams) -> SourceSettings:
    return OpenSearchSection(url=up.seas, collections=("urn:eop:SEAS:GUYANE", "urn:eop:SEAS:OF:OLD"), http=HTTP)


RENAMED: dict[str, Callable[[Upstreams], SourceSettings]] = {"peps": _peps, "dinamis": _dinamis, "opensearch": _opensearch}


def _said(index: Index, name: str, settings: SourceSettings) -> Run:
    """The run's report, also where the source calls a setting wrong."""
    try:
        return run(index, name, settings)
    except Misconfigured:
        return index.runs(name)[0]


@pytest.mark.parametrize("name", RENAMED)
def test_a_collection_that_the_archive_does_not_know_any_more_is_told(store: Index, name: str) -> None:
    with Upstreams(WORLD) as up:
        ended = _said(store, name, RENAMED[name](up))
    assert ended.outcome is not Outcome.COMPLETE
    assert "old" in (ended.reason or "").lower()


def test_a_collection_of_two_steps_that_the_service_does_not_know_is_told(store: Index) -> None:
    with Upstreams(WORLD) as up:
        up.habits.two_steps = True
        ended = _said(store, "opensearch", _opensearch(up))
    assert ended.outcome is not Outcome.COMPLETE
    assert "urn:eop:SEAS:OF:OLD" in (ended.reason or "")


def _airbus(index: Index, up: Upstreams, day: int, *, told: bool) -> Run:
    """The run of that day, which counts every month of the past."""

    def now() -> datetime:
        return utc_now() + timedelta(days=day)

    policy = HttpPolicy(requests_per_second=float("inf"))
    with Fetcher(policy, setting="test") as fetcher:
        given = OneAtlasSettings(("PNEO",), search_url=up.oneatlas, auth_url=up.oneatlas, api_key=up.api_key, with_deletions=told)
        source = OneAtlasSource("airbus", fetcher, given, now=now)
        return harvest(source, index, Validator(), now=now, owner="test", rules=Rules(recounts=1000))


@pytest.mark.parametrize("told", [pytest.param(True, id="told"), pytest.param(False, id="not told")])
def test_an_airbus_record_that_went_is_noticed(store: Index, told: bool) -> None:
    with Upstreams(WORLD) as up:
        _airbus(store, up, 0, told=told)
        # Some of those that are left move to a later month meanwhile: they are not taken for gone.
        up.world = WORLD.revised(0.2).without(0.05)
        for day in (2, 4, 6):
            assert _airbus(store, up, day, told=told).outcome is Outcome.COMPLETE
        left = {entry.id for entry in up.world.truth() if entry.source == "airbus" and entry.id.startswith("ACQ_PNEO")}
    assert len(kept(store, "airbus")) == len(left)
