"""What a run says is kept with it: its own lines only, a bounded number, for the newest runs."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars

from index.harvests.journal import KEPT_RUNS, journal_of
from index.protocol import Index, IndexUnavailable
from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from schedules.journal import journaling

LOGGER = logging.getLogger("harvesters.of_a_test")
NOW = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        yield index


@pytest.fixture(autouse=True)
def _all_is_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def texts(index: Index, run: str) -> list[str]:
    journal = journal_of(index, run)
    return [line.text for line in (*journal.first, *journal.last)] if journal else []


def test_a_run_keeps_its_own_lines_and_nobody_elses(lite: Index) -> None:
    with journaling(lite, "peps"):
        LOGGER.info("nobody's")
        with bound_contextvars(source="airbus", run="other"):
            LOGGER.info("of another source")
        with bound_contextvars(source="peps", run="one"):
            LOGGER.info("waiting %d s", 3)
            LOGGER.debug("not that much")
            LOGGER.warning("x" * 2000)
    assert texts(lite, "one") == ["waiting 3 s", "x" * 500]
    assert journal_of(lite, "other") is None


def test_of_many_lines_the_first_and_the_last_are_kept(lite: Index) -> None:
    with journaling(lite, "peps"), bound_contextvars(source="peps", run="one"):
        for number in range(1000):
            LOGGER.info("%d", number)
    kept, journal = texts(lite, "one"), journal_of(lite, "one")
    assert (kept[0], kept[99], kept[100], kept[-1], len(kept)) == ("0", "99", "900", "999", 200)
    assert journal is not None
    assert journal.dropped == 800


def test_the_lines_of_a_run_that_broke_are_kept_with_its_fault(lite: Index) -> None:
    def run() -> None:
        with journaling(lite, "peps"), bound_contextvars(source="peps", run="one"):
            try:
                raise ValueError("wrong")
            except ValueError:
                LOGGER.exception("run failed")
                raise

    with pytest.raises(ValueError, match="wrong"):
        run()
    assert texts(lite, "one") == ["run failed: ValueError: wrong"]


def test_old_runs_forget_what_they_said(lite: Index) -> None:
    for number in range(KEPT_RUNS + 2):
        when = NOW + timedelta(hours=number)
        lite.save_run(Run(f"run-{number}", "peps", when, Outcome.COMPLETE, when))
        with journaling(lite, "peps"), bound_contextvars(source="peps", run=f"run-{number}"):
            LOGGER.info("run begins")
    assert texts(lite, "run-1") == []
    assert texts(lite, "run-2") == ["run begins"]


def test_a_store_that_is_gone_does_not_hide_how_the_run_ended(lite: Index, caplog: pytest.LogCaptureFixture) -> None:
    class Gone:
        def note(self, kind: str, name: str) -> None:
            raise IndexUnavailable("gone")

    with journaling(Gone(), "peps"), bound_contextvars(source="peps", run="one"):  # type: ignore[arg-type]
        LOGGER.info("run begins")
    assert "the journal of run one is not kept: gone" in caplog.text
