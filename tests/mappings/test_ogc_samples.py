"""Every recorded answer of the OGC family: what the partners' mappings make of it, file by file."""

from dataclasses import dataclass
from functools import cache

import pytest

from mappings.partners import SEAS, VIGISAT
from mappings.record import Item, NotAnAnswer, Unmappable
from mappings.validation import Validator
from tests.support.shared import extension_schemas, shared

_FOLDER = "samples/ogc"
_NO_TIME = "no time of acquisition"
_SERVICE = "a service, not an image"
_ON = "goes on until now"
_19115_3 = "ISO 19115-3"


@dataclass(frozen=True)
class Expected:
    """How many Items; the beginnings of reasons of rejected records, in their order; or why it is no answer at all."""

    items: int = 0
    rejected: tuple[str, ...] = ()
    nothing: str = ""


EXPECTED = {
    "csw/capabilities_apiso_pycsw.xml": Expected(nothing="capabilities"),
    "csw/capabilities_csw30_pycsw.xml": Expected(nothing="capabilities"),
    "csw/error_bad_xml_ckan.xml": Expected(nothing="not XML"),
    "csw/exception_csw30_getrecordbyid_404.xml": Expected(nothing="the server refused the request: NotFound"),
    "csw/exception_csw30_invalid_request.xml": Expected(nothing="the server refused the request: InvalidParameterValue"),
    "csw/getrecordbyid_gmd_full_pycsw.xml": Expected(items=1),
    "csw/getrecords_dateline_pycsw.xml": Expected(items=1),
    "csw/getrecords_inspire_be_multilingual_owslib.xml": Expected(rejected=(_SERVICE, _SERVICE)),
    "csw/getrecords_iso19115p3_pycsw.xml": Expected(rejected=(_19115_3,) * 4),
    "csw/request_getrecords_filter_bbox.xml": Expected(nothing="a request"),
    "eop/eop20_envisat_meris_eoxserver.xml": Expected(items=1),
    "eop/eop20_sentinel2_peps_geoserver.xml": Expected(items=1),
    "eop/gml_new_record_example_terradue.xml": Expected(items=1),
    "eop/sar21_sentinel1_raw_terradue.xml": Expected(items=1),
    "iso/iso19115-3_fr_sextant_ifremer.xml": Expected(rejected=(_19115_3,)),
    "iso/md_fr_geo2france_plu.xml": Expected(rejected=(_NO_TIME,)),
    "iso/md_fr_geo2france_scot.xml": Expected(rejected=(_NO_TIME,)),
    "iso/md_fr_geoide_dataset.xml": Expected(rejected=(_NO_TIME,)),
    "iso/md_fr_georhena_solaire.xml": Expected(rejected=("a static map",)),
    "iso/md_gb_dataset_ckan.xml": Expected(items=1),
    "iso/md_gb_dataset_invalid_ckan.xml": Expected(items=1),
    "iso/md_gr_3e9a8c05_pycsw.xml": Expected(rejected=(_SERVICE,)),
    "iso/md_gr_aerialphoto_1991_12.xml": Expected(items=1),
    "iso/md_gr_dtm_1996_276395.xml": Expected(items=1),
    "iso/md_gr_ortho_1998_284404.xml": Expected(items=1),
    "iso/md_gr_ortho_1998_288395.xml": Expected(items=1),
    "iso/md_ie_keywords_anchor_owslib.xml": Expected(items=1),
    "iso/mi_collection_S2MSI1C_pycsw.xml": Expected(rejected=(_ON,)),
    "iso/mi_collection_S2MSI2A_pycsw.xml": Expected(rejected=(_ON,)),
    "iso/mi_duplicate_fileid_AVHRR_2011.xml": Expected(items=1),
    "iso/mi_duplicate_fileid_AVHRR_2012.xml": Expected(items=1),
    "iso/mi_fileid_is_url.xml": Expected(items=1),
    "iso/mi_fileid_path_traversal.xml": Expected(items=1),
    "iso/mi_minimal_owslib.xml": Expected(rejected=(_ON,)),
    "iso/mi_pacioos_NS06agg.xml": Expected(items=1),
    "iso/mi_sentinel2_scene_pycsw.xml": Expected(items=1),
    "live/exception_http200_invalid_property.xml": Expected(nothing="the server refused the request: InvalidParameterValue"),
    "live/getrecords_gmd_full_mixed_MD_MI_page.xml": Expected(items=3, rejected=(_NO_TIME, _NO_TIME)),
    "live/getrecords_startposition_beyond_end_nextrecord1.xml": Expected(),
    "oaipmh/error_bad_metadata_prefix.xml": Expected(nothing="the server refused the request: badArgument"),
    "oaipmh/identify.xml": Expected(nothing="OAI-PMH, but no records"),
    "oaipmh/listrecords_iso19139.xml": Expected(
        rejected=(
            "no footprint",
            _SERVICE,
            "http://purl.org/dc/dcmitype/Text: not an image",
            _SERVICE,
            "http://purl.org/dc/dcmitype/Text: not an image",
            "no footprint",
            "no footprint",
            _NO_TIME,
            _NO_TIME,
            "no footprint",
        )
    ),
    "oarec/record_eumetsat_seviri_wcmp2.json": Expected(nothing="OGC API Records"),
    "oarec/record_ogcapi-records_spec_example.json": Expected(nothing="OGC API Records"),
    "opensearch/atom_eo_empty_pycsw.xml": Expected(),
    "opensearch/atom_eo_query_platform_pycsw.xml": Expected(items=1),
    "opensearch/atom_ers_envisat_terradue.atom": Expected(items=1),
    "opensearch/atom_fedeo_terrasarx_ssc_terradue.atom": Expected(items=10),
    "opensearch/osdd_eo_pycsw.xml": Expected(nothing="an OpenSearch description document"),
    "wfs/capabilities_110_hsrs_owslib.xml": Expected(nothing="capabilities"),
    "wmts/capabilities_eosdis_owslib.xml": Expected(nothing="capabilities"),
}


