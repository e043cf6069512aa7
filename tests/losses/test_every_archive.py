"""Ways in which harvesters lose records, each tried on every protocol over HTTP, into a real store."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harvesters.source import Page
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Counts, Outcome
from mappings.record import Record
from schedules.run import Options
from tests.losses.support import ARCHIVES, adds_up, kept, run
from tests.upstreams import Rule, Upstreams, World

WORLD = World(4000)
SOURCES = list(ARCHIVES)
PARTNERS = ["csw", "oaipmh", "opensearch"]


@pytest.fixture(scope="module")
def served() -> Iterator[Upstreams]:
    with Upstreams(WORLD) as upstreams:
        yield upstreams


@pytest.fixture
def up(served: Upstreams) -> Iterator[Upstreams]:
    served.world = WORLD
    served.log.clear()
    yield served
    served.faults.clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Index]:
    """One kind is enough: what an archive does wrong, the index does not see."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.mark.parametrize("name", SOURCES)
def test_what_changes_between_the_archives_time_and_ours_is_read(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    if name in PARTNERS:
        # Not all again, but what changed since.
        settings = settings.model_copy(update={"sweep_days": 7})
    first = run(store, name, settings)
    # The archives live months behind us: a watermark of our clock would lie far beyond these changes.
    up.world = WORLD.revised(0.1)
    second = run(store, name, settings)
    assert (first.outcome, second.outcome) == (Outcome.COMPLETE, Outcome.COMPLETE)
    assert second.counts.changed >= first.counts.new // 20
    assert second.counts.new == 0


@pytest.mark.parametrize("name", PARTNERS)
def test_a_run_that_was_cut_short_hides_nothing_from_the_next(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    up.faults.add(Rule(ARCHIVES[name].path, "status", nth=tuple(range(5, 100)), value=500))
    first = run(store, name, settings)
    assert first.outcome is Outcome.PARTIAL
    assert first.counts.received > 0
    assert "500" in (first.reason or "")
    up.faults.clear()
    second = run(store, name, settings)
    assert second.outcome is Outcome.COMPLETE
    assert len(kept(store, name)) == 120
    assert adds_up(first)
    assert adds_up(second)


@pytest.mark.parametrize("name", SOURCES)
def test_an_archive_that_answers_soundly_with_nothing_removes_nothing(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    run(store, name, settings)
    before = kept(store, name)
    up.faults.add(Rule(ARCHIVES[name].path, "empty"))
    again = [run(store, name, settings) for _ in range(3)]
    assert kept(store, name) == before
    assert [one.items_deleted for one in again] == [0, 0, 0]
    up.faults.clear()
    mended = run(store, name, settings)
    assert (mended.outcome, mended.counts.new) == (Outcome.COMPLETE, 0)


@pytest.mark.parametrize("name", SOURCES)
def test_an_archive_that_answers_every_question_with_an_error_removes_nothing(up: Upstreams, store: Index, name: str) -> None:
    settings, path = ARCHIVES[name].settings(up), ARCHIVES[name].path
    run(store, name, settings)
    before = kept(store, name)
    for fault in (Rule(path, "status"), Rule(path, "html"), Rule(path, "cut")):
        up.faults.add(fault)
        ended = run(store, name, settings)
        assert (ended.outcome, ended.counts.received) == (Outcome.FAILED, 0)
        assert ended.reason
        up.faults.clear()
    assert kept(store, name) == before


@pytest.mark.parametrize("name", SOURCES)
def test_the_errors_of_an_earlier_run_are_not_those_of_the_next(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    up.faults.add(Rule(ARCHIVES[name].path, "malformed", nth=(2, 3)), Rule(ARCHIVES[name].path, "status", nth=tuple(range(4, 100))))
    failing = run(store, name, settings)
    assert failing.outcome in (Outcome.PARTIAL, Outcome.FAILED)
    assert failing.reason
    up.faults.clear()
    sound = run(store, name, settings)
    assert (sound.outcome, sound.reason, sound.counts.rejected, sound.counts.missing) == (Outcome.COMPLETE, None, 0, 0)
    assert [(one.outcome, one.reason) for one in store.runs(name)] == [(sound.outcome, None), (failing.outcome, failing.reason)]


@pytest.mark.parametrize("name", SOURCES)
def test_a_record_without_a_name_has_one_place_in_quarantine_however_often_it_comes(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    run(store, name, settings)
    before, told = kept(store, name), list[set[str]]()
    for _ in range(3):
        up.faults.clear()
        # The record in the middle of every page: the same records each time.
        up.faults.add(Rule(ARCHIVES[name].path, "malformed"))
        ended = run(store, name, settings)
        assert ended.counts.new == 0
        assert ended.outcome in (Outcome.COMPLETE, Outcome.PARTIAL)
        told.append({rejection.native_id for rejection in store.rejections(name)})
    assert told[0]
    assert told[0] == told[1] == told[2]
    assert store.count_rejections(name) == len(told[0])
    assert kept(store, name) == before


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_read_again_from_its_beginning_makes_no_second_copy(up: Upstreams, store: Index, name: str) -> None:
    settings = ARCHIVES[name].settings(up)
    first = run(store, name, settings)
    again = run(store, name, settings, options=Options(since=datetime(2000, 1, 1, tzinfo=UTC)))
    assert (again.outcome, again.counts.new, again.counts.changed, again.items_put) == (Outcome.COMPLETE, 0, 0, 0)
    assert again.counts.unchanged == first.counts.new + first.counts.merged


@pytest.mark.parametrize("name", SOURCES)
def test_no_more_than_a_few_pages_are_ever_held(served: Upstreams, store: Index, name: str) -> None:
    served.world = World(20_000)
    held: list[int] = []

    def look(page: Page, counts: Counts) -> None:
        held.append(sum(type(one) is Record for one in gc.get_objects()))

    ended = run(store, name, ARCHIVES[name].settings(served), progress=look)
    assert ended.outcome is Outcome.COMPLETE
    assert ended.counts.new >= 600
    # A page of OAI-PMH has 50 records, and the last one is kept until the store has taken it; a list that grows would reach all of them.
    assert max(held) <= 200
