"""Records of one scene from GEODES and REGARDS: one Item, whatever the order."""

from itertools import permutations

import pytest

from mappings import swh
from mappings.record import Item
from mappings.validation import Validator
from tests.mappings.swh_forms import ITEM_ID, NATIVE, URN, coming, native, today
from tests.mappings.test_swh import item_of, with_today


def items() -> list[Item]:
    return [item_of(native()), item_of(today()), item_of(coming())]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_the_records_does_not_matter(order: tuple[int, ...], validator: Validator) -> None:
    merged = swh.merge([items()[number] for number in order])
    validator.check(merged)
    assert merged == swh.merge(items())
    assert swh.merge([swh.merge([items()[number] for number in order[:2]]), items()[order[2]]])["id"] == merged["id"]


def test_the_native_record_tells_of_the_scene_and_names_the_others() -> None:
    properties = swh.merge(items())["properties"]
    assert properties["moisson:source_id"] == NATIVE
    assert properties["moisson:alternate_source_ids"] == sorted([URN, ITEM_ID])
    assert properties["view:off_nadir"] == 15.25


def test_the_files_are_those_of_geodes() -> None:
    both = swh.merge(items()[:2])
    assert both["assets"]["product"]["auth:refs"] == ["geodes-key"]
    assert set(both["properties"]["auth:schemes"]) == {"geodes-key"}
    every = swh.merge(items())
    assert every["assets"]["product"]["storage:refs"] == ["cnes-datalake"]
    assert "auth:schemes" not in every["properties"]
    assert {link["title"] for link in every["links"] if link["rel"] == "via"} == {"GEODES", "REGARDS"}


def test_without_a_product_in_geodes_the_native_files_stay() -> None:
    bare = today() | {"assets": {}}
    merged = swh.merge([item_of(bare), item_of(native())])
    assert merged["assets"]["product"]["auth:refs"] == ["regards"]


def test_a_footprint_is_taken_from_whoever_has_one() -> None:
    lost = native()
    lost["content"] |= {"geometry": None, "normalizedGeometry": None}
    merged = swh.merge([item_of(lost), item_of(today())])
    assert merged["geometry"] == item_of(today())["geometry"]
    assert merged["bbox"] == item_of(today())["bbox"]


def test_of_two_versions_the_higher_one_is_told() -> None:
    newer = today() | {"id": URN.replace(":V1", ":V10")}
    older = with_today(datetime="2026-01-01T00:00:00Z") | {"id": URN.replace(":V1", ":V9")}
    assert swh.merge([item_of(older), item_of(newer)])["properties"]["version"] == "10"


def test_one_item_is_itself_and_none_is_an_error() -> None:
    assert swh.merge([item_of(today())]) == item_of(today())
    with pytest.raises(ValueError, match="nothing"):
        swh.merge([])
