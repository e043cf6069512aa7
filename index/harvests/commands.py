"""Commands: what an operator asks of the schedulers, left in the state and obeyed by whichever scheduler is first."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from index.harvests.notes import BRAKE, COMMAND, CONTROL, change_note, note_value
from index.protocol import Index
from mappings.times import format_time, parse_time

_KEPT = timedelta(days=30)
# A scheduler that died with a command in hand: another takes it then.
_TAKEN = timedelta(minutes=10)
_PUT_OFF = timedelta(minutes=1)


class Action(StrEnum):
    """What can be asked for. Pausing and resuming hold at once, for every scheduler."""

    RUN = "run"
    REPLAY = "replay"
    REMAP = "remap"


@dataclass(frozen=True)
class Command:
    """`state` is waiting, taken or done; `result` one line when it is done."""

    id: str
    source: str
    action: Action
    by: str
    time: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    state: str = "waiting"
    owner: str | None = None
    taken: str | None = None
    result: str | None = None


def leave(index: Index, source: str, action: Action, *, by: str, now: datetime, arguments: Mapping[str, str] | None = None) -> Command:
    """Leaves a command for the schedulers."""
    command = Command(f"{now:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}", source, action, by, format_time(now), arguments or {})
    change_note(index, COMMAND, command.id, lambda _: asdict(command))
    return command


def commands(index: Index) -> list[Command]:
    """All commands of the last month, oldest first."""
    return [_command(note.value) for note in index.notes(COMMAND).values()]


def take(index: Index, owner: str, now: datetime, sources: Collection[str], most: int) -> list[Command]:
    """At most so many commands for these sources that nobody obeys yet, now this owner's; those that are long done are dropped."""
    taken: list[Command] = []
    for name, note in index.notes(COMMAND).items():
        command = _command(note.value)
        if command.state == "done":
            if now - parse_time(command.time, "time") > _KEPT:
                index.write_note(COMMAND, name, None, note)
            continue
        held = command.taken is not None and now - parse_time(command.taken, "taken") < _TAKEN
        if held or command.source not in sources or len(taken) >= most:
            continue
        mine = replace(command, state="taken", owner=owner, taken=format_time(now))
        if index.write_note(COMMAND, name, asdict(mine), note):
            taken.append(mine)
    return taken


def keep(index: Index, command: Command, now: datetime) -> None:
    """Says that its owner still works on it."""
    change_note(index, COMMAND, command.id, lambda value: {**value, "taken": format_time(now)} if value else None)


def put_off(index: Index, command: Command, now: datetime) -> None:
    """Leaves it for a minute: its source is busy, or its scheduler ends."""
    again = format_time(now - _TAKEN + _PUT_OFF)
    change_note(index, COMMAND, command.id, lambda value: {**value, "taken": again} if value else None)


def done(index: Index, command: Command, result: str) -> None:
    """Closes the command with what came of it."""
    change_note(index, COMMAND, command.id, lambda _: asdict(replace(command, state="done", result=result[:500])))


def is_done(index: Index, command: Command) -> bool:
    """Whether somebody has closed it."""
    return note_value(index, COMMAND, command.id).get("state") == "done"


def pause(index: Index, source: str, *, by: str, now: datetime, reason: str | None = None) -> None:
    """No scheduler begins a run of the source until it is resumed; one that is under way goes on."""
    told = {"paused": True, "by": by, "time": format_time(now), **({"reason": reason} if reason else {})}
    change_note(index, CONTROL, source, lambda _: told)


def resume(index: Index, source: str) -> bool:
    """Whether it was paused."""
    was = is_paused(index, source)
    change_note(index, CONTROL, source, lambda _: None)
    return was


@dataclass(frozen=True)
class Pause:
    """Who holds back a source's scheduled runs since when, and why where they said so."""

    by: str
    time: str
    reason: str | None = None


def pause_of(index: Index, source: str) -> Pause | None:
    """The pause of a source; None when its scheduled runs are not held back."""
    note = note_value(index, CONTROL, source)
    return Pause(note.get("by", ""), note.get("time", ""), note.get("reason")) if note.get("paused") else None


def is_paused(index: Index, source: str) -> bool:
    """Whether scheduled runs of the source are held back."""
    return pause_of(index, source) is not None


def confirm(index: Index, source: str, by: str) -> dict[str, Any] | None:
    """Lets the next run of the source remove what the brake stopped; what that is, None when nothing was stopped."""
    return change_note(index, BRAKE, source, lambda value: {**value, "confirmed": True, "by": by} if value else None)


def _command(value: Mapping[str, Any]) -> Command:
    return Command(**{**value, "action": Action(value["action"])})
