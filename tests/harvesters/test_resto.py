"""The legacy resto service: read by windows of publication, never trusting its totals."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.resto import RestoSettings, RestoSource
from tests.harvesters.support import NOW, Clock, run, span
from tests.upstreams import Rule, Upstreams, World
from tests.upstreams.scenes import Lane

SEARCH = "/peps/resto/api/collections"


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(1000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def source(up: Upstreams, fetcher: Fetcher, collections: tuple[str, ...] = ("S2ST",), **settings: Any) -> RestoSource:
    # Months instead of days, so that few requests tell the same.
    given = RestoSettings(collections, up.resto, window=timedelta(days=400), page_size=20)
    return RestoSource("peps", fetcher, replace(given, **settings), now=lambda: NOW)


def test_every_record_comes_once_and_no_stream_is_ordered(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ("S1", "S2ST", "S2")))
    assert harvest.error is None
    assert len(harvest.ids()) == len(set(harvest.ids())) == up.world.counts[Lane.S1] + up.world.counts[Lane.S2]
    assert not any(page.ordered or page.missing or page.total for page in harvest.pages)


def test_windows_are_closed_and_do_not_overlap(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher))
    windows = sorted({tuple(parse_qs(seen.query)[name][0] for name in ("publishedBegin", "publishedEnd")) for seen in up.log})
    assert windows[0] == ("2014-01-01T00:00:00Z", "2015-02-04T23:59:59.999Z")
    assert windows[1][0] == "2015-02-05T00:00:00Z"


def test_a_watermark_and_until_bound_the_publication(up: Upstreams, fetcher: Fetcher) -> None:
    records = sorted(run(source(up, fetcher)).records(), key=lambda record: record.updated or NOW)
    low, high = records[50].updated, records[90].updated
    assert low is not None
    found = run(source(up, fetcher, overlap=timedelta()), span({"S2ST": low}, until=high))
    assert sorted(found.ids()) == sorted(record.native_id for record in records[50:90])


def test_areas_are_sent_as_box_or_geometry(up: Upstreams, fetcher: Fetcher) -> None:
    there = run(source(up, fetcher, area=(-10.0, 35.0, 30.5, 60.0)))
    assert 0 < len(there.ids()) < up.world.counts[Lane.S2]
    assert parse_qs(up.log[-1].query)["box"] == ["-10,35,30.5,60"]
    run(source(up, fetcher, area=(170.0, -60.0, -170.0, 60.0)))
    assert parse_qs(up.log[-1].query)["geometry"][0].startswith("MULTIPOLYGON")


def test_passing_errors_cost_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "status", (3,), 500), Rule(SEARCH, "cut", (5,)))
    assert run(source(up, fetcher)).ids() == clean
    assert len(clock.slept) == 2


def test_one_malformed_feature_is_broken(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "malformed", (4,)))
    harvest = run(source(up, fetcher))
    assert (len(harvest.ids()), harvest.sum(lambda page: len(page.broken))) == (len(clean) - 1, 1)


def test_a_page_given_again_and_again_stops_the_run(fetcher: Fetcher) -> None:
    features = [{"id": str(number), "properties": {"published": "2026-01-31T12:00:00Z"}} for number in range(3)]
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.get(url__startswith="https://peps.example/api/collections/S2%20ST/search.json").respond(json={"features": features})
        settings = RestoSettings(("S2 ST",), "https://peps.example/", page_size=3, since=NOW - timedelta(hours=20))
        harvest = run(RestoSource("peps", fetcher, settings, now=lambda: NOW))
    assert isinstance(harvest.error, StopSource)
    assert harvest.ids() == ["0", "1", "2"]


def test_a_short_or_empty_page_is_the_last(fetcher: Fetcher) -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        features = [{"id": f"{page}-{number}", "properties": {}} for number in range(3 if page < 3 else 0)]
        return httpx.Response(200, json={"features": features, "properties": {"totalResults": 99999}})

    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        route = router.get(url__startswith="https://peps.example/").mock(side_effect=reply)
        settings = RestoSettings(("S1",), "https://peps.example", page_size=3, since=datetime(2026, 1, 31, 12, tzinfo=UTC))
        harvest = run(RestoSource("peps", fetcher, settings, now=lambda: NOW))
    assert harvest.error is None
    assert len(harvest.ids()) == 6
    assert route.call_count == 3


def test_a_source_without_collections_is_misconfigured(up: Upstreams, fetcher: Fetcher) -> None:
    assert isinstance(run(source(up, fetcher, ())).error, Misconfigured)


def test_a_change_long_after_the_publication_never_carries_the_watermark_past_what_is_unread(fetcher: Fetcher) -> None:
    published, changed = "2026-01-31T12:00:00Z", "2026-03-01T00:00:00Z"
    features = [{"id": "1", "properties": {"published": published, "updated": changed}}]
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.get(url__startswith="https://peps.example/").respond(json={"features": features})
        settings = RestoSettings(("S1",), "https://peps.example", since=datetime(2026, 1, 31, 12, tzinfo=UTC))
        harvest = run(RestoSource("peps", fetcher, settings, now=lambda: NOW))
    assert {record.updated for record in harvest.records()} == {datetime(2026, 1, 31, 12, tzinfo=UTC)}
