"""Merging is a function of the set of records, whatever their order."""

import copy
from itertools import combinations, permutations
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import airbus
from mappings.record import Item
from mappings.validation import Validator
from tests.mappings.test_airbus import V1, Sample

ACQUISITION = "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822"


@pytest.fixture
def features(sample: Sample) -> dict[str, dict[str, Any]]:
    """ALBUM and SENSOR as recorded; an ORTHO and a clipped SENSOR made from the latter."""
    pair = [feature for feature in orjson.loads(sample(V1))["features"] if feature["properties"]["acquisitionIdentifier"] == ACQUISITION]
    found = {feature["properties"]["processingLevel"]: feature for feature in pair}
    ortho, clipped = copy.deepcopy(found["SENSOR"]), copy.deepcopy(found["SENSOR"])
    ortho["properties"] |= {
        "id": "00000000-0000-4000-8000-000000000001",
        "processingLevel": "ORTHO",
        "lastUpdateDate": "2021-01-01T00:00:00Z",
    }
    clipped["properties"] |= {"id": "00000000-0000-4000-8000-000000000000", "publicationDate": "2020-01-01T00:00:00Z"}
    clipped["fileSize"] = 512
    return found | {"ORTHO": ortho, "clipped": clipped}


@pytest.fixture
def items(features: dict[str, dict[str, Any]]) -> dict[str, Item]:
    return {name: airbus.to_item(airbus.read(orjson.dumps(feature)).records[0]) for name, feature in features.items()}


def written(item: Item) -> bytes:
    return orjson.dumps(item)


def test_every_order_of_every_subset_gives_the_same_valid_item(items: dict[str, Item], validator: Validator) -> None:
    for size in range(1, len(items) + 1):
        for subset in combinations(items.values(), size):
            merged = airbus.merge(subset)
            validator.check(merged)
            assert {written(airbus.merge(order)) for order in permutations(subset)} == {written(merged)}
            assert len(merged["properties"]["airbus:records"]) == size


def test_what_was_merged_is_not_changed_by_merging(items: dict[str, Item]) -> None:
    before = written(list(items.values()))
    airbus.merge(list(items.values()))
    assert written(list(items.values())) == before


def test_the_item_of_one_record_is_its_own(items: dict[str, Item]) -> None:
    for item in items.values():
        assert airbus.merge([item]) == item


def test_the_footprint_is_the_catalogues_then_a_products_then_a_clipped_one(items: dict[str, Item]) -> None:
    def geometry(*names: str) -> Any:
        return airbus.merge([items[name] for name in names])["geometry"]

    assert geometry("clipped", "ORTHO", "SENSOR", "ALBUM") == items["ALBUM"]["geometry"]
    assert geometry("clipped", "ORTHO", "SENSOR") == items["SENSOR"]["geometry"]
    merged = airbus.merge([items["clipped"], items["SENSOR"]])
    assert "moisson:footprint" not in merged["properties"]
    assert airbus.merge([items["clipped"]])["properties"]["moisson:footprint"] == "clipped"


def test_properties_are_those_of_the_footprints_record_filled_from_the_others(items: dict[str, Item]) -> None:
    album, sensor = items["ALBUM"]["properties"], items["SENSOR"]["properties"]
    merged = airbus.merge([items["SENSOR"], items["ALBUM"]])["properties"]
    for name in ("gsd", "eo:cloud_cover", "view:incidence_angle", "product:type", "airbus:item_id", "processing:software"):
        assert merged[name] == album[name]
    # Level, software and time of processing belong together: nothing is filled in.
    assert "processing:level" not in merged
    assert sensor["processing:level"] == "SENSOR"
    bare = copy.deepcopy(items["ALBUM"])
    del bare["properties"]["eo:snow_cover"]
    assert airbus.merge([items["SENSOR"], bare])["properties"]["eo:snow_cover"] == sensor["eo:snow_cover"]


def test_created_is_the_earliest_and_updated_the_latest(items: dict[str, Item]) -> None:
    merged = airbus.merge(list(items.values()))["properties"]
    assert merged["created"] == merged["published"] == "2020-01-01T00:00:00Z"
    assert merged["updated"] == "2021-01-01T00:00:00Z"


def test_the_other_records_are_named_and_can_be_found(items: dict[str, Item]) -> None:
    merged = airbus.merge(list(items.values()))
    ids = sorted(item["properties"]["moisson:source_id"] for name, item in items.items() if name != "ALBUM")
    assert merged["properties"]["moisson:alternate_source_ids"] == ids
    assert [entry["id"] for entry in merged["properties"]["airbus:records"]] == sorted(
        [*ids, items["ALBUM"]["properties"]["moisson:source_id"]]
    )
    assert len([link for link in merged["links"] if link["rel"] == "via"]) == 4
    assert [link["rel"] for link in merged["links"]].count("license") == 1


def test_of_two_states_of_one_record_the_later_counts(items: dict[str, Item]) -> None:
    later = copy.deepcopy(items["ALBUM"])
    later["properties"] |= {"updated": "2022-01-01T00:00:00Z", "eo:cloud_cover": 1.0}
    for order in permutations([items["ALBUM"], later, items["SENSOR"]]):
        assert airbus.merge(order)["properties"]["eo:cloud_cover"] == 1.0


@given(order=st.permutations(range(8)), size=st.integers(1, 8))
def test_many_records_merge_alike_in_any_order(order: list[int], size: int) -> None:
    def record(number: int) -> Item:
        properties = {
            "moisson:source_id": f"r{number}",
            "updated": f"2020-01-0{number % 3 + 1}T00:00:00Z",
            f"airbus:m{number % 4}": number,
            "airbus:records": [{"id": f"r{number}", "processing_level": ("ALBUM", "SENSOR", "ORTHO", "NEW")[number % 4]}],
        }
        return {
            "id": "a",
            "properties": properties,
            "assets": {f"a{number % 2}": {"href": str(number)}},
            "links": [],
            "stac_extensions": [],
        }

    chosen = [number for number in order if number < size]
    assert written(airbus.merge([record(number) for number in chosen])) == written(airbus.merge([record(n) for n in sorted(chosen)]))
