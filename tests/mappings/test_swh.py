"""Spot World Heritage: three forms of one scene, one Item; the oddities of the recorded answers."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from shapely.geometry import shape

from mappings import swh
from mappings.licences import licences
from mappings.record import Item, NotAnAnswer, Record, Unmappable, fingerprint
from mappings.validation import Validator
from tests.mappings.swh_forms import ITEM_ID, NAME, NATIVE, URN, coming, native, today
from tests.support.shared import shared

FORMS: list[Callable[[], dict[str, Any]]] = [native, today, coming]
PARTS = ("swh_regards_products_part1of5.json", "swh_regards_products_part2of5.json")


def record_of(feature: Any) -> Record:
    (record,) = swh.read(orjson.dumps(feature)).records
    return record


def item_of(feature: Any) -> Item:
    return swh.to_item(record_of(feature))


def with_native(**properties: Any) -> dict[str, Any]:
    feature = native()
    feature["content"]["properties"] |= properties
    return feature


def with_today(**properties: Any) -> dict[str, Any]:
    feature = today()
    feature["properties"] |= properties
    return feature


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_item_id_scene_time_and_right(form: Callable[[], dict[str, Any]], validator: Validator) -> None:
    item = item_of(form())
    validator.check(item)
    assert (item["id"], item["collection"]) == (ITEM_ID, "spot-world-heritage-l1a")
    properties = item["properties"]
    expected = {
        "datetime": "2007-02-10T14:19:05Z",
        "platform": "spot-2",
        "constellation": "spot",
        "instruments": ["hrv"],
        "gsd": 20,
        "processing:level": "L1A",
        "eo:cloud_cover": 87,
        "view:incidence_angle": 17.5,
        "grid:code": "SPOTGRS-693-381",
        "sat:acquisition_station": "GU",
        "proj:shape": [3000, 3000],
        "moisson:spot_sensor_code": "X",
        "moisson:spot_scene_rank": 8,
        "moisson:spot_scene_count": 12,
        "moisson:scene": "SPOT2/20070210T141906/HRV2/X",
        "moisson:availability": "open",
        "moisson:licence": "etalab-2.0",
        "license": "etalab-2.0",
    }
    assert {name: properties[name] for name in expected} == expected
    assert shape(item["geometry"]).exterior.is_ccw
    assert item["bbox"] == [-52.1, 4.0, -51.5, 4.6]
    assert not any(name.startswith(("sar:", "spot:")) for name in properties)
    assert [band["name"] for band in item["assets"]["product"]["bands"]] == ["XS3", "XS2", "XS1"]
    assert {asset["type"] for asset in item["assets"].values()} == {"application/zip", "image/jpeg"}


def test_what_only_the_native_record_says() -> None:
    item = item_of(native())
    properties = item["properties"]
    assert properties["view:off_nadir"] == 15.25
    assert properties["view:sun_azimuth"] == 349.5
    assert properties["processing:datetime"] == "2019-08-09T05:17:56.700Z"
    assert properties["moisson:image_quality"] == "ABNORMAL"
    assert properties["moisson:spot_coupled_mode"] is True
    assert properties["moisson:spot_coupling_modes"] == ["PAN+XS"]
    assert properties["moisson:spot_coupled_scenes"] == {"PX": ["26933810702101419062P"], "HMX": ["1A", "2B"]}
    assert properties["moisson:spot_cloud_cover_quotes"] == "EEEEAABB"
    assert properties["version"] == "1"
    product = item["assets"]["product"]
    assert (product["file:size"], product["file:checksum"]) == (3681290, "d50110" + "a" * 32)
    assert product["auth:refs"] == ["regards"]
    assert properties["auth:schemes"] == {"regards": {"type": "http", "scheme": "bearer"}}


def test_what_only_geodes_says() -> None:
    item = item_of(today())
    assert item["properties"]["published"] == "2025-04-28T10:00:00.123Z"
    assert item["properties"]["moisson:online"] is True
    product = item["assets"]["product"]
    assert (product["file:size"], product["file:checksum"]) == (3681290, "d50110" + "d" * 32)
    assert product["auth:refs"] == ["geodes-key"]
    assert item["assets"]["quicklook"]["href"].endswith("?scope=gdh")


def test_coupled_scenes_of_the_coming_form_are_told_by_their_item_ids() -> None:
    item = item_of(coming())
    assert item["properties"]["moisson:spot_coupled_scenes"] == {"PX": [ITEM_ID.replace("_X_", "_P_")]}
    assert item["assets"]["product"]["storage:refs"] == ["cnes-datalake"]
    assert item["properties"]["storage:schemes"]["cnes-datalake"]["bucket"] == "swh-l1a"


@pytest.mark.parametrize(
    ("form", "updated"), [(native, "2021-05-12T08:22:08.610"), (today, "2025-04-28T10:00:00.123"), (coming, "2025-04-28T15:14:01")]
)
def test_a_record_is_as_new_as_its_publication(form: Callable[[], dict[str, Any]], updated: str) -> None:
    when = record_of(form()).updated
    assert when is not None
    assert when.isoformat().startswith(updated)


@pytest.mark.parametrize(("angle", "side"), [(-17.5, "right"), (12.0, "left"), (0, None), (95, None), ("x", None)])
def test_the_side_of_a_native_angle_is_its_sign(angle: Any, side: str | None) -> None:
    properties = item_of(with_native(IncidenceAngle=angle))["properties"]
    assert properties.get("moisson:look_side") == side
    assert properties.get("view:incidence_angle") == (None if angle in (95, "x") else abs(angle))


def test_a_positive_angle_of_geodes_tells_no_side() -> None:
    assert "moisson:look_side" not in item_of(with_today(**{"view:incidence_angle": 17.5}))["properties"]
    assert item_of(with_today(**{"view:incidence_angle": -17.5}))["properties"]["moisson:look_side"] == "right"


@pytest.mark.parametrize(
    ("letters", "kept"), [("ABCDEABC", True), ("ABCDEABCABCDEABC", True), ("ABCDEAB", False), ("ABCDEFGH", False), (7, False)]
)
def test_cloud_letters_are_eight_or_sixteen(letters: Any, kept: bool) -> None:
    assert ("moisson:spot_cloud_cover_quotes" in item_of(with_native(CloudCoverquotes=letters))["properties"]) is kept


def test_no_coupling_is_the_word_none_and_spot_5_has_no_flag() -> None:
    feature = with_native(CouplingModes=["None"])
    for name in ("CoupledMode", "CoupledScenesPX", "CoupledScenesHMX"):
        del feature["content"]["properties"][name]
    properties = item_of(feature)["properties"]
    assert properties["moisson:spot_coupled_mode"] is False
    assert "moisson:spot_coupling_modes" not in properties
    assert "moisson:spot_coupled_scenes" not in properties


def test_hrs_scenes_are_not_square() -> None:
    name = NAME.replace("S2_", "S5_").replace("HRV-2_X", "HRS-1_S")
    feature = with_native(SceneName=name, PlatformName="SPOT5", InstrumentName="HRS1", SensorCode="S", NbBands=1, NbRows=12000)
    properties = item_of(feature)["properties"]
    assert "proj:shape" not in properties
    assert (properties["gsd"], properties["instruments"]) == (10, ["hrs"])


@pytest.mark.parametrize(
    ("feature", "field", "reason"),
    [
        (with_native(DataDate="2019-08-09T05:17:56Z"), "datetime", "outside of the life"),
        (with_native(DataDate=None), "datetime", "no acquisition time"),
        (with_native(DataDate="yesterday"), "datetime", "not a time"),
        (with_native(ProcessingLevel="1C"), "ProcessingLevel", "no mapping for level"),
        (with_native(ProcessingLevel=None), "ProcessingLevel", "no mapping for level"),
        (with_native(SceneName="S2A_MSIL1C_x"), "SceneName", "not the name of a SPOT scene"),
        (with_native(PlatformName="SPOT4"), "platform", "its name says SPOT2"),
        (with_today(start_datetime=None), "datetime", "outside of the life"),
        (with_today(start_datetime="2025-04-28T10:00:00Z"), "start_datetime", "outside of the life"),
        (with_today(**{"processing:level": "L1C"}), "processing:level", "level 'L1C' in SWH_SPOT123_L1"),
        (today() | {"collection": "SWH_SPOT4_L1"}, "identifier", "is no scene of"),
        (today() | {"collection": "MUSCATE_Spirit_SPOT5_L1A"}, "collection", "no mapping for"),
        (today() | {"collection": "PEPS_S2_L1C"}, "collection", "no mapping for"),
        (native() | {"content": {**native()["content"], "geometry": None, "normalizedGeometry": {"type": "Point"}}}, "", ""),
    ],
)
def test_what_cannot_be_true_is_unmappable(feature: dict[str, Any], field: str, reason: str) -> None:
    if not field:
        assert item_of(feature)["geometry"] is None
        return
    with pytest.raises(Unmappable, match=reason) as caught:
        item_of(feature)
    assert caught.value.field == field


def test_a_publication_in_the_place_of_the_time_is_passed_over_for_a_time_of_spot() -> None:
    feature = coming()
    feature["properties"] |= {"datetime": "2025-04-28T15:14:01Z", "start_datetime": "2007-02-10T14:19:05Z"}
    assert item_of(feature)["properties"]["datetime"] == "2007-02-10T14:19:05Z"
    feature = with_today(start_datetime="2025-04-28T10:00:00Z", datetime="2007-02-10T14:19:05Z")
    assert item_of(feature)["properties"]["datetime"] == "2007-02-10T14:19:05Z"


def test_the_file_names_the_scene_where_the_identifier_does_not() -> None:
    assert item_of(with_today(identifier="S2V2X200702101419_something"))["id"] == ITEM_ID
    feature = today()
    del feature["properties"]["identifier"]
    assert item_of(feature)["id"] == ITEM_ID


@pytest.mark.parametrize("dataset", ["MUSCATE_SPOTWORLDHERITAGE_SPOT4_L1C", "THEIA_SPOTWORLDHERITAGE_SPOT4_L1C"])
def test_ortho_images_give_no_right(dataset: str, validator: Validator) -> None:
    name = "SPOT4-HRVIR1-XS_20080101-104500-123_L1C_046-263-0_D_V1-0"
    feature = with_today(identifier=name, dataset=dataset, platform="SPOT4", instrument="HRVIR", **{"processing:level": "L1C"})
    item = item_of(feature | {"collection": dataset})
    validator.check(item)
    assert (item["id"], item["collection"]) == (name, "spot-world-heritage-l1c")
    facts = [item["properties"][f"moisson:{name}"] for name in ("availability", "licence")]
    assert facts == ["unknown", "swh-l1c"]
    assert item["properties"]["license"] == "other"
    assert not licences()["swh-l1c"].confirmed
    assert licences()["etalab-2.0"].confirmed


def test_storage_state_and_session_are_no_news_of_the_scene() -> None:
    feature, other = native(), native()
    other["content"]["files"]["RAWDATA"][0]["online"] = False
    other["content"]["session"] = "2024-01-01T00:00:00Z"
    other["content"]["sessionOwner"] = "SWH - XX"
    assert fingerprint(record_of(feature), swh) == fingerprint(record_of(other), swh)
    assert item_of(other)["properties"]["moisson:online"] is False
    assert fingerprint(record_of(with_native(CloudCover=3)), swh) != fingerprint(record_of(feature), swh)
    moved = today()
    moved["assets"][f"{NAME}.zip"]["description"] = moved["assets"][f"{NAME}.zip"]["description"].replace("online: true", "online: false")
    assert fingerprint(record_of(moved), swh) == fingerprint(record_of(today()), swh)


def test_tokens_in_addresses_are_not_kept() -> None:
    feature = native()
    feature["content"]["files"]["RAWDATA"][0]["uri"] += "?token=secret"
    feature["links"][0]["href"] += "?token=secret"
    record = record_of(feature)
    assert b"secret" not in record.raw
    assert record.url
    assert "secret" not in record.url
    assert b"secret" not in record_of(today()).raw


def page(name: str = "metadata") -> dict[str, Any]:
    return {"facets": [], "content": [native()], "links": [], name: {"size": 20, "totalElements": 1, "totalPages": 1, "number": 0}}


@pytest.mark.parametrize(
    "content",
    [
        native(),
        native()["content"],
        [native()],
        [native()["content"]],
        page(),
        page("page"),
        {"type": "FeatureCollection", "features": [today()], "context": {"matched": 1}},
        {"type": "FeatureCollection", "features": [coming()]},
        [today()],
    ],
)
def test_every_shape_of_an_answer_is_read(content: Any) -> None:
    answer = swh.read(orjson.dumps(content))
    assert [record.native_id for record in answer.records] in ([NATIVE], [URN], [ITEM_ID])
    assert answer.broken == ()


def test_lines_of_records_and_of_pages_are_read() -> None:
    body = b"\n".join(orjson.dumps(one) for one in (native(), page(), today(), coming()))
    assert [record.native_id for record in swh.read(body).records] == [NATIVE, NATIVE, URN, ITEM_ID]


def test_an_empty_page_is_an_answer() -> None:
    assert swh.read(orjson.dumps(page() | {"content": []})).records == ()


def test_a_member_that_is_no_record_is_broken_beside_the_others() -> None:
    answer = swh.read(orjson.dumps([native(), 7, {"content": {"properties": {}}}]))
    assert (len(answer.records), len(answer.broken)) == (1, 2)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"message": "x", "cause": "y", "correlationId": None}, "an error of REGARDS"),
        ({"type": "Collection", "id": "SWH_SPOT123_L1"}, "a STAC Collection"),
        ({"collections": []}, "a list of collections"),
        ([{"id": "a", "properties": {"b": 1}}], "another archive"),
        ([1], "no record of GEODES or REGARDS"),
        (7, "neither an object nor a list"),
        ({"a": 1}, "an object with a"),
    ],
)
def test_what_is_no_answer_is_said_so(content: Any, told: str) -> None:
    with pytest.raises(NotAnAnswer, match=told):
        swh.read(orjson.dumps(content))


@pytest.mark.parametrize(("file", "count"), [*((part, 80) for part in PARTS), ("swh_item_cnes_spot_stac_extension_example.json", 1)])
def test_every_recorded_record_gives_a_valid_item(file: str, count: int, validator: Validator) -> None:
    answer = swh.read(shared(f"samples/cnes/{file}").read_bytes())
    items = [swh.to_item(record) for record in answer.records]
    for item in items:
        validator.check(item)
        assert item["geometry"]["type"] == "Polygon"
        assert shape(item["geometry"]).exterior.is_ccw
        assert item["properties"]["eo:cloud_cover"] >= 0
    assert (len(answer.records), len(answer.broken), len({item["id"] for item in items})) == (count, 0, count)


def test_the_recorded_oddities_are_all_met() -> None:
    items = [swh.to_item(record) for part in PARTS for record in swh.read(shared(f"samples/cnes/{part}").read_bytes()).records]
    found = [item["properties"] for item in items]
    assert {one["moisson:look_side"] for one in found} == {"left", "right"}
    assert all(0 <= one["view:sun_azimuth"] < 360 and one["view:incidence_angle"] <= 90 for one in found)
    assert {len(one["moisson:spot_cloud_cover_quotes"]) for one in found} == {8, 16}
    assert all("moisson:spot_coupled_mode" in one for one in found)
    assert sum("HMX" in one.get("moisson:spot_coupled_scenes", {}) for one in found) == 32
    assert {one["platform"] for one in found} == {f"spot-{number}" for number in range(1, 6)}
    assert all("product" in item["assets"] and "quicklook" in item["assets"] for item in items)
