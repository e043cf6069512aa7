"""Records of one held product in several forms, and whatever records may hold."""

import re
from itertools import combinations, permutations
from typing import Any
from xml.sax.saxutils import escape

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import dinamis
from mappings.dinamis.delivery import to_record
from mappings.record import Item, NotAnAnswer, Record, Unmappable
from mappings.validation import Validator
from tests.mappings.test_airbus_fuzz import HOSTILE, JSON
from tests.mappings.test_dinamis_delivery import DIMAP, SOURCE

ID = "SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1"
STAC = {
    "type": "Feature",
    "id": ID,
    "collection": "spot-6-7-drs",
    "geometry": None,
    "properties": {"datetime": "2018-05-05T10:26:42.900000Z"},
    "assets": {"src_xs": {"href": "https://s3-data.meso.umontpellier.fr/b/xs.tif"}},
}
DELIVERED = DIMAP.replace(
    SOURCE, SOURCE.replace("PHR1A_201210040819238", "SPOT7_201805051026429").replace("PHR", "SPOT").replace("1A", "7")
)
ROW = f"id;satellite;date;incidence;lien;west;south;east;north\n{ID};SPOT7;05/05/2018;7,5;https://example.org/x.tif;1;44;2;45\n"
FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def forms() -> dict[str, Item]:
    return {
        "stac": dinamis.to_item(dinamis.read(orjson.dumps(STAC)).records[0]),
        "delivery": dinamis.to_item(to_record(DELIVERED.encode(), f"DIM_{ID}.XML")),
        "inventory": dinamis.to_item(dinamis.read(ROW.encode()).records[0]),
    }


def test_every_order_of_every_subset_gives_the_same_valid_item(validator: Validator) -> None:
    found = forms()
    assert {item["id"] for item in found.values()} == {ID}
    for size in (1, 2, 3):
        for subset in combinations(found.values(), size):
            merged = dinamis.merge(subset)
            validator.check(merged)
            assert {orjson.dumps(dinamis.merge(order)) for order in permutations(subset)} == {orjson.dumps(merged)}


def test_stac_counts_before_delivery_before_inventory_and_each_fills_the_rest() -> None:
    found = forms()
    merged = dinamis.merge(list(found.values()))
    properties = merged["properties"]
    assert properties["datetime"] == "2018-05-05T10:26:42.900Z"
    assert properties["dinamis:record"] == "stac"
    assert properties["view:incidence_angle"] == 12.5
    assert merged["geometry"] == found["delivery"]["geometry"]
    assert set(merged["assets"]) == {"src_xs", "data"}
    assert set(properties["auth:schemes"]) == {"mtd", "mtd-key", "dinamis"}
    assert dinamis.merge([found["inventory"]])["properties"]["view:incidence_angle"] == 7.5


def test_a_day_gives_way_to_an_instant() -> None:
    day = dinamis.to_item(dinamis.read(b"id;satellite;date\nSPOT-X;SPOT7;05/05/2018\n").records[0])
    instant = dinamis.to_item(dinamis.read(b"id;satellite;date\nSPOT-X;SPOT7;05/05/2018 10:00\n").records[0])
    for order in ([day, instant], [instant, day]):
        properties = dinamis.merge(order)["properties"]
        assert properties["datetime"] == "2018-05-05T10:00:00Z"
        assert "start_datetime" not in properties


def test_other_identifiers_are_named() -> None:
    found = forms()["inventory"]
    other = {**found, "properties": {**found["properties"], "moisson:source_id": "zz"}}
    assert dinamis.merge([other, found])["properties"]["moisson:alternate_source_ids"] == ["zz"]
    assert "moisson:alternate_source_ids" not in dinamis.merge([found, found])["properties"]


def _check(record: Record, validator: Validator) -> None:
    try:
        item = dinamis.to_item(record)
    except Unmappable:
        return
    validator.check(item)


STAC_PROPERTIES = (
    "datetime", "start_datetime", "end_datetime", "created", "platform", "gsd", "eo:cloud_cover", "view:sun_azimuth", "proj:code",
    "proj:epsg", "proj:shape", "proj:transform", "proj:bbox", "processing:level",
)  # fmt: skip
ASSET = st.fixed_dictionaries(
    {"href": st.sampled_from(["https://s3-data.meso.umontpellier.fr/b/x", "https://s3-data.meso.umontpellier.fr//", "https://h"]) | JSON},
    optional=dict.fromkeys(("title", "type", "roles", "gsd", "file:size", "file:checksum", "proj:shape"), JSON | HOSTILE),
)


@given(
    properties=st.dictionaries(st.sampled_from(STAC_PROPERTIES), JSON | HOSTILE),
    assets=st.dictionaries(st.sampled_from(["src_xs", "", "a"]), ASSET | JSON) | JSON,
    members=st.dictionaries(st.sampled_from(["geometry", "collection", "links", "id", "kind"]), JSON | HOSTILE),
)
@FUZZ
def test_a_mutated_item_is_valid_or_unmappable(properties: Any, assets: Any, members: Any, validator: Validator) -> None:
    feature = {**STAC, "properties": {**STAC["properties"], **properties}, "assets": assets, **members}
    _check(Record("dinamis", "x", None, orjson.dumps(feature)), validator)


@given(
    row=st.dictionaries(
        st.sampled_from(["id", "date", "time", "platform", "gsd", "incidence", "href", "size", "source_id"]), JSON | HOSTILE
    )
)
@FUZZ
def test_a_mutated_row_is_valid_or_unmappable(row: Any, validator: Validator) -> None:
    members = {"kind": "inventory", "row": {"id": "SPOT-A", "platform": "SPOT6", "date": "2018-01-01", **row}, "geometry": row.get("gsd")}
    _check(Record("dinamis", "x", None, orjson.dumps(members)), validator)


@given(at=st.integers(0, 200), text=st.text(max_size=20) | HOSTILE.map(str))
@FUZZ
def test_a_dimap_with_another_text_is_valid_or_unmappable(at: int, text: str, validator: Validator) -> None:
    texts = [match.span(1) for match in re.finditer(r">([^<>]+)<", DIMAP)]
    start, end = texts[at % len(texts)]
    xml = DIMAP[:start] + escape(text) + DIMAP[end:]
    _check(Record("dinamis", "x", None, xml.encode(), media_type="application/xml"), validator)


@given(start=st.integers(0, len(DIMAP)), length=st.integers(0, 60), text=st.text(max_size=20) | HOSTILE.map(str))
@FUZZ
def test_a_mutated_dimap_is_valid_or_unmappable(start: int, length: int, text: str, validator: Validator) -> None:
    xml = DIMAP[:start] + text + DIMAP[start + length :]
    _check(Record("dinamis", "x", None, xml.encode(), media_type="application/xml"), validator)


@given(value=JSON)
@FUZZ
def test_any_json_is_valid_or_unmappable(value: Any, validator: Validator) -> None:
    _check(Record("dinamis", "x", None, orjson.dumps(value)), validator)


@given(body=st.binary(max_size=80) | st.text(max_size=80).map(lambda text: f"id;date;wkt;west\n{text}".encode()) | JSON.map(orjson.dumps))
@FUZZ
def test_any_bytes_are_an_answer_or_not(body: bytes) -> None:
    try:
        dinamis.read(body)
    except NotAnAnswer:
        return


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null"])
def test_a_record_that_is_no_object_is_unmappable(raw: bytes) -> None:
    with pytest.raises(Unmappable):
        dinamis.to_item(Record("dinamis", "x", None, raw))
