"""The traps of the sources report, one by one."""

import orjson
import pytest

from mappings import peps
from mappings.peps.names import parse_name
from mappings.record import Record, Unmappable
from tests.mappings.test_peps_forms import S1_NAME, S2_NAME, SQUARE, geodes, item_of, old_geodes, resto, resto_2018, theia

S3_NAME = "S3A_SR_1_SRA____20240110T093000_20240110T102000_20240110T120000_3000_107_364______PS1_O_NR_004"


def said_of(feature):
    return item_of(feature)["properties"]


def s1(**changes):
    return geodes(**{
        "identifier": S1_NAME, "collection": "PEPS_S1_L1", "platform": "S1A", "instrument": "SAR-C SAR", "product:type": "GRD",
        "start_datetime": "2024-01-05T06:01:02Z", "end_datetime": "2024-01-05T06:01:27Z", "datetime": "2024-01-05T12:00:00Z",
        "sar:instrument_mode": "IW", "sar:polarizations": "VV VH", "grid:code": None, "processing:version": None,
        "s2:datatake_id": None, **changes,
    })  # fmt: skip


def s3(**changes):
    return geodes(**{
        "identifier": S3_NAME, "collection": "PEPS_S3_L1", "platform": "S3A", "instrument": "SRAL",
        "sar:instrument_mode": "Earth Observation",
        "start_datetime": "2024-01-10T09:30:00Z", "end_datetime": "2024-01-10T10:20:00Z", "datetime": "2024-01-10T13:00:00Z",
        "grid:code": None, "processing:version": None, "processing:level": "L1", **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("feature", "field", "reason"),
    [
        (geodes(start_datetime=None), "start_datetime", "no acquisition time"),
        (geodes(start_datetime="soon"), "start_datetime", "not a time"),
        (resto(startDate=None), "startDate", "no acquisition time"),
        (geodes(start_datetime="2014-05-01T00:00:00Z"), "start_datetime", "before the first image of sentinel-2"),
        (s1(start_datetime="2013-05-01T00:00:00Z"), "start_datetime", "before the first image of sentinel-1"),
        (resto(completionDate="2023-07-05T10:00:00Z"), "completionDate", "ends before it starts"),
        (geodes(identifier=None, endpoint_url=None, assets={}), "identifier", "no identifier"),
        (resto(productIdentifier=7), "productIdentifier", "no identifier"),
        (resto(productIdentifier="a/b c"), "productIdentifier", "not a product name"),
        (geodes(identifier="S2A_" + "S" * 300), "id", "longer than"),
        (geodes(collection=None, dataset=None), "collection", "no collection"),
        (geodes(collection="SWH_SPOT5_L1"), "collection", "belongs to Spot World Heritage"),
        (geodes(collection="MUSCATE_SPOTWORLDHERITAGE_SPOT4_L1C"), "collection", "belongs to Spot World Heritage"),
        (geodes(collection="MUSCATE_Spirit_SPOT5_L1A"), "collection", "belongs to Spot World Heritage"),
        (geodes(collection="THEIA_SNOW_SENTINEL2_L2B"), "collection", "no mapping for THEIA_SNOW"),
        (resto(collection="Landsat"), "collection", "no mapping for LANDSAT"),
        (theia(productIdentifier="SENTINEL2X_20190715-000000-000_L3A_T31TCJ_D", processingLevel="LEVEL3A"), "collection", "level 3A"),
        (geodes(identifier=S1_NAME), "identifier", "is no product of PEPS_S2_L1C"),
        (resto(productIdentifier="SENTINEL2A_20190705-105349-280_L2A_T31TCJ_D"), "productIdentifier", "is no product of S2ST"),
        (geodes(geometry="POLYGON((0 0,1 0,1 1,0 0))"), "geometry", "no footprint"),
        (geodes(geometry={"type": "Polygon", "coordinates": []}), "geometry", "coordinates"),
        (geodes(geometry={"type": "Polygon", "coordinates": [[[900, 0], [901, 0], [901, 1], [900, 0]]]}), "geometry", "outside the world"),
        (geodes(geometry={"type": "Point", "coordinates": [0, 0]}), "geometry", "a Point, where an image has an area"),
        (resto(_geometry={"type": "LineString", "coordinates": [[0, 0], [1, 1]]}), "_geometry", "a LineString"),
        (geodes(identifier="DS_PHR1A_201307091049344_FR1_PX_E001N43_0615_01654"), "identifier", "is no product of PEPS_S2_L1C"),
        (geodes(identifier="S1A_SOMETHING_NEW"), "identifier", "is no product of PEPS_S2_L1C"),
        (resto(productIdentifier="SENTINEL2A_SOMETHING_NEW"), "productIdentifier", "is no product of S2ST"),
        (resto(_geometry={"type": "Polygon"}), "_geometry", "coordinates"),
        (resto(_geometry={"type": "MultiPolygon", "coordinates": [0, 0]}), "_geometry", "not a MultiPolygon"),
    ],
)
def test_what_cannot_be_mapped_says_why_and_where(feature, field, reason):
    with pytest.raises(Unmappable, match=reason) as caught:
        item_of(feature)
    assert caught.value.field == field


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"3", b'"x"', b"null", b"{}", b'{"id": "URN:FEATURE:x", "properties": []}'])
def test_a_record_that_is_no_feature_is_unmappable(raw):
    with pytest.raises(Unmappable):
        peps.to_item(Record("peps", "x", None, raw))


