"""When a source is due, by its timetable and the history of its runs."""

from datetime import UTC, datetime, timedelta

import pytest

from index.harvests.history import last_complete, last_done
from index.state import Outcome, Run
from schedules.timetable import Timetable

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)
NO_JITTER = timedelta(0)


def test_an_interval_counts_from_the_last_run() -> None:
    table = Timetable("every 6 h", jitter=NO_JITTER)
    assert table.after(NOON, NOON) == NOON + timedelta(hours=6)
    assert not table.is_due(NOON, NOON + timedelta(hours=2))
    assert table.is_due(NOON, NOON + timedelta(hours=6))


def test_a_run_that_began_late_or_by_hand_does_not_cost_the_next_one() -> None:
    table = Timetable("every 1 h")
    # Asked for at the full hours; the last one began twelve minutes late.
    assert table.is_due(NOON + timedelta(minutes=12), NOON + timedelta(hours=1))
    # Another scheduler did this hour's a moment ago.
    assert not table.is_due(NOON + timedelta(minutes=3), NOON + timedelta(minutes=5))


def test_what_never_ran_is_due_at_once() -> None:
    assert Timetable("every 1 d").is_due(None, NOON)
    assert Timetable("0 3 * * *").is_due(None, NOON)


def test_a_cron_line_is_read_in_its_time_zone() -> None:
    table = Timetable("0 3 * * *", "Europe/Paris", NO_JITTER)
    # 03:00 in Paris is 01:00 UTC in summer.
    assert table.after(NOON, NOON) == datetime(2024, 6, 4, 1, tzinfo=UTC)
    assert table.is_due(NOON, datetime(2024, 6, 4, 1, tzinfo=UTC))
    assert not table.is_due(datetime(2024, 6, 4, 1, 0, 2, tzinfo=UTC), datetime(2024, 6, 4, 2, tzinfo=UTC))


def test_several_times_missed_are_one_run() -> None:
    table = Timetable("*/10 * * * *", jitter=NO_JITTER)
    late = NOON + timedelta(hours=5)
    assert table.is_due(NOON, late)
    assert not table.is_due(late, late + timedelta(seconds=5))


def test_jitter_only_delays_and_a_delayed_start_does_not_skip_the_next_time() -> None:
    table = Timetable("every 1 h", jitter=timedelta(minutes=5))
    trigger = table.trigger(NOON)
    fires = [trigger.get_next_fire_time(NOON, NOON + timedelta(seconds=1)) for _ in range(50)]
    hour = NOON + timedelta(hours=1)
    assert all(hour <= fire <= hour + timedelta(minutes=5) for fire in fires)
    assert table.is_due(NOON + timedelta(minutes=4), hour)


@pytest.mark.parametrize("text", ["30 2 * * *", "0 * * * *", "*/10 * * * *"])
def test_the_clock_set_back_in_autumn_neither_repeats_a_time_for_ever_nor_ends_the_schedule(text: str) -> None:
    trigger = Timetable(text, "Europe/Paris", timedelta(minutes=5)).trigger()
    now, fires = datetime(2024, 10, 26, 22, tzinfo=UTC), []
    fire = trigger.get_next_fire_time(None, now)
    while fire < datetime(2024, 10, 28, tzinfo=UTC):
        assert len(fires) < 400
        fires.append(fire)
        fire = trigger.get_next_fire_time(fire, fire)
    assert fires == sorted(fires)
    assert fires[-1] > datetime(2024, 10, 27, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["every 0 h", "every h", "every 6 weeks", "every -1 h", "* * * *", "61 * * * *", "", "tomorrow"],
)
def test_a_wrong_timetable_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="every"):
        Timetable(text)


@pytest.mark.parametrize("text", ["0 0 30 2 *", "0 0 * * 8", "0 0 * * 5-1"])
def test_a_day_that_never_comes_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="every"):
        Timetable(text)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc"])
def test_a_wrong_zone_is_told(zone: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Timetable("every 1 d", zone)


def test_a_source_is_silent_after_three_intervals() -> None:
    assert Timetable("every 6 h").patience == timedelta(hours=18)
    assert Timetable("0 3 * * *").patience == timedelta(days=3)
    # The night's pause is no silence.
    assert Timetable("0 8-18 * * *").patience == timedelta(hours=3 * 14)


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "Sun"),
        ("7", "Sun"),
        ("1", "Mon"),
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("5-7", "Fri Sat Sun"),
        ("*/3", "Wed Sat Sun"),
        ("sat", "Sat"),
    ],
)
def test_days_of_the_week_are_those_of_cron(field: str, days: str) -> None:
    table, fire, found = Timetable(f"0 3 * * {field}", jitter=NO_JITTER), NOON, []
    for _ in days.split():
        fire = table.after(fire, fire)
        found.append(f"{fire:%a}")
    assert sorted(found) == sorted(days.split())


def test_an_interrupted_run_is_done_again_and_a_failed_one_waits_its_turn() -> None:
    def run(hours: int, outcome: Outcome) -> Run:
        return Run(str(hours), "s", NOON - timedelta(hours=hours), outcome, NOON)

    runs = [run(1, Outcome.ABORTED), run(2, Outcome.RUNNING), run(3, Outcome.FAILED), run(4, Outcome.COMPLETE)]
    assert last_done(runs, NOON) == NOON - timedelta(hours=3)
    assert last_complete(runs, NOON) == NOON
    assert last_done([], NOON) is None


def test_a_run_of_a_clock_that_was_ahead_stops_nothing() -> None:
    future = Run("f", "s", NOON + timedelta(days=2000), Outcome.COMPLETE, NOON + timedelta(days=2000))
    past = Run("p", "s", NOON - timedelta(days=1), Outcome.COMPLETE, NOON - timedelta(days=1))
    assert last_done([future, past], NOON) == past.started
    assert last_complete([future, past], NOON) == past.ended
