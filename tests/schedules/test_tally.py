"""Items that went from the index behind its back are told of by the next run that writes, and made anew by a remap of all."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from harvesters.errors import StopSource
from harvesters.source import Extent, Page
from index.harvests.standing import Planned
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome
from mappings.times import parse_time
from mappings.validation import Validator
from schedules.metrics import HarvestMetrics
from schedules.remap import Remapper
from schedules.rules import Rules
from schedules.run import Options, harvest
from schedules.timetable import Timetable
from tests.schedules.run_support import NOW, page, run, values
from tests.support.losing import lose
from tests.support.toy import ToyMapping, ToySource, ticking, toy_record

LATER = "2024-03-01T00:00:00Z"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Index]:
    """For what no store is asked about."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


def remapper(index: Index) -> Remapper:
    return Remapper("toy", ToyMapping(), index, Validator(), ticking(NOW), "test")


def fill(index: Index) -> None:
    assert run(index, page(*(toy_record(name) for name in "abcd"))).outcome is Outcome.COMPLETE


def test_a_run_that_writes_tells_of_items_that_are_lacking_and_what_to_do(index: Index, caplog: pytest.LogCaptureFixture) -> None:
    fill(index)
    lose(index, "toy", "b", "d")
    with caplog.at_level(logging.ERROR):
        ended = run(index, page(toy_record("a", 2, updated=LATER)))
    assert (ended.outcome, ended.counts.changed, ended.items_put) == (Outcome.PARTIAL, 1, 1)
    assert ended.reason == (
        "the index has 2 Items of toy where 4 were announced: 2 are missing: "
        "`moisson remap toy --all` makes them anew from the kept records"
    )
    assert caplog.messages == [ended.reason]
    assert ended in index.runs("toy")
    mark = index.watermark("toy", "s")
    assert mark is not None
    assert mark.value == parse_time(LATER, "test"), "what the archive gave is written: it is not asked for again"


def test_later_runs_tell_of_it_too_until_all_is_mapped_again(index: Index) -> None:
    fill(index)
    lose(index, "toy", "b")
    assert run(index, page(toy_record("e"))).outcome is Outcome.PARTIAL
    again = run(index, page(toy_record("e")))
    assert (again.outcome, again.items_put) == (Outcome.PARTIAL, 0)
    done = remapper(index).remap(afresh=True)
    assert done.items_put == 1
    assert values(index) == {name: [1] for name in "abcde"}
    ended = run(index, page(toy_record("e")))
    assert (ended.outcome, ended.reason) == (Outcome.COMPLETE, None)


def test_the_archive_bringing_an_item_again_mends_it_as_well(file: Index) -> None:
    fill(file)
    lose(file, "toy", "b")
    assert run(file, page(toy_record("e"))).outcome is Outcome.PARTIAL
    assert run(file, page(toy_record("b", 2, updated=LATER))).outcome is Outcome.COMPLETE
    assert values(file) == {"a": [1], "b": [2], "c": [1], "d": [1], "e": [1]}


def test_a_remap_of_what_changed_only_leaves_the_difference_told(file: Index) -> None:
    fill(file)
    lose(file, "toy", "b")
    run(file, page(toy_record("e")))
    remapper(file).remap()
    assert run(file, page(toy_record("e"))).outcome is Outcome.PARTIAL


def test_an_untouched_index_is_not_complained_of_whatever_runs_write(index: Index) -> None:
    def ran(*records: object, **more: object) -> None:
        ended = run(index, page(*records, **more))
        assert (ended.outcome, ended.reason) == (Outcome.COMPLETE, None)

    ran(toy_record("a"), toy_record("b"), toy_record("bad", "bad"), toy_record("m1", 1, item="m"), toy_record("m2", 2, item="m"))
    # One becomes bad and keeps its Item; one moves to another's; one is repeated.
    ran(toy_record("a", "bad", updated=LATER), toy_record("m1", 1, item="n", updated=LATER), toy_record("b"))
    ran(toy_record("m2", 2, item="n", updated=LATER), toy_record("bad", 3, updated=LATER))
    ran(toy_record("b", deleted=True, updated=LATER), toy_record("m1", deleted=True, updated="2024-04-01T00:00:00Z"), stream="deletions")
    remapper(index).remap(afresh=True)
    remapper(index).restore(index.deleted("toy", ["b"]))
    ran(toy_record("a", 4, updated="2024-05-01T00:00:00Z"))
    assert index.tally("toy").missing == 0
    assert sorted(values(index)) == ["a", "b", "bad", "n"]