def test_the_publication_is_not_the_acquisition():
    said = said_of(geodes())
    assert (said["datetime"], said["published"]) == ("2023-07-05T10:46:29.024Z", "2023-07-05T18:00:00.500Z")
    assert "published" not in said_of(geodes(datetime="2023-07-05T10:00:00Z"))
    assert "published" not in said_of(geodes(datetime="later"))


def test_an_unlocated_product_stays_unlocated(validator):
    for feature in (geodes(geometry=None), {name: member for name, member in geodes().items() if name != "geometry"}):
        item = item_of(feature)
        validator.check(item)
        assert (item["geometry"], "bbox" in item) == (None, False)


def test_the_geometry_that_resto_cut_at_the_antimeridian_is_preferred(validator):
    whole = {"type": "Polygon", "coordinates": [[[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]]]}
    west = [[[179, 0], [180, 0], [180, 1], [179, 1], [179, 0]]]
    east = [[[-180, 0], [-179, 0], [-179, 1], [-180, 1], [-180, 0]]]
    item = item_of(resto(geometry=whole, _geometry={"type": "MultiPolygon", "coordinates": [west, east]}))
    validator.check(item)
    assert item["bbox"] == [179, 0, -179, 1]
    assert item_of(resto(_geometry=None))["geometry"] == {"type": "Polygon", "coordinates": SQUARE}


@pytest.mark.parametrize(
    ("feature", "orbit"),
    [
        (s1(**{"sat:relative_orbit": None, "sat:absolute_orbit": 51976}), 104),
        (s1(identifier=S1_NAME.replace("S1A", "S1B"), **{"sat:relative_orbit": 0, "sat:absolute_orbit": 20000}), (20000 - 27) % 175 + 1),
        (s1(**{"sat:relative_orbit": 9999, "sat:absolute_orbit": None}), 104),
        (s1(identifier=S1_NAME.replace("S1A", "S1C"), platform="S1C", **{"sat:relative_orbit": None}), None),
        (resto_2018(), 51),
        (geodes(**{"sat:relative_orbit": "51"}), 51),
        (s3(**{"sat:relative_orbit": 364}), 364),
    ],
)
def test_the_relative_orbit_is_computed_where_it_is_missing(feature, orbit):
    assert said_of(feature).get("sat:relative_orbit") == orbit


@pytest.mark.parametrize("state", ["Descending", "descending", "DESCENDING"])
def test_the_orbit_state_is_lower_case(state):
    assert said_of(geodes(**{"sat:orbit_state": state}))["sat:orbit_state"] == "descending"


@pytest.mark.parametrize("value", [-1, 101, None, "", "cloudy", True, [3], {}])
def test_an_unusable_cover_is_left_out(value):
    assert not {"eo:cloud_cover", "eo:snow_cover"} & said_of(resto(cloudCover=value, snowCover=value)).keys()


def test_a_constant_cover_of_radar_and_altimetry_is_dropped(validator):
    for feature in (s1(), s3()):
        item = item_of(feature | {"properties": feature["properties"] | {"eo:cloud_cover": 0.0, "eo:snow_cover": 0}})
        validator.check(item)
        assert not [key for key in item["properties"] if key.startswith("eo:")]


def test_sentinel_3_has_no_radar_fields():
    item = item_of(s3())
    said = item["properties"]
    assert (item["collection"], said["instruments"], said["moisson:sensor_mode"]) == ("sentinel-3-l1", ["sral"], "Earth Observation")
    assert said["moisson:scene"] == "S3A/SR/20240110T093000"
    assert not [key for key in said if key.startswith(("sar:", "s1:", "s2:", "grid:"))]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("VV VH", ["VV", "VH"]), ("vh", ["VH"]), (["HH"], ["HH"]), ("LL", ["VV", "VH"]), (None, ["VV", "VH"]), ([["VV"], {}], ["VV", "VH"])],
)
def test_polarizations_are_an_array_or_come_from_the_name(value, expected):
    assert said_of(s1(**{"sar:polarizations": value}))["sar:polarizations"] == expected


