"""Archives that fail: each fault ends in the right outcome, nothing is lost, and the report's counts add up."""

from pathlib import Path

import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Counts, Outcome, Run
from moisson.sections import HttpSettings, SourceSettings
from tests.support.harvesting import all_items, harvest_all, settings_for
from tests.upstreams import Rule, Upstreams, World

WORLD = World(1000)
SEARCH = {"peps": "^/geodes/api/stac/search", "airbus": "^/oneatlas/api/v2/opensearch", "dinamis": "^/dinamis/stac/search"}
ITEMS = {"peps": 450, "airbus": 400, "dinamis": 100}


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """One store is enough: what an archive does wrong, the index does not see."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


def harvest(index: Index, up: Upstreams, source: str, waits: list[float] | None = None) -> Run:
    sources: dict[str, SourceSettings] = settings_for(up)
    # Four pages, so that the third can fail.
    sources["dinamis"] = sources["dinamis"].model_copy(update={"page_size": 25})
    return harvest_all(index, sources, source, sleep=(waits if waits is not None else []).append)[source]


def adds_up(counts: Counts) -> bool:
    received = counts.new + counts.changed + counts.unchanged + counts.merged + counts.rejected + counts.repeated + counts.filtered
    return counts.received == received and counts.announced == received + counts.missing


@pytest.mark.parametrize("source", SEARCH)
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"action": "cut", "nth": (2,)}, id="a page cut in the middle"),
        pytest.param({"action": "status", "nth": (3,), "value": 500}, id="a 500 on page 3"),
        pytest.param({"action": "status", "nth": (1, 2), "value": 500}, id="two 500 at the start"),
        pytest.param({"action": "html", "nth": (2,)}, id="a page of HTML with 200"),
    ],
)
def test_a_fault_that_passes_costs_a_try_and_nothing_else(index: Index, source: str, fault: dict[str, object]) -> None:
    waits: list[float] = []
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], **fault)]) as up:
        run = harvest(index, up, source, waits)
    assert (run.outcome, run.counts.missing, run.counts.rejected) == (Outcome.COMPLETE, 0, 0), run
    assert adds_up(run.counts)
    assert any(waits)
    assert len(all_items(index)) == ITEMS[source]


@pytest.mark.parametrize("source", SEARCH)
def test_a_429_waits_as_long_as_it_says(index: Index, source: str) -> None:
    waits: list[float] = []
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], "status", nth=(2,), value=429, retry_after=7)]) as up:
        run = harvest(index, up, source, waits)
    assert (run.outcome, len(all_items(index))) == (Outcome.COMPLETE, ITEMS[source])
    assert 7 in [round(wait, 3) for wait in waits]


@pytest.mark.parametrize("source", SEARCH)
def test_an_archive_that_stays_down_leaves_a_partial_run_that_the_next_one_completes(index: Index, source: str) -> None:
    down = Rule(SEARCH[source], "status", nth=tuple(range(2, 100)), value=500)
    with Upstreams(WORLD, faults=[down]) as up:
        run = harvest(index, up, source)
        assert run.outcome is Outcome.PARTIAL
        assert run.reason
        assert "500" in run.reason
        assert adds_up(run.counts)
        assert 0 < len(all_items(index)) < ITEMS[source]
        up.faults.clear()
        run = harvest(index, up, source)
    assert (run.outcome, len(all_items(index))) == (Outcome.COMPLETE, ITEMS[source])


@pytest.mark.parametrize("source", SEARCH)
def test_an_archive_that_does_not_answer_at_all_fails_and_deletes_nothing(index: Index, source: str) -> None:
    with Upstreams(WORLD) as up:
        harvest(index, up, source)
        up.faults.add(Rule(".*", "status", value=503))
        run = harvest(index, up, source)
    assert (run.outcome, run.counts.received) == (Outcome.FAILED, 0)
    assert len(all_items(index)) == ITEMS[source]


@pytest.mark.parametrize(("source", "action"), [("peps", "repeat"), ("airbus", "repeat"), ("dinamis", "stuck_token")])
def test_a_page_or_token_that_repeats_ends_the_run_instead_of_turning_for_ever(index: Index, source: str, action: str) -> None:
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], action, nth=tuple(range(2, 500)))]) as up:
        run = harvest(index, up, source)
        assert run.outcome is Outcome.PARTIAL, run
        assert adds_up(run.counts)
        up.faults.clear()
        run = harvest(index, up, source)
    assert (run.outcome, len(all_items(index))) == (Outcome.COMPLETE, ITEMS[source])


@pytest.mark.parametrize("source", SEARCH)
def test_one_malformed_feature_goes_to_quarantine_and_the_others_arrive(index: Index, source: str) -> None:
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], "malformed", nth=(1,))]) as up:
        run = harvest(index, up, source)
    assert run.outcome is Outcome.COMPLETE, run
    assert (run.counts.rejected, adds_up(run.counts)) == (1, True)
    (rejection,) = index.rejections(source)
    assert rejection.reason
    assert rejection.field
    assert rejection.raw
    assert ITEMS[source] - 1 <= len(all_items(index)) <= ITEMS[source]


@pytest.mark.parametrize("source", SEARCH)
def test_a_feature_of_ten_megabytes_passes(index: Index, source: str) -> None:
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], "huge", nth=(1,))]) as up:
        run = harvest(index, up, source)
    assert (run.outcome, len(all_items(index))) == (Outcome.COMPLETE, ITEMS[source])


@pytest.mark.parametrize("source", SEARCH)
def test_an_answer_beyond_the_limit_is_refused_with_a_reason(index: Index, source: str) -> None:
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], "huge", nth=tuple(range(1, 100)))]) as up:
        sources = settings_for(up, http=HttpSettings(requests_per_second=100_000, attempts=2, max_mib=2))
        run = harvest_all(index, sources, source)[source]
    assert run.outcome is Outcome.FAILED
    assert run.reason
    assert "larger than" in run.reason or "MiB" in run.reason or "bytes" in run.reason


@pytest.mark.parametrize("source", ["peps", "airbus"])
def test_a_total_that_lies_makes_the_run_partial(index: Index, source: str) -> None:
    with Upstreams(WORLD, faults=[Rule(SEARCH[source], "wrong_total")]) as up:
        run = harvest(index, up, source)
    assert run.outcome is Outcome.PARTIAL
    assert run.counts.missing > 0
    assert adds_up(run.counts)
    assert len(all_items(index)) == ITEMS[source]
