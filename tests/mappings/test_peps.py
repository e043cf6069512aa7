"""Recorded answers of PEPS and GEODES, member by member against what the sources report says of them."""

import pytest

from mappings import peps
from mappings.licences import licences
from mappings.peps.collections import collections
from mappings.record import NotAnAnswer, fingerprint

GEODES_S2 = "cnes/geodes_search_PEPS_S2_L1C_eodag.json"
GEODES_S1 = "cnes/geodes_item_PEPS_S1_L1_pygeodes.json"
PEPS_S2 = "cnes/peps_search_S2ST_eodag.json"
PORTAL = "https://geodes-portal.cnes.fr/api"


def only(body):
    answer = peps.read(body)
    assert answer.broken == ()
    (record,) = answer.records
    return record, peps.to_item(record)


@pytest.mark.parametrize(("path", "count"), [(GEODES_S2, 1), (GEODES_S1, 1), (PEPS_S2, 2)])
def test_every_recorded_record_maps_to_a_valid_item(sample, validator, path, count):
    answer = peps.read(sample(path))
    assert (len(answer.records), answer.broken) == (count, ())
    for record in answer.records:
        item = peps.to_item(record)
        validator.check(item)
        assert peps.to_item(record) == item
        assert item["collection"] in collections()


def test_the_record_of_a_geodes_page(sample):
    record, _ = only(sample(GEODES_S2))
    urn = "URN:FEATURE:DATA:gdh:25416e3f-1a7f-379a-9b65-a6539b1fd95b:V1"
    assert (record.source, record.native_id) == ("peps", urn)
    assert record.updated.isoformat() == "2025-04-03T09:00:26.809000+00:00"
    assert record.url == f"{PORTAL}/stac/collections/PEPS_S2_L1C/items/{urn}"
    assert "links" not in record.json


def test_geodes_sentinel_2(sample):
    record, item = only(sample(GEODES_S2))
    name = "S2A_MSIL1C_20250402T175741_N0511_R141_T14ULD_20250403T022035"
    said = item["properties"]
    assert (item["id"], item["collection"], said["title"]) == (name, "sentinel-2-l1c", name)
    # The archive's `datetime` is the publication; start and end are equal, so that neither is repeated.
    assert (said["datetime"], said["published"]) == ("2025-04-02T17:57:41.024Z", "2025-04-03T09:00:26.809Z")
    assert not {"start_datetime", "end_datetime", "created", "updated"} & said.keys()
    assert item["bbox"] == [-101.99523907493, 52.226210870436, -100.32145593499, 53.241963547644]
    assert (said["platform"], said["constellation"], said["instruments"], said["gsd"]) == ("sentinel-2a", "sentinel-2", ["msi"], 10)
    assert (said["sat:orbit_state"], said["sat:relative_orbit"], said["sat:absolute_orbit"]) == ("descending", 141, 51075)
    assert (said["grid:code"], said["eo:cloud_cover"]) == ("MGRS-14ULD", 67.54958344531)
    assert (said["product:type"], said["processing:level"], said["processing:version"]) == ("S2MSI1C", "L1C", "05.11")
    assert said["s2:datatake_id"] == "GS2A_20250402T175741_051075_N05.11"
    assert said["keywords"] == ["northern", "spring", "North America", "Canada", "Western Canada", "Manitoba", "Saskatchewan"]
    assert (said["version"], "deprecated" in said) == ("1", False)
    assert said["moisson:scene"] == "S2A/20250402T175741/T14ULD"
    assert (said["moisson:online"], said["moisson:online_as_of"]) == (False, "2025-04-03T09:00:26.809Z")
    # INS-NOBS is no radar mode, "Nominal" no duration; proj:bbox and sci:doi are texts of another meaning.
    assert said["moisson:sensor_mode"] == "INS-NOBS"
    assert not [key for key in said if key.startswith(("sar:", "product:timeliness", "proj:", "sci:", "order:"))]
    assert said["moisson:source_id"] == record.native_id


