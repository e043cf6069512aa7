"""Journal: what a run said while it went on, a bounded number of lines, kept for the newest runs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from index.harvests.notes import change_note, note_value
from index.protocol import Index

JOURNAL = "journal"
"""Kind of the notes by run."""
KEPT_RUNS = 50
"""Of a source, the newest runs whose lines are kept."""


@dataclass(frozen=True)
class Line:
    """`time` as RFC 3339 has it; `level` is INFO, WARNING or ERROR."""

    time: str
    level: str
    text: str


@dataclass(frozen=True)
class Journal:
    """The first and the last lines of a run; `dropped` were between them."""

    first: Sequence[Line]
    last: Sequence[Line] = ()
    dropped: int = 0


def save_journal(index: Index, run: str, journal: Journal) -> None:
    """Keeps what a run said; the same run may be kept again."""
    change_note(index, JOURNAL, run, lambda _: asdict(journal))


def journal_of(index: Index, run: str) -> Journal | None:
    """What a run said; None when nothing is kept of it."""
    value = note_value(index, JOURNAL, run)
    return Journal(_lines(value["first"]), _lines(value["last"]), value["dropped"]) if value else None


def forget_journals(index: Index, source: str) -> None:
    """Drops those of a source's older runs."""
    # Each run drops what the one before left: a few are enough.
    for run in index.runs(source, KEPT_RUNS + 5)[KEPT_RUNS:]:
        change_note(index, JOURNAL, run.id, lambda _: None)


def _lines(values: Sequence[Mapping[str, Any]]) -> list[Line]:
    return [Line(**value) for value in values]
