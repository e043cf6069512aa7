"""OAI-PMH: deletions that are announced, tokens that expire, lists that go on where they were interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.oaipmh import OaiPmhSettings, OaiPmhSource, _months
from harvesters.oaipmh_client import Window, mend_headers
from harvesters.source import Extent
from mappings.ogc.answers import parse_answer
from mappings.partners import SEAS
from mappings.xml import parse_xml
from tests.harvesters.ogc_support import closed, recalling, remembered, run_while
from tests.harvesters.support import NOW, Clock, Harvest, run, span
from tests.upstreams import Rule, Upstreams, World
from tests.upstreams.ogc_habits import Habits

WORLD = World(6000)
PATH = "/seas/oai"
SWEPT = {"oai:swept": "2026-01-31T00:00:00Z", "oai:answered": "2026-01-05T00:00:00Z"}
LATE = datetime(2025, 11, 1, tzinfo=UTC)


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


def source(fetcher: Fetcher, up: Upstreams, **settings: Any) -> OaiPmhSource:
    return OaiPmhSource("configured", fetcher, replace(OaiPmhSettings(up.oai, "eop"), **settings), SEAS, now=lambda: NOW)


def truth(up: Upstreams) -> set[str]:
    return {f"oai:seas.example:{known.id}" for known in up.partner("seas").truth()}


def live(harvest: Harvest) -> set[str]:
    return {record.native_id for record in harvest.records() if not record.deleted}


def deleted(harvest: Harvest) -> set[str]:
    return {record.native_id for record in harvest.records() if record.deleted}


def froms(up: Upstreams) -> list[str]:
    return [unquote(part.removeprefix("from=")) for seen in up.log for part in seen.query.split("&") if part.startswith("from=")]


def test_every_record_comes_once_and_the_list_is_closed(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up))
    assert harvest.error is None
    assert (live(harvest), len(harvest.ids())) == (truth(up), 180)
    assert [page.closed for page in closed(harvest)] == [Extent()]
    assert {record.source for record in harvest.records()} == {"configured"}
    assert remembered(harvest)["oai:answered"] == "2026-01-05T00:00:00Z"


@pytest.mark.parametrize("fine", [True, False])
def test_what_changed_and_what_was_deleted_since_comes_at_the_repositorys_granularity(up: Upstreams, fetcher: Fetcher, fine: bool) -> None:
    up.habits.fine = fine
    up.world = WORLD.revised(0.05).without(0.1)
    harvest = run(source(fetcher, up), recalling(datetime(2026, 1, 4, 15, tzinfo=UTC), SWEPT))
    gone = {f"oai:seas.example:{up.partner('seas').identifier(number)}" for number, _ in up.partner("seas").deleted}
    assert harvest.error is None
    assert (len(gone), deleted(harvest)) == (18, gone)
    assert 0 < len(live(harvest)) < 20
    assert closed(harvest) == []
    assert set(froms(up)) == {"2026-01-03T15:00:00Z" if fine else "2026-01-03"}


@pytest.mark.parametrize(("policy", "whole"), [("no", True), ("transient", False), ("persistent", False)])
def test_a_repository_that_forgets_deletions_is_listed_whole(up: Upstreams, fetcher: Fetcher, policy: Any, whole: bool) -> None:
    up.habits.policy = policy
    up.world = WORLD.without(0.1)
    harvest = run(source(fetcher, up), recalling(LATE, SWEPT))
    assert bool(closed(harvest)) is whole
    assert (live(harvest) == truth(up)) is whole
    assert bool(deleted(harvest)) is (policy != "no")
    late = run(source(fetcher, up), recalling(LATE, {**SWEPT, "oai:swept": "2025-12-31T00:00:00Z"}))
    assert bool(closed(late)) is (policy != "persistent")


def test_nothing_new_is_an_empty_list(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(
        source(fetcher, up, overlap=timedelta(0)), recalling(datetime(2026, 2, 1, tzinfo=UTC), {"oai:swept": "2026-01-31T00:00:00Z"})
    )
    assert (harvest.error, harvest.ids(), harvest.missing) == (None, [], 0)


def test_a_token_that_expires_begins_the_list_again(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.token_uses = 2
    harvest = run(source(fetcher, up))
    assert harvest.error is None
    assert live(harvest) == truth(up)
    assert closed(harvest)


def test_a_token_that_expires_too_often_stops_the_run(fetcher: Fetcher) -> None:
    with Upstreams(WORLD) as up:
        up.habits.token_uses = 0
        harvest = run(source(fetcher, up, restarts=0))
    assert isinstance(harvest.error, StopSource)
    assert "expire" in str(harvest.error)


def test_a_token_that_comes_twice_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.stuck_token = True
    harvest = run(source(fetcher, up))
    assert isinstance(harvest.error, StopSource)
    assert "repeats itself" in str(harvest.error)
    assert len(up.log) < 10


def test_flow_control_is_heeded(up: Upstreams, fetcher: Fetcher, clock: Clock) -> None:
    up.faults.add(Rule(PATH, "status", (3,), 503, retry_after=30))
    assert live(run(source(fetcher, up))) == truth(up)
    assert clock.slept == [30.0]


def test_a_long_first_list_is_read_month_by_month_and_goes_on_where_it_stopped(up: Upstreams, fetcher: Fetcher) -> None:
    found = source(fetcher, up, monthly_over=100)
    pages = found.harvest(span())
    first = Harvest()
    for page in pages:
        first.pages.append(page)
        if len(live(first)) >= 90 and page.ordered:
            break
    # What was read is older than all that follows: the watermark is there, as a run saves it with an ordered page.
    mark = max(record.updated for record in first.records() if record.updated)
    up.log.clear()
    rest = run(source(fetcher, up, monthly_over=100), recalling(mark))
    assert rest.error is None
    assert live(first) | live(rest) == truth(up)
    assert len(live(rest)) < 100
    assert min(froms(up)) >= f"{mark - timedelta(days=1):%Y-%m-%d}"
    # All is listed in the run after it, since no run has seen all.
    assert closed(rest) == []
    assert remembered(rest)["oai:swept"] == ""


def test_months_hold_every_record_once(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up, monthly_over=100))
    assert harvest.error is None
    assert (live(harvest), len(harvest.ids())) == (truth(up), 180)
    assert closed(harvest)


def test_a_first_datestamp_of_the_year_1_makes_no_months_of_antiquity() -> None:
    months = _months(datetime(1990, 1, 1, tzinfo=UTC), NOW, open_start=True)
    assert len(months) == 36 * 12 + 2
    assert (months[0].since, months[-1].until) == (None, None)
    assert all(one.until == other.since for one, other in pairwise(months))
    # From a clock that is wrong, too.
    assert _months(datetime(2030, 1, 1, tzinfo=UTC), NOW, open_start=False) == [Window(datetime(2030, 1, 1, tzinfo=UTC), None)]


def test_windows_that_a_repository_ignores_are_given_up(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.ignores_windows = True
    harvest = run(source(fetcher, up, monthly_over=100))
    assert harvest.error is None
    assert live(harvest) == truth(up)
    assert len(up.log) < 15


def test_records_deleted_meanwhile_make_the_list_begin_again(up: Upstreams, fetcher: Fetcher) -> None:
    up.habits.policy = "no"

    def change(number: int) -> None:
        if number == 1:
            up.world = WORLD.without(0.1)

    harvest = run_while(source(fetcher, up), span(), change)
    assert truth(up) <= live(harvest)
    assert len(closed(harvest)) == 1


def test_a_format_that_is_not_there_is_a_setting_at_fault(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(fetcher, up, metadata_prefix="iso19139"))
    assert isinstance(harvest.error, Misconfigured)
    assert "metadata_prefix" in str(harvest.error)


def test_an_address_that_is_no_repository_stops_the_run(up: Upstreams, fetcher: Fetcher) -> None:
    assert isinstance(run(OaiPmhSource("s", fetcher, OaiPmhSettings(up.vigisat), SEAS)).error, StopSource)
    assert isinstance(run(OaiPmhSource("s", fetcher, OaiPmhSettings(up.seas), SEAS)).error, StopSource)


def test_records_are_asked_for_one_by_one_before_they_go(up: Upstreams, fetcher: Fetcher) -> None:
    up.world = WORLD.without(0.1)
    found = source(fetcher, up)
    run(found)
    gone = f"oai:seas.example:{up.partner('seas').identifier(up.partner('seas').deleted[0][0])}"
    there = min(truth(up))
    assert found.gone([there, gone, "oai:seas.example:seas-99999999"]) == {gone, "oai:seas.example:seas-99999999"}


_HEADERS = b"""<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>%s</ListRecords></OAI-PMH>"""
_RECORD = b"""<record><header><identifier>%s</identifier></header><metadata><gmd:MD_Metadata
 xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"><gmd:fileIdentifier><gco:CharacterString>%s
</gco:CharacterString></gmd:fileIdentifier></gmd:MD_Metadata></metadata></record>"""


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # As pycsw 2.6 writes a page: the first identifier for all.
        ([(b"a", b"a"), (b"a", b"b"), (b"a", b"c")], ["a", "b", "c"]),
        # As it should be: the header's own words.
        ([(b"oai:x:a", b"a"), (b"oai:x:b", b"b")], ["oai:x:a", "oai:x:b"]),
        ([(b"oai:x:a", b"a")], ["oai:x:a"]),
        # Two headers of one name that are not all: nobody knows which is right.
        ([(b"h", b"a"), (b"h", b"b"), (b"i", b"c")], ["h", "h", "i"]),
    ],
)
def test_headers_that_all_have_the_first_records_identifier_are_mended(pairs: list[tuple[bytes, bytes]], expected: list[str]) -> None:
    root = parse_xml(_HEADERS % b"".join(_RECORD % pair for pair in pairs))
    mend_headers(root)
    assert sorted(record.native_id.partition("~")[0] for record in parse_answer(root, "s").answer.records) == sorted(expected)
