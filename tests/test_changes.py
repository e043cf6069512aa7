"""What changes upstream, and only that, changes in the index; on both stores."""

from datetime import timedelta
from itertools import permutations

import httpx
import orjson
import pytest

from harvesters.source import Page
from index.protocol import Index
from index.state import Outcome
from mappings import airbus
from mappings.record import Record
from mappings.validation import Validator
from schedules.run import harvest
from tests.support.harvesting import all_items, contents, harvest_all, now, settings_for
from tests.support.toy import ToySource
from tests.upstreams import Upstreams, World

WORLD = World(1000)


def newest_change(index: Index) -> int:
    changes = index.changes(0, 100_000)
    return changes[-1].number if changes else 0


def test_a_second_harvest_without_upstream_changes_writes_nothing(index: Index) -> None:
    with Upstreams(WORLD) as up:
        sources = settings_for(up)
        harvest_all(index, sources)
        before, change = contents(index, list(sources)), newest_change(index)
        runs = harvest_all(index, sources)
    assert all(run.outcome is Outcome.COMPLETE for run in runs.values())
    assert [(run.counts.new, run.counts.changed, run.items_put, run.items_deleted) for run in runs.values()] == [(0, 0, 0, 0)] * 3
    assert (contents(index, list(sources)), newest_change(index)) == (before, change)


def test_one_percent_changed_upstream_writes_one_percent(index: Index) -> None:
    with Upstreams(WORLD) as up:
        sources = settings_for(up)
        first = harvest_all(index, sources)
        items = all_items(index)
        change = newest_change(index)
        up.world = WORLD.revised(0.01)
        runs = harvest_all(index, sources)
    records = sum(run.counts.received for run in first.values())
    changed = sum(run.counts.changed for run in runs.values())
    written = sum(run.items_put for run in runs.values())
    assert sum(run.counts.new for run in runs.values()) == 0
    assert 0.002 * records < changed < 0.02 * records
    assert 0 < written <= changed
    after = all_items(index)
    assert set(after) == set(items)
    differing = {key for key in items if items[key] != after[key]}
    assert len(differing) == written
    assert {entry.key for entry in index.changes(change, 1000)} == differing


def test_what_an_archive_deletes_goes_and_leaves_a_tombstone(index: Index) -> None:
    with Upstreams(WORLD) as up:
        sources = settings_for(up)
        harvest_all(index, sources, "airbus")
        assert len(all_items(index)) == 400
        up.world = WORLD.without(0.05)
        run = harvest_all(index, sources, "airbus")["airbus"]
    expected = {entry.id for entry in WORLD.without(0.05).truth() if entry.source == "airbus"}
    assert {item_id for _, item_id in all_items(index)} == expected
    assert (run.outcome, run.items_deleted) == (Outcome.COMPLETE, 400 - len(expected))
    assert run.counts.deleted >= run.items_deleted > 0
    tombstones = [change for change in index.changes(0, 10_000) if change.deleted]
    assert len(tombstones) == run.items_deleted
    assert {change.availability for change in tombstones} == {"orderable"}


def _pair() -> tuple[Record, Record]:
    """The ALBUM and the SENSOR record of one acquisition, as the stand-in serves them."""
    with Upstreams(World(200)) as up:
        body = {"itemsPerPage": 500, "constellation": "PHR,SPOT"}
        features = httpx.post(f"{up.oneatlas}/api/v2/opensearch", json=body).json()["features"]
    by_acquisition: dict[str, list[Record]] = {}
    for record in airbus.read(orjson.dumps({"type": "FeatureCollection", "features": features})).records:
        by_acquisition.setdefault(record.json["properties"]["acquisitionIdentifier"], []).append(record)
    album, sensor = sorted(
        next(pair for pair in by_acquisition.values() if len(pair) == 2), key=lambda record: record.json["properties"]["processingLevel"]
    )
    return album, sensor


@pytest.fixture(scope="module")
def pair() -> tuple[Record, Record]:
    return _pair()


def _harvest(index: Index, validator: Validator, *pages: tuple[Record, ...]) -> None:
    source = ToySource([Page("s", page) for page in pages], name="airbus", mapping=airbus)  # type: ignore[arg-type]
    assert harvest(source, index, validator, now=now, owner="test").outcome is Outcome.COMPLETE


def test_album_and_sensor_end_the_same_in_any_order_and_without_one(
    open_index_twice: tuple[Index, Index], pair: tuple[Record, Record], validator: Validator
) -> None:
    one, other = open_index_twice
    album, sensor = pair
    _harvest(one, validator, (album,), (sensor,))
    _harvest(other, validator, (sensor,), (album,))
    assert contents(one, ["airbus"])["items"] == contents(other, ["airbus"])["items"]
    for gone, left in permutations(pair):
        assert gone.updated is not None
        notice = Record("airbus", gone.native_id, gone.updated + timedelta(days=1), b"{}", deleted=True)
        _harvest(one, validator, (album, sensor), (notice,))
        alone = contents(one, ["airbus"])["items"]
        _harvest(other, validator, (Record("airbus", album.native_id, None, b"{}", deleted=True),))
        _harvest(other, validator, (Record("airbus", sensor.native_id, None, b"{}", deleted=True),))
        assert contents(other, ["airbus"])["items"] == {}
        _harvest(other, validator, (left,))
        assert contents(other, ["airbus"])["items"] == alone
        _harvest(one, validator, (album, sensor))
