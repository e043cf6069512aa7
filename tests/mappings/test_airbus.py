"""Recorded OneAtlas answers, and those passed on by UP42, as Items; the report's traps one by one."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from mappings import airbus
from mappings.catalogue import collections_of
from mappings.record import Item, NotAnAnswer, Record, Unmappable, fingerprint
from mappings.validation import Validator

V1 = "airbus/oneatlas_opensearch_v1_san_francisco.json"
V2 = "airbus/oneatlas_opensearch_v2_pneo_response.json"
BLOCKS = [
    "airbus/up42docs_pleiades-display-download_0.json",
    "airbus/up42docs_pleiades-reflectance-download_0.json",
    "airbus/up42docs_spot-display-download_0.json",
    "airbus/up42docs_spot-display-streaming_0.json",
]
UP42 = "airbus/up42py_search_response.json"
Sample = Callable[[str], bytes]
Feature = dict[str, Any]


def items_of(body: bytes) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    answer = airbus.read(body)
    assert answer.broken == ()
    for record in answer.records:
        item = airbus.to_item(record)
        found.setdefault(item["id"], []).append(item)
    return found


def item_of(feature: Feature) -> Item:
    return airbus.to_item(airbus.read(orjson.dumps(feature)).records[0])


@pytest.fixture
def album(sample: Sample) -> Feature:
    """The first catalogue record of San Francisco: Pléiades, acquired 2017, received three hours later."""
    feature: Feature = orjson.loads(sample(V1))["features"][0]
    return feature


@pytest.fixture
def pneo(sample: Sample) -> Feature:
    feature: Feature = orjson.loads(sample(V2))["features"][0]
    return feature


def changed(feature: Feature, **properties: Any) -> Feature:
    """A copy with other properties; None takes one away."""
    found = copy.deepcopy(feature)
    for name, value in properties.items():
        if value is None:
            found["properties"].pop(name, None)
        else:
            found["properties"][name] = value
    return found


def test_25_records_are_24_items_and_all_are_valid(sample: Sample, validator: Validator) -> None:
    found = items_of(sample(V1))
    assert sum(map(len, found.values())) == 25
    assert len(found) == 24
    merged = [airbus.merge(items) for items in found.values()]
    for item in [*merged, *(item for items in found.values() for item in items)]:
        validator.check(item)
    assert {item["collection"] for item in merged} == {"airbus-phr", "airbus-spot"}


def test_the_pair_of_san_francisco_is_one_item(sample: Sample) -> None:
    items = items_of(sample(V1))["DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822"]
    item = airbus.merge(items)
    properties = item["properties"]
    assert properties["datetime"] == "2020-04-01T18:56:19.300Z"
    assert properties["moisson:time_scale"] == "token"
    assert properties["moisson:scene"] == "PHR1A/20200401T185619.3"
    assert properties["moisson:source_id"] == "5e20a6de-9644-40ab-9105-b8870383a77e"
    assert properties["moisson:alternate_source_ids"] == ["fd50a02e-f073-4abe-83b3-d946f9bbd290"]
    assert [(entry["processing_level"], entry["production_status"]) for entry in properties["airbus:records"]] == [
        ("ALBUM", "ARCHIVED"),
        ("SENSOR", "IN_CLOUD"),
    ]
    # The product's own identifier, 37 s earlier, is what a delivered product bears.
    assert properties["airbus:records"][1]["source_identifier"] == "DS_PHR1A_202004011855423_FR1_PX_W123N37_0820_00818"


def test_a_catalogue_record_field_by_field(album: Feature) -> None:
    item = item_of(album)
    properties = item["properties"]
    assert item["id"] == "DS_PHR1B_201704181857160_FR1_PX_W123N37_0720_04750"
    assert item["collection"] == "airbus-phr"
    assert len(item["geometry"]["coordinates"][0]) == 22
    assert item["bbox"] == pytest.approx([-122.6204772964305, 37.5451219669042, -122.3714817175487, 38.04608568599375])
    expected = {
        "datetime": "2017-04-18T18:57:16Z",
        "airbus:acquisition_date": "2017-04-18T21:44:25.958Z",
        "created": "2020-04-05T19:45:17.523021Z",
        "updated": "2020-04-05T19:45:17.523021Z",
        "published": "2020-04-05T19:45:17.523021Z",
        "airbus:record_expires": "2021-04-05T19:45:17.523028Z",
        "platform": "phr1b",
        "constellation": "phr",
        "instruments": ["hiri"],
        "gsd": 0.7,
        "eo:cloud_cover": 84.8,
        "eo:snow_cover": 0.0,
        "view:incidence_angle": 17.19675515920807,
        "view:sun_azimuth": 143.8886499272106,
        "view:sun_elevation": 58.93016930169897,
        "airbus:incidence_across": 16.38792916930188,
        "airbus:incidence_along": 5.507377523772185,
        "airbus:azimuth_angle": 179.9738563560006,
        "processing:datetime": "2017-04-18T22:53:46.468Z",
        "processing:facility": "MOC",
        "processing:software": {"MMCAT": "unknown"},
        "product:type": "mono",
        "product:acquisition_type": "nominal",
        "sat:acquisition_station": "FR1",
        "airbus:constellation": "PHR",
        "airbus:item_id": "0cb0662d-f5ce-4024-83a5-0646debe34fb",
        "airbus:production_status": "ARCHIVED",
        "airbus:workspace": "public",
        "airbus:qualified": False,
        "order:status": "orderable",
        "license": "other",
        "moisson:source": "airbus",
        "moisson:availability": "orderable",
        "moisson:licence": "airbus-optical",
    }
    assert {name: properties.get(name) for name in expected} == expected
    # ALBUM is no level of processing, and 180 no viewing azimuth.
    assert not {"processing:level", "view:azimuth", "expires", "moisson:footprint"} & set(properties)


def test_a_pleiades_neo_record_has_its_own_instant_and_the_scene_of_its_parent(sample: Sample, validator: Validator) -> None:
    ((item,),) = items_of(sample(V2)).values()
    validator.check(item)
    assert item["id"] == "ACQ_PNEO3_00832700845861"
    assert item["collection"] == "airbus-pneo"
    properties = item["properties"]
    assert properties["datetime"] == "2021-11-18T10:41:03.696Z"
    assert properties["moisson:scene"] == "PNEO3/20211118T104103.7"
    assert properties["airbus:archive_identifier"] == "DS_PNEO3_202111181041037_FR1_FR1_FR1_E002N41_003840"
    assert (properties["platform"], properties["constellation"], properties["gsd"]) == ("pneo3", "pneo", 0.3)
    assert not {"instruments", "moisson:time_scale"} & set(properties)
    assert [provider["name"] for provider in properties["providers"]] == ["Airbus Defence and Space"]


@pytest.mark.parametrize("path", BLOCKS)
def test_the_area_of_a_processing_block_is_marked_as_clipped(path: str, sample: Sample, validator: Validator) -> None:
    found = items_of(sample(path))
    assert found
    for (item,) in found.values():
        validator.check(item)
        assert item["properties"]["moisson:footprint"] == "clipped"
        assert item["assets"] == {}


def test_the_products_of_processing_blocks_field_by_field(sample: Sample) -> None:
    found = {item_id: items[0]["properties"] for path in BLOCKS[1:3] for item_id, items in items_of(sample(path)).items()}
    pleiades = found["DS_PHR1B_201810161039434_FR1_PX_E013N52_0513_01711"]
    assert pleiades["datetime"] == "2018-10-16T10:39:43.400Z"
    assert pleiades["processing:level"] == "SENSOR"
    assert pleiades["processing:software"] == {"DRS-MM": "V2.6vV2.6"}
    # Published without a zone.
    assert pleiades["processing:datetime"] == "2018-10-17T16:53:01.998Z"
    assert pleiades["product:type"] == "bundle"
    spot = found["DS_SPOT6_201804230932282_FR1_FR1_SV1_SV1_E013N38_04550"]
    assert spot["datetime"] == "2018-04-23T09:32:28.200Z"
    assert spot["view:azimuth"] == 185.928808557
    assert "airbus:azimuth_angle" not in spot
    assert spot["gsd"] == 1.6133
    assert spot["instruments"] == ["naomi"]
    assert "moisson:time_scale" not in spot


def test_without_acquisition_identifier_the_parent_names_the_item(sample: Sample) -> None:
    assert list(items_of(sample(BLOCKS[3]))) == ["DS_SPOT7_201807160936066_FR1_FR1_SV1_SV1_E013N38_01790"]


def test_a_rectangle_without_links_is_clipped_and_one_with_links_is_not(album: Feature) -> None:
    album["geometry"] = {"type": "Polygon", "coordinates": [[[1, 44], [2, 44], [2, 45], [1, 45], [1, 44]]]}
    assert "moisson:footprint" not in item_of(album)["properties"]
    del album["_links"]
    assert item_of(album)["properties"]["moisson:footprint"] == "clipped"


def test_a_record_of_up42s_catalogue_is_unwrapped(sample: Sample, validator: Validator) -> None:
    """Its acquisitionDate is four hours late; the identifier is not."""
    ((item,),) = items_of(sample(UP42)).values()
    validator.check(item)
    properties = item["properties"]
    assert item["id"] == "DS_PHR1B_201506041001354_FR1_PX_E013N52_0511_01863"
    assert properties["datetime"] == "2015-06-04T10:01:35.400Z"
    assert properties["airbus:acquisition_date"] == "2015-06-04T14:43:40Z"
    assert (properties["eo:cloud_cover"], properties["gsd"], properties["platform"]) == (8.0, 0.7, "phr1b")
    assert properties["moisson:source_id"] == "a6f99ad8-493b-46ed-9f93-94f06bc1ab1e"
    assert "moisson:footprint" not in properties


@pytest.mark.parametrize("path", [V1, V2, UP42, *BLOCKS])
def test_contract_data_is_neither_in_the_item_nor_kept_in_the_record(path: str, sample: Sample) -> None:
    body = sample(path)
    secrets = _values_of(
        orjson.loads(body),
        {"dataUri", "correlationId", "archiveCorrelationId", "activityId", "customerReference", "commercialReference", "orderID"},
    )
    secrets |= _values_of([feature.get("rights") for feature in orjson.loads(body)["features"]], {"id", "subscriptionId"})
    secrets |= {path.split("/")[1] for path in _values_of(orjson.loads(body), {"up42.data_path"}) if "/" in path}
    assert secrets or path == UP42
    for record in airbus.read(body).records:
        written = orjson.dumps(airbus.to_item(record)) + record.raw
        assert [secret for secret in secrets if secret.encode() in written] == []
        for member in (b"dataAccess", b"privileges", b"gs://", b"subscription"):
            assert member not in written


def _values_of(value: Any, names: set[str]) -> set[str]:
    if isinstance(value, dict):
        own = {member for name, member in value.items() if name in names and isinstance(member, str)}
        return own.union(*(_values_of(member, names) for member in value.values()))
    return set().union(*(_values_of(member, names) for member in value)) if isinstance(value, list) else set()


def test_no_picture_is_presented_as_open(album: Feature) -> None:
    item = item_of(album)
    assert set(item["assets"]) == {"thumbnail", "overview"}
    assert all(asset["auth:refs"] == ["oneatlas"] for asset in item["assets"].values())
    assert set(item["properties"]["auth:schemes"]) == {"oneatlas"}
    assert "wmts" not in {link["rel"] for link in item["links"]}
    assert [link["auth:refs"] for link in item["links"] if link["rel"] == "via"] == [["oneatlas"]]


def test_a_token_in_a_link_is_cut_off_and_an_unusable_link_left_out(album: Feature) -> None:
    album["_links"]["thumbnail"]["href"] += "?access_token=abc"
    album["_links"]["quicklook"] = [{"href": "javascript:alert(1)"}, {"href": "https://example.org/a b"}]
    item = item_of(album)
    assert list(item["assets"]) == ["thumbnail"]
    assert b"abc" not in orjson.dumps(item["assets"])


def test_a_private_workspace_names_a_customer_and_is_left_out(album: Feature) -> None:
    assert "airbus:workspace" not in item_of(changed(album, workspaceName="3b1d-acme"))["properties"]


def test_the_search_uuid_is_never_the_item_id(album: Feature) -> None:
    uuid = album["properties"]["id"]
    only_uuid = changed(album, acquisitionIdentifier=uuid, parentIdentifier="3e88441b-adc9-4be6-bd80-59d4fb69d5a7", sourceIdentifier=None)
    only_uuid["properties"]["productionStatus"] = "ARCHIVED"
    with pytest.raises(Unmappable, match="identifier"):
        item_of(only_uuid)


def test_a_sen_identifier_is_the_last_resort(sample: Sample) -> None:
    feature = orjson.loads(sample(BLOCKS[3]))["features"][0]
    item = item_of(changed(feature, parentIdentifier=None))
    assert item["id"] == "SEN_SPOT7_20180716_093606800_000"
    assert item["properties"]["datetime"] == "2018-07-16T09:36:06.800Z"


def test_pleiades_neo_without_acquisition_date_takes_the_token_of_its_parent(pneo: Feature) -> None:
    assert item_of(changed(pneo, acquisitionDate="soon"))["properties"]["datetime"] == "2021-11-18T10:41:03.700Z"


def test_without_a_token_the_acquisition_date_counts_and_without_both_there_is_no_item(album: Feature) -> None:
    names = ("acquisitionIdentifier", "parentIdentifier", "archiveIdentifier", "sourceIdentifier")
    without = changed(album, **dict.fromkeys(names, "DS_PHR1B_201713181857160_FR1_PX_W123N37_0720_04750"))
    item = item_of(without)
    assert item["properties"]["datetime"] == "2017-04-18T21:44:25.958Z"
    assert "moisson:time_scale" not in item["properties"]
    with pytest.raises(Unmappable, match="acquisition time"):
        item_of(changed(without, acquisitionDate=None))


def test_without_a_footprint_there_is_no_item(album: Feature) -> None:
    album["geometry"] = None
    with pytest.raises(Unmappable, match="footprint"):
        item_of(album)
    album["geometry"] = {"type": "Point", "coordinates": [0, 0]}
    with pytest.raises(Unmappable, match="a Point, where an image has an area"):
        item_of(album)


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("cloudCover", -1, "eo:cloud_cover"),
        ("snowCover", 101, "eo:snow_cover"),
        ("incidenceAngle", 91, "view:incidence_angle"),
        ("illuminationElevationAngle", "high", "view:sun_elevation"),
        ("illuminationAzimuthAngle", 1000, "view:sun_azimuth"),
        ("resolution", 0, "gsd"),
        ("publicationDate", "yesterday", "created"),
        ("qualified", "no", "airbus:qualified"),
    ],
)
def test_an_unusable_optional_value_is_left_out(name: str, value: Any, member: str, album: Feature, validator: Validator) -> None:
    item = item_of(changed(album, **{name: value}))
    assert member not in item["properties"]
    validator.check(item)


@pytest.mark.parametrize(
    ("constellation", "platform", "collection"),
    [("SPOT", "SPOT7", "airbus-spot"), (None, "SPOT6", "airbus-spot"), (None, None, "airbus-phr"), ("?", "PNEO4", "airbus-pneo")],
)
def test_the_collection_is_by_constellation_else_platform_else_identifier(
    constellation: str | None, platform: str | None, collection: str, album: Feature
) -> None:
    assert item_of(changed(album, constellation=constellation, platform=platform))["collection"] == collection


def test_every_collection_is_described() -> None:
    assert set(collections_of("airbus")) == {"airbus-phr", "airbus-spot", "airbus-pneo", "airbus-radar"}


def test_renewed_expiry_and_rights_are_no_change(album: Feature) -> None:
    renewed = changed(album, expirationDate="2029-01-01T00:00:00Z", correlationId="other", geometryCentroid={"lat": 1, "lon": 2})
    renewed["rights"] = {}
    before, after = (airbus.read(orjson.dumps(feature)).records[0] for feature in (album, renewed))
    assert fingerprint(before, airbus) == fingerprint(after, airbus)
    cloudier = airbus.read(orjson.dumps(changed(album, cloudCover=85))).records[0]
    assert fingerprint(before, airbus) != fingerprint(cloudier, airbus)


def test_a_record_has_its_place_and_its_own_time_of_change(pneo: Feature) -> None:
    (record,) = airbus.read(orjson.dumps(pneo)).records
    assert record.url == "https://search.foundation.api.oneatlas.airbus.com/api/v2/opensearch?id=a1ba2510-49e5-46a6-8e3f-0c1d0603217d"
    assert record.updated is not None
    assert record.updated.isoformat() == "2021-11-19T07:50:32.935795+00:00"


def test_pages_features_lists_and_lines_are_read_alike(sample: Sample) -> None:
    page = orjson.loads(sample(V1))
    lines = b"\n".join(orjson.dumps(feature) for feature in page["features"])
    ids = [record.native_id for record in airbus.read(sample(V1)).records]
    for body in (orjson.dumps(page["features"]), orjson.dumps([page]), lines, b"\xef\xbb\xbf" + sample(V1)):
        assert [record.native_id for record in airbus.read(body).records] == ids


def test_an_empty_page_is_an_answer_without_records() -> None:
    assert airbus.read(b'{"type":"FeatureCollection","error":false,"features":[],"totalResults":0}').records == ()


def test_a_member_that_is_no_record_is_kept_as_broken(sample: Sample) -> None:
    page = orjson.loads(sample(V1))
    del page["features"][3]["properties"]["id"]
    page["features"][5:6] = ["a text", {"type": "Feature", "properties": {"time": "2020", "cc": 1}}]
    answer = airbus.read(orjson.dumps(page))
    assert len(answer.records) == 23
    assert [broken.field for broken in answer.broken] == ["properties.id", "feature", "properties"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("eodh_airbus_harvester_config.json", "no OneAtlas search answer"),
        ("eodh_collection_airbus_phr_data.json", "a Collection"),
        ("geopf_ortho_sat_layers_xyzservices.json", "no OneAtlas search answer"),
        ("oneatlas_opensearch_v2_pneo_request.json", "no OneAtlas search answer"),
        ("stacext_order_item.json", "without any OneAtlas property"),
        ("stacext_product_collection.json", "a Collection"),
        ("up42docs_dimap-custom_0.json", "without any OneAtlas property"),
        ("up42py_archive_order_info.json", "no OneAtlas search answer"),
        ("up42py_search_results_limited_columns.geojson", "without any OneAtlas property"),
    ],
)
def test_what_is_no_answer_of_the_search_is_refused(path: str, reason: str, sample: Sample) -> None:
    with pytest.raises(NotAnAnswer, match=reason):
        airbus.read(sample(f"airbus/{path}"))


@pytest.mark.parametrize(
    "path", ["peps_search_S2ST_eodag.json", "geodes_search_PEPS_S2_L1C_eodag.json", "eodag_search_result_theia.geojson"]
)
def test_answers_of_other_archives_are_refused(path: str, sample: Sample) -> None:
    with pytest.raises(NotAnAnswer, match="without any OneAtlas property"):
        airbus.read(sample(f"cnes/{path}"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html>502</html>", "not JSON"),
        (b"[" * 500 + b"]" * 500, "deeply"),
        (b'{"type":"FeatureCollection","error":true,"features":[]}', "announces an error"),
        (b'{"message":"Too many requests","internalCode":4}', "Too many requests"),
        (b'{"type":"FeatureCollection","features":{}}', "without a list"),
    ],
)
def test_errors_and_debris_are_refused(body: bytes, reason: str) -> None:
    with pytest.raises(NotAnAnswer, match=reason):
        airbus.read(body)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"properties":[]}'])
def test_a_record_that_is_no_feature_is_unmappable(raw: bytes) -> None:
    with pytest.raises(Unmappable):
        airbus.to_item(Record("airbus", "x", None, raw))
