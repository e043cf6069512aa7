"""Two runs of one source, and runs that were killed: one at a time."""

from datetime import timedelta

import pytest

from index.protocol import Index
from index.state import Outcome, Run
from schedules.lease import Busy, take_lease, this_owner
from schedules.run import harvest
from tests.schedules.run_support import NOW, VALIDATOR, page, run, values
from tests.support.toy import ToySource, toy_record


def test_a_live_run_of_this_process_keeps_its_lease(index: Index) -> None:
    mine, other = this_owner(), this_owner()
    take_lease(index, "harvest:toy", mine, NOW, timedelta(minutes=1))
    with pytest.raises(Busy):
        take_lease(index, "harvest:toy", other, NOW, timedelta(minutes=1))
    earlier_life = f"{mine.rsplit(':', 1)[0]}:00000000"
    index.release(index.lease("harvest:toy"))
    take_lease(index, "harvest:toy", earlier_life, NOW, timedelta(minutes=1))
    assert take_lease(index, "harvest:toy", other, NOW, timedelta(minutes=1)).owner == other


def test_a_run_that_was_killed_is_closed_by_the_next_one(index: Index) -> None:
    index.save_run(Run("killed", "toy", NOW - timedelta(hours=1)))
    run(index, page(toy_record("a")))
    outcomes = {kept.id == "killed": kept.outcome for kept in index.runs("toy")}
    assert outcomes == {True: Outcome.ABORTED, False: Outcome.COMPLETE}


def test_two_runs_of_one_source_never_overlap(index: Index) -> None:
    index.acquire("harvest:toy", "otherhost:5:x", NOW, timedelta(minutes=1))
    with pytest.raises(Busy, match="otherhost"):
        run(index, page(toy_record("a")))
    index.release(index.lease("harvest:toy"))
    assert run(index, page(toy_record("a"))).outcome is Outcome.COMPLETE


def test_a_run_that_was_taken_over_stops_writing(index: Index) -> None:
    def take_over(number: int) -> None:
        if number == 1:
            index.acquire("harvest:toy", "thief:1:x", NOW, timedelta(minutes=1), replacing=index.lease("harvest:toy"))

    source = ToySource([page(toy_record("a")), page(toy_record("b"))], before_page=take_over)
    ended = harvest(source, index, VALIDATOR, now=lambda: NOW, owner="elsewhere:1:a")
    assert ended.outcome is Outcome.ABORTED
    assert values(index) == {"a": [1]}
