"""One Item of the records of one product, in whatever order and grouping they come."""

from itertools import permutations

import orjson
import pytest

from mappings import peps
from tests.mappings.test_peps_forms import S2_NAME, URN, geodes, item_of, resto

V2 = URN.replace(":V1", ":V2")
OTHER = URN.replace("0000", "9999")


def several():
    return [
        item_of(resto()),
        item_of(resto(id="6d2b", updated="2023-08-01T00:00:00Z")),
        item_of(geodes()),
        item_of(geodes(id=V2)),
        item_of(geodes(id=OTHER, datetime="2024-01-01T00:00:00Z")),
    ]


def test_geodes_is_preferred_and_peps_is_remembered(validator):
    merged = peps.merge([item_of(resto()), item_of(geodes())])
    validator.check(merged)
    said = merged["properties"]
    assert (merged["id"], said["moisson:source_id"], said["moisson:alternate_source_ids"]) == (S2_NAME, URN, ["5c1a"])
    assert "product" in merged["assets"]


def test_the_highest_version_wins_then_the_newest_publication():
    items = several()
    assert peps.merge(items)["properties"]["moisson:source_id"] == V2
    assert peps.merge([items[2], items[4]])["properties"]["moisson:source_id"] == OTHER
    assert peps.merge(items[:2])["properties"]["moisson:source_id"] == "6d2b"
    tenth = item_of(geodes(id=URN.replace(":V1", ":V10")))
    assert peps.merge([tenth, items[3]])["properties"]["moisson:source_id"].endswith(":V10")


def test_no_order_makes_a_difference():
    merged = {orjson.dumps(peps.merge(list(order))) for order in permutations(several())}
    assert len(merged) == 1


def test_no_grouping_makes_a_difference(validator):
    expected = orjson.dumps(peps.merge(several()))
    validator.check(orjson.loads(expected))
    for order in permutations(several()):
        for cut in range(1, len(order)):
            halves = [peps.merge(order[:cut]), peps.merge(order[cut:])]
            assert orjson.dumps(peps.merge(halves)) == expected


def test_one_item_stays_as_it_is():
    item = item_of(geodes())
    assert peps.merge([item]) == item
    assert peps.merge([item, item]) == item
    merged = peps.merge(several())
    assert peps.merge([merged, *several()]) == merged


def test_records_that_differ_only_in_state_merge_alike():
    on_tape, on_disk = item_of(resto(storage={"mode": "tape"})), item_of(resto())
    assert peps.merge([on_tape, on_disk]) == peps.merge([on_disk, on_tape])
    assert "moisson:alternate_source_ids" not in peps.merge([on_tape, on_disk])["properties"]


def test_merging_changes_no_item():
    items = several()
    before = orjson.dumps(items)
    peps.merge(items)
    assert orjson.dumps(items) == before


def test_nothing_cannot_be_merged():
    with pytest.raises(ValueError, match="nothing to merge"):
        peps.merge([])


def test_the_footprint_is_that_of_the_best_that_has_one(validator):
    bare = item_of(geodes(id=V2, geometry=None))
    other = item_of(resto())
    for order in permutations([bare, item_of(geodes()), other]):
        merged = peps.merge(list(order))
        validator.check(merged)
        assert merged["properties"]["moisson:source_id"] == V2
        assert (merged["geometry"], merged["bbox"]) == (other["geometry"], other["bbox"])
    assert peps.merge([bare, bare])["geometry"] is None
