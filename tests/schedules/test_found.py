"""What was written is found by searches as soon as the work is told as ended, however it ended."""

import pytest

from index.protocol import Index
from index.state import Outcome
from mappings.record import Item, Record
from schedules.lease import this_owner
from schedules.remap import Remapper
from schedules.run import harvest
from schedules.stop import Stop, Stopped
from tests.index.helpers import ids
from tests.schedules.run_support import NOW, VALIDATOR, page, run
from tests.support.toy import ToyMapping, ToySource, ticking, toy_record


class OtherNames(ToyMapping):
    """Every Item gets another name."""

    version = "toy-2"

    def to_item(self, record: Record) -> Item:
        item = super().to_item(record)
        return {**item, "id": f"other-{item['id']}"}


def test_a_complete_run(index: Index) -> None:
    run(index, page(toy_record("a")))
    assert ids(index) == ["a"]
    run(index, page(toy_record("b")))
    assert ids(index) == ["a", "b"]


def test_a_run_that_was_interrupted(index: Index) -> None:
    stop = Stop()
    source = ToySource([page(toy_record("a")), page(toy_record("b"))], before_page=lambda number: stop.set() if number == 1 else None)
    ended = harvest(source, index, VALIDATOR, now=ticking(NOW), owner="test", stop=stop)
    assert ended.outcome is Outcome.ABORTED
    assert ids(index) == ["a"]


def test_a_run_that_was_killed_once_the_next_one_has_closed_it(index: Index) -> None:
    with pytest.raises(SystemExit):
        harvest(ToySource([page(toy_record("a"))], fault=SystemExit()), index, VALIDATOR, now=ticking(NOW), owner="test")
    seen = []

    def look(number: int) -> None:
        outcomes = [found.outcome for found in index.runs("toy")]
        seen.append((sorted(outcomes), ids(index)))

    harvest(ToySource([page(toy_record("b"))], before_page=look), index, VALIDATOR, now=ticking(NOW), owner="test")
    assert seen == [([Outcome.ABORTED, Outcome.RUNNING], ["a"])]


def test_a_remap_that_was_interrupted(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.remap._CHUNK", 2)
    run(index, page(*(toy_record(f"r{number}") for number in range(4))))
    stop = Stop()
    remapper = Remapper("toy", OtherNames(), index, VALIDATOR, ticking(NOW), this_owner(), stop)
    with pytest.raises(Stopped):
        remapper.remap(progress=lambda done: stop.set())
    assert ids(index) == ["other-r0", "other-r1", "r2", "r3"]


def test_a_replay(index: Index) -> None:
    run(index, page(toy_record("a", value="bad")))
    assert ids(index) == []

    class Tolerant(OtherNames):
        def to_item(self, record: Record) -> Item:
            return super().to_item(toy_record("a"))

    remapper = Remapper("toy", Tolerant(), index, VALIDATOR, ticking(NOW), this_owner())
    remapper.replay(index.rejections("toy"))
    assert ids(index) == ["other-a"]