def test_an_absent_record_is_no_difference(file: Index) -> None:
    whole = Extent()
    run(file, page(*(toy_record(f"r{number}") for number in range(12)), closed=whole))
    ended = run(file, page(*(toy_record(f"r{number}") for number in range(1, 12)), closed=whole))
    assert (ended.outcome, ended.items_deleted) == (Outcome.COMPLETE, 1)
    assert file.tally("toy").missing == 0


@pytest.mark.parametrize("limit", [None, 1])
def test_a_run_that_broke_off_is_not_judged(file: Index, limit: int | None) -> None:
    fill(file)
    lose(file, "toy", "b")
    fault = None if limit else StopSource("the archive is down")
    ended = run(file, page(toy_record("e"), toy_record("f")), fault=fault, options=Options(limit=limit))
    assert ended.items_put
    assert "missing" not in (ended.reason or "")


def test_what_an_archive_did_not_give_is_told_beside_it(file: Index) -> None:
    fill(file)
    lose(file, "toy", "b")
    ended = run(file, page(toy_record("e"), missing=3))
    assert ended.reason is not None
    assert ended.reason.startswith("the archive announced 3 records that it did not give; the index has 4 Items of toy where 5")


def test_a_dry_run_asks_nothing_and_a_run_without_writes_only_while_a_difference_is_known(
    file: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(file)
    lose(file, "toy", "b")
    asked: list[str] = []
    tally = file.tally
    monkeypatch.setattr(file, "tally", lambda source: asked.append(source) or tally(source))
    assert run(file, page(toy_record("e")), options=Options(dry_run=True)).outcome is Outcome.COMPLETE
    assert run(file, page(toy_record("a"))).outcome is Outcome.COMPLETE
    remapper(file).remap()
    assert asked == []
    assert run(file, page(toy_record("e"))).outcome is Outcome.PARTIAL
    assert run(file, page(toy_record("e"))).outcome is Outcome.PARTIAL
    assert asked == ["toy", "toy"]


def test_a_run_that_lost_its_lease_judges_nothing(file: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(file)
    lose(file, "toy", "b")
    tally = file.tally

    def robbed(source: str) -> object:
        assert file.acquire("harvest:toy", "thief", NOW, NOW - NOW, replacing=file.lease("harvest:toy"))
        return tally(source)

    monkeypatch.setattr(file, "tally", robbed)
    ended = run(file, page(toy_record("e")))
    assert (ended.outcome, ended.reason) == (Outcome.ABORTED, "another run took toy over")


def test_the_difference_is_a_metric_until_it_is_mended(file: Index) -> None:
    planned = Planned("toy", "toy", Timetable("every 6 h"), timedelta(days=1))

    def told() -> float:
        metrics = {metric.name: metric for metric in HarvestMetrics(file, [planned], ticking(NOW)).collect()}
        [sample] = metrics["moisson_source_missing_items"].samples
        return sample.value

    fill(file)
    lose(file, "toy", "b", "c")
    assert told() == 0
    run(file, page(toy_record("e")))
    assert told() == 2
    remapper(file).remap(afresh=True)
    assert told() == 0


def test_a_source_of_a_shared_archive_names_itself_in_what_to_do(file: Index) -> None:
    fill(file)
    lose(file, "toy", "b")
    source = ToySource([Page("s", records=(toy_record("e"),))])
    ended = harvest(source, file, Validator(), now=ticking(NOW), owner="test", name="legacy", rules=Rules())
    assert "Items of toy" in (ended.reason or "")
    assert "`moisson remap legacy --all`" in (ended.reason or "")
