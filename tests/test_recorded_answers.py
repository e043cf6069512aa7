"""The main job on real input: recorded answers of the archives, by `moisson map` and through a whole harvest."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from index.protocol import Index
from index.query import Query
from index.state import Outcome
from mappings.audience import EVERYTHING
from mappings.geometry import box
from mappings.times import parse_time, to_micros
from mappings.validation import Validator
from moisson.sections import RestoSettings
from schedules.run import Options
from tests.support.harvesting import all_items, harvest_all, settings_for
from tests.support.shared import extension_schemas, shared
from tests.upstreams import Upstreams

# source, recorded answer, records in it, Items that they make
RECORDED = [
    ("airbus", "airbus/oneatlas_opensearch_v1_san_francisco.json", 25, 24),
    ("airbus", "airbus/oneatlas_opensearch_v2_pneo_response.json", 1, 1),
    ("airbus", "airbus/sar_catalogue_replication_TSX1_2008.json", 1, 1),
    ("airbus", "airbus/sar_catalogue_replication_example.json", 1, 1),
    # A notice of deletion: a record, and no Item.
    ("airbus", "airbus/sar_catalogue_revocation_example.json", 1, 0),
    ("airbus", "airbus/up42docs_pleiades-display-download_0.json", 1, 1),
    ("airbus", "airbus/up42docs_pleiades-reflectance-download_0.json", 1, 1),
    ("airbus", "airbus/up42docs_spot-display-download_0.json", 3, 3),
    ("airbus", "airbus/up42docs_spot-display-streaming_0.json", 1, 1),
    ("airbus", "airbus/up42py_search_response.json", 1, 1),
    ("coverages", "airbus/geopf_ortho_sat_layers_xyzservices.json", 30, 30),
    ("peps", "cnes/peps_search_S2ST_eodag.json", 2, 2),
    ("peps", "cnes/geodes_search_PEPS_S2_L1C_eodag.json", 1, 1),
    ("peps", "cnes/geodes_item_PEPS_S1_L1_pygeodes.json", 1, 1),
    ("swh", "cnes/swh_item_cnes_spot_stac_extension_example.json", 1, 1),
    ("swh", "cnes/swh_regards_products_part1of5.json", 80, 80),
    ("swh", "cnes/swh_regards_products_part2of5.json", 80, 80),
]
# What else a file is: the source that could have sent it says so, in these words.
NO_ANSWERS = [
    ("airbus", "airbus/eodh_airbus_harvester_config.json", "a JSON object with PHR, PNEO, SAR, SPOT"),
    ("airbus", "airbus/eodh_collection_airbus_phr_data.json", "a Collection"),
    ("airbus", "airbus/eodh_collection_airbus_pneo_data.json", "a Collection"),
    ("airbus", "airbus/eodh_collection_airbus_sar_data.json", "a Collection"),
    ("airbus", "airbus/eodh_collection_airbus_spot_data.json", "a Collection"),
    ("airbus", "airbus/oneatlas_opensearch_v2_pneo_request.json", "no OneAtlas search answer"),
    ("airbus", "airbus/stacext_authentication_collection.json", "a Collection"),
    ("airbus", "airbus/stacext_authentication_item.json", "without any OneAtlas property"),
    ("airbus", "airbus/stacext_order_collection.json", "a Collection"),
    ("airbus", "airbus/stacext_order_item.json", "without any OneAtlas property"),
    ("airbus", "airbus/stacext_product_collection.json", "a Collection"),
    ("airbus", "airbus/stacext_product_item.json", "without any OneAtlas property"),
    ("airbus", "airbus/stacext_storage_collection.json", "a Collection"),
    ("airbus", "airbus/stacext_web-map-links_collection.json", "a Collection"),
    ("airbus", "airbus/stacext_web-map-links_item.json", "without any OneAtlas property"),
    # Another system's results: an area cut out by UP42, and a table of three columns.
    ("airbus", "airbus/up42docs_dimap-custom_0.json", "without any OneAtlas property"),
    ("airbus", "airbus/up42py_archive_order_info.json", "a TASKING"),
    ("airbus", "airbus/up42py_data_product_spot_schema.json", "no OneAtlas search answer"),
    ("airbus", "airbus/up42py_search_results_limited_columns.geojson", "without any OneAtlas property"),
    ("peps", "cnes/eodag_download_search_results_peps_S2ST.geojson", "another system's normalised result"),
    ("peps", "cnes/eodag_search_result_theia.geojson", "another system's normalised result"),
    ("peps", "cnes/geodes_collection_PEPS_S1_L1_pygeodes.json", "a STAC Collection"),
    ("peps", "cnes/geodes_collection_PEPS_S1_L1_pygeodes_2025-04_oldschema.json", "a STAC Collection"),
    ("peps", "cnes/geodes_requestable_attributes_v8_pygeodes.json", "a list of queryable attributes"),
]
# Sound answers, of another archive than the one named.
NOT_OURS = [
    ("airbus", "cnes/peps_search_S2ST_eodag.json"),
    ("peps", "airbus/oneatlas_opensearch_v1_san_francisco.json"),
    ("peps", "cnes/swh_regards_products_part1of5.json"),
    ("dinamis", "cnes/peps_search_S2ST_eodag.json"),
    ("coverages", "ogc/wmts/capabilities_eosdis_owslib.xml"),
]


def moisson_map(source: str, *files: Path) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", "from moisson.cli import main; main()", "map", source, *map(str, files)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize(("source", "path", "records", "items"), RECORDED)
def test_a_recorded_answer_maps_to_valid_items(source: str, path: str, records: int, items: int, validator: Validator) -> None:
    done = moisson_map(source, shared(f"samples/{path}"))
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr.decode().splitlines()[-1] == f"items={items} records={records} rejected=0"
    assert (done.returncode, len(found)) == (0, items)
    for item in found:
        validator.check(item)
        assert set(item["stac_extensions"]) <= set(extension_schemas())


@pytest.mark.parametrize(("source", "path", "words"), [*NO_ANSWERS, *((*one, "") for one in NOT_OURS)])
def test_what_is_no_answer_of_the_source_is_said_so(source: str, path: str, words: str) -> None:
    done = moisson_map(source, shared(f"samples/{path}"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "no answer of" in done.stderr.decode()
    assert words in done.stderr.decode()


@pytest.mark.parametrize("folder", ["airbus", "cnes"])
def test_every_recorded_answer_is_in_a_table(folder: str) -> None:
    """tests/mappings/test_ogc_samples.py has those of ogc/."""
    there = {f"{folder}/{path.name}" for path in shared(f"samples/{folder}").iterdir() if path.name != "SOURCES.md"}
    listed = {path for _, path, *_ in (*RECORDED, *NO_ANSWERS) if path.startswith(folder)}
    assert there == listed


def test_a_rejected_record_has_a_line_with_its_reason_and_field(tmp_path: Path) -> None:
    page = orjson.loads(shared("samples/cnes/peps_search_S2ST_eodag.json").read_bytes())
    page["features"][1]["properties"]["startDate"] = "the day before yesterday"
    (tmp_path / "page.json").write_bytes(orjson.dumps(page))
    done = moisson_map("peps", tmp_path / "page.json")
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(done.stdout.splitlines()), len(lines)) == (3, 1, 2)
    assert "startDate" in lines[0]
    assert lines[1] == "items=1 records=2 rejected=1"


def test_answers_of_several_files_are_merged_within_the_input() -> None:
    files = [shared(f"samples/{path}") for source, path, *_ in RECORDED if source == "airbus"]
    together = moisson_map("airbus", *files)
    again = moisson_map("airbus", *reversed(files))
    assert sorted(together.stdout.splitlines()) == sorted(again.stdout.splitlines())
    ids = [orjson.loads(line)["id"] for line in together.stdout.splitlines()]
    assert len(ids) == len(set(ids))


@pytest.fixture
def replayed(index: Index) -> Index:
    """The recorded answers served over HTTP by the stand-ins and harvested into the index."""
    folders = [shared("samples/airbus"), shared("samples/cnes")]
    with Upstreams(replay=folders) as up:
        sources: dict[str, Any] = settings_for(up)
        del sources["dinamis"]
        runs = harvest_all(index, sources)
        # The legacy service is closed: its answers are history, read by a backfill of the days that they are from.
        sources["peps-legacy"] = RestoSettings(url=up.resto, collections=("S2ST",), since=date(2020, 8, 10), http=sources["peps"].http)
        runs |= harvest_all(index, sources, "peps-legacy", options=Options(until=datetime(2020, 9, 1, tzinfo=UTC)))
    assert {name: run.outcome for name, run in runs.items()} == dict.fromkeys(sources, Outcome.COMPLETE), runs
    assert all(not run.counts.rejected for run in runs.values()), runs
    return index


def test_recorded_answers_are_harvested_and_found_again_with_the_right_facts(replayed: Index) -> None:
    items = all_items(replayed)
    expected = {
        ("airbus-phr", "DS_PHR1B_201704181857160_FR1_PX_W123N37_0720_04750"): ("orderable", "airbus-optical", "2017-04-18T18:57:16Z"),
        ("airbus-phr", "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822"): ("orderable", "airbus-optical", "2020-04-01T18:56:19.300Z"),
        ("airbus-spot", "DS_SPOT6_201408161838475_FR1_FR1_FR1_FR1_W122N38_03414"): (
            "orderable",
            "airbus-optical",
            "2014-08-16T18:38:47.500Z",
        ),
        ("airbus-pneo", "ACQ_PNEO3_00832700845861"): ("orderable", "airbus-pneo", "2021-11-18T10:41:03.696Z"),
        ("sentinel-2-l1c", "S2A_MSIL1C_20250402T175741_N0511_R141_T14ULD_20250403T022035"): (
            "open",
            "copernicus",
            "2025-04-02T17:57:41.024Z",
        ),
        ("sentinel-1-l1", "S1C_IW_GRDH_1SDV_20251217T230248_20251217T230317_005497_00AF3C_C5D6"): (
            "open",
            "copernicus",
            "2025-12-17T23:02:48.679Z",
        ),
        ("sentinel-2-l1c", "S2A_MSIL1C_20200815T005251_N0209_R002_T55PDR_20200815T023440"): (
            "open",
            "copernicus",
            "2020-08-15T00:52:51.024Z",
        ),
    }
    for key, facts in expected.items():
        properties = items[key]["properties"]
        assert (properties["moisson:availability"], properties["moisson:licence"], properties["datetime"]) == facts, key
    by_place = replayed.search(Query(EVERYTHING, area=box(-122.6, 37.6, -122.5, 37.7), limit=100))
    assert {item.collection for item in by_place.items} == {"airbus-phr", "airbus-spot"}
    moment = to_micros(parse_time("2025-04-02T17:57:41.024Z", "t"))
    by_time = replayed.search(Query(EVERYTHING, start=moment, end=moment))
    assert [item.collection for item in by_time.items] == ["sentinel-2-l1c"]
    without = replayed.search(Query(EVERYTHING, exclude_airbus=True, limit=100))
    assert {item.availability for item in without.items} == {"open"}


def test_album_and_sensor_of_one_acquisition_are_one_item(replayed: Index) -> None:
    item = all_items(replayed)["airbus-phr", "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822"]
    assert len(item["properties"]["moisson:alternate_source_ids"]) == 1
