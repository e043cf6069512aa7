"""OpenSearch-EO: templates, three ways of paging, two steps, and totals that are estimates."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.opensearch import ALL, OpenSearchSettings, OpenSearchSource
from harvesters.opensearch_description import Template, changed_since, read_description
from harvesters.source import Extent
from mappings.partners import SEAS
from mappings.xml import parse_xml
from tests.harvesters.ogc_support import closed, recalling, remembered, run_while
from tests.harvesters.support import NOW, Clock, Harvest, run, span
from tests.support.shared import shared
from tests.upstreams import Rule, Upstreams, World, ogc_opensearch
from tests.upstreams.ogc_habits import Habits
from tests.upstreams.ogc_opensearch import COLLECTION

WORLD = World(2000)
PATH = "/seas/opensearch/products"
WAYS = ["positions", "pages", "links"]
LATE = datetime(2025, 6, 1, tzinfo=UTC)


def swept(stream: str = ALL) -> dict[str, str]:
    return {f"opensearch:swept:{stream}": "2026-01-31T00:00:00Z"}


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


def source(fetcher: Fetcher, up: Upstreams, **settings: Any) -> OpenSearchSource:
    given = replace(OpenSearchSettings(up.seas, page_size=10), **settings)
    return OpenSearchSource("configured", fetcher, given, SEAS, now=lambda: NOW)


def truth(up: Upstreams) -> set[str]:
    return {known.id for known in up.partner("seas").truth()}


def assert_whole(harvest: Harvest, up: Upstreams) -> None:
    assert harvest.error is None
    assert set(harvest.ids()) == truth(up)
    assert harvest.missing == 0
    assert [page.closed for page in closed(harvest)] == [Extent()]


@pytest.mark.parametrize("way", WAYS)
def test_every_record_comes_once_in_each_way_of_paging(up: Upstreams, fetcher: Fetcher, way: Any) -> None:
    up.habits.paging = way
    harvest = run(source(fetcher, up))
    assert_whole(harvest, up)
    assert len(harvest.ids()) == 60
    assert {record.source for record in harvest.records()} == {"configured"}
    assert len(up.log) < 12


@pytest.mark.parametrize("way", WAYS)
def test_a_total_that_is_only_an_estimate_neither_ends_a_listing_nor_makes_it_short(up: Upstreams, fetcher: Fetcher, way: Any) -> None:
    up.habits.paging = way
    for off in (-25, 13):
        up.habits.off = off
        harvest = run(source(fetcher, up, exact_totals=False))
        assert (harvest.error, harvest.missing) == (None, 0)
        assert set(harvest.ids()) == truth(up)


@pytest.mark.parametrize("way", WAYS)
def test_an_exact_total_that_is_not_reached_is_missing(up: Upstreams, fetcher: Fetcher, way: Any) -> None:
    up.habits.paging, up.habits.off = way, 4
    harvest = run(source(fetcher, up))
    assert (harvest.missing, closed(harvest)) == (4, [])


@pytest.mark.parametrize("way", WAYS)
def test_a_cap_on_pages_loses_nothing(up: Upstreams, fetcher: Fetcher, way: Any) -> None:
    up.habits.paging, up.habits.largest = way, 7
    assert_whole(run(source(fetcher, up, page_size=50)), up)


def test_a_service_that_refuses_what_lies_beyond_the_end_is_read_to_its_end(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.past_end = True
    assert_whole(run(source(fetcher, up)), up)


@pytest.mark.parametrize("two_steps", [False, True])
def test_a_collection_is_searched_by_its_name_or_by_its_own_description(up: Upstreams, fetcher: Fetcher, two_steps: bool) -> None:
    up.habits.two_steps = two_steps
    harvest = run(source(fetcher, up, collections=(COLLECTION,)))
    assert_whole(harvest, up)
    assert {page.stream for page in harvest.pages} == {COLLECTION}
    paths = {seen.path.rpartition("/")[2] for seen in up.log}
    assert ("guyane.xml" in paths) is two_steps


def test_a_collection_that_is_not_there_is_named(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.two_steps = True
    harvest = run(source(fetcher, up, collections=("urn:eop:OTHER",)))
    assert isinstance(harvest.error, Misconfigured)
    assert "urn:eop:OTHER" in str(harvest.error)


def test_what_changed_since_is_asked_where_the_search_offers_it(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up), recalling(LATE, swept()))
    assert harvest.error is None
    assert 0 < len(harvest.ids()) < 10
    assert closed(harvest) == []
    assert any("modified=%5B2025-05-31T00%3A00%3A00Z" in seen.query for seen in up.log)


def test_where_no_time_of_change_is_offered_all_is_listed(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.changes = False
    assert_whole(run(source(fetcher, up), recalling(LATE, swept())), up)


def test_all_is_listed_when_the_last_time_is_long_ago(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up), recalling(LATE, {f"opensearch:swept:{ALL}": "2026-01-20T00:00:00Z"}))
    assert_whole(harvest, up)
    assert remembered(harvest) == {f"opensearch:swept:{ALL}": "2026-02-01T00:00:00Z"}


def test_an_area_is_judged_here_and_sent_only_when_told_to(up: Upstreams, fetcher: Fetcher) -> None:
    area = (-53.5, 3.0, -52.5, 4.0)
    here = run(source(fetcher, up, area=area))
    assert 0 < len(here.ids()) < 60
    assert len(here.ids()) + here.filtered == 60
    assert not any("bbox" in seen.query for seen in up.log)
    sent = run(source(fetcher, up, area=area, send_area=True))
    assert set(sent.ids()) == set(here.ids())
    assert sent.filtered < here.filtered


def test_times_of_acquisition_bound_what_is_asked(up: Upstreams, fetcher: Fetcher) -> None:
    since = datetime(2022, 1, 1, tzinfo=UTC)
    harvest = run(source(fetcher, up, sensed_since=since))
    late = {known.id for known in up.partner("seas").truth() if known.datetime >= since}
    assert 0 < len(late) < 60
    assert set(harvest.ids()) == late


def test_a_known_window_is_kept_to_by_cutting_time(up: Upstreams, fetcher: Fetcher) -> None:
    assert_whole(run(source(fetcher, up, window_limit=20)), up)


def test_records_that_come_and_go_meanwhile_hide_no_other(up: Upstreams, fetcher: Fetcher) -> None:
    def change(number: int) -> None:
        up.world = WORLD.without(0.1) if number == 2 else up.world

    harvest = run_while(source(fetcher, up), span(), change)
    assert truth(up) <= set(harvest.ids())
    assert len(closed(harvest)) == 1


@pytest.mark.parametrize(
    ("following", "said"), [("{base}/seas/opensearch/products?n=10", "repeats itself"), ("http://127.0.0.1:1/x", "another host")]
)
def test_a_next_link_is_followed_neither_in_circles_nor_to_another_host(
    up: Upstreams, fetcher: Fetcher, following: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    up.habits.paging = "links"
    genuine = ogc_opensearch.feed

    def crooked(base: str, total: int, entries: str, href: str | None = None, now: str = "") -> str:
        return genuine(base, total + 5, entries, following.format(base=up.base), now)

    monkeypatch.setattr(ogc_opensearch, "feed", crooked)
    template = f"{up.base}/seas/opensearch/products?n={{count}}"
    harvest = run(source(fetcher, up, template=template))
    assert isinstance(harvest.error, StopSource)
    assert said in str(harvest.error)
    assert len(up.log) < 4


def test_passing_errors_cost_nothing(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    up.faults.add(Rule(PATH, "status", (3,), 503), Rule(PATH, "html", (5,)), Rule(PATH, "cut", (7,)))
    assert_whole(run(source(fetcher, up)), up)
    assert len(clock.slept) == 3


def test_a_description_that_leads_to_another_host_is_a_setting_at_fault(up: Upstreams, fetcher: Fetcher) -> None:
    with Upstreams(World(10)) as other:
        elsewhere = f"{other.base}/seas/opensearch/products?n={{count}}&from={{startIndex}}"
        found = OpenSearchSource("s", fetcher, OpenSearchSettings(up.seas), SEAS)
        found._describe = lambda: read_description(parse_xml(_description(elsewhere)))  # type: ignore[method-assign]
        harvest = run(found)
    assert isinstance(harvest.error, Misconfigured)
    assert "another host" in str(harvest.error)


def test_an_address_that_is_no_description_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(OpenSearchSource("s", fetcher, OpenSearchSettings(f"{up.oai}?verb=Identify"), SEAS))
    assert isinstance(harvest.error, StopSource)
    assert "OAI-PMH" in str(harvest.error)


def test_records_are_asked_for_one_by_one_before_they_go(up: Upstreams, fetcher: Fetcher) -> None:
    found = source(fetcher, up)
    run(found)
    assert found.gone(["seas-00000001", "seas-99999999"]) == {"seas-99999999"}


def test_a_search_that_ignores_identifiers_says_nothing_about_them(up: Upstreams, fetcher: Fetcher) -> None:
    template = f"{up.base}/seas/opensearch/products?n={{count}}&from={{startIndex?}}&ignored={{geo:uid?}}"
    found = source(fetcher, up, template=template)
    run(found)
    # It cannot be asked: what a whole listing did not show is gone.
    assert found.gone(["seas-00000001", "seas-99999999"]) == {"seas-00000001", "seas-99999999"}


# --- descriptions ------------------------------------------------------------------------------------------------------------
def _description(template: str, **attributes: str) -> bytes:
    more = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    text = template.replace("&", "&amp;")
    return f"""<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/" xmlns:x="http://a9.com/-/opensearch/extensions/geo/1.0/"
      ><Url type="application/atom+xml" template="{text}" {more}/></OpenSearchDescription>""".encode()


def test_slots_are_told_by_their_namespace_whatever_the_prefix() -> None:
    found = read_description(parse_xml(_description("https://x.example/s?b={x:box?}&n={count?}"))).results
    assert found is not None
    assert found.names == {"geo:box", "count"}
    assert found.url({"geo:box": "1,2,3,4"}) == "https://x.example/s?b=1%2C2%2C3%2C4"


def test_positions_and_pages_count_from_where_the_document_says() -> None:
    found = read_description(parse_xml(_description("https://x.example/s?i={startIndex?}", indexOffset="0", pageOffset="2"))).results
    assert found is not None
    assert (found.first_index, found.first_page) == (0, 2)


def test_empty_slots_take_their_parameter_with_them() -> None:
    template = Template("https://x.example/s?a=1&time={time:start?}/{time:end?}&q={searchTerms?}&n={count}")
    assert template.url({"count": "5"}) == "https://x.example/s?a=1&n=5"
    assert template.url({"count": "5", "time:end": "z"}) == "https://x.example/s?a=1&time=/z&n=5"


def test_a_slot_that_must_be_filled_is_named() -> None:
    with pytest.raises(Misconfigured, match="eo:productType"):
        Template("https://x.example/s?t={eo:productType}").url({})


def test_hostile_values_stay_within_their_parameter() -> None:
    assert Template("https://x.example/s?id={geo:uid}").url({"geo:uid": "a&b=c#d{e}"}) == "https://x.example/s?id=a%26b%3Dc%23d%7Be%7D"


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("eo:modificationDate?", {"eo:modificationDate": "[2025-06-01T00:00:00Z"}),
        ("dct:modified?", {"dct:modified": "2025-06-01T00:00:00Z/"}),
        ("count", {}),
    ],
)
def test_a_time_of_change_is_written_as_the_extension_has_it(slot: str, expected: dict[str, str]) -> None:
    assert changed_since(Template(f"https://x.example/s?m={{{slot}}}"), LATE) == expected


def test_a_recorded_description_of_pycsw_is_read() -> None:
    found = read_description(parse_xml(shared("samples/ogc/opensearch/osdd_eo_pycsw.xml").read_bytes())).results
    assert found is not None
    assert {"geo:box", "geo:uid", "time:start", "eo:parentIdentifier", "startIndex", "count"} <= found.names
    assert "mode=opensearch" in found.url({"count": "1"})
