"""Spot World Heritage from its two places into one index: Items of two records, and scenes that vanish."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from index.sqlite import SqliteIndex
from index.state import Counts, Outcome, Run
from mappings.validation import Validator
from moisson.build import open_source
from moisson.sections import HttpSettings, RegardsSettings, SwhSettings
from schedules.rules import Rules
from schedules.run import harvest
from tests.support.harvesting import all_items
from tests.support.shared import extension_schemas
from tests.upstreams import API_KEY, Rule, Upstreams, World

HTTP = HttpSettings(requests_per_second=100_000)
SINCE = date(2021, 7, 1)
L1A = "spot-world-heritage-l1a"


@pytest.fixture
def up() -> Iterator[Upstreams]:
    with Upstreams(World(1500)) as upstreams:
        yield upstreams


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


class Harvester:
    """Runs of the sources at the stand-in, at times that go on."""

    def __init__(self, up: Upstreams, index: SqliteIndex, validator: Validator) -> None:
        self.up, self.index, self.validator = up, index, validator
        self.time = datetime(2026, 2, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def __call__(self, name: str) -> Run:
        sections = {
            "swh": SwhSettings(url=self.up.geodes, since=SINCE, http=HTTP),
            "swh-coming": SwhSettings(
                url=self.up.geodes,
                since=SINCE,
                http=HTTP,
                published="updated",
                collections=("swh-spot-1-2-3-l1a", "swh-spot-4-l1a", "swh-spot-5-l1a"),
            ),
            "swh-native": RegardsSettings(url=self.up.regards, http=HTTP, api_key=SecretStr(API_KEY)),
        }
        self.time += timedelta(days=2)
        with open_source(name, sections[name], self.now, lambda seconds: None) as source:
            return harvest(
                source, self.index, self.validator, now=self.now, owner="test", name=name, rules=Rules(brake_share=0.2, recounts=400)
            )


@pytest.fixture
def run(up: Upstreams, index: SqliteIndex) -> Harvester:
    return Harvester(up, index, Validator(extension_schemas()))


def test_records_of_three_forms_meet_in_one_item_each(run: Harvester, index: SqliteIndex, up: Upstreams) -> None:
    total = up.swh.total
    first, second = run("swh"), run("swh-native")
    up.swh_coming = True
    third = run("swh-coming")
    assert [one.outcome for one in (first, second, third)] == [Outcome.COMPLETE] * 3, (first, second, third)
    assert first.counts == Counts(new=total, repeated=first.counts.repeated)
    assert (second.counts.merged, third.counts.merged, second.counts.rejected) == (total, total, 0)
    items = all_items(index)
    assert set(items) == {(L1A, truth.id) for truth in up.swh.truth()}
    for item in items.values():
        properties = item["properties"]
        assert len(properties["moisson:alternate_source_ids"]) == 2
        assert properties["moisson:source_id"].startswith("URN:AIP:")
        assert item["assets"]["product"]["storage:refs"] == ["cnes-datalake"]


def test_nothing_new_writes_nothing(run: Harvester) -> None:
    run("swh")
    run("swh-native")
    again, native = run("swh"), run("swh-native")
    assert (again.items_put, native.items_put) == (0, 0)
    assert native.counts.unchanged == native.counts.received


def test_a_scene_goes_when_neither_place_has_it(run: Harvester, index: SqliteIndex, up: Upstreams) -> None:
    run("swh")
    run("swh-native")
    before = len(all_items(index))
    up.world = up.world.without(0.05)
    gone = before - up.swh.total
    assert gone >= 6
    geodes = run("swh")
    assert (geodes.outcome, geodes.counts.deleted, geodes.items_deleted) == (Outcome.COMPLETE, gone, 0)
    native = run("swh-native")
    assert (native.outcome, native.counts.deleted, native.items_deleted) == (Outcome.COMPLETE, gone, gone)
    assert set(all_items(index)) == {(L1A, truth.id) for truth in up.swh.truth()}


def test_a_revision_changes_the_items_and_removes_none(run: Harvester, index: SqliteIndex, up: Upstreams) -> None:
    run("swh")
    up.world = up.world.revised(0.2)
    run.time = datetime(2026, 3, 1, tzinfo=UTC)
    again = run("swh")
    assert (again.outcome, again.counts.deleted) == (Outcome.COMPLETE, 0)
    assert again.counts.changed == pytest.approx(30, abs=2)
    assert len(all_items(index)) == up.swh.total


def test_where_totals_are_not_reached_nothing_is_removed(run: Harvester, index: SqliteIndex, up: Upstreams) -> None:
    run("swh")
    before = len(all_items(index))
    up.world = up.world.without(0.05)
    # From the first question about a month of the past on: nothing is closed, nobody is judged.
    up.faults.add(Rule("/search", "wrong_total", tuple(range(4, 4000)), 1))
    again = run("swh")
    assert (again.outcome, again.counts.deleted) == (Outcome.PARTIAL, 0)
    assert len(all_items(index)) == before