@cache
def _validator() -> Validator:
    return Validator(extension_schemas())


def items_of(name: str, mapping=VIGISAT) -> tuple[list[Item], list[str]]:
    """(valid Items, reasons of what was rejected) of a recorded answer."""
    answer = mapping.read(shared(f"{_FOLDER}/{name}").read_bytes())
    items, reasons = [], [broken.reason for broken in answer.broken]
    for record in answer.records:
        try:
            item = mapping.to_item(record)
        except Unmappable as error:
            reasons.append(error.reason)
            continue
        _validator().check(item)
        items.append(item)
    return items, reasons


def test_every_recorded_answer_is_in_the_table() -> None:
    folder = shared(_FOLDER)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SOURCES.md"}
    assert found == set(EXPECTED)


@pytest.mark.parametrize("mapping", [VIGISAT, SEAS], ids=["vigisat", "seas"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_recorded_answer_gives_what_the_table_says(name: str, mapping) -> None:
    expected = EXPECTED[name]
    if expected.nothing:
        with pytest.raises(NotAnAnswer, match=f"^{expected.nothing}"):
            mapping.read(shared(f"{_FOLDER}/{name}").read_bytes())
        return
    items, reasons = items_of(name, mapping)
    assert len(items) == expected.items
    assert len(reasons) == len(expected.rejected)
    for reason, beginning in zip(reasons, expected.rejected, strict=True):
        assert reason.startswith(beginning)
    for item in items:
        assert item["id"].startswith(f"{mapping.name}-")
        assert item["collection"].startswith(f"{mapping.name}-")
        assert "@" not in str({name: item["properties"].get(name) for name in ("title", "description", "keywords", "providers")})


def test_no_person_of_a_recorded_answer_is_published() -> None:
    people = ("Renwick", "Kralidis", "Matt Oliver", "Firstname", "Dufferin Street")
    for name, expected in EXPECTED.items():
        for found in items_of(name)[0] if expected.items else []:
            assert [person for person in people if person in str(found)] == []


def test_the_terrasar_scenes_of_fedeo_are_radar_images_without_a_right() -> None:
    items, _ = items_of("opensearch/atom_fedeo_terrasarx_ssc_terradue.atom")
    first = items[0]
    properties = first["properties"]
    assert first["collection"] == "vigisat-terrasar-x"
    assert properties["moisson:availability"] == "unknown"
    assert properties["moisson:licence"] == "dlr-terrasar-x"
    assert properties["moisson:axis_rule"] == "declared"
    assert properties["platform"] == "terrasar-x"
    assert properties["sar:instrument_mode"] == "SM"
    assert (properties["sar:frequency_band"], properties["sar:center_frequency"]) == ("X", 9.65)
    assert properties["sar:polarizations"] == ["HH"]
    assert properties["sar:observation_direction"] == "right"
    assert properties["sar:beam_ids"] == ["strip_012"]
    assert properties["view:incidence_angle"] == pytest.approx(41.0760902712607)
    assert properties["sat:absolute_orbit"] == 39127
    assert properties["sat:acquisition_station"] == "NSG"
    assert first["bbox"] == pytest.approx([-17.654419, 65.7016509759466, -16.691528, 66.2530987214406])
    assert first["assets"]["data"]["auth:refs"] == ["partner"]
    assert set(first["assets"]) == {"data", "overview", "thumbnail"}


def test_the_sentinel_2_granule_keeps_its_cloud_cover_and_each_of_its_files() -> None:
    (item,), _ = items_of("iso/mi_sentinel2_scene_pycsw.xml")
    properties = item["properties"]
    assert item["collection"] == "vigisat-sentinel-2"
    assert (properties["moisson:availability"], properties["moisson:licence"]) == ("open", "copernicus")
    assert properties["eo:cloud_cover"] == pytest.approx(0.082857)
    assert properties["moisson:scene"] == "S2B/20200902T090559/T34SFG"
    assert properties["proj:code"] == "EPSG:4326"
    assert properties["moisson:footprint"] == "approximate"
    assert properties["platform"] == "sentinel-2b"
    assert item["assets"]["T34SFG_20200902T090559_B02_10m"]["type"] == "image/jp2"
    assert len({asset["href"] for asset in item["assets"].values()}) == len(item["assets"])


def test_a_raw_product_of_sentinel_1_gives_its_polarizations_and_track() -> None:
    (item,), _ = items_of("eop/sar21_sentinel1_raw_terradue.xml")
    properties = item["properties"]
    assert properties["sar:instrument_mode"] == "IW"
    assert properties["sar:polarizations"] == ["VH", "VV"]
    assert properties["sat:relative_orbit"] == 52
    assert properties["sat:platform_international_designator"] == "2014-016A"
    assert properties["processing:level"] == "L0"
    assert properties["processing:facility"] == "ESA DPA_ Germany DLR-Oberpfaffenhofen"
    assert properties["datetime"] == "2017-11-10T06:33:32.232323Z"
    assert item["bbox"] == pytest.approx([-8.2719, 41.8414, -4.8056, 44.0692])


def test_the_longitudes_of_mundi_come_first_whatever_its_reference_system_says() -> None:
    (item,), _ = items_of("eop/gml_new_record_example_terradue.xml")
    assert item["properties"]["moisson:axis_rule"] == "range"
    assert item["geometry"]["type"] == "MultiPolygon"


def test_a_satellite_that_was_not_yet_launched_is_not_believed() -> None:
    (item,), _ = items_of("opensearch/atom_ers_envisat_terradue.atom")
    assert item["collection"] == "vigisat-envisat"
    assert item["properties"]["moisson:availability"] == "unknown"


def test_a_product_s_name_tells_its_time_where_the_record_does_not() -> None:
    (item,), _ = items_of("opensearch/atom_eo_query_platform_pycsw.xml")
    assert item["properties"]["datetime"] == "2020-09-02T09:05:59Z"


def test_a_hostile_identifier_is_hashed_and_kept_beside() -> None:
    (item,), _ = items_of("iso/mi_fileid_path_traversal.xml")
    assert item["id"] == "vigisat-h-61112ecaa66fddbb13b2b8bdf1d06eed"
    assert item["properties"]["moisson:source_id"] == "../../../I'm Trying to go back a few directories/../.."


def test_a_degenerate_box_is_a_point() -> None:
    (item,), _ = items_of("iso/mi_pacioos_NS06agg.xml")
    assert item["geometry"]["type"] == "Point"
