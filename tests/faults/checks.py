"""What is asked of every cell: how the run ended, what the index holds then, and how it mends."""

import re
from typing import Protocol

from index.harvests.commands import confirm
from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from tests.faults.cells import Cell
from tests.support.faults import Held, adds_up


class Mended(Protocol):
    """A source whose fault has gone."""

    index: SqliteIndex

    @property
    def now(self) -> Held: ...

    def without(self) -> Run:
        """Another run, without the fault."""


def check_run(run: Run, cell: Cell) -> None:
    assert (run.outcome, bool(re.search(cell.reason, run.reason or ""))) == (cell.outcome, True), run
    assert bool(run.reason) == (run.outcome is not Outcome.COMPLETE)
    assert adds_up(run.counts)


def check_index(now: Held, before: Held, truth: Held, cell: Cell) -> None:
    """What the index holds after the run with the fault; `truth` is what the archive has."""
    # Whatever it says, nothing goes that the archive has.
    assert now.items.keys() >= before.items.keys() & truth.items.keys()
    match cell.holds:
        case "new":
            assert now.items == truth.items
        case "old":
            assert now == before
        case "between":
            for key, item in now.items.items():
                assert item in (before.items.get(key), truth.items.get(key))
        case "more":
            assert now.records - truth.records - before.records
        case "said":
            assert now != before


def check_mending(mended: Mended, truth: Held, cell: Cell, source: str) -> None:
    """The archive mends and has changed once more: the next run, or those that the cell names, end with exactly what it has then."""
    run = mended.without()
    if cell.mends in ("stays", "listed"):
        assert run.outcome is Outcome.COMPLETE, run
        _check_originals(mended.now, truth)
    if cell.mends == "stays":
        return
    if cell.mends == "listed":
        run = mended.without()
    if cell.mends != "next":
        assert run.outcome is Outcome.PARTIAL, run
        assert "the brake" in (run.reason or ""), run
        _check_originals(mended.now, truth)
        assert confirm(mended.index, source, "test")
        run = mended.without()
    assert run.outcome is Outcome.COMPLETE, run
    if cell.mends == "partly":
        _check_originals(mended.now, truth)
        return
    assert mended.now.items == truth.items
    assert mended.now.records == truth.records
    if cell.mends == "next":
        assert mended.now.removed <= truth.removed


def _check_originals(now: Held, truth: Held) -> None:
    """What the archive said too much is still there; all that it has is there, too."""
    assert now.records > truth.records
    assert now.items.keys() >= truth.items.keys()
