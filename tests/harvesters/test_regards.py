"""REGARDS' legacy search: the whole of the native archive, and who is gone from it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import respx

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.regards import STREAM, RegardsSettings, RegardsSource
from harvesters.source import Extent
from tests.harvesters.support import NOW, run
from tests.mappings.swh_forms import native
from tests.upstreams import API_KEY, Rule, Upstreams, World

SEARCH = "/regards/api/v1/rs-catalog/engines/legacy/dataobjects/search"


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(2600)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()


def source(up: Upstreams, fetcher: Fetcher, **settings: Any) -> RegardsSource:
    given = replace(RegardsSettings(up.regards, token=API_KEY), **settings)
    return RegardsSource("heritage", fetcher, given, now=lambda: NOW)


def test_every_record_comes_once_and_the_whole_is_closed(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher))
    assert harvest.error is None
    assert len(set(harvest.ids())) == len(harvest.ids()) == up.swh.total == 260
    assert {page.stream for page in harvest.pages} == {STREAM}
    assert [page.closed for page in harvest.pages if page.closed] == [harvest.pages[-1].closed] == [Extent()]
    assert not any(page.ordered or page.missing for page in harvest.pages)
    assert {record.source for record in harvest.records()} == {"heritage"}
    ids = {source(up, fetcher).mapping.to_item(record)["id"] for record in harvest.records()}
    assert ids == {truth.id for truth in up.swh.truth()}
    assert [seen.query for seen in up.log][:2] == ["page=0&size=100", "page=1&size=100"]


def test_a_total_that_is_not_reached_closes_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    short = {"content": [native()], "metadata": {"totalElements": 2, "number": 0}}
    empty = {"content": [], "metadata": {"totalElements": 2, "number": 1}}
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.get("https://regards.example/s", params={"page": 0}).respond(json=short)
        router.get("https://regards.example/s", params={"page": 1}).respond(json=empty)
        harvest = run(source(up, fetcher, url="https://regards.example", search_path="/s", token=None))
    assert (harvest.missing, harvest.error) == (1, None)
    assert not any(page.closed for page in harvest.pages)


def test_names_of_parameters_the_first_page_and_more_parameters_are_settings(up: Upstreams, fetcher: Fetcher) -> None:
    answer = {"content": [native()], "page": {"totalElements": 1, "number": 0}}
    settings: dict[str, Any] = {
        "url": "https://regards.example/",
        "search_path": "/s",
        "first_page": 1,
        "page_parameter": "p",
        "size_parameter": "n",
        "parameters": {"scope": "swh"},
    }
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.get("https://regards.example/s", params={"p": 1, "n": 100, "scope": "swh"}).respond(json=answer)
        assert len(run(source(up, fetcher, **settings)).ids()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"content": {}, "metadata": {"totalElements": 1}},
        {"content": [], "metadata": {"totalElements": "1"}},
        {"content": [], "metadata": {"totalElements": 0, "number": 4}},
    ],
)
def test_what_is_no_page_or_another_one_is_asked_again_then_stops(answer: dict[str, Any], up: Upstreams, fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.get("https://regards.example/s").respond(json=answer)
        assert isinstance(run(source(up, fetcher, url="https://regards.example", search_path="/s")).error, StopSource)


def test_without_the_token_the_setting_is_named(up: Upstreams, fetcher: Fetcher) -> None:
    assert isinstance(run(source(up, fetcher, token="no")).error, Misconfigured)
    assert "harvest-key" not in repr(RegardsSettings(token="harvest-key"))


def test_an_area_is_filtered_here(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, area=(-10.0, 35.0, 30.0, 60.0)))
    assert 0 < len(harvest.ids()) < up.swh.total
    assert len(harvest.ids()) + harvest.filtered == up.swh.total


def test_a_passing_error_costs_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "status", (2,), 500), Rule(SEARCH, "cut", (3,)))
    assert len(run(source(up, fetcher)).ids()) == up.swh.total


def test_gone_are_those_whose_own_address_is_empty(fetcher: Fetcher) -> None:
    with Upstreams(World(600)) as up:
        before = run(source(up, fetcher)).ids()
        up.world = up.world.without(0.1)
        left = run(source(up, fetcher)).ids()
        assert source(up, fetcher).gone(before) == frozenset(before) - frozenset(left)
        assert len(before) - len(left) >= 4


def test_where_nothing_is_found_by_its_id_nothing_is_said_to_be_gone(up: Upstreams, fetcher: Fetcher) -> None:
    ids = run(source(up, fetcher)).ids()[:3]
    with pytest.raises(StopSource, match="cannot be established"):
        source(up, fetcher, item_path="/nowhere/{id}").gone(ids)
    with pytest.raises(StopSource, match="another question"):
        source(up, fetcher, item_path=SEARCH.removeprefix("/regards")).gone(ids)
    assert source(up, fetcher).gone([]) == frozenset()
    assert source(up, fetcher).gone(ids) == frozenset()
