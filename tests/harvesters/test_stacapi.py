"""Any STAC API: the listing follows its links, but not anywhere and not for ever."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.source import Extent
from harvesters.stacapi import StacApiSettings, StacApiSource
from mappings import dinamis
from mappings.dinamis import stac
from tests.harvesters.support import Clock, run
from tests.upstreams import Rule, Upstreams, World
from tests.upstreams.scenes import Lane

SEARCH = "/dinamis/stac/search"
HOST = "https://stac.example/v1"


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(4000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def source(fetcher: Fetcher, url: str, **settings: Any) -> StacApiSource:
    given = replace(StacApiSettings(url, ("spot-6-7-drs",)), **settings)
    return StacApiSource("held", fetcher, given, dinamis, stac.to_record)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_record_comes_once(up: Upstreams, fetcher: Fetcher, method: str) -> None:
    harvest = run(source(fetcher, up.dinamis, method=method))
    assert harvest.error is None
    assert len(harvest.ids()) == len(set(harvest.ids())) == up.world.counts[Lane.HELD_SPOT]
    assert {seen.method for seen in up.log} == {method}
    assert not any(page.ordered or page.missing for page in harvest.pages)
    assert {page.total for page in harvest.pages} == {len(harvest.ids())}
    assert {record.source for record in harvest.records()} == {"held"}


def test_areas_are_sent(up: Upstreams, fetcher: Fetcher) -> None:
    there = run(source(fetcher, up.dinamis, area=(0.0, 42.0, 4.0, 49.0)))
    assert 0 < len(there.ids()) < up.world.counts[Lane.HELD_SPOT]
    assert run(source(fetcher, up.dinamis, area=(170.0, -60.0, -170.0, 60.0), method="POST")).error is None
    assert "MultiPolygon" in [seen for seen in up.log if seen.method == "POST"][-1].body


def test_passing_errors_cost_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    clean = run(source(fetcher, up.dinamis)).ids()
    up.faults.add(Rule(SEARCH, "status", (3,), 500), Rule(SEARCH, "cut", (2,)), Rule(SEARCH, "html", (1,)))
    assert run(source(fetcher, up.dinamis)).ids() == clean
    assert len(clock.slept) == 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_next_link_that_leads_back_stops_the_run(up: Upstreams, fetcher: Fetcher, method: str) -> None:
    up.faults.add(Rule(SEARCH, "stuck_token", (2,)))
    harvest = run(source(fetcher, up.dinamis, method=method))
    assert isinstance(harvest.error, StopSource)
    assert "repeats itself" in str(harvest.error)
    assert len(harvest.ids()) == 200


def test_one_malformed_item_is_broken_and_the_others_arrive(up: Upstreams, fetcher: Fetcher) -> None:
    clean = run(source(fetcher, up.dinamis)).ids()
    up.faults.add(Rule(SEARCH, "malformed", (1,)))
    harvest = run(source(fetcher, up.dinamis))
    assert (len(harvest.ids()), harvest.sum(lambda page: len(page.broken))) == (len(clean) - 1, 1)
    assert harvest.missing == 0


def test_a_total_that_is_not_reached_is_missing_unless_it_is_an_estimate(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "wrong_total", value=7))
    assert run(source(fetcher, up.dinamis)).missing == 7
    assert run(source(fetcher, up.dinamis, exact_totals=False)).missing == 0


def page(*links: dict[str, Any], features: int = 1) -> httpx.Response:
    return httpx.Response(200, json={"features": [{"id": str(number)} for number in range(features)], "links": list(links)})


@pytest.mark.parametrize(
    "href",
    ["https://elsewhere.example/v1/search?token=1", "http://stac.example/v1/search?token=1", "https://stac.example:8443/v1/search",
     "file:///etc/passwd", "/etc/passwd\0"],
)  # fmt: skip
def test_a_next_link_to_another_host_is_not_followed(fetcher: Fetcher, href: str) -> None:
    with respx.mock(assert_all_called=False, assert_all_mocked=True) as router:
        first = router.get(url__startswith=f"{HOST}/search").mock(return_value=page({"rel": "next", "href": href}))
        harvest = run(source(fetcher, HOST))
    assert isinstance(harvest.error, (StopSource, Misconfigured))
    assert harvest.ids() == ["0"]
    assert first.call_count == 1
    assert "token=1" not in str(harvest.error)


def test_a_link_cannot_choose_headers_or_methods(fetcher: Fetcher) -> None:
    links: list[dict[str, Any]] = [{"rel": "next", "href": f"{HOST}/search?token=2", "headers": {"Authorization": "Bearer theirs"}},
             {"rel": "next", "href": f"{HOST}/search?token=3", "method": "DELETE"}]  # fmt: skip
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        route = router.get(url__startswith=f"{HOST}/search").mock(side_effect=[page(links[0]), page(links[1])])
        harvest = run(source(fetcher, HOST))
    assert "authorization" not in route.calls.last.request.headers
    assert "DELETE" in str(harvest.error)


@pytest.mark.parametrize("answer", [{"links": []}, {"features": [], "links": {"next": "x"}}, {"features": {}, "links": []}])
def test_what_is_no_page_stops_the_run_after_several_tries(fetcher: Fetcher, answer: dict[str, Any]) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        route = router.get(url__startswith=f"{HOST}/search").respond(json=answer)
        assert isinstance(run(source(fetcher, HOST)).error, StopSource)
    assert route.call_count == 5


@pytest.mark.parametrize("link", [{}, {"href": 7}, {"href": f"{HOST}/x", "body": 7, "method": "POST"}, {"href": f"{HOST}/x", "method": 7}])
def test_a_next_link_that_cannot_be_read_stops_the_run(fetcher: Fetcher, link: dict[str, Any]) -> None:
    with respx.mock(assert_all_called=False, assert_all_mocked=True) as router:
        router.route(url__startswith=HOST).mock(return_value=page({"rel": "next", **link}))
        assert isinstance(run(source(fetcher, HOST)).error, StopSource)


def test_a_source_without_collections_is_misconfigured(fetcher: Fetcher) -> None:
    assert isinstance(run(source(fetcher, HOST, collections=())).error, Misconfigured)


# --- what is whole, and what is gone ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("exact", [True, False])
def test_a_listing_whose_numbers_agree_is_closed(up: Upstreams, fetcher: Fetcher, exact: bool) -> None:
    harvest = run(source(fetcher, up.dinamis, exact_totals=exact))
    assert [(page.stream, page.closed) for page in harvest.pages if page.closed] == [("spot-6-7-drs", Extent())]
    assert harvest.pages[-1].closed


def test_one_that_announces_more_than_it_gives_or_another_number_meanwhile_is_not(up: Upstreams, fetcher: Fetcher) -> None:
    for nth in ((), (2,)):
        up.faults.clear()
        up.faults.add(Rule(SEARCH, "wrong_total", nth, value=7))
        assert not any(page.closed for page in run(source(fetcher, up.dinamis)).pages)
    up.faults.clear()
    up.faults.add(Rule(SEARCH, "wrong_total", (3,), value=-1))
    harvest = run(source(fetcher, up.dinamis))
    assert (harvest.missing, any(page.closed for page in harvest.pages)) == (0, False)


def test_one_that_stops_half_way_is_not(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "status", tuple(range(3, 30)), 500))
    harvest = run(source(fetcher, up.dinamis))
    assert isinstance(harvest.error, StopSource)
    assert not any(page.closed for page in harvest.pages)


def test_an_item_is_gone_when_its_own_address_says_so(up: Upstreams, fetcher: Fetcher) -> None:
    found = source(fetcher, up.dinamis, collections=("other", "spot-6-7-drs"))
    there = run(source(fetcher, up.dinamis)).ids()[0]
    assert found.gone([there, "nothing", "../x y"]) == {"nothing", "../x y"}


def test_an_api_that_cannot_be_asked_about_an_item_removes_none(up: Upstreams, fetcher: Fetcher) -> None:
    found = source(fetcher, up.dinamis)
    run(found)
    up.faults.add(Rule("/items/", "status", value=500))
    with pytest.raises(StopSource):
        found.gone(["nothing"])
    up.faults.clear()
    up.faults.add(Rule("/items/", "status", value=404))
    # That is said of an Item that was just listed, too.
    with pytest.raises(StopSource, match="just listed"):
        found.gone(["nothing"])


# --- empty pages, and collections that are not there -----------------------------------------------------------------------------
def linked(*pages: tuple[int, str | None]) -> list[httpx.Response]:
    """Answers with so many features, each with a link to the token given."""
    return [page(*([{"rel": "next", "href": f"{HOST}/search?token={token}"}] if token else []), features=count) for count, token in pages]


def test_an_empty_page_with_a_link_is_passed_over_and_one_that_leads_to_itself_is_the_end(fetcher: Fetcher) -> None:
    for last in (linked((0, None)), linked((0, "c"), (0, "c"))):
        with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
            route = router.get(url__startswith=f"{HOST}/search")
            route.mock(side_effect=[*linked((1, "a"), (0, "b"), (2, "c")), *last])
            harvest = run(source(fetcher, HOST))
        assert harvest.error is None
        assert set(harvest.ids()) == {"0", "1"}
        assert harvest.pages[-1].closed == Extent()


def test_empty_pages_without_end_stop_the_run(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        route = router.get(url__startswith=f"{HOST}/search")
        route.mock(side_effect=linked((1, "x"), *((0, str(number)) for number in range(1000))))
        harvest = run(source(fetcher, HOST))
    assert "pages in a row are empty" in str(harvest.error)
    assert not any(page.closed for page in harvest.pages)
    assert route.call_count < 30


def test_a_collection_that_the_api_does_not_know_is_told_after_the_others_were_read(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up.dinamis, collections=("of-old", "spot-6-7-drs")))
    assert isinstance(harvest.error, Misconfigured)
    assert "'of-old'" in str(harvest.error)
    assert len(harvest.ids()) == up.world.counts[Lane.HELD_SPOT]
    up.faults.add(Rule("/collections/", "status", value=404))
    assert run(source(fetcher, up.dinamis, collections=("of-old", "spot-6-7-drs"))).error is None


def test_no_collection_is_asked_for_while_all_give_something(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(fetcher, up.dinamis))
    assert {seen.path for seen in up.log} == {SEARCH}
