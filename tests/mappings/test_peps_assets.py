"""Assets of GEODES features and what must never be in their addresses."""

import orjson
import pytest

from mappings import peps
from tests.mappings.test_peps_forms import S2_NAME, asset, geodes, item_of


def test_the_zip_is_the_product_and_the_xml_its_metadata(validator):
    place = "https://geodes-portal.cnes.fr/f"
    assets = {
        "a.xml": asset(f"{place}/x", "data", "application/xml", "true"),
        "b.bin": asset(f"{place}/b", "data", "application/octet-stream", "true"),
        f"{S2_NAME}.zip": asset(f"{place}/z", "data", "application/zip", "false"),
        "q.jpg": asset(f"{place}/q", "overview", "image/jpg", "true"),
        "other": {"href": f"{place}/o", "roles": ["unheard-of"]},
        "no href": {"roles": ["data"]},
        "not an asset": 3,
    }
    item = item_of(geodes(assets=assets))
    validator.check(item)
    assert {key: one["href"] for key, one in item["assets"].items()} == {
        "metadata": f"{place}/x", "product": f"{place}/z", "quicklook": f"{place}/q?scope=gdh",
    }  # fmt: skip
    assert item["assets"]["quicklook"]["type"] == "image/jpeg"
    assert item["assets"]["product"]["file:checksum"] == "d50110" + "a1" * 16
    assert item["properties"]["moisson:online"] is False


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc", "https://a b", "", 3, None])
def test_an_address_that_is_none_makes_no_asset(href):
    assert "product" not in item_of(geodes(assets={"a.zip": {"href": href, "roles": ["data"]}}, endpoint_url=href))["assets"]


def test_a_user_name_in_an_address_is_cut_out():
    (record,) = peps.read(orjson.dumps(geodes(assets={"a.zip": {"href": "https://u:secret@x.example/a.zip", "roles": ["data"]}}))).records
    assert b"secret" not in record.raw
    assert peps.to_item(record)["assets"]["product"]["href"] == "https://x.example/a.zip"


def test_no_key_is_asked_for_by_another_server():
    item = item_of(geodes(assets={"a.zip": {"href": "https://elsewhere.example/a.zip", "roles": ["data"]}}))
    assert "auth:refs" not in item["assets"]["product"]
    assert "auth:schemes" not in item["properties"]


@pytest.mark.parametrize(
    "endpoint", ["s3.datalake.cnes.fr/sentinel2-l1c/31/a.zip", "https://s3.datalake.cnes.fr/sentinel2-l1c/31/a.zip?X-Amz-Signature=secret"]
)
def test_the_data_lake_is_an_alternate_place(endpoint, validator):
    item = item_of(geodes(endpoint_url=endpoint))
    validator.check(item)
    assert item["assets"]["product"]["alternate"]["s3"]["href"] == "https://s3.datalake.cnes.fr/sentinel2-l1c/31/a.zip"
    assert "alternate" not in item_of(geodes(endpoint_url="https://elsewhere.example/b/a.zip"))["assets"]["product"]
