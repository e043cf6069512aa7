"""GEODES: whole harvests against the stand-in, its habits and its faults."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import respx

from harvesters.errors import Misconfigured, StopSource
from harvesters.geodes import GeodesSettings, GeodesSource
from harvesters.http import Fetcher
from tests.harvesters.support import NOW, POLICY, Clock, ascending, run, span
from tests.upstreams import Rule, Upstreams, World

ALL = ("PEPS_S1_L1", "PEPS_S2_L1C", "PEPS_S3_L1")
S3 = ("PEPS_S3_L1",)
SEARCH = "/geodes/api/stac/search"


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(4000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    """The stand-ins without faults and with an empty log."""
    served.log.clear()
    yield served
    served.faults.clear()


def source(up: Upstreams, fetcher: Fetcher, collections: tuple[str, ...] = S3, **settings: object) -> GeodesSource:
    given = replace(GeodesSettings(collections, up.geodes), **settings)  # type: ignore[arg-type]
    return GeodesSource("copernicus", fetcher, given, now=lambda: NOW)


def test_every_record_comes_once_in_order_of_publication(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ALL))
    expected = {truth.id for truth in up.world.truth() if truth.source == "peps"}
    names = [record.json["properties"]["identifier"] for record in harvest.records()]
    assert harvest.error is None
    assert len(names) == len(expected)
    assert set(names) == expected
    for collection in ALL:
        assert ascending(harvest.records(collection))
    assert all(page.ordered and not page.missing for page in harvest.pages)
    assert {record.source for record in harvest.records()} == {"copernicus"}


def test_the_total_of_a_stream_is_told(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher))
    assert {page.total for page in harvest.pages} == {len(harvest.ids())}


def test_windows_are_cut_below_the_limit(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ALL, window_limit=100))
    assert len(set(harvest.ids())) == len(harvest.ids()) == up.world.totals()["peps"]
    assert max(orjson.loads(seen.body)["page"] for seen in up.log) == 2
    for collection in ALL:
        assert ascending(harvest.records(collection))


def test_one_collection_is_asked_at_a_time_and_next_links_are_not_followed(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher, ALL))
    assert {(seen.method, seen.path, seen.query) for seen in up.log} == {("POST", SEARCH, "")}
    for seen in up.log:
        body = orjson.loads(seen.body)
        assert body["query"]["dataset"]["eq"] in ALL
        if body["limit"] > 1:
            # Others count what has no time of publication.
            assert body["sortBy"] == [{"field": "datetime", "direction": "asc"}]
            assert body["query"]["datetime"]["gte"].endswith("Z")


def test_a_watermark_is_where_the_next_harvest_starts_inclusive(up: Upstreams, fetcher: Fetcher) -> None:
    records = list(run(source(up, fetcher)).records())
    middle = records[len(records) // 2]
    assert middle.updated is not None
    later = run(source(up, fetcher, overlap=timedelta()), span({S3[0]: middle.updated}))
    assert later.ids() == [record.native_id for record in records[len(records) // 2 :]]


def test_a_day_before_the_watermark_is_read_again(up: Upstreams, fetcher: Fetcher) -> None:
    records = list(run(source(up, fetcher)).records())
    middle = records[len(records) // 2].updated
    assert middle is not None
    again = run(source(up, fetcher), span({S3[0]: middle}))
    assert again.ids() == [r.native_id for r in records if r.updated and r.updated >= middle - timedelta(days=1)]


def test_until_is_exclusive(up: Upstreams, fetcher: Fetcher) -> None:
    records = list(run(source(up, fetcher)).records())
    middle = records[len(records) // 2].updated
    backfill = run(source(up, fetcher), span(until=middle))
    assert backfill.ids() == [record.native_id for record in records[: len(records) // 2]]


def test_since_is_the_floor_even_below_a_watermark(up: Upstreams, fetcher: Fetcher) -> None:
    floor = datetime(2024, 1, 1, tzinfo=UTC)
    harvest = run(source(up, fetcher, since=floor), span({S3[0]: floor - timedelta(days=500)}))
    assert min(record.updated for record in harvest.records() if record.updated) >= floor


def test_an_area_is_sent_and_what_lies_outside_is_filtered(up: Upstreams, fetcher: Fetcher) -> None:
    everything = run(source(up, fetcher, ALL))
    there = run(source(up, fetcher, ALL, area=(-10.0, 35.0, 30.0, 60.0)))
    assert 0 < len(there.ids()) < len(everything.ids())
    assert all(orjson.loads(seen.body)["bbox"] == [-10.0, 35.0, 30.0, 60.0] for seen in up.log[-3:])


def test_an_area_across_the_antimeridian_is_asked_as_two_polygons(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ALL, area=(170.0, -60.0, -170.0, 60.0)))
    assert harvest.error is None
    assert orjson.loads(up.log[-1].body)["intersects"]["type"] == "MultiPolygon"


def test_a_passing_error_on_the_third_page_costs_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "status", (3,), 500), Rule(SEARCH, "cut", (2,)), Rule(SEARCH, "html", (5,)))
    assert run(source(up, fetcher)).ids() == clean
    assert len(clock.slept) == 3


def test_retry_after_is_waited(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    up.faults.add(Rule(SEARCH, "status", (2,), 429, 33))
    assert run(source(up, fetcher)).error is None
    assert clock.slept == [33.0]


def test_an_archive_that_stays_down_stops_the_run_and_keeps_what_came(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "status", tuple(range(2, 50)), 503))
    harvest = run(source(up, fetcher))
    assert isinstance(harvest.error, StopSource)
    assert len(harvest.ids()) == 80


def test_a_repeated_page_is_read_again_once(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "repeat", (2,)))
    harvest = run(source(up, fetcher))
    assert sorted(harvest.ids()) == sorted(clean)
    assert harvest.missing == 0


def test_a_page_that_never_ends_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "repeat"))
    harvest = run(source(up, fetcher))
    assert isinstance(harvest.error, StopSource)
    assert "repeats itself" in str(harvest.error)


def test_one_malformed_feature_is_broken_and_the_others_arrive(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "malformed", (1,)))
    harvest = run(source(up, fetcher))
    assert len(harvest.ids()) == len(clean) - 1
    assert harvest.sum(lambda page: len(page.broken)) == 1
    assert harvest.missing == 0
    assert harvest.error is None


def test_a_wrong_total_is_told_as_missing(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "wrong_total", value=7))
    harvest = run(source(up, fetcher))
    assert harvest.ids() == clean
    assert harvest.missing == 7


def test_a_feature_of_ten_megabytes_passes_below_the_limit_only(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "huge", (1, 2), 10))
    assert run(source(up, fetcher)).ids() == clean
    up.faults.clear()
    up.faults.add(Rule(SEARCH, "huge", (1,), 10))
    with clock.fetcher(replace(POLICY, max_bytes=5_000_000)) as small:
        assert "limit of 5000000 bytes" in str(run(source(up, small)).error)


def test_a_revision_is_read_by_the_next_harvest(fetcher: Fetcher) -> None:
    with Upstreams(World(600)) as up:
        first = run(source(up, fetcher, ALL))
        marks = {c: max(r.updated for r in first.records(c) if r.updated) for c in ALL}
        up.world = up.world.revised(0.1)
        second = run(source(up, fetcher, ALL, overlap=timedelta()), span(marks))
        revised = [r for r in second.records() if r.updated and r.updated > max(marks.values())]
        assert len(revised) == pytest.approx(0.1 * up.world.totals()["peps"], abs=3)


def test_a_source_without_collections_is_misconfigured(up: Upstreams, fetcher: Fetcher) -> None:
    assert isinstance(run(source(up, fetcher, ())).error, Misconfigured)


def test_either_name_of_the_total_is_read(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post("https://geodes.example/search").respond(json={"features": [], "numberMatched": 3})
        settings = GeodesSettings(("A",), "https://geodes.example")
        assert run(GeodesSource("peps", fetcher, settings, now=lambda: NOW)).missing == 3


def test_an_answer_without_a_total_or_features_is_no_answer(fetcher: Fetcher) -> None:
    answers: list[dict[str, Any]] = [{"features": []}, {"numberMatched": 1}, {"features": [], "context": {"matched": "many"}}]
    for answer in answers:
        with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
            router.post("https://geodes.example/search").respond(json=answer)
            settings = GeodesSettings(("A",), "https://geodes.example")
            assert isinstance(run(GeodesSource("peps", fetcher, settings, now=lambda: NOW)).error, StopSource)


# --- what has no time, and what is not there at all ------------------------------------------------------------------------------
def test_a_full_reading_counts_once_more_and_a_later_one_does_not(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher))
    first = [orjson.loads(seen.body) for seen in up.log]
    assert [sorted(body["query"]) for body in first if body["limit"] == 1] == [["dataset"], ["dataset", "datetime"]]
    up.log.clear()
    run(source(up, fetcher), span({S3[0]: max(record.updated for record in harvest.records() if record.updated)}))
    assert not [seen for seen in up.log if orjson.loads(seen.body)["limit"] == 1]


def test_a_collection_that_geodes_does_not_know_is_told_after_the_others_were_read(up: Upstreams, fetcher: Fetcher) -> None:
    for marks in ({}, {"MUSCATE_OF_OLD": NOW - timedelta(days=9)}):
        harvest = run(source(up, fetcher, ("MUSCATE_OF_OLD", *S3)), span(marks))
        assert isinstance(harvest.error, Misconfigured)
        assert "MUSCATE_OF_OLD" in str(harvest.error)
        assert S3[0] not in str(harvest.error)
        assert len(harvest.ids(S3[0])) > 20


def test_a_collection_without_records_in_the_scope_is_none_that_is_unknown(up: Upstreams, fetcher: Fetcher) -> None:
    assert run(source(up, fetcher, since=NOW - timedelta(seconds=1))).error is None
    assert up.log[-1].path == "/geodes/api/stac/collections/PEPS_S3_L1"


def test_where_no_collection_has_an_address_none_is_called_unknown(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule("/stac/collections/", "status", value=404))
    assert run(source(up, fetcher, ("MUSCATE_OF_OLD", *S3))).error is None
