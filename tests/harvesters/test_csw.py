"""CSW: every habit of real catalogues that a harvest has been lost to (a stand-in over HTTP)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harvesters.csw import STREAM, CswSettings, CswSource
from harvesters.errors import StopSource
from harvesters.http import Fetcher
from harvesters.source import Extent, Span
from mappings.ogc.answers import parse_answer
from mappings.partners import VIGISAT
from mappings.xml import parse_xml
from tests.harvesters.ogc_support import closed, recalling, remembered, run_while
from tests.harvesters.support import NOW, Clock, Harvest, run, span
from tests.support.shared import shared
from tests.upstreams import Rule, Upstreams, World
from tests.upstreams.ogc_habits import Habits

WORLD = World(2000)
PATH = "/vigisat/csw"
# Later than all that the world has.
SWEPT = {"csw:swept": "2026-01-31T00:00:00Z", "csw:answered": "2026-01-05T00:00:00Z"}


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(WORLD) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.log.clear()
    served.world, served.habits = WORLD, Habits()
    yield served
    served.faults.clear()


def source(fetcher: Fetcher, up: Upstreams, **settings: Any) -> CswSource:
    given = replace(CswSettings(up.vigisat, page_size=10), **settings)
    return CswSource("configured", fetcher, given, VIGISAT, now=lambda: NOW)


def truth(up: Upstreams) -> set[str]:
    return {known.id for known in up.partner("vigisat").truth()}


def assert_whole(harvest: Harvest, up: Upstreams) -> None:
    assert harvest.error is None
    assert set(harvest.ids()) == truth(up)
    assert harvest.missing == 0
    assert [page.closed for page in closed(harvest)] == [Extent()]


def watermark(when: str = "2026-01-03T12:00:00Z") -> datetime:
    return datetime.fromisoformat(when)


# --- whole listings ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_every_record_comes_once_and_the_listing_is_closed(up: Upstreams, fetcher: Fetcher, method: str) -> None:
    harvest = run(source(fetcher, up, method=method))
    assert_whole(harvest, up)
    assert len(harvest.ids()) == len(truth(up)) == 60
    assert {record.source for record in harvest.records()} == {"configured"}
    assert not any(page.ordered for page in harvest.pages)
    roots = {record.raw.split(b" ")[0] for record in harvest.records()}
    assert roots == {b"<gmd:MD_Metadata", b"<gmi:MI_Metadata"}


def test_a_recorded_page_of_both_kinds_of_record_loses_neither() -> None:
    body = shared("samples/ogc/live/getrecords_gmd_full_mixed_MD_MI_page.xml").read_bytes()
    answer = parse_answer(parse_xml(body), "s")
    roots = {record.raw.split(b" ")[0].split(b":")[1] for record in answer.answer.records}
    assert (len(answer.answer.records), answer.nodes) == (5, 5)
    assert roots == {b"MD_Metadata", b"MI_Metadata"}


@pytest.mark.parametrize("largest", [1, 3, 7])
def test_a_cap_on_pages_that_nobody_mentions_loses_nothing(up: Upstreams, fetcher: Fetcher, largest: int) -> None:
    up.habits.largest = largest
    assert_whole(run(source(fetcher, up, page_size=500)), up)


@pytest.mark.parametrize("kind", ["right", "absent", "zero", "one more"])
def test_the_next_record_that_a_catalogue_tells_is_not_needed(up: Upstreams, fetcher: Fetcher, kind: Any) -> None:
    up.habits.next_record = kind
    assert_whole(run(source(fetcher, up)), up)


def test_pages_are_sorted_by_identifier_and_never_by_time_of_change(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(fetcher, up))
    sorts = {found for seen in up.log for found in re.findall(r"SortProperty>.*?PropertyName>([^<]*)<", seen.body)}
    assert sorts == {"apiso:Identifier"}


def test_a_catalogue_that_refuses_to_sort_is_read_without(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.sort = False
    assert_whole(run(source(fetcher, up)), up)


def test_an_order_that_changes_from_page_to_page_closes_nothing_and_is_swept_again(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.sort, up.habits.restless = False, True
    harvest = run(source(fetcher, up, page_size=20))
    assert harvest.error is None
    assert closed(harvest) == []
    assert remembered(harvest)["csw:swept"] == ""
    assert harvest.missing or set(harvest.ids()) == truth(up)


def test_other_catalogues_are_never_asked_nor_is_a_box(up: Upstreams, fetcher: Fetcher) -> None:
    run(source(fetcher, up, area=(-5.0, 46.0, -1.0, 49.0)))
    bodies = "".join(seen.body for seen in up.log)
    assert "DistributedSearch" not in bodies
    assert "BBOX" not in bodies


def test_what_lies_outside_the_area_is_filtered_here(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up, area=(-5.0, 46.0, -3.0, 48.0)))
    assert 0 < len(harvest.ids()) < 60
    assert len(harvest.ids()) + harvest.filtered == 60
    assert closed(harvest)


def test_terms_hold_together_with_the_time_of_change(up: Upstreams, fetcher: Fetcher) -> None:
    # A flat list of owslib's constraints would be an OR: all records.
    whole = run(source(fetcher, up, where={"apiso:ParentIdentifier": "vigisat", "apiso:Type": "dataset"}))
    assert len(whole.ids()) == 60
    none = run(source(fetcher, up, where={"apiso:ParentIdentifier": "other", "apiso:Type": "dataset"}))
    assert (none.ids(), none.error) == ([], None)
    changed = run(source(fetcher, up, where={"apiso:Type": "dataset"}), recalling(watermark("2025-06-01T00:00:00Z"), SWEPT))
    assert 0 < len(changed.ids()) < 10


# --- a catalogue that changes meanwhile -----------------------------------------------------------------------------------------
def changing(up: Upstreams, *worlds: World) -> Any:
    def change(number: int) -> None:
        if number <= len(worlds):
            up.world = worlds[number - 1]

    return change


def test_records_deleted_between_pages_hide_no_other(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run_while(source(fetcher, up), span(), changing(up, WORLD, WORLD.without(0.1)))
    assert up.partner("vigisat").total == 54
    assert truth(up) <= set(harvest.ids())
    assert len(closed(harvest)) == 1


def test_records_inserted_between_pages_are_seen(up: Upstreams, fetcher: Fetcher) -> None:
    up.world = WORLD.without(0.2)
    harvest = run_while(source(fetcher, up), span(), changing(up, up.world, WORLD))
    assert_whole(harvest, up)


def test_records_changed_between_pages_move_none(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run_while(source(fetcher, up), span(), changing(up, WORLD, WORLD.revised(0.3)))
    assert_whole(harvest, up)
    assert len(harvest.ids()) == 60


def test_a_catalogue_that_changes_all_the_time_is_read_three_times_at_most_and_nothing_is_judged(up: Upstreams, fetcher: Fetcher) -> None:
    worlds = [WORLD]
    while len(worlds) < 40:
        worlds.append(worlds[-1].without(0.03))
    harvest = run_while(source(fetcher, up, page_size=15, capabilities=False), span(), changing(up, *worlds))
    assert harvest.error is None
    assert closed(harvest) == []
    assert remembered(harvest)["csw:swept"] == ""
    assert len(up.log) < 30


# --- caps -------------------------------------------------------------------------------------------------------------------
def test_a_result_window_is_read_in_parts_by_time_of_change(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.window = 25
    assert_whole(run(source(fetcher, up)), up)


def test_a_total_stuck_at_the_cap_is_read_in_parts(up: Upstreams, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvesters.sweep.CAPS", frozenset({25}))
    up.habits.capped = 25
    assert_whole(run(source(fetcher, up)), up)


def test_a_known_window_is_kept_to_from_the_start(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.window = 25
    harvest = run(source(fetcher, up, window_limit=25))
    assert_whole(harvest, up)
    assert len(harvest.ids()) == 60


def test_what_changed_in_one_day_is_cut_by_identifiers(up: Upstreams, fetcher: Fetcher) -> None:
    # All of them were revised within a minute.
    up.world = WORLD.revised(1.0)
    up.habits.window = 25
    # vigisat-00000012: the letter tells nothing, so that the beginning grows until it does.
    harvest = run(source(fetcher, up, page_size=20))
    assert_whole(harvest, up)


def test_a_total_that_cannot_be_cut_is_missing_and_nothing_is_judged(up: Upstreams, fetcher: Fetcher) -> None:
    up.world = WORLD.revised(1.0)
    up.habits.window = 3
    up.habits.dated = ()
    harvest = run(source(fetcher, up, modified=("apiso:Modified",)))
    assert closed(harvest) == []
    assert harvest.missing or isinstance(harvest.error, StopSource)


# --- what changed ------------------------------------------------------------------------------------------------------------
def test_a_later_harvest_asks_for_what_changed_by_day_and_a_day_back(up: Upstreams, fetcher: Fetcher) -> None:
    up.world = WORLD.revised(0.1)
    harvest = run(source(fetcher, up), recalling(watermark(), {**SWEPT, "csw:answered": "2026-01-05T00:00:00Z"}))
    partner = up.partner("vigisat")
    changed = {k.id for k in partner.truth() if (e := partner.entry(partner.number(k.id) or 0)) and e.generation}
    assert changed <= set(harvest.ids())
    assert len(harvest.ids()) < 12
    assert closed(harvest) == []
    bounds = {found for seen in up.log for found in re.findall(r"apiso:Modified</ogc:PropertyName><ogc:Literal>([^<]*)<", seen.body)}
    assert bounds == {"2026-01-02"}
    assert "csw:swept" not in remembered(harvest)


def test_stamps_compared_as_text_lose_no_day(up: Upstreams, fetcher: Fetcher) -> None:
    partner = up.partner("vigisat")
    daily = next(k.id for k in partner.truth() if len(partner.stamp(partner.entry(partner.number(k.id) or 0))) == 10)  # type: ignore[arg-type]
    entry = partner.entry(partner.number(daily) or 0)
    assert entry is not None
    # Noon of the day of a record that has the day alone: "2019-03-02" sorts before "2019-03-02T00:00:00Z".
    mark = datetime.fromtimestamp(partner.stamped(entry) / 1e9, UTC) + timedelta(hours=12)
    harvest = run(source(fetcher, up), recalling(mark, SWEPT))
    assert daily in harvest.ids()


@pytest.mark.parametrize("known", ["apiso:Modified", "dct:modified"])
def test_the_time_of_change_is_found_under_either_name(up: Upstreams, fetcher: Fetcher, known: str) -> None:
    up.habits.dated = (known,)
    harvest = run(source(fetcher, up), recalling(watermark("2025-06-01T00:00:00Z"), SWEPT))
    assert harvest.error is None
    assert 0 < len(harvest.ids()) < 10


def test_without_a_name_for_the_time_of_change_all_is_listed(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.dated = ()
    assert_whole(run(source(fetcher, up), recalling(watermark(), SWEPT)), up)


def test_a_stamp_in_the_future_hides_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up), recalling(datetime(2099, 1, 1, tzinfo=UTC), SWEPT))
    assert harvest.error is None
    bounds = {found for seen in up.log for found in re.findall(r"<ogc:Literal>([^<]*)<", seen.body)}
    assert bounds == {"2026-01-04"}


def test_a_stamp_of_the_year_1_can_be_gone_back_from(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up), recalling(datetime(1, 1, 1, 5, tzinfo=UTC), SWEPT))
    assert (harvest.error, len(harvest.ids())) == (None, 60)


def test_the_catalogues_own_time_is_remembered_not_ours(up: Upstreams, fetcher: Fetcher) -> None:
    assert remembered(run(source(fetcher, up)))["csw:answered"] == "2026-01-05T00:00:00Z"


def test_a_backfill_leaves_no_words_and_closes_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up), Span(lambda stream: None, datetime(2020, 1, 1, tzinfo=UTC)))
    assert 0 < len(harvest.ids()) < 60
    assert harvest.filtered + len(harvest.ids()) == 60
    assert (closed(harvest), remembered(harvest)) == ([], {})


# --- sweeps ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("swept", "whole"), [("2026-01-26T00:00:00Z", False), ("2026-01-24T00:00:00Z", True), ("", True)])
def test_all_is_listed_when_the_last_time_is_long_ago_or_did_not_agree(up: Upstreams, fetcher: Fetcher, swept: str, whole: bool) -> None:
    harvest = run(source(fetcher, up), recalling(watermark(), {**SWEPT, "csw:swept": swept}))
    assert (set(harvest.ids()) == truth(up)) is whole
    assert bool(closed(harvest)) is whole


def test_a_sweep_by_identifiers_names_what_is_there_and_fetches_what_is_not_kept(up: Upstreams, fetcher: Fetcher) -> None:
    late = {"vigisat-00000003", "vigisat-00000058"}
    words = {**SWEPT, "csw:swept": ""}
    harvest = run(source(fetcher, up, sweep="brief"), recalling(watermark(), words, kept=lambda names: set(names) - late))
    present = {name for page in harvest.pages for name in page.present}
    assert late <= set(harvest.ids())
    assert present == truth(up) - late
    assert len(closed(harvest)) == 1
    # Those that changed lately, and the two: all others came by name only.
    assert len(harvest.ids()) < 15


def test_a_sweep_by_identifiers_is_whole_where_nobody_can_say_what_is_kept(up: Upstreams, fetcher: Fetcher) -> None:
    assert_whole(run(source(fetcher, up, sweep="brief"), recalling(watermark(), {**SWEPT, "csw:swept": ""})), up)


# --- what spoils an answer ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [200, 400, 404])
def test_one_record_that_breaks_its_page_is_broken_under_its_name(up: Upstreams, fetcher: Fetcher, status: int) -> None:
    up.habits.unreadable, up.habits.failing_status = frozenset({0, 17, 59}), status
    harvest = run(source(fetcher, up))
    broken = [one for page in harvest.pages for one in page.broken]
    assert {one.native_id for one in broken} == {"vigisat-00000000", "vigisat-00000017", "vigisat-00000059"}
    assert "position 18" in broken[1].reason
    assert len(set(harvest.ids())) == 57
    # They are there: what is kept of them is not judged absent.
    assert len(closed(harvest)) == 1
    assert {name for page in harvest.pages for name in page.present} == {one.native_id for one in broken}


def test_a_bad_record_without_a_name_keeps_the_listing_from_being_judged(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.unreadable = up.habits.nameless = frozenset({17})
    harvest = run(source(fetcher, up))
    assert harvest.error is None
    assert (len(set(harvest.ids())), harvest.sum(lambda page: len(page.broken))) == (59, 1)
    assert closed(harvest) == []


def test_a_catalogue_that_refuses_every_question_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up, where={"apiso:Nothing": "x"}))
    assert isinstance(harvest.error, StopSource)
    assert "Invalid PropertyName: apiso:Nothing" in str(harvest.error)


def test_an_address_that_is_no_catalogue_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    for url in (f"{up.base}/nothing", up.seas):
        assert isinstance(run(CswSource("s", fetcher, CswSettings(url), VIGISAT)).error, StopSource)


def test_passing_errors_cost_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    up.faults.add(Rule(PATH, "status", (3,), 503, retry_after=7), Rule(PATH, "html", (5,)), Rule(PATH, "cut", (7,)))
    assert_whole(run(source(fetcher, up)), up)
    assert 7.0 in clock.slept
    assert len(clock.slept) == 3


def test_no_address_that_the_capabilities_name_is_asked(up: Upstreams, fetcher: Fetcher) -> None:
    assert_whole(run(source(fetcher, up)), up)
    assert any("GetCapabilities" in seen.query for seen in up.log)
    assert {seen.path for seen in up.log} == {PATH}


def test_a_query_that_the_address_has_stays(up: Upstreams, fetcher: Fetcher) -> None:
    assert_whole(run(CswSource("s", fetcher, CswSettings(f"{up.vigisat}?language=fre", method="GET"), VIGISAT)), up)
    assert all(seen.query.startswith("language=fre&") for seen in up.log)


# --- what is gone ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_records_are_asked_for_one_by_one_before_they_go(up: Upstreams, fetcher: Fetcher, method: str) -> None:
    found = source(fetcher, up, method=method)
    run(found)
    up.log.clear()
    asked = ["vigisat-00000001", "vigisat-99999999", "other"]
    assert found.gone(asked) == {"vigisat-99999999", "other"}
    # One for a record that was just listed, whether the catalogue answers such questions at all.
    assert len(up.log) == 4


def test_an_identifier_with_a_comma_is_one_identifier(up: Upstreams, fetcher: Fetcher) -> None:
    both = "vigisat-00000001,vigisat-00000002"
    assert source(fetcher, up, method="POST").gone([both]) == {both}
    # As a parameter it would be two: it cannot be asked, and stays.
    assert source(fetcher, up, method="GET").gone([both]) == frozenset()


def test_a_catalogue_that_knows_no_record_by_its_identifier_removes_none(up: Upstreams, fetcher: Fetcher) -> None:
    found = source(fetcher, up)
    run(found)
    up.habits.by_id = False
    with pytest.raises(StopSource, match="just listed"):
        found.gone(["vigisat-99999999"])


def test_constructing_a_source_asks_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    source(fetcher, up)
    assert up.log == []
    assert STREAM == "records"
