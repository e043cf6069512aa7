"""Regional products of the yearly coverages, by an inventory."""

import orjson
import pytest

from mappings import coverages
from mappings.licences import licences
from mappings.record import Item, Record, Unmappable
from mappings.validation import Validator
from tests.mappings.test_coverages import links_of


def regional(text: str, **row: str) -> Item:
    (record,) = coverages.read(text.encode()).records
    if row:
        members = orjson.loads(record.raw)
        members["row"] |= row
        record = Record(record.source, record.native_id, None, orjson.dumps(members), media_type=record.media_type)
    return coverages.to_item(record)


CSV = "identifiant;satellite;date_acquisition;ouest;sud;est;nord\nSPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82;SPOT6;2018-06-01;1;43;2;44\n"


def test_regional_products_of_an_inventory_are_held(validator: Validator) -> None:
    item = regional(CSV)
    validator.check(item)
    properties = item["properties"]
    assert (item["collection"], item["id"]) == ("coverages-spot", "SPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82")
    facts = (properties["moisson:availability"], properties["moisson:licence"], properties["order:status"])
    assert facts == ("held", "dinamis-spot67", "succeeded")
    assert [link["href"] for link in links_of(item, "license")] == [licences()["dinamis-spot67"].href]
    assert len(links_of(item, "terms-of-service")) == 1
    assert links_of(item, "collection")[0]["href"].endswith("/coverages-spot")


def test_a_row_may_name_its_licence(validator: Validator) -> None:
    item = regional(CSV, licence="dsp-pleiades")
    validator.check(item)
    assert (item["properties"]["moisson:licence"], item["properties"]["moisson:availability"]) == ("dsp-pleiades", "held")


def test_a_licence_that_is_not_for_members_gives_no_right(validator: Validator) -> None:
    item = regional(CSV, licence="unknown")
    validator.check(item)
    assert item["properties"]["moisson:availability"] == "unknown"
    assert "order:status" not in item["properties"]
    assert [link["href"] for link in links_of(item, "license")] == [licences()["unknown"].href]
    assert links_of(item, "terms-of-service") == []


def test_a_licence_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unmappable, match="no such licence"):
        regional(CSV, licence="free-for-all")


@pytest.mark.parametrize("name", ["spot-2018", "pleiades-mayotte-2024-06"])
def test_a_row_cannot_take_the_place_of_a_mosaic(name: str) -> None:
    with pytest.raises(Unmappable, match="yearly mosaic"):
        regional(CSV.replace("SPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82", name))


def test_rows_of_several_inventories_are_one_item_whatever_their_order(validator: Validator) -> None:
    held, unknown = regional(CSV), regional(CSV, licence="unknown")
    for one, other in ((held, unknown), (unknown, held)):
        one["properties"]["moisson:source_id"], other["properties"]["moisson:source_id"] = "inventory:a:X", "inventory:b:X"
        merged = coverages.merge([one, other])
        validator.check(merged)
        assert merged == coverages.merge([other, one])
        assert merged["properties"]["moisson:availability"] == one["properties"]["moisson:availability"]
