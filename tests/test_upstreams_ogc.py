"""The stand-ins of vigisat and seas: the same every time, at any size, and true to their habits."""

import time
from datetime import timedelta

import httpx
import pytest
from lxml import etree

from mappings.partners import SEAS, VIGISAT, PartnerMapping
from mappings.validation import Validator
from tests.upstreams import Upstreams, World
from tests.upstreams.ogc_habits import Habits
from tests.upstreams.ogc_records import eop, iso
from tests.upstreams.ogc_scenes import Partner, partner
from tests.upstreams.world import LATEST

NAMES = ["vigisat", "seas"]


@pytest.mark.parametrize(("size", "expected"), [(0, 5), (100, 5), (2000, 60), (1_000_000, 30_000)])
@pytest.mark.parametrize("name", NAMES)
def test_a_station_holds_three_percent_of_the_world_and_five_records_at_least(name: str, size: int, expected: int) -> None:
    assert partner(World(size), name).total == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_counts_of_the_other_archives_stay(name: str) -> None:
    assert World(2000).totals() == {"peps": 900, "airbus": 800, "dinamis": 300, "open": 900, "orderable": 800, "held": 300, "items": 2000}
    assert partner(World(2000), name).total == 60


@pytest.mark.parametrize("name", NAMES)
def test_every_mission_is_there_and_every_record_is_a_valid_item_of_it(name: str) -> None:
    station, validator = partner(World(10_000), name), Validator()
    mapping: PartnerMapping = VIGISAT if name == "vigisat" else SEAS
    missions = {"vigisat": 5, "seas": 5}[name]
    assert len(station.totals()) == missions
    for known in station.truth():
        entry = station.entry(station.number(known.id) or 0)
        assert entry is not None
        (record,) = mapping.read((iso if name == "vigisat" else eop)(station, entry).encode()).records
        item = mapping.to_item(record)
        validator.check(item)
        assert (record.native_id, item["collection"]) == (known.id, f"{name}-{known.mission}")


def alive(station: Partner) -> set[int]:
    return {station.ranked(rank) for rank in range(station.total)}


@pytest.mark.parametrize("name", NAMES)
def test_changes_of_the_world_are_heeded(name: str) -> None:
    world = World(20_000)
    changed = partner(world.revised(0.1), name)
    entries = [changed.entry(number) for number in range(600)]
    revised = [entry for entry in entries if entry is not None and entry.generation]
    assert len(revised) == 60
    assert all(entry.updated > LATEST for entry in revised)
    smaller = partner(world.revised(0.1).without(0.2).revised(0.3).without(0.1), name)
    gone = {number for number, _ in smaller.deleted}
    assert len(gone) == 600 - smaller.total == 120 + 48
    assert alive(smaller) == set(range(600)) - gone
    assert [number for number in range(600) if smaller.entry(number) is None] == sorted(gone)


def test_a_million_records_cost_no_more_than_a_thousand() -> None:
    with Upstreams(World(34_000_000)) as up, httpx.Client() as client:
        assert up.partner("vigisat").total == 1_020_000
        start = time.monotonic()
        for position in (1, 500_000, 1_019_990):
            given = {"service": "CSW", "request": "GetRecords", "startPosition": position, "maxRecords": 10, "elementSetName": "full"}
            assert client.get(up.vigisat, params=given).text.count("<gmd:fileIdentifier>") == 10
            assert (
                client.get(up.seas.replace("description.xml", "products"), params={"from": position, "n": 10}).text.count("<entry>") == 10
            )
        assert client.get(up.oai, params={"verb": "ListRecords", "metadataPrefix": "eop"}).text.count("<record>") == 50
        assert time.monotonic() - start < timedelta(seconds=10).total_seconds()


def search(client: httpx.Client, up: Upstreams, **given: object) -> etree._Element:
    answer = client.get(up.vigisat, params={"service": "CSW", "request": "GetRecords", **given})  # type: ignore[arg-type]
    return etree.fromstring(answer.content)


def numbers(root: etree._Element) -> tuple[int, int, int, str | None]:
    found = root.find("{*}SearchResults")
    matched, returned = int(found.get("numberOfRecordsMatched")), int(found.get("numberOfRecordsReturned"))
    return matched, returned, len(found), found.get("nextRecord")


def test_the_csw_counts_as_real_ones_do() -> None:
    with Upstreams(World(2000)) as up, httpx.Client() as client:
        up.habits = Habits(largest=10)
        assert numbers(search(client, up, maxRecords=500)) == (60, 10, 10, "11")
        # hits announce records that do not come, and beyond the end the next record is the first.
        assert numbers(search(client, up, resultType="hits")) == (60, 10, 0, "11")
        assert numbers(search(client, up, startPosition=61)) == (60, 0, 0, "1")
        up.habits.next_record = "one more"
        assert numbers(search(client, up, startPosition=51))[3] == "61"
        up.habits.capped = 25
        assert numbers(search(client, up))[0] == 25
        refused = client.get(up.vigisat, params={"service": "CSW", "request": "GetRecords", "startPosition": 20})
        assert (refused.status_code, "Result window" in refused.text) == (200, True)