@pytest.mark.parametrize("value", ["T31TCJ", "31TCJ", "KHUMBU", "", None, 7, "31TIOU9"])
def test_the_grid_code_is_a_tile_or_comes_from_the_name(value):
    assert said_of(geodes(**{"grid:code": value}))["grid:code"] == "MGRS-31TCJ"


def test_a_site_that_is_no_tile_is_dropped():
    assert "grid:code" not in said_of(theia(productIdentifier="SENTINEL2A_KHUMBU", location="KHUMBU"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NRT-3h", {"product:timeliness": "PT3H", "product:timeliness_category": "NRT-3h"}),
        ("NRT-10m", {"product:timeliness": "PT10M", "product:timeliness_category": "NRT-10m"}),
        ("Nominal", {}),
        ("Off-line", {"moisson:timeliness": "Off-line"}),
        (7, {}),
    ],
)
def test_a_timeliness_is_a_duration(value, expected):
    said = said_of(geodes(**{"product:timeliness": value}))
    assert {key: member for key, member in said.items() if "timeliness" in key} == expected


@pytest.mark.parametrize(("mode", "online"), [("disk", True), ("tier2", True), ("tape", False), ("tier3", False), ("staging", False)])
def test_the_storage_state_is_a_fact_never_an_order(mode, online):
    said = said_of(resto(storage={"mode": mode}))
    assert (said["moisson:online"], "order:status" in said) == (online, False)


def test_an_unknown_storage_state_is_not_guessed():
    assert "moisson:online" not in said_of(resto(storage={"mode": "unknown"}))
    assert "moisson:online" not in said_of(resto(storage=None))
    said = said_of(resto(storage={"mode": "glacier"}))
    assert (said["moisson:storage_mode"], "moisson:online" in said) == ("glacier", False)


def test_superseded_products_are_deprecated():
    assert said_of(geodes(latest=False))["deprecated"] is True
    assert said_of(resto(newVersion="another"))["deprecated"] is True
    assert "deprecated" not in said_of(geodes(latest=None))


def test_places_nest_in_two_ways_and_stand_once():
    political = {"continents": [{"name": "Europe", "countries": [{"name": "France", "regions": [
        {"name": "Occitanie", "states": [{"name": "Gers"}]}, {"name": "Occitanie", "states": [{"name": "Tarn"}]}, {"name": "_all"},
    ]}]}]}  # fmt: skip
    said = said_of(geodes(political=political))
    assert said["keywords"] == ["northern", "summer", "Europe", "France", "Occitanie", "Gers", "Tarn"]


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        (S1_NAME, "S1A/20240105T060102/0647C2"),
        (S2_NAME, "S2B/20230705T104629/T31TCJ"),
        ("S2A_OPER_PRD_MSIL1C_PDMC_20160606T232310_R022_V20160605T101029_20160605T101029", "S2A/20160605T101029"),
        (S3_NAME, "S3A/SR/20240110T093000"),
        ("SENTINEL2B_20190705-105349-280_L2A_T31TCJ_C_V2-2", "S2B/20190705T105349/T31TCJ"),
    ],
)
def test_the_acquisition_key_is_in_the_name(name, scene):
    assert parse_name(name).scene == scene


def test_a_name_outside_the_grammars_maps_without_an_acquisition_key(validator):
    item = item_of(geodes(identifier="S2B_SOMETHING_NEW"))
    validator.check(item)
    assert (item["collection"], item["properties"]["platform"]) == ("sentinel-2-l1c", "sentinel-2b")
    assert "moisson:scene" not in item["properties"]


def test_levels_share_the_key_of_their_acquisition():
    level_2a = S2_NAME.replace("MSIL1C", "MSIL2A")
    one, two = item_of(geodes()), item_of(resto(productIdentifier=level_2a, processingLevel="LEVEL2A"))
    assert two["collection"] == "sentinel-2-l2a"
    assert one["properties"]["moisson:scene"] == two["properties"]["moisson:scene"]


def test_scene_classes_of_l2a(validator):
    name = S2_NAME.replace("MSIL1C", "MSIL2A")
    item = item_of(resto(productIdentifier=name, processingLevel="LEVEL2A", vegetation=40.5, water=-1, bareSoil="3"))
    validator.check(item)
    said = item["properties"]
    assert (said["s2:vegetation_percentage"], said["s2:not_vegetated_percentage"]) == (40.5, 3.0)
    assert "s2:water_percentage" not in said


def test_old_and_new_members_together_are_read_as_new():
    said = said_of(old_geodes(**{"platform": "S1A", "sat:orbit_state": "Descending"}))
    assert said["sat:orbit_state"] == "descending"


def test_the_item_is_the_same_from_a_record_that_was_stored():
    (record,) = peps.read(orjson.dumps(geodes())).records
    again = Record(record.source, record.native_id, record.updated, orjson.dumps(orjson.loads(record.raw)))
    assert peps.to_item(again) == peps.to_item(record)
