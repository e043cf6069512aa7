"""The radar catalogue of Airbus: recorded answers, every form of an answer, what is missing or wrong."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from mappings import airbus
from mappings.catalogue import collections_of
from mappings.licences import licences
from mappings.record import Item, NotAnAnswer, Record, Unmappable, fingerprint
from mappings.validation import Validator
from tests.support.shared import shared

HS300 = "TSX-1_HS300_S_spot_037R_4670_A15048840_754"
PROPERTIES: dict[str, Any] = {
    "acquisitionId": "PAZ-1_SL_D_spot_029L_23359_A12865033_1711",
    "mission": "PAZ",
    "satellite": "PAZ-1",
    "sensorMode": "SAR_SL_D",
    "polarizationChannels": "HHVV",
    "lookDirection": "L",
    "pathDirection": "descending",
    "absoluteOrbit": 23359,
    "relativeOrbit": 12,
    "beamId": "spot_029",
    "antennaMode": "SRA",
    "incidenceAngle": {"minimum": 30.0, "maximum": 31.0},
    "startTime": "2022-03-01T05:10:00.5Z",
    "stopTime": "2022-03-01T05:10:02.211Z",
    "catalogueTime": "2022-03-02T00:00:00Z",
    "quicklookUrl": "https://content.example/quicklooks/a.tif?token=s3cret",
}
SQUARE = {"type": "Polygon", "coordinates": [[[1, 43], [2, 43], [2, 44], [1, 44], [1, 43]]]}


def feature(**changes: Any) -> dict[str, Any]:
    properties = {**PROPERTIES, **changes}
    return {"type": "Feature", "geometry": SQUARE, "properties": {name: value for name, value in properties.items() if value is not ...}}


def page(*features: Any, **more: Any) -> bytes:
    return orjson.dumps({"type": "FeatureCollection", "_links": {"self": "x"}, "limit": 100, "features": list(features), **more})


def record(**changes: Any) -> Record:
    (one,) = airbus.read(page(feature(**changes))).records
    return one


def item(**changes: Any) -> Item:
    return airbus.to_item(record(**changes))


def test_a_recorded_replication_page_becomes_a_valid_item(validator: Validator) -> None:
    (one,) = airbus.read(shared("samples/airbus/sar_catalogue_replication_TSX1_2008.json").read_bytes()).records
    mapped = airbus.to_item(one)
    validator.check(mapped)
    assert (mapped["collection"], mapped["id"], one.native_id) == ("airbus-radar", HS300, HS300)
    properties = mapped["properties"]
    expected = {
        "datetime": "2008-04-17T16:28:39.715Z",
        "start_datetime": "2008-04-17T16:28:39.715Z",
        "end_datetime": "2008-04-17T16:28:40.469Z",
        "created": "2022-02-12T17:51:37.686Z",
        "platform": "tsx-1",
        "constellation": "tsx",
        "instruments": ["sar"],
        "sar:instrument_mode": "SAR_HS_S_300",
        "sar:frequency_band": "X",
        "sar:center_frequency": 9.65,
        "sar:polarizations": ["HH"],
        "sar:observation_direction": "right",
        "sar:beam_ids": ["spot_037"],
        "sat:orbit_state": "ascending",
        "sat:absolute_orbit": 4670,
        "sat:relative_orbit": 161,
        "sat:platform_international_designator": "2007-026A",
        "view:incidence_angle": 33.87,
        "airbus:quality": "AUTO_APPROVED",
        "moisson:availability": "orderable",
        "moisson:licence": "airbus-radar",
        "order:status": "orderable",
    }
    assert {name: properties.get(name) for name in expected} == expected
    assert "product:type" not in properties
    assert mapped["assets"]["overview"]["href"].endswith(f"{HS300}.tif")
    assert "auth:refs" not in mapped["assets"]["overview"]


def test_examples_quoted_by_the_description_of_the_api_are_read(validator: Validator) -> None:
    (one,) = airbus.read(shared("samples/airbus/sar_catalogue_replication_example.json").read_bytes()).records
    mapped = airbus.to_item(one)
    validator.check(mapped)
    assert mapped["properties"]["platform"] == "tdx-1"
    # Required by the description, and missing from its own example (report §2).
    assert "airbus:quality" not in mapped["properties"]
    assert mapped["assets"] == {}


def test_revocations_are_deletions_with_their_time() -> None:
    (notice,) = airbus.read(shared("samples/airbus/sar_catalogue_revocation_example.json").read_bytes()).records
    assert notice.deleted
    assert notice.native_id == "TDX-1_ST_S_spot_028R_45707_A14252474_413"
    assert notice.updated is not None
    assert notice.updated.isoformat() == "2021-04-08T00:56:40+00:00"
    with pytest.raises(Unmappable, match="withdrawn"):
        airbus.to_item(notice)


def test_an_empty_page_of_revocations_is_an_answer() -> None:
    body = orjson.dumps({"_links": {"self": "x"}, "limit": 100, "size": 0, "data": []})
    assert airbus.read(body).records == ()


def test_a_revocation_without_time_is_broken_not_lost() -> None:
    answer = airbus.read(orjson.dumps({"_links": {}, "limit": 1, "data": [{"acquisitionId": HS300}, {"issueTime": "2021-04-08"}, 3]}))
    assert answer.records == ()
    assert [broken.field for broken in answer.broken] == ["issueTime", "acquisitionId", "feature"]


def test_a_search_answers_the_same_record_as_the_feed() -> None:
    session = {"itemId": "uuid", "status": "availableInArchive", "lastUpdateTime": "2026-01-01", "expiry": "2026-02-01", "itemType": "x"}
    (searched,) = airbus.read(page(feature(**session, orderTemplate={"a": 1}), total=566_933)).records
    assert searched.native_id == record().native_id
    assert fingerprint(searched, airbus) == fingerprint(record(), airbus)
    assert airbus.to_item(searched) == item()
    assert fingerprint(record(quality="QA_ATTENTION"), airbus) != fingerprint(record(), airbus)


def test_optical_and_radar_features_of_one_list_are_told_apart() -> None:
    optical = orjson.loads(shared("samples/airbus/oneatlas_opensearch_v1_san_francisco.json").read_bytes())["features"][0]
    records = airbus.read(page(optical, feature())).records
    assert [airbus.to_item(one)["collection"].split("-")[1] in ("phr", "spot") for one in records] == [True, False]


def test_no_identifier_is_both_optical_and_radar() -> None:
    optical = {"type": "Feature", "geometry": SQUARE, "properties": {"id": HS300, "acquisitionIdentifier": "DS_X"}}
    answer = airbus.read(page(optical, feature(acquisitionId="0cb0662d-f5ce-4024-83a5-0646debe34fb")))
    assert answer.records == ()
    assert [broken.field for broken in answer.broken] == ["properties.id", "acquisitionId"]


def test_an_item_has_the_facts_of_its_satellite(validator: Validator) -> None:
    mapped = item()
    validator.check(mapped)
    properties = mapped["properties"]
    assert (properties["platform"], properties["constellation"]) == ("paz-1", "paz")
    assert properties["sat:platform_international_designator"] == "2018-020A"
    assert properties["sar:polarizations"] == ["HH", "VV"]
    assert properties["sar:observation_direction"] == "left"
    assert [provider["name"] for provider in properties["providers"]] == ["Hisdesat", "Airbus Defence and Space"]
    assert "s3cret" not in orjson.dumps(mapped).decode() + record().raw.decode()


@pytest.mark.parametrize("name", sorted(set(PROPERTIES) - {"acquisitionId", "startTime"}))
def test_every_other_member_may_be_missing(name: str, validator: Validator) -> None:
    validator.check(item(**{name: ...}))


@pytest.mark.parametrize("name", sorted(set(PROPERTIES) - {"acquisitionId", "startTime"}))
@pytest.mark.parametrize("value", [None, "", "?", -1, 1e308, [], {"minimum": "x"}, True, ["HH"], "é" * 5000], ids=repr)
def test_every_other_member_may_be_nonsense(name: str, value: Any, validator: Validator) -> None:
    validator.check(item(**{name: value}))


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("startTime", ..., "properties.startTime"),
        ("startTime", "yesterday", "properties.startTime"),
        ("acquisitionId", "ERS-1_a_b_c_d", "properties.satellite"),
    ],
)
def test_what_an_item_cannot_do_without(name: str, value: Any, field: str) -> None:
    changes = {name: value, **({"satellite": ...} if name == "acquisitionId" else {})}
    with pytest.raises(Unmappable) as caught:
        item(**changes)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [..., None, "", 7, "x" * 300, "TSX-1", "a b", "TSX-1_ab/../c"])
def test_without_a_usable_identifier_a_feature_is_broken(value: Any) -> None:
    answer = airbus.read(page(feature(), feature(acquisitionId=value, sensorMode="SAR_SL_D")))
    assert len(answer.records) == 1
    assert len(answer.broken) == 1


def test_a_feature_without_footprint_is_unmappable() -> None:
    bare = deepcopy(feature())
    bare["geometry"] = {"type": "Point", "coordinates": [1, 2]}
    (one,) = airbus.read(page(bare)).records
    with pytest.raises(Unmappable, match="where an image has an area"):
        airbus.to_item(one)


def test_the_mode_is_told_by_the_identifier_where_the_record_does_not() -> None:
    assert item(sensorMode=..., acquisitionId=HS300)["properties"]["sar:instrument_mode"] == "SAR_HS_S_300"
    assert item(sensorMode=...)["properties"]["sar:instrument_mode"] == "SAR_SL_D"


def test_a_stop_before_the_start_is_not_shown() -> None:
    assert "end_datetime" not in item(stopTime="2020-01-01T00:00:00Z")["properties"]


def test_the_item_of_one_record_is_its_own_merge() -> None:
    assert airbus.merge([item()]) == item()
    assert airbus.merge([item(), item()]) == item()


def test_the_collection_and_its_licence_are_described_and_give_no_right() -> None:
    assert collections_of("airbus")["airbus-radar"].licence == "airbus-radar"
    assert not licences()["airbus-radar"].confirmed


@pytest.mark.parametrize("body", [b'{"data":[]}', b'{"data":[{"id":1}]}', b'{"responseExamples":[]}', b'{"responseExamples":[{}]}'])
def test_other_answers_are_refused(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        airbus.read(body)