def test_geodes_assets(sample):
    record, item = only(sample(GEODES_S2))
    name = item["id"]
    assert list(item["assets"]) == ["quicklook", "product"]
    assert item["assets"]["product"] == {
        "href": f"{PORTAL}/download/{record.native_id}/files/86f828c4c7e921615d1cd0476604f780",
        "type": "application/zip",
        "title": f"{name}.zip",
        "roles": ["data"],
        "file:size": 764210185,
        "file:checksum": "d5011086f828c4c7e921615d1cd0476604f780",
        "moisson:datatype": "RAWDATA",
        "auth:refs": ["geodes-key"],
        "alternate": {
            "s3": {
                "href": f"https://s3.datalake.cnes.fr/sentinel2-l1c/14/U/LD/2025/04/02/{name}.zip",
                "storage:refs": ["cnes-datalake"],
            }
        },
    }
    quicklook = item["assets"]["quicklook"]
    assert quicklook["href"].endswith("/files/1003ae6b1edf05adf7c46cb759ffeaec?scope=gdh")
    assert (quicklook["roles"], quicklook["type"], quicklook["file:size"]) == (["overview"], "image/jpeg", 18684)
    assert "auth:refs" not in quicklook
    said = item["properties"]
    assert said["auth:schemes"] == {"geodes-key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    assert said["storage:schemes"]["cnes-datalake"]["bucket"] == "sentinel2-l1c"


@pytest.mark.parametrize("path", [GEODES_S2, GEODES_S1])
def test_the_licence_is_that_of_copernicus_not_apache(sample, path):
    _, item = only(sample(path))
    assert (item["properties"]["license"], item["properties"]["moisson:licence"]) == ("other", "copernicus")
    (link,) = [link for link in item["links"] if link["rel"] == "license"]
    assert link["href"] == "https://sentinels.copernicus.eu/documents/247904/690755/Sentinel_Data_Legal_Notice"
    assert [(provider["name"], provider["roles"]) for provider in item["properties"]["providers"]] == [
        ("ESA", ["producer", "licensor"]),
        ("European Union/Copernicus", ["licensor"]),
        ("CNES", ["host"]),
    ]


def test_geodes_sentinel_1(sample):
    _, item = only(sample(GEODES_S1))
    said = item["properties"]
    assert (item["id"], item["collection"]) == ("S1C_IW_GRDH_1SDV_20251217T230248_20251217T230317_005497_00AF3C_C5D6", "sentinel-1-l1")
    assert said["datetime"] == said["start_datetime"] == "2025-12-17T23:02:48.679Z"
    assert (said["end_datetime"], said["published"]) == ("2025-12-17T23:03:17.958Z", "2025-12-18T02:11:12.800Z")
    assert (said["platform"], said["instruments"]) == ("sentinel-1c", ["c-sar"])
    assert (said["sar:instrument_mode"], said["sar:polarizations"], said["sar:beam_ids"]) == ("IW", ["VV", "VH"], ["IW"])
    assert (said["sar:frequency_band"], said["sar:center_frequency"]) == ("C", 5.405)
    assert (said["sat:orbit_state"], said["sat:relative_orbit"], said["sat:orbit_cycle"]) == ("ascending", 76, 35)
    assert (said["product:timeliness"], said["product:timeliness_category"]) == ("PT24H", "Fast24h")
    assert (said["product:type"], said["processing:level"], said["s1:datatake_id"]) == ("GRD", "L1", "44860")
    assert said["moisson:scene"] == "S1C/20251217T230248/00AF3C"
    # A constant 0 that is no measure; no ground sampling distance is stated.
    assert not {"eo:cloud_cover", "gsd", "moisson:sensor_mode"} & said.keys()


def test_peps_of_2020(sample):
    on_disk, on_tape = (peps.to_item(record) for record in peps.read(sample(PEPS_S2)).records)
    said = on_disk["properties"]
    assert on_disk["id"] == "S2A_MSIL1C_20200815T005251_N0209_R002_T55PDR_20200815T023440"
    assert (on_disk["collection"], on_disk["geometry"]["type"]) == ("sentinel-2-l1c", "Polygon")
    assert (said["datetime"], said["published"]) == ("2020-08-15T00:52:51.024Z", "2020-08-15T12:20:16.569Z")
    assert (said["created"], said["updated"]) == ("2020-08-15T12:17:15.246Z", "2020-08-15T12:20:16.569Z")
    assert (said["platform"], said["instruments"], said["grid:code"]) == ("sentinel-2a", ["msi"], "MGRS-55PDR")
    assert (said["sat:orbit_state"], said["sat:relative_orbit"], said["sat:absolute_orbit"]) == ("descending", 2, 26883)
    assert (said["eo:cloud_cover"], "eo:snow_cover" in said) == (20.5218, False)
    assert (said["processing:level"], said["processing:version"], said["keywords"]) == ("L1C", "02.09", ["Summer"])
    assert said["moisson:source_id"] == "01f888ef-3368-59ff-a639-52242d159d7c"
    assert (said["moisson:online"], on_tape["properties"]["moisson:online"]) == (True, False)
    assert on_disk["assets"] == on_tape["assets"] == {}
    assert [link["href"] for link in on_disk["links"] if link["rel"] == "via"] == [
        "https://peps.cnes.fr/resto/collections/S2ST/01f888ef-3368-59ff-a639-52242d159d7c.json"
    ]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (GEODES_S2, b"Is online: false", b"Is online: true"),
        (GEODES_S2, b"1.0.0-beta.2", b"1.1.0"),
        (GEODES_S2, b'"title": "STAC gdh root"', b'"title": "other"'),
        (GEODES_S1, b"-70.85337653939281", b"-70.9"),
        (GEODES_S1, b"Free of Charge", b"Free"),
        (PEPS_S2, b'"mode": "disk"', b'"mode": "staging"'),
        (PEPS_S2, b"lang=en", b"lang=de"),
    ],
)
def test_what_says_nothing_of_the_image_leaves_the_fingerprint(sample, path, before, after):
    body = sample(path)
    other = body.replace(before, after)
    if other == body:
        other = body.replace(before.replace(b": ", b":"), after.replace(b": ", b":"))
    assert other != body
    for one, two in zip(peps.read(body).records, peps.read(other).records, strict=True):
        assert fingerprint(one, peps) == fingerprint(two, peps)


