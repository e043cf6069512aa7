"""Items of the Maison de la Télédétection. None was recorded: these are made from what is documented (report §3.1)."""

import copy
from typing import Any

import orjson
import pytest

from mappings import dinamis
from mappings.catalogue import collections_of
from mappings.record import Item, NotAnAnswer, Unmappable, fingerprint
from mappings.validation import Validator

ID = "SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1"
S3 = "https://s3-data.meso.umontpellier.fr/sm1-gdc/SPOT7"
SIGNED = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=abc%2F20260101&X-Amz-Signature=deadbeef"
SQUARE = {"type": "Polygon", "coordinates": [[[1, 44], [2, 44], [2, 45], [1, 45], [1, 44]]]}


@pytest.fixture
def feature() -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": ID,
        "collection": "spot-6-7-drs",
        "geometry": SQUARE,
        "bbox": [1, 44, 2, 45],
        "properties": {"datetime": "2018-05-05T10:26:42.900000Z", "proj:epsg": 2154, "updated": "2024-01-01T00:00:00Z"},
        "links": [{"rel": "self", "href": f"https://api.stac.teledetection.fr/collections/spot-6-7-drs/items/{ID}?token=secret"}],
        "assets": {
            "src_xs": {"href": f"{S3}/xs.tif?{SIGNED}", "type": "image/tiff; application=geotiff; profile=cloud-optimized"},
            "src_pan": {"href": f"{S3}/pan.tif", "file:size": 1024, "proj:shape": [100, 200], "proj:transform": [1, 2, 3]},
        },
    }


def item_of(feature: dict[str, Any]) -> Item:
    return dinamis.to_item(dinamis.read(orjson.dumps(feature)).records[0])


def test_an_item_field_by_field(feature: dict[str, Any], validator: Validator) -> None:
    item = item_of(feature)
    validator.check(item)
    assert (item["id"], item["collection"]) == (ID, "dinamis-spot67")
    expected = {
        "datetime": "2018-05-05T10:26:42.900Z",
        "platform": "spot7",
        "constellation": "spot",
        "instruments": ["naomi"],
        "gsd": 1.5,
        "processing:level": "ORTHO",
        "proj:code": "EPSG:2154",
        "order:status": "succeeded",
        "moisson:availability": "held",
        "moisson:licence": "dinamis-spot67",
        "moisson:scene": "SPOT7/20180505T102642.9",
        "moisson:source_id": ID,
    }
    assert {name: item["properties"].get(name) for name in expected} == expected
    place = f"https://api.stac.teledetection.fr/collections/spot-6-7-drs/items/{ID}"
    assert {link["rel"]: link["href"] for link in item["links"] if link["rel"] in ("via", "canonical")} == {
        "via": place,
        "canonical": place,
    }
    relations = [link["rel"] for link in item["links"]]
    assert (relations.count("license"), relations.count("terms-of-service")) == (1, 1)


def test_a_signed_address_is_never_kept(feature: dict[str, Any]) -> None:
    (record,) = dinamis.read(orjson.dumps(feature)).records
    written = record.raw + orjson.dumps(dinamis.to_item(record))
    for secret in (b"X-Amz", b"deadbeef", b"token"):
        assert secret not in written
    assert f"{S3}/xs.tif".encode() in written


def test_an_address_with_another_query_is_kept_verbatim(feature: dict[str, Any]) -> None:
    feature["assets"] = {"src_xs": {"href": f"{S3}/xs.tif?versionId=3"}}
    assert item_of(feature)["assets"]["src_xs"]["href"] == f"{S3}/xs.tif?versionId=3"


def test_the_files_say_how_they_are_had(feature: dict[str, Any]) -> None:
    item = item_of(feature)
    assert item["assets"]["src_xs"]["gsd"] == 6.0
    assert item["assets"]["src_pan"] == {
        "href": f"{S3}/pan.tif",
        "title": "PAN 1.5 m",
        "roles": ["data"],
        "gsd": 1.5,
        "file:size": 1024,
        "auth:refs": ["mtd"],
        "storage:refs": ["mtd-s3"],
        "proj:shape": [100, 200],
    }
    assert set(item["properties"]["auth:schemes"]) == {"mtd", "mtd-key"}
    assert item["properties"]["storage:schemes"]["mtd-s3"]["bucket"] == "sm1-gdc"


def test_each_bucket_has_its_own_storage_scheme(feature: dict[str, Any], validator: Validator) -> None:
    feature["assets"]["src_pan"]["href"] = "https://s3-data.meso.umontpellier.fr/another/pan.tif"
    item = item_of(feature)
    validator.check(item)
    schemes = item["properties"]["storage:schemes"]
    assert {name: asset["href"].split("/")[3] for asset in item["assets"].values() for name in asset["storage:refs"]} == {
        name: scheme["bucket"] for name, scheme in schemes.items()
    }


