"""The radar catalogue: whole harvests against the stand-in, its feeds, its revocations, and beside the optical catalogue."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import respx

from harvesters.airbus import AirbusSource
from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.oneatlas import OneAtlasSettings, OneAtlasSource
from harvesters.oneatlas_token import Tokens
from harvesters.sar import RADAR, REVOCATIONS, SarSettings, SarSource
from index.sqlite import SqliteIndex
from index.state import Outcome
from mappings import airbus
from mappings.record import Record, fingerprint
from moisson.build import open_source
from moisson.sections import OneAtlasSettings as OneAtlasSection
from tests.harvesters.support import NOW, Clock, Harvest, run, span
from tests.support.harvesting import all_items, harvest_all, settings_for
from tests.upstreams import API_KEY, Rule, Upstreams, World, sar

REPLICATION = "/sar/catalogue/replication"
REVOCATION = "/sar/catalogue/revocation"
# After everything that the tests' worlds change.
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(6000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def source(up: Upstreams, fetcher: Fetcher, **settings: Any) -> SarSource:
    given = SarSettings(url=up.sar, auth_url=up.oneatlas, api_key=API_KEY, page_size=50)
    return SarSource("airbus", fetcher, replace(given, **settings), now=lambda: LATER)


def expected(world: World) -> set[str]:
    return {truth.id for truth in sar.truth(world)}


def marks(harvest: Harvest) -> dict[str, datetime]:
    """Where the next run begins: the newest times read of each stream."""
    found: dict[str, datetime] = {}
    for page in harvest.pages:
        for record in page.records:
            if record.updated:
                found[page.stream] = max(found.get(page.stream, record.updated), record.updated)
    return found


def kept_after(*harvests: Harvest) -> dict[str, Record]:
    """The records left when a pipeline takes all pages in their order, as the rule of Page says."""
    kept: dict[str, Record] = {}
    for harvest in harvests:
        for record in harvest.records():
            have = kept.get(record.native_id)
            if not record.deleted:
                kept[record.native_id] = record
            elif have is not None and have.updated is not None and record.updated is not None and have.updated <= record.updated:
                del kept[record.native_id]
    return kept


def test_every_acquisition_comes_once_and_no_page_moves_a_watermark(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher))
    assert harvest.error is None
    assert len(harvest.ids(RADAR)) == len(set(harvest.ids(RADAR)))
    assert set(harvest.ids(RADAR)) == expected(up.world)
    assert not any(page.ordered for page in harvest.pages)
    assert harvest.missing == 0


def test_the_feed_has_no_order_so_that_the_last_record_is_not_the_newest(up: Upstreams, fetcher: Fetcher) -> None:
    times = [record.updated for record in run(source(up, fetcher)).records(RADAR)]
    assert times != sorted(times, key=str)


def test_the_next_harvest_begins_a_little_before_the_watermark(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    up.log.clear()
    second = run(source(up, fetcher), span(marks(first)))
    assert len(second.ids()) < len(first.ids()) / 10
    (asked,) = [seen for seen in up.log if REPLICATION in seen.path and "since" in seen.query]
    newest = max(record.updated for record in first.records(RADAR) if record.updated)
    assert (newest - timedelta(days=1)).strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ") in asked.query


def test_what_was_catalogued_anew_is_read_again(fetcher: Fetcher) -> None:
    with Upstreams(World(4000)) as up:
        first = run(source(up, fetcher))
        up.world = up.world.revised(0.2)
        second = run(source(up, fetcher), span(marks(first)))
        assert 40 <= len(second.ids(RADAR)) < 60
        assert set(kept_after(first, second)) == expected(up.world)


def test_revoked_acquisitions_go(fetcher: Fetcher) -> None:
    with Upstreams(World(4000)) as up:
        first = run(source(up, fetcher))
        up.world = up.world.without(0.3)
        second = run(source(up, fetcher), span(marks(first)))
        assert len(second.ids(REVOCATIONS)) == 60
        assert all(record.deleted for record in second.records(REVOCATIONS))
        assert set(kept_after(first, second)) == expected(up.world)


def test_revocations_come_after_the_acquisitions(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(up, fetcher))
    paths = [seen.path for seen in up.log if "/sar/" in seen.path]
    assert paths == sorted(paths)
    assert paths[-1].endswith(REVOCATION)


def test_until_ends_a_backfill_and_what_lies_beyond_is_filtered(up: Upstreams, fetcher: Fetcher) -> None:
    until = datetime(2022, 1, 1, tzinfo=UTC)
    harvest = run(source(up, fetcher), span(until=until))
    assert harvest.ids()
    assert all(record.updated and record.updated < until for record in harvest.records())
    assert harvest.filtered + len(harvest.ids()) == len(expected(up.world))


def test_an_area_is_compared_here_as_the_feed_knows_none(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, area=(-6.0, 41.0, 10.0, 52.0)))
    assert 0 < len(harvest.ids()) < len(expected(up.world))
    assert harvest.filtered + len(harvest.ids()) == len(expected(up.world))


def test_one_token_serves_a_harvest_and_a_refused_one_is_asked_anew(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(REPLICATION, "status", (2,), 401))
    assert run(source(up, fetcher)).error is None
    assert len([seen for seen in up.log if "/auth/" in seen.path]) == 2


def test_without_a_key_access_is_refused_and_the_setting_named(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, api_key=None))
    assert isinstance(harvest.error, Misconfigured)
    assert "api_key" in str(harvest.error)


def test_a_catalogue_that_is_away_for_a_while_costs_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    up.faults.add(Rule(REPLICATION, "status", (2,), 503, 20), Rule(REVOCATION, "status", (1,), 503), Rule(REPLICATION, "cut", (4,)))
    harvest = run(source(up, fetcher))
    assert (harvest.error, set(harvest.ids(RADAR))) == (None, expected(up.world))
    assert 20.0 in clock.slept


def test_a_catalogue_that_stays_away_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(REPLICATION, "status", (), 503))
    assert isinstance(run(source(up, fetcher)).error, StopSource)


def test_a_page_that_comes_again_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(REPLICATION, "repeat"))
    assert "repeats itself" in str(run(source(up, fetcher)).error)


# --- the stand-in ---------------------------------------------------------------------------------------------------------------
def test_the_stand_in_is_lazy_and_refuses_what_it_does_not_know(up: Upstreams, fetcher: Fetcher) -> None:
    with Upstreams(World(1_000_000)) as huge, httpx.Client() as client:
        form = {"apikey": API_KEY, "grant_type": "api_key", "client_id": "IDP"}
        issued = client.post(f"{huge.oneatlas}/auth/realms/IDP/protocol/openid-connect/token", data=form).json()
        client.headers["Authorization"] = f"Bearer {issued['access_token']}"
        page = client.get(f"{huge.sar}{REPLICATION}", params={"limit": 1000}).json()
        assert (page["size"], len(page["features"])) == (1000, 1000)
        following = client.get(page["_links"]["next"]).json()
        assert not {str(one) for one in page["features"]} & {str(one) for one in following["features"]}
        assert client.get(f"{huge.sar}{REPLICATION}", params={"token": "nonsense"}).status_code == 400
        assert client.get(f"{huge.sar}{REPLICATION}", headers={"Authorization": "Bearer x"}).status_code == 401
        assert client.get(f"{huge.sar}{REVOCATION}").json()["data"] == []


def test_the_search_shows_the_records_of_the_feed_with_members_of_its_own(up: Upstreams, fetcher: Fetcher) -> None:
    records = {record.native_id: record for record in run(source(up, fetcher)).records(RADAR)}
    tokens = Tokens(fetcher, up.oneatlas, API_KEY, lambda: NOW)
    body = {"mission": "PAZ", "limit": 1000, "time": {"from": "2020-01-01T00:00:00Z"}}
    found = tokens.ask("POST", f"{up.sar}/sar/catalogue", json=body)
    searched = airbus.read(orjson.dumps(found)).records
    assert 0 < len(searched) == found["total"] < len(records)
    for one in searched:
        assert fingerprint(one, airbus) == fingerprint(records[one.native_id], airbus)


# --- single exchanges -----------------------------------------------------------------------------------------------------------
HOST = "https://sar.example/v1"


def alone(fetcher: Fetcher, **settings: Any) -> SarSource:
    return SarSource("airbus", fetcher, SarSettings(url=HOST, **settings), now=lambda: NOW)


def member(name: str, when: str = "2020-01-01T00:00:00Z") -> dict[str, Any]:
    return {"type": "Feature", "geometry": None, "properties": {"acquisitionId": f"TSX-1_{name}_x", "catalogueTime": when}}


def answers(*pages: dict[str, Any]) -> list[httpx.Response]:
    return [httpx.Response(200, json={"_links": {}, "limit": 200, **page}) for page in pages]


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as mocked:
        yield mocked


def feeds(router: respx.MockRouter, *pages: dict[str, Any], notices: tuple[dict[str, Any], ...] = ({"data": []},)) -> respx.Route:
    route = router.get(f"{HOST}{REPLICATION}").mock(side_effect=answers(*pages))
    if notices:
        router.get(f"{HOST}{REVOCATION}").mock(side_effect=answers(*notices))
    return route


def following(token: str, base: str = HOST, path: str = REPLICATION) -> dict[str, Any]:
    return {"_links": {"self": base, "next": f"{base}{path}?limit=200&token={token}"}}


def test_a_next_page_by_another_name_of_the_host_is_asked_of_the_configured_one(router: respx.MockRouter, fetcher: Fetcher) -> None:
    old = following("abc", "https://sarapi.example.com/v1")
    route = feeds(router, {"features": [member("a1")], **old}, {"features": [member("b1")]})
    harvest = run(alone(fetcher))
    assert (harvest.error, harvest.ids()) == (None, ["TSX-1_a1_x", "TSX-1_b1_x"])
    assert str(route.calls[1].request.url) == f"{HOST}{REPLICATION}?limit=200&token=abc"


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (f"{HOST}/admin?token=abc", "lies elsewhere"),
        (f"{HOST}{REPLICATION}?limit=1", "no token"),
        ("http://[::1", "cannot be read"),
    ],
)
def test_a_next_page_that_is_none_of_the_feed_stops_the_run(router: respx.MockRouter, fetcher: Fetcher, link: str, reason: str) -> None:
    feeds(router, {"features": [member("a1")], "_links": {"next": link}}, notices=())
    harvest = run(alone(fetcher))
    assert harvest.ids() == ["TSX-1_a1_x"]
    assert isinstance(harvest.error, StopSource)
    assert reason in str(harvest.error)


def test_a_token_that_comes_a_second_time_stops_the_run(router: respx.MockRouter, fetcher: Fetcher) -> None:
    feeds(router, {"features": [member("a1")], **following("t")}, {"features": [member("b1")], **following("t")}, notices=())
    assert "repeats itself" in str(run(alone(fetcher)).error)


def test_a_feed_that_always_names_a_next_page_ends_where_nothing_comes(router: respx.MockRouter, fetcher: Fetcher) -> None:
    feeds(router, {"features": [member("a1")], **following("t")}, {"features": [], **following("u")}, {"features": [], **following("v")})
    harvest = run(alone(fetcher))
    assert (harvest.error, harvest.ids()) == (None, ["TSX-1_a1_x"])


def test_an_empty_page_in_the_middle_is_not_the_end(router: respx.MockRouter, fetcher: Fetcher) -> None:
    feeds(router, {"features": [], **following("t")}, {"features": [member("b1")]})
    assert run(alone(fetcher)).ids() == ["TSX-1_b1_x"]


def test_an_end_that_names_itself_is_the_end(router: respx.MockRouter, fetcher: Fetcher) -> None:
    feeds(router, {"features": [member("a1")], **following("t")}, {"features": [], **following("t")})
    assert run(alone(fetcher)).error is None


def test_a_page_smaller_than_it_says_is_missing_records(router: respx.MockRouter, fetcher: Fetcher) -> None:
    feeds(router, {"features": [member("a1")], "size": 3})
    assert run(alone(fetcher)).missing == 2


@pytest.mark.parametrize("page", [{"features": None}, {"features": [], "_links": None}, {"features": [], "size": "many"}, {}])
def test_an_answer_of_another_form_is_tried_again_then_stops_the_run(
    router: respx.MockRouter, fetcher: Fetcher, page: dict[str, Any]
) -> None:
    route = feeds(router, *[page] * 5, notices=())
    assert isinstance(run(alone(fetcher)).error, StopSource)
    assert route.call_count == 5


def test_a_revocation_older_than_the_acquisition_is_stale(router: respx.MockRouter, fetcher: Fetcher) -> None:
    notices = [
        {"acquisitionId": "TSX-1_a1_x", "issueTime": "2020-01-05T00:00:00Z"},
        {"acquisitionId": "TSX-1_a1_x", "issueTime": "2019-01-05T00:00:00Z"},
        {"acquisitionId": "TSX-1_b1_x", "issueTime": "2020-01-05T00:00:00Z"},
    ]
    again = member("a1", "2020-02-01T00:00:00Z")
    feeds(router, {"features": [again, member("b1")]}, notices=({"data": notices},))
    harvest = run(alone(fetcher))
    assert set(kept_after(harvest)) == {"TSX-1_a1_x"}
    times = [record.updated for record in harvest.records(REVOCATIONS)]
    assert times == sorted(times, key=str)


def test_a_revocation_after_the_run_began_is_left_to_the_next_run(router: respx.MockRouter, fetcher: Fetcher) -> None:
    late = {"acquisitionId": "TSX-1_a1_x", "issueTime": (NOW + timedelta(seconds=1)).isoformat()}
    feeds(router, {"features": [member("a1")]}, notices=({"data": [late]},))
    assert run(alone(fetcher)).ids(REVOCATIONS) == []


# --- beside the optical catalogue -----------------------------------------------------------------------------------------------
def both(up: Upstreams, fetcher: Fetcher, **radar: Any) -> AirbusSource:
    optical = OneAtlasSettings(("PHR",), search_url=up.oneatlas, auth_url=up.oneatlas, api_key=API_KEY)
    return AirbusSource("airbus", fetcher, optical, SarSettings(url=up.sar, **radar), now=lambda: LATER)


def test_one_source_brings_both_catalogues_with_one_token(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(both(up, fetcher))
    assert harvest.error is None
    assert set(harvest.ids(RADAR)) == expected(up.world)
    assert harvest.ids("PHR")
    assert len([seen for seen in up.log if "/auth/" in seen.path]) == 1


def test_a_radar_catalogue_that_fails_does_not_hide_the_optical_one(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(REPLICATION, "status", (), 403))
    harvest = run(both(up, fetcher))
    assert harvest.ids("PHR")
    assert isinstance(harvest.error, Misconfigured)
    assert str(harvest.error).startswith("radar: ")
    assert "radar = false" in str(harvest.error)


def test_an_optical_catalogue_that_fails_does_not_hide_the_radar_one(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule("/opensearch", "status", (), 404))
    harvest = run(both(up, fetcher))
    assert set(harvest.ids(RADAR)) == expected(up.world)
    assert isinstance(harvest.error, StopSource)
    assert str(harvest.error).startswith("optical: ")


def test_two_failures_are_both_told(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule("/oneatlas/api", "status", (), 404), Rule(REPLICATION, "status", (), 404))
    error = str(run(both(up, fetcher)).error)
    assert "optical: " in error
    assert "; radar: " in error


# --- into an index --------------------------------------------------------------------------------------------------------------
def test_the_radar_catalogue_ends_up_in_the_index_and_revoked_acquisitions_go(tmp_path: Path) -> None:
    with Upstreams(World(4000)) as up, SqliteIndex.open(tmp_path / "index.sqlite") as index:
        sources = {"airbus": settings_for(up, radar=True)["airbus"]}
        for change in (lambda world: world, lambda world: world.revised(0.1), lambda world: world.without(0.02)):
            up.world = change(up.world)
            (report,) = harvest_all(index, sources).values()
            assert (report.outcome, report.reason) == (Outcome.COMPLETE, None)
            radar = {name: item for (collection, name), item in all_items(index).items() if collection == "airbus-radar"}
            assert set(radar) == expected(up.world)
        assert {item["properties"]["moisson:availability"] for item in radar.values()} == {"orderable"}
        assert len(radar) == 196
        assert index.watermark("airbus", RADAR) is not None
        assert index.watermark("airbus", REVOCATIONS) is not None


def test_a_radar_catalogue_that_fails_makes_the_run_partial_and_keeps_what_it_gave_before(tmp_path: Path) -> None:
    with Upstreams(World(1000)) as up, SqliteIndex.open(tmp_path / "index.sqlite") as index:
        sources = {"airbus": settings_for(up, radar=True)["airbus"]}
        harvest_all(index, sources)
        before = len(all_items(index))
        up.faults.add(Rule(REPLICATION, "status", (), 404))
        (report,) = harvest_all(index, sources).values()
        assert report.outcome is Outcome.PARTIAL
        assert report.reason is not None
        assert report.reason.startswith("radar: ")
        assert len(all_items(index)) == before


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, OneAtlasSource),
        ({"api_key": "key"}, AirbusSource),
        ({"api_key": "key", "radar": False}, OneAtlasSource),
        ({"radar": True}, AirbusSource),
    ],
)
def test_the_radar_catalogue_is_asked_where_there_is_a_key_unless_it_is_switched(given: dict[str, Any], kind: type) -> None:
    with open_source("airbus", OneAtlasSection.model_validate(given), lambda: NOW) as opened:
        assert type(opened) is kind
