"""Commands in the state: obeyed once, by whichever scheduler is first, and taken over from one that died."""

from datetime import UTC, datetime, timedelta

from index.harvests.commands import Action, commands, done, is_done, is_paused, keep, leave, pause, resume, take
from index.protocol import Index

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ALL = ("s", "t")


def test_a_command_is_taken_once(index: Index) -> None:
    leave(index, "s", Action.RUN, by="me", now=NOW)
    leave(index, "t", Action.REPLAY, by="me", now=NOW, arguments={"reason": "id"})
    first = take(index, "one", NOW, ALL, 10)
    assert sorted((command.source, command.action, command.owner) for command in first) == [
        ("s", Action.RUN, "one"),
        ("t", Action.REPLAY, "one"),
    ]
    assert take(index, "two", NOW, ALL, 10) == []
    assert {command.arguments.get("reason") for command in first} == {None, "id"}


def test_one_whose_scheduler_died_is_taken_over(index: Index) -> None:
    leave(index, "s", Action.RUN, by="me", now=NOW)
    take(index, "one", NOW, ALL, 10)
    assert [command.owner for command in take(index, "two", NOW + timedelta(minutes=11), ALL, 10)] == ["two"]


def test_what_is_done_says_what_came_of_it_and_is_dropped_after_a_month(index: Index) -> None:
    command = leave(index, "s", Action.RUN, by="me", now=NOW)
    assert not is_done(index, command)
    [mine] = take(index, "one", NOW, ALL, 10)
    done(index, mine, "complete")
    assert is_done(index, command)
    assert [(one.state, one.result) for one in commands(index)] == [("done", "complete")]
    assert take(index, "one", NOW + timedelta(days=31), ALL, 10) == []
    assert commands(index) == []


def test_a_pause_holds_until_it_is_resumed(index: Index) -> None:
    assert not resume(index, "s")
    pause(index, "s", by="me", now=NOW)
    assert is_paused(index, "s")
    assert not is_paused(index, "t")
    assert resume(index, "s")
    assert not is_paused(index, "s")


def test_nobody_takes_more_than_there_are_hands_nor_what_is_for_others(index: Index) -> None:
    for _ in range(3):
        leave(index, "s", Action.RUN, by="me", now=NOW)
    leave(index, "t", Action.RUN, by="me", now=NOW)
    assert [command.source for command in take(index, "one", NOW, ("s",), 2)] == ["s", "s"]
    assert [command.source for command in take(index, "two", NOW, ("t",), 2)] == ["t"]


def test_one_that_takes_long_is_not_taken_over_while_its_scheduler_lives(index: Index) -> None:
    leave(index, "s", Action.REMAP, by="me", now=NOW)
    [mine] = take(index, "one", NOW, ALL, 1)
    keep(index, mine, NOW + timedelta(minutes=9))
    assert take(index, "two", NOW + timedelta(minutes=11), ALL, 1) == []