def test_a_data_file_elsewhere_is_not_open_and_a_preview_may_be(feature: dict[str, Any], validator: Validator) -> None:
    feature["assets"] = {
        "file": {"href": "https://example.org/x.tif", "roles": ["data"]},
        "thumbnail": {"href": "https://example.org/x.png", "roles": ["thumbnail"]},
    }
    item = item_of(feature)
    validator.check(item)
    assert item["assets"]["file"]["auth:refs"] == ["dinamis"]
    assert "auth:refs" not in item["assets"]["thumbnail"]
    assert set(item["properties"]["auth:schemes"]) == {"dinamis"}


def test_without_a_datetime_the_identifier_tells_the_instant(feature: dict[str, Any]) -> None:
    feature["properties"]["datetime"] = None
    assert item_of(feature)["properties"]["datetime"] == "2018-05-05T10:26:42.900Z"
    feature["id"] = "SPOT7_one"
    with pytest.raises(Unmappable, match="acquisition time"):
        item_of(feature)


def test_an_unusable_footprint_leaves_the_item_unlocated(feature: dict[str, Any], validator: Validator) -> None:
    feature["geometry"] = {"type": "Polygon", "coordinates": []}
    item = item_of(feature)
    validator.check(item)
    assert item["geometry"] is None
    assert "bbox" not in item


@pytest.mark.parametrize(
    ("item_id", "collection", "platform", "expected"),
    [
        (ID, "other", None, "dinamis-spot67"),
        ("x", "spot-6-7-drs", None, "dinamis-spot67"),
        ("x", "pleiades", "Pléiades 1A", "dinamis-pleiades"),
        ("x", "images-pleiades", None, "dinamis-pleiades"),
        ("x", "sentinel2", "sentinel-2a", None),
        ("x", "pleiades-neo", None, None),
        ("x", "spot-world-heritage", "SPOT5", None),
        ("x", None, None, None),
    ],
)
def test_only_spot_6_7_and_pleiades_are_held(
    item_id: str, collection: str | None, platform: str | None, expected: str | None, feature: dict[str, Any]
) -> None:
    feature |= {"id": item_id, "collection": collection}
    feature["properties"]["platform"] = platform
    if expected is None:
        with pytest.raises(Unmappable, match=r"neither SPOT 6/7 nor Pléiades|Pléiades Neo, for which"):
            item_of(feature)
    else:
        assert item_of(feature)["collection"] == expected


def test_pages_lists_and_lines_are_read_and_the_rest_is_broken(feature: dict[str, Any]) -> None:
    other = copy.deepcopy(feature) | {"id": "b"}
    page = {"type": "FeatureCollection", "features": [feature, other, {"id": 3}]}
    for body in (orjson.dumps(page), orjson.dumps(page["features"])):
        answer = dinamis.read(body)
        assert [record.native_id for record in answer.records] == [ID, "b"]
        assert [broken.field for broken in answer.broken] == ["id"]
    lines = orjson.dumps(feature) + b"\n" + orjson.dumps(other) + b"\n"
    assert len(dinamis.read(lines).records) == 2


def test_new_links_are_no_change(feature: dict[str, Any]) -> None:
    (before,) = dinamis.read(orjson.dumps(feature)).records
    (after,) = dinamis.read(orjson.dumps(feature | {"links": []})).records
    assert fingerprint(before, dinamis) == fingerprint(after, dinamis)


@pytest.mark.parametrize("path", ["airbus/oneatlas_opensearch_v2_pneo_response.json", "airbus/eodh_collection_airbus_phr_data.json"])
def test_answers_of_other_archives_are_refused(path: str, sample: Any) -> None:
    with pytest.raises(NotAnAnswer):
        dinamis.read(sample(path))


@pytest.mark.parametrize(
    "body", [b"", b"\xef\xbb\xbf ", b"[1", b"{}", b'{"type":"Collection"}', b"<html/>", b"a;b\n1;2\n", b"SQLite format 3\0xx"]
)
def test_what_is_none_of_its_forms_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        dinamis.read(body)


def test_every_collection_is_described() -> None:
    assert set(collections_of("dinamis")) == {"dinamis-spot67", "dinamis-pleiades"}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "IMG_PNEO3_STD_202111181041037_PMS-FS_ORT_abc"},
        {"collection": "pleiades_neo"},
        {"properties": {"datetime": "2021-11-18T10:41:03Z", "platform": "Pleiades_Neo"}},
        {"assets": {"src_xs": {"href": f"{S3}/IMG_PNEO4_x.tif"}}},
    ],
)
def test_no_licence_is_known_for_pleiades_neo(change: dict[str, Any], feature: dict[str, Any]) -> None:
    with pytest.raises(Unmappable, match="no licence of the Dispositif"):
        item_of(feature | change)


def test_a_description_may_compare_with_pleiades_neo(feature: dict[str, Any]) -> None:
    feature["properties"]["description"] = "Coarser than Pléiades Neo"
    assert item_of(feature)["collection"] == "dinamis-spot67"
