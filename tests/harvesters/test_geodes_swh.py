"""Spot World Heritage through GEODES: both forms, who is gone, and the months of the past."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
import respx

from harvesters.errors import StopSource
from harvesters.geodes import GeodesSettings, GeodesSource
from harvesters.http import Fetcher
from harvesters.past import UNDATED
from harvesters.source import Extent, Recountable
from mappings import swh
from tests.harvesters.support import NOW, ascending, run, span
from tests.upstreams import Rule, Upstreams, World

TODAY = ("SWH_SPOT123_L1", "SWH_SPOT4_L1", "SWH_SPOT5_L1")
COMING = ("swh-spot-1-2-3-l1a", "swh-spot-4-l1a", "swh-spot-5-l1a")
SEARCH = "/geodes/api/stac/search"


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(World(4000)) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    yield served
    served.faults.clear()
    served.swh_coming = False


def source(up: Upstreams, fetcher: Fetcher, collections: tuple[str, ...] = TODAY, **settings: Any) -> GeodesSource:
    given = replace(GeodesSettings(collections, up.geodes, since=datetime(2021, 1, 1, tzinfo=UTC)), **settings)
    return GeodesSource("swh", fetcher, given, mapping=swh, to_record=swh.geodes.to_record, now=lambda: NOW)


@pytest.mark.parametrize("coming", [False, True])
def test_every_scene_comes_once_in_order_of_publication_in_both_forms(coming: bool, up: Upstreams, fetcher: Fetcher) -> None:
    up.swh_coming = coming
    names, settings = (COMING, {"published": "updated"}) if coming else (TODAY, {})
    harvest = run(source(up, fetcher, names, **settings))
    assert harvest.error is None
    assert {swh.to_item(record)["id"] for record in harvest.records()} == {truth.id for truth in up.swh.truth()}
    assert len(harvest.ids()) == up.swh.total == 400
    for name in names:
        assert ascending(harvest.records(name))
    assert all(page.ordered and not page.missing and not page.filtered for page in harvest.pages)


def test_both_forms_tell_the_times_of_the_scenes(up: Upstreams, fetcher: Fetcher) -> None:
    told = {truth.id: truth.datetime for truth in up.swh.truth()}
    for record in run(source(up, fetcher)).records():
        item = swh.to_item(record)
        assert datetime.fromisoformat(item["properties"]["datetime"]) == told[item["id"]]


def test_sentinels_and_the_heritage_do_not_see_each_other(up: Upstreams, fetcher: Fetcher) -> None:
    sentinel = GeodesSource("peps", fetcher, GeodesSettings(("PEPS_S3_L1",), up.geodes), now=lambda: NOW)
    assert len(run(sentinel).ids()) == up.world.counts[2]  # type: ignore[index]
    assert not set(run(sentinel).ids()) & set(run(source(up, fetcher)).ids())


def test_every_window_is_closed_where_its_numbers_agree(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, TODAY[1:2], window_limit=50))
    closed = [page.closed for page in harvest.pages if page.closed]
    assert len(closed) > 3
    assert (closed[0].since, closed[-1].until) == (datetime(2021, 1, 1, tzinfo=UTC), NOW)
    assert all(one.until == following.since for one, following in pairwise(closed))
    up.faults.add(Rule(SEARCH, "wrong_total", value=7))
    spoilt = run(source(up, fetcher, TODAY[1:2]))
    assert spoilt.missing == 7
    assert not any(page.closed for page in spoilt.pages)


# --- who is gone ---------------------------------------------------------------------------------------------------------------
def test_gone_are_those_that_geodes_does_not_find(fetcher: Fetcher) -> None:
    with Upstreams(World(2500)) as up:
        before = run(source(up, fetcher)).ids()
        up.world = up.world.without(0.1)
        left = run(source(up, fetcher)).ids()
        up.log.clear()
        assert source(up, fetcher).gone(before) == frozenset(before) - frozenset(left)
        assert len(before) - len(left) == pytest.approx(25, abs=3)
        # Many at once, then those that were not found one by one, between two requests for a witness.
        assert len(up.log) == 1 + -(-len(before) // 80) + len(before) - len(left) + 2


def test_a_revised_record_is_not_gone(fetcher: Fetcher) -> None:
    with Upstreams(World(600)) as up:
        before = run(source(up, fetcher)).ids()
        up.world = up.world.revised(0.5)
        assert source(up, fetcher).gone(before) == frozenset()
        assert source(up, fetcher).gone(["URN:FEATURE:DATA:gdh:x:V1"]) == {"URN:FEATURE:DATA:gdh:x:V1"}


class Answers:
    """GEODES as it may be deployed: `ids` of a request that it heeds at most, else what it does with them."""

    def __init__(self, held: Sequence[str], most: int, beyond: str) -> None:
        self.held, self.most, self.beyond = held, most, beyond
        self.asked: list[list[str]] = []

    def __call__(self, request: Any) -> Any:
        body = orjson.loads(request.content)
        if "ids" not in body:
            found = list(self.held[: body["limit"]])
        else:
            self.asked.append(body["ids"])
            found = [name for name in self.held if name in body["ids"]]
            if len(body["ids"]) > self.most:
                found = {"nothing": [], "everything": list(self.held), "one": found[:1]}[self.beyond]
        features = [{"id": name, "collection": "C", "properties": {}} for name in found]
        return respx.MockResponse(json={"features": features, "context": {"matched": len(found)}})


def asked_of(answers: Answers, fetcher: Fetcher, names: list[str]) -> frozenset[str]:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post("https://geodes.example/search").mock(side_effect=answers)
        return GeodesSource("s", fetcher, GeodesSettings(("C",), "https://geodes.example"), now=lambda: NOW).gone(names)


def test_where_several_ids_give_nothing_they_are_asked_one_by_one(fetcher: Fetcher) -> None:
    answers = Answers(["a", "b", "c"], 1, "nothing")
    assert asked_of(answers, fetcher, ["b", "x"]) == {"x"}
    assert ["x"] in answers.asked


def test_the_only_record_there_is_serves_as_witness(fetcher: Fetcher) -> None:
    assert asked_of(Answers(["a"], 1, "nothing"), fetcher, ["a", "x"]) == {"x"}


@pytest.mark.parametrize(("most", "beyond"), [(0, "nothing"), (0, "everything"), (1, "everything")])
def test_a_filter_that_is_ignored_says_of_nobody_that_he_is_gone(most: int, beyond: str, fetcher: Fetcher) -> None:
    with pytest.raises(StopSource):
        asked_of(Answers(["a", "b", "c"], most, beyond), fetcher, ["b", "x"])


def test_who_is_not_found_among_several_is_asked_for_alone(fetcher: Fetcher) -> None:
    answers = Answers(["b", "c", "d", "e"], 2, "one")
    assert asked_of(answers, fetcher, ["c", "d", "e", "x"]) == {"x"}
    assert answers.asked == [["c", "d", "e", "x"], ["b"], ["d"], ["e"], ["x"], ["b"]]


def test_an_empty_archive_says_of_nobody_that_he_is_gone(fetcher: Fetcher) -> None:
    with respx.mock(assert_all_called=True, assert_all_mocked=True) as router:
        router.post("https://geodes.example/search").respond(json={"features": [], "context": {"matched": 0}})
        found = GeodesSource("s", fetcher, GeodesSettings(("C",), "https://geodes.example"), now=lambda: NOW)
        with pytest.raises(StopSource, match="cannot be established"):
            found.gone(["a"])
        assert found.gone([]) == frozenset()


# --- months of the past ----------------------------------------------------------------------------------------------------------
def test_the_past_is_every_collection_and_month_from_the_first_day(up: Upstreams, fetcher: Fetcher) -> None:
    asked = source(up, fetcher, TODAY[:2], since=datetime(2025, 11, 15, tzinfo=UTC))
    assert isinstance(asked, Recountable)
    starts = [datetime(2025, 11, 15, tzinfo=UTC), *(datetime(2025 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in (11, 12, 13, 14))]
    undated = [(name, UNDATED) for name in TODAY[:2]]
    expected = [*undated, *((name, Extent(a, b)) for a, b in pairwise(starts) for name in TODAY[:2])]
    assert list(asked.past()) == expected
    assert up.log == []


def test_the_months_counts_add_up_and_are_what_a_relisting_brings(up: Upstreams, fetcher: Fetcher) -> None:
    asked = source(up, fetcher, TODAY[1:2])
    harvest = run(asked)
    counted = 0
    for stream, extent in asked.past():
        since, until = extent.since, extent.until
        if extent == UNDATED:
            assert asked.count(stream, extent) == 0
            continue
        assert since is not None
        assert until is not None
        here = [record.native_id for record in harvest.records() if record.updated and since <= record.updated < until]
        assert asked.count(stream, extent) == len(here)
        counted += len(here)
    assert counted == len(harvest.ids())
    assert max(orjson.loads(seen.body)["limit"] for seen in up.log[-20:]) == 1


def test_a_relisting_closes_its_whole_part_once_at_its_end(up: Upstreams, fetcher: Fetcher) -> None:
    extent = Extent(datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
    asked = source(up, fetcher, window_limit=7)
    pages = list(asked.relist(TODAY[1], extent))
    assert [page.closed for page in pages if page.closed] == [extent]
    assert pages[-1].closed == extent
    assert sum(len(page.records) for page in pages) == asked.count(TODAY[1], extent) > 14
    assert not any(page.ordered for page in pages)


def test_a_relisting_whose_numbers_differ_closes_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(SEARCH, "wrong_total", value=2))
    extent = Extent(datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
    pages = list(source(up, fetcher).relist(TODAY[1], extent))
    assert sum(page.missing for page in pages) == 2
    assert not any(page.closed for page in pages)


def test_a_later_harvest_begins_at_its_watermark_in_the_coming_form_too(up: Upstreams, fetcher: Fetcher) -> None:
    up.swh_coming = True
    asked = source(up, fetcher, COMING[1:2], published="updated", overlap=timedelta())
    times = [record.updated for record in run(asked).records()]
    middle = times[len(times) // 2]
    assert middle is not None
    assert [record.updated for record in run(asked, span({COMING[1]: middle})).records()] == times[len(times) // 2 :]
