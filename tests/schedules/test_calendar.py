"""The calendar: every source at its time, once, whoever else is there; and what operators ask."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harvesters.errors import Misconfigured, StopSource
from harvesters.source import Page
from index.harvests import breaker
from index.harvests.commands import Action, commands, leave, pause
from index.harvests.standing import Planned, standing
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from mappings.validation import Validator
from schedules.calendar import Calendar
from schedules.lease import this_owner
from schedules.run import harvest
from schedules.stop import Stop
from schedules.timetable import Timetable
from tests.support.toy import ToySource, toy_record

VALIDATOR = Validator()
HOURLY = Timetable("every 1 h", jitter=timedelta(0))


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ToyWorks:
    """Harvests toy sources; tells what it was asked for."""

    index: Index
    owner: str
    sources: Callable[[str], ToySource] = lambda name: ToySource([Page("s", records=(toy_record(name),))], name=name)
    told: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def harvest(self, source: str, stop: Stop, is_due: Callable[[], bool]) -> Run:
        try:
            return harvest(self.sources(source), self.index, VALIDATOR, now=now, owner=self.owner, stop=stop, is_due=is_due)
        finally:
            self.told.append(f"harvest {source}")
            self.ended.set()

    def replay(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str:
        self.told.append(f"replay {source} {dict(arguments)}")
        return "replayed"

    def remap(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str:
        raise Misconfigured("no such mapping")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


def calendar(works: ToyWorks, *names: str, table: Timetable = HOURLY) -> Calendar:
    return Calendar(works.index, works, dict.fromkeys(names, table), works.owner, now, workers=2, poll=0.02)


def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


class Going:
    """A calendar in a thread of its own, stopped at the end."""

    def __init__(self, one: Calendar) -> None:
        self.stop = Stop()
        self._thread = threading.Thread(target=one.run, args=(self.stop,))

    def __enter__(self) -> "Going":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


def test_a_source_that_never_ran_is_harvested_at_once_and_then_not_before_its_time(index: Index) -> None:
    works = ToyWorks(index, this_owner())
    with Going(calendar(works, "a", "b")):
        until(lambda: len(index.runs()) == 2 and all(run.ended for run in index.runs()), "both runs")
    assert {(run.source, run.outcome) for run in index.runs()} == {("a", Outcome.COMPLETE), ("b", Outcome.COMPLETE)}
    # Another life of the scheduler, a moment later: nothing is due.
    works.told.clear()
    with Going(calendar(works, "a", "b")):
        threading.Event().wait(0.3)
    assert works.told == []


def test_what_was_missed_while_no_scheduler_lived_is_made_up_for_once(index: Index) -> None:
    index.save_run(Run("old", "a", now() - timedelta(hours=7), Outcome.COMPLETE, now() - timedelta(hours=7)))
    works = ToyWorks(index, this_owner())
    with Going(calendar(works, "a")):
        until(works.ended.is_set, "a run")
        threading.Event().wait(0.2)
    assert len(index.runs("a")) == 2


def test_two_schedulers_do_one_run(index: Index) -> None:
    one, other = ToyWorks(index, this_owner()), ToyWorks(index, this_owner())
    names = [f"s{number}" for number in range(6)]
    with Going(calendar(one, *names)), Going(calendar(other, *names)):
        until(lambda: {run.source for run in index.runs() if run.ended} == set(names), "all sources")
        threading.Event().wait(0.2)
    assert sorted(run.source for run in index.runs()) == names


def test_a_paused_source_is_left_alone_until_somebody_asks_for_a_run(index: Index) -> None:
    pause(index, "a", by="me", now=now())
    works = ToyWorks(index, this_owner())
    with Going(calendar(works, "a")):
        threading.Event().wait(0.3)
        assert works.told == []
        leave(index, "a", Action.RUN, by="me", now=now())
        until(lambda: [one.state for one in commands(index)] == ["done"], "the command")
    assert works.told == ["harvest a"]
    assert (commands(index)[0].result or "").startswith("complete")


def test_commands_are_obeyed_and_say_what_came_of_them(index: Index) -> None:
    index.save_run(Run("old", "a", now(), Outcome.COMPLETE, now()))
    works = ToyWorks(index, this_owner())
    leave(index, "a", Action.REPLAY, by="me", now=now(), arguments={"reason": "id"})
    leave(index, "a", Action.REMAP, by="me", now=now())
    leave(index, "elsewhere", Action.RUN, by="me", now=now())
    with Going(calendar(works, "a")):
        until(lambda: [one.state for one in commands(index)].count("done") == 2, "the commands")
    # What is for a source of another scheduler waits for that one.
    assert sorted((one.state, one.result or "") for one in commands(index)) == [
        ("done", "no such mapping"),
        ("done", "replayed"),
        ("waiting", ""),
    ]
    assert works.told == ["replay a {'reason': 'id'}"]


def test_an_archive_that_fails_again_and_again_is_not_asked_for_a_while(index: Index) -> None:
    for _ in range(breaker.FAILURES):
        breaker.record(index, "a", Outcome.FAILED, now())
    works = ToyWorks(index, this_owner())
    with Going(calendar(works, "a")):
        threading.Event().wait(0.3)
    assert works.told == []


def test_a_run_that_brings_nothing_counts_for_the_breaker(index: Index) -> None:
    works = ToyWorks(index, this_owner(), lambda name: ToySource([], fault=StopSource("down"), name=name))
    pause(index, "a", by="me", now=now())
    with Going(calendar(works, "a")):
        for _ in range(breaker.FAILURES):
            leave(index, "a", Action.RUN, by="me", now=now())
            until(lambda: all(one.state == "done" for one in commands(index)), "the command")
    assert breaker.open_until(index, "a", now()) is not None


def test_a_stop_ends_a_run_after_the_page_in_its_hands_and_the_next_scheduler_does_it_again(index: Index) -> None:
    began, going = threading.Event(), {}

    def endless(name: str) -> ToySource:
        pages = [Page("s", records=(toy_record(f"r{number}"),)) for number in range(100)]

        def before(number: int) -> None:
            if number == 3:
                began.set()
                going["stop"].wait(20)

        return ToySource(pages, name=name, before_page=before)

    works = ToyWorks(index, this_owner(), endless)
    with Going(calendar(works, "a")) as first:
        going["stop"] = first.stop
        until(began.is_set, "the third page")
    [run] = index.runs("a")
    assert (run.outcome, run.reason, run.counts.received) == (Outcome.ABORTED, "interrupted", 3)
    assert index.lease("harvest:a") is None
    again = ToyWorks(index, this_owner())
    with Going(calendar(again, "a")):
        until(again.ended.is_set, "the run done again")
    assert index.runs("a")[0].outcome is Outcome.COMPLETE


def test_a_source_that_is_silent_for_too_long_can_be_alarmed_on(index: Index) -> None:
    planned = Planned("a", "a", HOURLY, timedelta(hours=3))
    start = now()
    assert not standing(index, planned, start).silent
    assert standing(index, planned, start, since=start - timedelta(hours=4)).silent
    index.save_run(Run("1", "a", start - timedelta(hours=5), Outcome.COMPLETE, start - timedelta(hours=5)))
    index.save_run(Run("2", "a", start - timedelta(hours=1), Outcome.PARTIAL, start))
    found = standing(index, planned, start)
    assert (found.silent, found.next) == (True, start)
    index.save_run(Run("3", "a", start - timedelta(minutes=5), Outcome.COMPLETE, start))
    assert not standing(index, planned, start).silent


def test_a_command_whose_run_was_interrupted_is_obeyed_by_the_next_scheduler(index: Index) -> None:
    began, going = threading.Event(), {}

    def slow(name: str) -> ToySource:
        def before(number: int) -> None:
            if number == 1:
                began.set()
                going["stop"].wait(20)

        return ToySource([Page("s", records=(toy_record(f"r{number}"),)) for number in range(50)], name=name, before_page=before)

    index.save_run(Run("old", "a", now(), Outcome.COMPLETE, now()))
    with Going(calendar(ToyWorks(index, this_owner(), slow), "a")) as first:
        going["stop"] = first.stop
        leave(index, "a", Action.RUN, by="me", now=now())
        until(began.is_set, "the run")
    assert [one.state for one in commands(index)] == ["taken"]
    assert index.runs("a")[0].outcome is Outcome.ABORTED


def test_silence_is_told_however_many_runs_went_wrong(index: Index) -> None:
    start = now()
    index.save_run(Run("whole", "a", start - timedelta(hours=40), Outcome.COMPLETE, start - timedelta(hours=40)))
    for number in range(120):
        when = start - timedelta(minutes=15 * number)
        index.save_run(Run(f"{number:03}", "a", when, Outcome.PARTIAL, when))
    assert standing(index, Planned("a", "a", HOURLY, timedelta(hours=24)), start).silent
