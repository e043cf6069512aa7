"""OneAtlas: whole harvests against the stand-in, its cap, its token, its deletions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
import respx

from harvesters.airbus import AirbusSource
from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.oneatlas import DELETIONS, OneAtlasSettings, OneAtlasSource
from harvesters.sar import SarSettings
from harvesters.source import Extent, Recountable
from mappings.record import Record
from tests.harvesters.support import NOW, Clock, ascending, run, span
from tests.upstreams import API_KEY, Rule, Upstreams, World

SEARCH = "/oneatlas/api/v2/opensearch"
DELETED = "/oneatlas/api/v1/deleted/search"
TOKEN = "/oneatlas/auth/"
ALL = ("PHR", "SPOT", "PNEO")


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(3000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def source(up: Upstreams, fetcher: Fetcher, constellations: tuple[str, ...] = ("PHR",), **settings: Any) -> OneAtlasSource:
    given = OneAtlasSettings(constellations, search_url=up.oneatlas, auth_url=up.oneatlas)
    return OneAtlasSource("airbus", fetcher, replace(given, **settings), now=lambda: NOW)


def count(up: Upstreams, *names: str) -> int:
    return sum(number for lane, number in up.world.counts.items() if lane.name in names)


def asked(up: Upstreams, path: str) -> list[Any]:
    return [orjson.loads(seen.body) for seen in up.log if path in seen.path]


def test_every_record_comes_once_in_order_of_update(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ALL, api_key=API_KEY))
    assert harvest.error is None
    assert harvest.missing == 0
    expected = count(up, "PHR", "SPOT", "PNEO", "PHR_SENSOR", "SPOT_SENSOR")
    assert len(harvest.ids()) == len(set(harvest.ids())) == expected
    for constellation in ALL:
        assert ascending(harvest.records(constellation))
    assert all(page.ordered for page in harvest.pages if page.stream != DELETIONS)


def test_windows_of_a_large_catalogue_are_cut_below_the_cap(fetcher: Fetcher) -> None:
    with Upstreams(World(45_000)) as up:
        harvest = run(source(up, fetcher, ("SPOT",), page_size=500))
        assert count(up, "SPOT", "SPOT_SENSOR") > 10_000
        assert len(set(harvest.ids())) == len(harvest.ids()) == count(up, "SPOT", "SPOT_SENSOR")
        assert harvest.error is None
        assert harvest.missing == 0
        assert max(body["startPage"] * body["itemsPerPage"] for body in asked(up, SEARCH)) <= 10_000
        assert {page.total for page in harvest.pages if page.stream == "SPOT"} == {None}


def test_a_watermark_is_where_the_next_harvest_starts_inclusive(up: Upstreams, fetcher: Fetcher) -> None:
    records = list(run(source(up, fetcher)).records())
    middle = records[len(records) // 2].updated
    assert middle is not None
    later = run(source(up, fetcher, overlap=timedelta()), span({"PHR": middle}))
    assert later.ids() == [record.native_id for record in records[len(records) // 2 :]]


def test_until_ends_a_backfill(up: Upstreams, fetcher: Fetcher) -> None:
    until = datetime(2022, 1, 1, tzinfo=UTC)
    times = [record.updated for record in run(source(up, fetcher), span(until=until)).records()]
    assert times
    assert all(time is not None and time < until for time in times)


def test_an_area_and_a_workspace_are_sent(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, area=(-10.0, 35.0, 30.0, 60.0), workspaces={"PHR": "public"}))
    assert 0 < len(harvest.ids()) < count(up, "PHR", "PHR_SENSOR")
    body = asked(up, SEARCH)[-1]
    assert (body["bbox"], body["workspace"]) == ("-10,35,30,60", "public")


def test_an_area_across_the_antimeridian_is_asked_as_two_polygons(up: Upstreams, fetcher: Fetcher) -> None:
    assert run(source(up, fetcher, area=(160.0, -60.0, -160.0, 60.0))).error is None
    assert asked(up, SEARCH)[-1]["geometry"]["type"] == "MultiPolygon"


# --- token ----------------------------------------------------------------------------------------------------------------------
def test_without_a_key_no_token_is_asked(up: Upstreams, fetcher: Fetcher) -> None:
    assert run(source(up, fetcher, ("PHR", "SPOT"))).error is None
    assert not [seen for seen in up.log if TOKEN in seen.path]


def test_pneo_without_a_key_is_misconfigured_before_anything_is_asked(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, ALL))
    assert isinstance(harvest.error, Misconfigured)
    assert "PNEO needs an api_key" in str(harvest.error)
    assert up.log == []


@pytest.mark.parametrize("constellations", [(), ("TSX",)])
def test_constellations_must_be_known(up: Upstreams, fetcher: Fetcher, constellations: tuple[str, ...]) -> None:
    assert isinstance(run(source(up, fetcher, constellations)).error, Misconfigured)


def test_one_token_serves_a_harvest(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher, ALL, api_key=API_KEY))
    assert len([seen for seen in up.log if TOKEN in seen.path]) == 1


def test_a_wrong_key_is_misconfigured_and_not_told(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, api_key="not-the-right-key"))
    assert isinstance(harvest.error, Misconfigured)
    assert "api_key" in str(harvest.error)
    assert "not-the-right-key" not in str(harvest.error) + repr(OneAtlasSettings(api_key="not-the-right-key"))


def test_a_token_is_asked_again_at_half_its_life(up: Upstreams, clock: Clock, fetcher: Fetcher) -> None:
    settings = OneAtlasSettings(("PHR",), search_url=up.oneatlas, auth_url=up.oneatlas, api_key=API_KEY)
    for page in OneAtlasSource("airbus", fetcher, settings, now=clock.now).harvest(span(until=NOW)):
        if page.stream == "PHR":
            clock.sleep(1000)
    pages = len(asked(up, SEARCH))
    assert len([seen for seen in up.log if TOKEN in seen.path]) == (pages - 1) // 2 + 1


def test_a_token_that_is_refused_is_asked_again_once(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "status", (2,), 401))
    assert run(source(up, fetcher, api_key=API_KEY)).error is None
    assert len([seen for seen in up.log if TOKEN in seen.path]) == 2
    up.faults.clear()
    up.faults.add(Rule(SEARCH, "status", (), 401))
    assert isinstance(run(source(up, fetcher, api_key=API_KEY)).error, Misconfigured)


# --- faults ---------------------------------------------------------------------------------------------------------------------
def test_passing_errors_cost_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "status", (3,), 500), Rule(SEARCH, "cut", (2,)), Rule(SEARCH, "status", (5,), 429, 20))
    assert run(source(up, fetcher)).ids() == clean
    assert clock.slept[2] == 20.0


def test_one_malformed_record_is_broken_and_the_others_arrive(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(up, fetcher)).ids()
    up.faults.add(Rule(SEARCH, "malformed", (1,)))
    harvest = run(source(up, fetcher))
    assert (len(harvest.ids()), harvest.sum(lambda page: len(page.broken))) == (len(clean) - 1, 1)


def test_an_archive_that_repeats_a_page_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "repeat"))
    assert "repeats itself" in str(run(source(up, fetcher)).error)


# --- single exchanges -----------------------------------------------------------------------------------------------------------
HOST = "https://oneatlas.example"


def alone(fetcher: Fetcher, **settings: Any) -> OneAtlasSource:
    given = OneAtlasSettings(("PHR",), search_url=HOST, auth_url=HOST, with_deletions=False)
    return OneAtlasSource("airbus", fetcher, replace(given, **settings), now=lambda: NOW)


def answer(features: list[Any], total: int, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"type": "FeatureCollection", "error": False, "features": features, "totalResults": total, **more})


def test_an_error_announced_with_status_200_is_tried_again_then_stops_the_run(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        route = router.post(f"{HOST}/api/v2/opensearch").respond(json={"error": True, "message": "shards failed"})
        harvest = run(alone(fetcher))
    assert isinstance(harvest.error, StopSource)
    assert "shards failed" in str(harvest.error)
    assert route.call_count == 5


def test_an_instant_above_the_cap_is_asked_by_platform(fetcher: Fetcher) -> None:
    instant = "2025-01-01T00:00:00.000200Z"

    def reply(request: httpx.Request) -> httpx.Response:
        body = orjson.loads(request.content)
        # All of it is above the cap.
        low, high = body.get("lastUpdateDate", "[,~]").strip("[]").split(",")
        if not low <= instant <= high:
            return answer([], 0)
        if "platform" not in body:
            return answer([], 50)
        name = f"{body['platform']}-{body['startPage']}"
        return answer([{"properties": {"id": name, "lastUpdateDate": instant}}], 2)

    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(side_effect=reply)
        harvest = run(alone(fetcher, cap=50, since=datetime(2024, 12, 31, tzinfo=UTC)))
    assert harvest.error is None
    assert set(harvest.ids()) == {"PHR1A-1", "PHR1A-2", "PHR1B-1", "PHR1B-2"}


def test_an_instant_above_the_cap_for_one_platform_stops_the_run(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(return_value=answer([], 50))
        harvest = run(alone(fetcher, cap=50, since=NOW - timedelta(seconds=1)))
    assert "more than 49 records at one instant" in str(harvest.error)


# --- deletions ------------------------------------------------------------------------------------------------------------------
def kept_after(harvests: list[Any]) -> dict[str, Record]:
    """The records that are left when a pipeline takes all pages in their order, as the rule of Page says."""
    kept: dict[str, Record] = {}
    for harvest in harvests:
        for record in harvest.records():
            have = kept.get(record.native_id)
            if not record.deleted:
                kept[record.native_id] = record
            elif have is not None and have.updated is not None and record.updated is not None and have.updated <= record.updated:
                del kept[record.native_id]
    return kept


def marks_of(harvest: Any) -> dict[str, datetime]:
    return {page.stream: max(r.updated for r in harvest.records(page.stream)) for page in harvest.pages if page.records}


def test_deleted_records_are_told_by_the_next_harvest(fetcher: Fetcher) -> None:
    with Upstreams(World(3000)) as up:
        first = run(source(up, fetcher, ALL, api_key=API_KEY))
        up.world = up.world.without(0.2)
        second = run(source(up, fetcher, ALL, api_key=API_KEY), span(marks_of(first)))
        deletions = list(second.records(DELETIONS))
        assert len(deletions) > 200
        assert all(record.deleted and record.updated and record.source == "airbus" for record in deletions)
        assert {page.ordered for page in second.pages if page.stream == DELETIONS} == {False}
        live = {record.native_id for record in run(source(up, fetcher, ALL, api_key=API_KEY)).records() if not record.deleted}
        assert set(kept_after([first, second])) == live


def test_deletions_come_before_updates_and_all_streams_end_together(up: Upstreams, fetcher: Fetcher) -> None:
    up.log.clear()
    run(source(up, fetcher, ("PHR", "SPOT")))
    paths = [seen.path for seen in up.log]
    assert paths[0] == DELETED
    assert DELETED not in paths[1:]
    ends = {asked(up, DELETED)[0]["deletedDate"].split(",")[1]} | {asked(up, SEARCH)[0]["lastUpdateDate"].split(",")[1]}
    assert ends == {"2026-02-01T00:00:00Z]"}


def test_a_first_harvest_looks_at_recent_deletions_only(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher))
    assert asked(up, DELETED)[0]["deletedDate"].startswith("[2026-01-01T23:59:59.999Z")


def test_without_a_watermark_a_later_harvest_reads_every_deletion(up: Upstreams, fetcher: Fetcher) -> None:
    """The first run found no deletion, or did not complete: what was deleted since its start must not be lost."""
    run(source(up, fetcher, since=datetime(2018, 1, 1, tzinfo=UTC)), span({"PHR": NOW - timedelta(days=1)}))
    assert asked(up, DELETED)[0]["deletedDate"].startswith("[2017-12-31T23:59:59.999Z")


def test_deletions_go_on_from_their_own_watermark(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher), span({"PHR": NOW, DELETIONS: datetime(2025, 6, 1, 12, tzinfo=UTC)}))
    assert asked(up, DELETED)[0]["deletedDate"].startswith("[2025-06-01T10:59:59.999Z")


def test_deletions_can_be_left_out(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher, with_deletions=False))
    assert asked(up, DELETED) == []


def test_a_record_published_again_after_its_deletion_stays(fetcher: Fetcher) -> None:
    """Deleted at 10:00, published again at 11:00: kept by the run that reads both, and by the one that reads the deletion again."""
    noon = datetime(2026, 1, 20, 12, tzinfo=UTC)
    deleted, again = noon - timedelta(hours=2), noon - timedelta(hours=1)

    def search(request: httpx.Request) -> httpx.Response:
        low = orjson.loads(request.content)["lastUpdateDate"].strip("[]").split(",")[0]
        found = [{"properties": {"id": "x", "lastUpdateDate": again.isoformat()}}] if low <= again.isoformat() else []
        return answer(found, len(found))

    notice = {"itemsPerPage": 500, "startIndex": 0, "totalResults": 1, "data": [{"id": "x", "deletedDate": deleted.isoformat()}]}
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(side_effect=search)
        router.post(f"{HOST}/api/v1/deleted/search").respond(json=notice)
        first = run(alone(fetcher, with_deletions=True), span({"PHR": deleted, DELETIONS: deleted}))
        second = run(alone(fetcher, with_deletions=True), span({"PHR": noon + timedelta(days=1), DELETIONS: deleted}))
    assert [record.deleted for record in first.records()] == [True, False]
    assert [record.deleted for record in second.records()] == [True]
    assert "x" in kept_after([first, second])


def test_one_malformed_notice_is_broken_and_the_others_arrive(fetcher: Fetcher) -> None:
    data = [{"id": "a", "deletedDate": "2026-01-21T10:00:00Z"}, {"id": "b"}, 7, {"id": "a", "deletedDate": "2026-01-20T10:00:00Z"}]
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(return_value=answer([], 0))
        router.post(f"{HOST}/api/v1/deleted/search").respond(json={"totalResults": 4, "data": data})
        harvest = run(alone(fetcher, with_deletions=True))
    assert [record.updated.day for record in harvest.records(DELETIONS) if record.updated] == [20, 21]
    assert harvest.sum(lambda page: len(page.broken)) == 2
    assert harvest.missing == 0


# --- the past, and who is gone --------------------------------------------------------------------------------------------------
def test_the_months_counts_are_what_a_relisting_brings_and_closes(up: Upstreams, fetcher: Fetcher) -> None:
    asked_of = source(up, fetcher, ("PHR",), since=datetime(2018, 1, 15, tzinfo=UTC))
    assert isinstance(asked_of, Recountable)
    past = asked_of.past()
    assert past[0] == ("PHR", Extent(datetime(2018, 1, 15, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)))
    assert past[-1] == ("PHR", Extent(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)))
    full = [extent for stream, extent in past if asked_of.count(stream, extent)]
    assert sum(asked_of.count("PHR", extent) or 0 for extent in full) == len(run(asked_of).ids())
    pages = list(asked_of.relist("PHR", full[0]))
    assert [page.closed for page in pages if page.closed] == [full[0]]
    assert sum(len(page.records) for page in pages) == asked_of.count("PHR", full[0])
    assert not any(page.ordered for page in pages)


def test_a_month_above_the_cap_is_counted_in_parts(up: Upstreams, fetcher: Fetcher) -> None:
    whole = Extent(datetime(2015, 1, 1, tzinfo=UTC), NOW)
    assert source(up, fetcher, ("PHR",), cap=50).count("PHR", whole) == count(up, "PHR", "PHR_SENSOR") > 50


def test_an_instant_above_the_cap_has_no_count(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(return_value=answer([], 50))
        assert alone(fetcher, cap=50).count("PHR", Extent(NOW - timedelta(seconds=1), NOW)) is None


def test_gone_are_those_that_oneatlas_does_not_find(fetcher: Fetcher) -> None:
    with Upstreams(World(1000)) as up:
        before = run(source(up, fetcher, ALL, api_key=API_KEY)).ids()
        up.world = up.world.revised(0.3).without(0.1)
        left = {record.native_id for record in run(source(up, fetcher, ALL, api_key=API_KEY)).records() if not record.deleted}
        asked_of = source(up, fetcher, ALL, api_key=API_KEY)
        assert asked_of.gone(before) == frozenset(before) - left
        assert asked_of.gone(["not-there"]) == {"not-there"}
        # Two ids or one: it cannot be asked for, so nobody may say that it went.
        assert asked_of.gone(["a,b"]) == frozenset()


@pytest.mark.parametrize("ignored", ["everything", "nothing"])
def test_an_id_filter_that_is_not_heeded_says_of_nobody_that_he_is_gone(ignored: str, fetcher: Fetcher) -> None:
    held = [{"properties": {"id": name, "constellation": "PHR"}} for name in ("a", "b")]

    def reply(request: httpx.Request) -> httpx.Response:
        found = [] if ignored == "nothing" and "id" in orjson.loads(request.content) else held
        return answer(found, len(found))

    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(side_effect=reply)
        with pytest.raises(StopSource):
            alone(fetcher).gone(["x"])


def test_a_record_without_a_time_of_update_is_read_by_its_acquisition(fetcher: Fetcher) -> None:
    feature = {"properties": {"id": "old", "acquisitionDate": "2016-05-06T10:59:11Z", "publicationDate": "2020-04-01T00:00:00Z"}}

    def reply(request: httpx.Request) -> httpx.Response:
        found = [] if "lastUpdateDate" in orjson.loads(request.content) else [feature]
        return answer(found, len(found))

    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post(f"{HOST}/api/v2/opensearch").mock(side_effect=reply)
        harvest = run(alone(fetcher))
    assert (harvest.error, harvest.ids(), harvest.missing) == (None, ["old"], 0)
    assert not any(page.ordered for page in harvest.pages if page.records)


def test_airbus_as_one_source_counts_its_optical_past_and_asks_each_catalogue_for_its_own(up: Upstreams, fetcher: Fetcher) -> None:
    optical = OneAtlasSettings(("PNEO",), search_url=up.oneatlas, auth_url=up.oneatlas, api_key=API_KEY, since=NOW - timedelta(days=400))
    both = AirbusSource("airbus", fetcher, optical, SarSettings(url=up.sar, auth_url=up.oneatlas, api_key=API_KEY), now=lambda: NOW)
    assert isinstance(both, Recountable)
    stream, extent = next(part for part in both.past() if both.count(*part))
    names = [record.native_id for page in both.relist(stream, extent) for record in page.records]
    assert len(names) == both.count(stream, extent)
    radar = "TSX-1_HS300_S_spot_037R_4670_A15048840_754"
    assert both.gone([*names, "not-there", radar]) == {"not-there", radar}
