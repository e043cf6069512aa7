"""The older forms of PEPS, GEODES and Theia, on features made up here with the members that the real ones have."""

from typing import Any

import orjson
import pytest

from mappings import peps
from mappings.record import Item

SQUARE = [[[1.0, 43.0], [2.0, 43.0], [2.0, 44.0], [1.0, 44.0], [1.0, 43.0]]]
URN = "URN:FEATURE:DATA:gdh:00000000-1111-2222-3333-444444444444:V1"
S1_NAME = "S1A_IW_GRDH_1SDV_20240105T060102_20240105T060127_051976_0647C2_AB12"
S2_NAME = "S2B_MSIL1C_20230705T104629_N0509_R051_T31TCJ_20230705T124030"
THEIA_NAME = "SENTINEL2A_20190705-105349-280_L2A_T31TCJ_D"
DOWNLOAD = f"https://geodes-portal.cnes.fr/api/download/{URN}/files"


def geodes(**changes: Any) -> dict[str, Any]:
    """A GEODES feature of Sentinel-2 in today's form; a property that is given as None goes."""
    properties: dict[str, Any] = {
        "identifier": S2_NAME, "dataset": "PEPS_S2_L1C", "platform": "S2B", "instrument": "MSI", "product:type": "S2MSI1C",
        "processing:level": "L1C", "processing:version": "05.09", "sar:instrument_mode": "INS-NOBS", "product:timeliness": "Nominal",
        "start_datetime": "2023-07-05T10:46:29.024Z", "end_datetime": "2023-07-05T10:46:29.024Z", "datetime": "2023-07-05T18:00:00.5Z",
        "sat:orbit_state": "Descending", "sat:relative_orbit": 51, "sat:absolute_orbit": 33055, "grid:code": "T31TCJ",
        "eo:cloud_cover": 12.5, "s2:datatake_id": "GS2B_20230705T104629_033055_N05.09", "latest": True, "proj:bbox": "", "sci:doi": "[]",
        "endpoint_url": f"https://s3.datalake.cnes.fr/sentinel2-l1c/31/T/CJ/2023/07/05/{S2_NAME}.zip",
        "keywords": ["location:northern", "season:summer", "year:2023"],
        "political": {"continents": [{"name": "Europe", "countries": [{"name": "France", "regions": [{"name": "_all"}]}]}]},
    }  # fmt: skip
    assets = {
        f"{S2_NAME}.zip": asset(f"{DOWNLOAD}/aa", "data", "application/zip", "false"),
        f"2023/07/05/{S2_NAME}_quicklook.jpg": asset(f"{DOWNLOAD}/bb", "overview", "image/jpeg", "true"),
    }
    members = {"type": "Feature", "stac_version": "1.0.0-beta.2", "id": URN, "collection": properties["dataset"], "assets": assets}
    members |= {"geometry": {"type": "Polygon", "coordinates": SQUARE}, "properties": properties, "links": [], "centroid": {"lon": 1.5}}
    return changed(members, changes)


def asset(href: str, role: str, kind: str, online: str) -> dict[str, Any]:
    lines = ["File size: 1000 bytes", "Is reference: false", f"Is online: {online}", "Datatype: RAWDATA", "Checksum MD5: " + "A1" * 16]
    return {"href": href, "type": kind, "roles": [role], "description": "\n\n".join(lines)}


def old_geodes(**changes: Any) -> dict[str, Any]:
    """A GEODES feature of Sentinel-1 as before 2025-03-31: no identifier, other names, a token in every address."""
    properties = {
        "dataType": "PEPS_S1_L1", "spaceborne:satellitePlatform": "S1A", "spaceborne:satelliteSensor": "SAR-C SAR",
        "spaceborne:sensorMode": "IW", "spaceborne:polarization": "VV VH", "spaceborne:productType": "GRD", "spaceborne:swath": "IW",
        "spaceborne:productLevel": "L1", "spaceborne:productTimeliness": "NRT-3h", "spaceborne:orbitDirection": "Ascending",
        "spaceborne:absoluteOrbitID": 51976, "spaceborne:cycleID": 310, "spaceborne:cloudCover": 0.0, "versionInfo": "01.00",
        "temporal:startDate": "2024-01-05T06:01:02.5Z", "temporal:endDate": "2024-01-05T06:01:27.25Z", "latest": False,
        "datetime": "2024-01-05T12:00:00.000000Z", "spaceborne:keywords": ["season:winter"], "spatial:bbox": "1,43,2,44",
        "accessService:endpointURL": f"https://s3.datalake.cnes.fr/sentinel1-grd/2024/01/05/{S1_NAME}.zip?token=secret",
    }  # fmt: skip
    place = f"https://geodes-portal.cnes.fr/api/v1/rs-catalog/downloads/{URN}/files"
    assets = {f"{S1_NAME}.zip": asset(f"{place}/aa?token=secret", "data", "application/zip", "true")}
    members = {"type": "Feature", "id": URN, "collection": "PEPS_S1_L1", "geometry": {"type": "Polygon", "coordinates": SQUARE}}
    members |= {"properties": properties, "assets": assets, "links": [{"rel": "self", "href": "https://x.example/?token=secret"}]}
    return changed(members, changes)


