"""An archive that fails again and again is left alone for a while."""

from datetime import UTC, datetime, timedelta

from index.harvests.breaker import open_until, record
from index.protocol import Index
from index.state import Outcome

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def fail(index: Index, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        record(index, "s", Outcome.FAILED, now)


def test_it_opens_at_the_third_failure_and_closes_by_itself(index: Index) -> None:
    fail(index, 2)
    assert open_until(index, "s", NOW) is None
    fail(index, 1)
    assert open_until(index, "s", NOW) == NOW + timedelta(minutes=15)
    assert open_until(index, "s", NOW + timedelta(minutes=15)) is None
    assert open_until(index, "other", NOW) is None


def test_each_further_failure_doubles_the_pause_up_to_six_hours(index: Index) -> None:
    fail(index, 4)
    assert open_until(index, "s", NOW) == NOW + timedelta(minutes=30)
    fail(index, 30)
    assert open_until(index, "s", NOW) == NOW + timedelta(hours=6)


def test_anything_that_was_received_closes_it_and_an_interruption_says_nothing(index: Index) -> None:
    fail(index, 3)
    record(index, "s", Outcome.ABORTED, NOW)
    assert open_until(index, "s", NOW) is not None
    record(index, "s", Outcome.PARTIAL, NOW)
    assert open_until(index, "s", NOW) is None
    fail(index, 2)
    assert open_until(index, "s", NOW) is None