def test_what_says_something_changes_the_fingerprint(sample):
    body = sample(GEODES_S2)
    for before, after in ((b"67.54958344531", b"67.6"), (b'"latest": true', b'"latest": false'), (b"764210185", b"764210186")):
        (one,), (two,) = peps.read(body).records, peps.read(body.replace(before, after)).records
        assert fingerprint(one, peps) != fingerprint(two, peps), before


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("eodag_download_search_results_peps_S2ST.geojson", "another system's normalised result"),
        ("eodag_search_result_theia.geojson", "another system's normalised result"),
        ("geodes_collection_PEPS_S1_L1_pygeodes.json", "a STAC Collection"),
        ("geodes_collection_PEPS_S1_L1_pygeodes_2025-04_oldschema.json", "a STAC Collection"),
        ("geodes_requestable_attributes_v8_pygeodes.json", "queryable attributes"),
        ("swh_item_cnes_spot_stac_extension_example.json", "another archive"),
        ("swh_regards_products_part1of5.json", "neither a GEODES nor a resto feature"),
        ("SOURCES.md", "not JSON"),
    ],
)
def test_other_files_of_the_archive_are_no_answers(sample, path, reason):
    with pytest.raises(NotAnAnswer, match=reason):
        peps.read(sample(f"cnes/{path}"))


def test_the_collections_are_described_in_both_languages():
    assert list(collections()) == [
        "sentinel-1-l1",
        "sentinel-1-l2",
        "sentinel-2-l1c",
        "sentinel-2-l2a",
        "sentinel-2-l2a-theia",
        "sentinel-3-l1",
        "sentinel-3-l2",
    ]
    for one in collections().values():
        assert one.licence in licences()
        assert one.title_fr != one.title_en
        assert "Copernicus Sentinel" in one.description_fr
        assert "Copernicus Sentinel" in one.description_en