def resto(**changes: Any) -> dict[str, Any]:
    """A PEPS feature as of 2023: data lake, tier2; its geometry a one-part multi-polygon."""
    page = "https://peps.cnes.fr/resto/collections/S2ST/5c1a"
    properties = {
        "collection": "S2ST", "productIdentifier": S2_NAME, "parentIdentifier": "urn:ogc:def:EOP:ESA::SENTINEL-2:", "title": S2_NAME,
        "startDate": "2023-07-05T10:46:29.024Z", "completionDate": "2023-07-05T10:46:29.024Z", "productType": "S2MSI1C",
        "processingLevel": "LEVEL1C", "platform": "S2B", "instrument": "MSI", "sensorMode": "INS-NOBS", "orbitNumber": 33055,
        "quicklook": f"https://peps.cnes.fr/quicklook/{S2_NAME}.jpg", "thumbnail": None, "resourceSize": 1000,
        "resourceChecksum": "b2" * 16,
        "updated": "2023-07-06T01:00:00.5Z", "published": "2023-07-05T19:00:00.5Z", "snowCover": None, "cloudCover": 12.5, "visible": 1,
        "keywords": {"a": {"name": "Summer", "type": "season", "href": "https://peps.cnes.fr/?q=Summer"},
                     "b": {"name": "_all", "type": "region"}, "c": {"name": "0", "type": "isNrt"},
                     "d": {"name": "S2ST", "type": "collection"}},
        "orbitDirection": "descending", "newVersion": None, "realtime": "Nominal", "dhusIngestDate": "2023-07-05T18:59:00Z",
        "relativeOrbitNumber": 51, "useDatalake": 1, "bucket": "sentinel2-l1c", "prefix": "31/T/CJ/2023/07/05", "mgrs": "31TCJ",
        "s2TakeId": "GS2B_20230705T104629_033055_N05.09", "storage": {"mode": "tier2"},
        "services": {"download": {"url": f"{page}/download", "mimeType": "application/zip", "size": 1000}},
        "links": [{"rel": "alternate", "href": f"{page}.json?&lang=en"}],
    }  # fmt: skip
    geometry = {"type": "MultiPolygon", "coordinates": [SQUARE]}
    members = {"type": "Feature", "id": "5c1a", "geometry": geometry, "_geometry": geometry, "properties": properties}
    return changed(members, changes)


def resto_2018(**changes: Any) -> dict[str, Any]:
    """As of 2018: a Polygon, no `_geometry`, no data lake, no browse service, organisation null."""
    feature = resto(useDatalake=None, bucket=None, prefix=None, storage={"mode": "disk"}, mgrs=None, relativeOrbitNumber=None)
    feature |= {"geometry": {"type": "Polygon", "coordinates": SQUARE}}
    del feature["_geometry"]
    return changed(feature, changes)


def theia(**changes: Any) -> dict[str, Any]:
    """A Theia feature: keywords as a list, covers as texts, seconds only, clockwise ring, empty instrument, foreign licence."""
    properties = {
        "collection": "SENTINEL2", "license": {"licenseId": "unlicensed"}, "productIdentifier": THEIA_NAME, "title": THEIA_NAME,
        "startDate": "2019-07-05T10:53:49Z", "completionDate": "2019-07-05T10:53:49Z", "productType": "REFLECTANCE",
        "processingLevel": "LEVEL2A", "platform": "SENTINEL2A", "instrument": "", "sensorMode": "", "resolution": 10, "orbitNumber": 21069,
        "relativeOrbitNumber": 51, "updated": "2019-07-06T03:35:23Z", "published": "2019-07-06T03:35:23Z", "waterCover": "0",
        "snowCover": "4", "cloudCover": "75", "version": "2-0", "location": "T31TCJ", "productionDate": "2019-07-06T03:25:21Z",
        "keywords": [{"name": "Europe", "type": "continent"}, {"name": "SENTINEL2", "type": "collection"}],
        "quicklook": f"https://theia.cnes.fr/data//SENTINEL2/{THEIA_NAME}_QKL_ALL.png",
        "services": {"download": {"url": "https://theia.cnes.fr/atdistrib/resto2/collections/SENTINEL2/7a/download?_tk=secret"}},
    }  # fmt: skip
    return changed(
        {"type": "Feature", "id": "7a", "geometry": {"type": "Polygon", "coordinates": [SQUARE[0][::-1]]}, "properties": properties},
        changes,
    )


def changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The feature with other properties; names that the feature itself has replace its members."""
    for name, value in changes.items():
        where = members if name in members and name != "properties" else members["properties"]
        where[name.replace("__", ":")] = value
    return members


def item_of(feature: dict[str, Any]) -> Item:
    """Through the bytes of an answer, as a recorded file would come."""
    (record,) = peps.read(orjson.dumps(feature)).records
    return peps.to_item(record)


@pytest.mark.parametrize("make", [geodes, old_geodes, resto, resto_2018, theia])
def test_every_form_gives_a_valid_item_without_a_secret(make, validator):
    (record,) = peps.read(orjson.dumps(make())).records
    item = peps.to_item(record)
    validator.check(item)
    assert b"secret" not in record.raw
    assert b"secret" not in orjson.dumps(item)
    assert "links" not in record.json


def test_geodes_before_the_renaming():
    item = item_of(old_geodes())
    said = item["properties"]
    assert (item["id"], item["collection"]) == (S1_NAME, "sentinel-1-l1")
    assert (said["datetime"], said["end_datetime"]) == ("2024-01-05T06:01:02.500Z", "2024-01-05T06:01:27.250Z")
    assert said["published"] == "2024-01-05T12:00:00Z"
    assert (said["platform"], said["instruments"], said["sar:polarizations"]) == ("sentinel-1a", ["c-sar"], ["VV", "VH"])
    # No relative orbit in this record: (51976 - 73) % 175 + 1.
    assert (said["sat:absolute_orbit"], said["sat:relative_orbit"], said["sat:orbit_cycle"]) == (51976, 104, 310)
    assert (said["product:timeliness"], said["product:timeliness_category"]) == ("PT3H", "NRT-3h")
    assert (said["version"], said["deprecated"]) == ("1", True)
    assert said["s1:datatake_id"] == str(0x0647C2)
    assert said["moisson:online"] is True
    assert item["assets"]["product"]["href"].endswith("/files/aa")
    assert item["assets"]["product"]["alternate"]["s3"]["href"].endswith(f"{S1_NAME}.zip")


def test_the_zip_names_the_product_when_the_data_lake_does_not():
    assert item_of(old_geodes(**{"accessService:endpointURL": None}))["id"] == S1_NAME


def test_peps_of_2018_and_of_2023_say_the_same():
    old, new = item_of(resto_2018()), item_of(resto())
    assert old == new
    said = new["properties"]
    assert new["geometry"]["type"] == "Polygon"
    assert (said["grid:code"], said["sat:relative_orbit"], said["processing:version"]) == ("MGRS-31TCJ", 51, "05.09")
    assert (said["created"], said["updated"]) == ("2023-07-05T18:59:00Z", "2023-07-06T01:00:00.500Z")
    assert said["keywords"] == ["Summer"]
    assert (said["moisson:online"], said["moisson:online_as_of"]) == (True, "2023-07-06T01:00:00.500Z")


def test_servers_that_are_gone_leave_only_the_way_back_to_the_record():
    for feature, place in (
        (resto(), "https://peps.cnes.fr/resto/collections/S2ST/5c1a.json"),
        (theia(), "https://theia.cnes.fr/atdistrib/resto2/collections/SENTINEL2/7a.json"),
    ):
        item = item_of(feature)
        assert item["assets"] == {}
        assert [link["href"] for link in item["links"] if link["rel"] == "via"] == [place]


def test_a_resto_server_that_lives_keeps_its_assets(validator):
    item = item_of(resto(services={"download": {"url": "https://resto.example/x/download?_tk=secret", "mimeType": "application/zip"}}))
    validator.check(item)
    assert item["assets"]["product"] == {
        "href": "https://resto.example/x/download", "type": "application/zip", "roles": ["data"],
        "file:size": 1000, "file:checksum": "d50110" + "b2" * 16,
    }  # fmt: skip


def test_theia_products_have_a_collection_of_their_own():
    item = item_of(theia())
    said = item["properties"]
    assert (item["collection"], said["platform"], said["instruments"]) == ("sentinel-2-l2a-theia", "sentinel-2a", ["msi"])
    assert (said["license"], said["moisson:licence"], said["moisson:availability"]) == ("other", "copernicus", "open")
    assert (said["eo:cloud_cover"], said["eo:snow_cover"]) == (75.0, 4.0)
    assert (said["processing:level"], said["processing:datetime"], said["version"]) == ("L2A", "2019-07-06T03:25:21Z", "2-0")
    assert (said["grid:code"], said["moisson:scene"]) == ("MGRS-31TCJ", "S2A/20190705T105349/T31TCJ")
    assert item["geometry"]["coordinates"] == SQUARE
    assert "moisson:online" not in said
