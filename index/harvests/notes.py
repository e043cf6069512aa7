"""Notes: the book-keeping of the harvests beside their records; each kind of note has its shape here."""

from collections.abc import Callable, Mapping
from typing import Any

from index.protocol import Index, IndexUnavailable

REMEMBERED = "remembered"
"""By source: the words that its last complete run asked to keep (Page.remember)."""
BRAKE = "brake"
"""By source: a removal that the brake stopped: count, total, why, run, time, and whether it was confirmed."""
CONTROL = "control"
"""By source: {"paused": true, "by", "time"}, and "reason" where one was given."""
BREAKER = "breaker"
"""By source: failures in a row, and until when no scheduled run is tried."""
COMMAND = "command"
"""By id: what an operator asked the schedulers to do."""
TALLY = "tally"
"""By archive: how many Items there were and how many were announced, while the two differ."""
REMAP = "remap"
"""By archive: how far a remap has come."""
MATCHING = "matching"
"""`rules`: the version of the rules by which all was matched."""

_TRIES = 20


def recounts_of(source: str) -> str:
    """The kind of the notes on a source's months: what was announced and kept when they were last counted and listed."""
    return f"recount:{source}"


def pins_of(archive: str) -> str:
    """The kind of the notes on an archive's records that an operator restored: by native id."""
    return f"pin:{archive}"


def change_note(index: Index, kind: str, name: str, change: Callable[[dict[str, Any]], Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """Writes what `change` makes of the note (of {} when there is none), whoever else writes it too; None removes it."""
    for _ in range(_TRIES):
        seen = index.note(kind, name)
        value = change(dict(seen.value) if seen else {})
        if (value is None and seen is None) or index.write_note(kind, name, value, seen):
            return dict(value) if value is not None else None
    raise IndexUnavailable(f"the note {kind} {name} is written by others all the time")


def note_value(index: Index, kind: str, name: str) -> dict[str, Any]:
    """The note's value, {} when there is none."""
    seen = index.note(kind, name)
    return dict(seen.value) if seen else {}
