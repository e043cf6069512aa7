"""What an Item tells of its acquisition, from Items as the mappings make them; areas; the order of copies."""

from typing import Any

import orjson
import pytest
import shapely
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from pyproj import Geod

from mappings import airbus, dinamis
from mappings.areas import overlaps, share, square_kilometres
from mappings.dinamis.delivery import to_record
from mappings.matching.acquisition import Acquisition, Kind, acquisition_of, of_facts
from mappings.matching.copies import Copy, before
from mappings.matching.rules import judge
from mappings.record import Item
from mappings.scenes import find_scenes
from tests.mappings.test_dinamis_delivery import DIMAP, NAME, SOURCE
from tests.support.items import make_item
from tests.support.matching import catalogue_item, held_item

GEOD = Geod(ellps="WGS84")
ANGLES = """<INCIDENCE_ANGLE_ALONG_TRACK>-5.5</INCIDENCE_ANGLE_ALONG_TRACK>
<INCIDENCE_ANGLE_ACROSS_TRACK>11.25</INCIDENCE_ANGLE_ACROSS_TRACK>"""


def told(acquisition: Acquisition | None) -> list[tuple[str, str]]:
    assert acquisition is not None
    return [(str(token.kind), token.grammar) for token in acquisition.tokens]


def feature_of(sample: Any, identifier: str) -> dict[str, Any]:
    page = orjson.loads(sample("airbus/oneatlas_opensearch_v1_san_francisco.json"))
    of = [one for one in page["features"] if one["properties"].get("acquisitionIdentifier") == identifier]
    return next(one for one in of if one["properties"]["processingLevel"] == "SENSOR")


def item_of(feature: dict[str, Any]) -> Item:
    return airbus.to_item(airbus.read(orjson.dumps({"type": "FeatureCollection", "features": [feature]})).records[0])


# --- the catalogue -------------------------------------------------------------------------------------------------------------------


def test_a_recorded_product_of_the_catalogue_has_a_token_of_each_kind(sample: Any) -> None:
    found = acquisition_of(item_of(feature_of(sample, "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822")))
    assert found is not None
    assert (found.side, found.platform, found.level) == ("catalogue", "PHR1A", "SENSOR")
    assert told(found) == [("catalogue", "PHR"), ("product", "PHR")]
    assert [token.counter for token in found.tokens] == [822, 818]
    assert found.along == pytest.approx(-19.4, abs=0.01)
    assert found.area.geom_type == "Polygon"


def test_the_acquisition_date_of_the_catalogue_is_never_looked_at(sample: Any) -> None:
    feature = feature_of(sample, "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822")
    late = {**feature, "properties": {**feature["properties"], "acquisitionDate": "2020-04-01T23:00:00Z"}}
    assert acquisition_of(item_of(late)) == acquisition_of(item_of(feature))


def test_a_product_that_lends_its_identifier_to_the_item_has_no_token_of_the_catalogue() -> None:
    item = catalogue_item("DS_PHR1A_202004011855423_FR1_PX_W123N37_0820_00818")
    record = {"id": "sensor", "processing_level": "SENSOR", "source_identifier": item["id"]}
    properties = {name: value for name, value in item["properties"].items() if not name.startswith("airbus:")}
    lent = {**item, "properties": {**properties, "airbus:records": [record]}}
    assert told(acquisition_of(lent)) == [("product", "PHR")]
    assert told(acquisition_of(item)) == [("catalogue", "PHR")]


@pytest.mark.parametrize(
    "item",
    [
        catalogue_item("ACQ_PNEO3_00832700845861"),
        catalogue_item("DS_PNEO3_202111181041037_FR1_FR1_FR1_E002N41_003840"),
        make_item(availability="orderable"),
        make_item(availability="open", platform="sentinel-2a"),
        held_item("PRODUCT-1", availability="unknown"),
        held_item("PRODUCT-1", availability="view"),
        make_item("some-text", availability="orderable", platform="phr1a"),
        make_item(availability="held", platform="phr1a", datetime=None, start="2020-01-01T00:00:00Z", end="2020-01-02T00:00:00Z"),
    ],
)
def test_what_nobody_could_match_is_left_out(item: Item) -> None:
    """Pléiades Neo, which nobody holds; other satellites; what is neither to be ordered nor to be had; a day without identifier."""
    assert acquisition_of(item) is None


# --- the archive ---------------------------------------------------------------------------------------------------------------------


def test_a_delivered_product_tells_its_strips_and_its_angles() -> None:
    second = SOURCE.replace("081923", "081943").replace("01863", "01870")
    xml = DIMAP.replace(SOURCE, SOURCE + second).replace("<INCIDENCE_ANGLE>12.5", f"{ANGLES}<INCIDENCE_ANGLE>12.5")
    item = dinamis.to_item(to_record(xml.encode(), f"DIM_{NAME}.XML"))
    assert item["properties"]["dinamis:incidence_along"] == -5.5
    assert item["properties"]["dinamis:incidence_across"] == 11.25
    assert [name[-5:] for name in item["properties"]["dinamis:source_ids"]] == ["01863", "01870"]
    found = acquisition_of(item)
    assert found is not None
    assert (found.along, len(found.names)) == (-5.5, 2)
    assert told(found) == [("product", "PHR"), ("product", "PHR"), ("product", "FILE")]


def test_a_product_of_one_strip_repeats_it_nowhere() -> None:
    properties = dinamis.to_item(to_record(DIMAP.encode(), f"DIM_{NAME}.XML"))["properties"]
    assert "dinamis:source_ids" not in properties
    assert "dinamis:incidence_along" not in properties


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (
            "SO24012539-2-01_DS_PHR1B_202404231033373_FR1_PX_E005N43_0118_03298/IMG_PHR1B_MS_202404231033373_SEN_69-2_R1C1.JP2",
            ["PHR", "FILE"],
        ),
        ("DS_PHR1A_201210040819238_FR1_PX_W002N51_0711_024843613631101", ["PHR"]),
        ("PHR1A_MS_201210040819238_SEN_1782241101-002", ["FILE"]),
        ("a\\b\\SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1.tif", ["MTD"]),
        ("https://x/IMG_SPOT7_MS_201906160223161_ORT_SPOT7_20220414_1249371xpqav8ihwwo9_1", ["FILE"]),
        ("zip?name=SEN_SPOT7_20180504_094339900_000.zip", ["SEN"]),
        ("XDS_PHR1A_201210040819238_FR1_PX_W002N51_0711_02484", []),
        ("DS_PHR1A_201213040819238_FR1_PX_W002N51_0711_02484", []),
        ("", []),
    ],
)
def test_identifiers_are_found_in_names_and_paths(name: str, kinds: list[str]) -> None:
    assert [scene.kind for scene in find_scenes(name)] == kinds
    assert all(scene.counter in (None, 3298, 2484) for scene in find_scenes(name))


def test_an_identifier_37_seconds_after_the_files_is_the_catalogues() -> None:
    entry, product = "DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822", "DS_PHR1A_202004011855423_FR1_PX_W123N37_0820_00818"
    name = "PHR1A_MS_202004011855423_SEN_1782241101-002"
    assert told(acquisition_of(held_item(name, source_id=entry))) == [("catalogue", "PHR"), ("product", "FILE")]
    assert told(acquisition_of(held_item("PRODUCT-1", source_id=entry))) == [("product", "PHR")]
    # A mosaic of two images of one set, named by the first.
    both = told(acquisition_of(held_item(name, source_id=product, source_ids=[product, entry])))
    assert both == [("product", "PHR"), ("product", "PHR"), ("product", "FILE")]


def test_a_folder_in_the_address_of_a_file_tells_the_strip() -> None:
    item = held_item("PRODUCT-1")
    folder = "DS_PHR1B_202404231033373_FR1_PX_E005N43_0118_03298"
    item = {
        **item,
        "properties": {**item["properties"], "platform": "phr1b"},
        "assets": {"data": {"href": f"https://x.fr/SO24012539-2-01_{folder}/a.tif"}},
    }
    found = acquisition_of(item)
    assert found is not None
    assert found.names == (folder,)


def test_a_partners_copy_is_told_by_its_acquisition_key() -> None:
    item = make_item("x", availability="held", platform="phr1a", **{"moisson:scene": "PHR1A/20121004T081923.8"})
    properties = {**item["properties"], "moisson:scene": "PHR1A/20121004T081923.8"}
    assert told(acquisition_of({**item, "properties": properties})) == [("product", "KEY")]
    assert told(acquisition_of({**item, "properties": properties | {"moisson:scene": "PHR1A/nonsense"}})) == [("told", "")]


def test_a_point_is_no_ground() -> None:
    item = held_item("PHR1A_MS_201210040819238_SEN_1782241101-002")
    found = acquisition_of({**item, "geometry": {"type": "Point", "coordinates": [1.0, 2.0]}})
    assert found is not None
    assert found.footprint is None


@pytest.mark.parametrize("item", [catalogue_item("DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822"), held_item("PRODUCT-1")])
def test_facts_are_json_and_bring_the_acquisition_back(item: Item) -> None:
    found = acquisition_of(item)
    assert found is not None
    facts = orjson.loads(orjson.dumps(found.facts()))
    assert of_facts(found.side, found.platform, found.names, found.footprint, facts) == found
    assert {type(token.kind) for token in found.tokens} == {Kind}


@seed(1)
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.one_of(st.none(), st.integers(), st.lists(st.integers()), st.text()))
def test_whatever_identifiers_are_they_are_read_or_left(item_id: str, source_id: str, other: Any) -> None:
    held = held_item("PRODUCT-1")
    held = {**held, "id": item_id, "properties": {**held["properties"], "dinamis:acquisition_id": source_id, "dinamis:source_ids": other}}
    entry = catalogue_item("DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822")
    entry = {**entry, "properties": {**entry["properties"], "airbus:records": other, "airbus:parent_identifier": source_id}}
    one, two = acquisition_of(entry), acquisition_of(held)
    assert one is not None
    if two is not None:
        assert judge(one, two) is None


# --- areas ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("latitude", [-75.0, -21.0, 0.0, 4.5, 45.0, 62.0, 80.0])
def test_areas_are_those_on_the_ellipsoid(latitude: float) -> None:
    strip = shapely.Polygon([(2, latitude), (2.2, latitude + 0.05), (2.15, latitude + 1.2), (1.9, latitude + 1.1)])
    # A geodesic is not straight in lon/lat: with points in between it nearly is.
    expected = abs(GEOD.geometry_area_perimeter(shapely.segmentize(strip, 0.01))[0]) / 1e6
    assert square_kilometres(strip) == pytest.approx(expected, rel=1e-4)


def test_a_share_is_of_the_whole_wherever_it_lies() -> None:
    whole = shapely.box(0, 60, 2, 62)
    assert share(shapely.box(0, 60, 1, 62), whole) == pytest.approx(0.5)
    assert share(shapely.box(-1, 59, 3, 63), whole) == 1.0
    assert share(shapely.box(5, 60, 6, 62), whole) == 0.0
    assert share(whole, shapely.Point(1, 61)) == 0.0
    # The southern half is the larger.
    assert 0.5 < share(shapely.box(0, 60, 2, 61), whole) < 0.53


def test_an_edge_is_no_common_ground() -> None:
    assert not overlaps(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    assert overlaps(shapely.box(0, 0, 1, 1), shapely.box(0.9, 0, 2, 1))


# --- copies --------------------------------------------------------------------------------------------------------------------------

WHOLE = shapely.box(0, 45, 1, 46)


def copy(key: str, availability: str = "held", coverage: float = 1.0, level: str | None = None, area: Any = WHOLE) -> Copy[str]:
    return Copy(key, availability, coverage, level, area)


def order(*copies: Copy[str]) -> dict[str, list[str]]:
    return {one.key: [other.key for other in before(one, copies)] for one in copies}


def test_open_comes_before_held_before_orderable() -> None:
    found = order(copy("a", "orderable"), copy("b", "held"), copy("c", "open"))
    assert found == {"a": ["c", "b"], "b": ["c"], "c": []}


def test_the_larger_then_the_rectified_then_the_first_comes_first() -> None:
    large = shapely.box(0, 45, 1, 46.5)
    found = order(
        copy("a", level="SENSOR"), copy("b", level="ORTHO"), copy("c", coverage=0.9), copy("d", coverage=1.1, area=large), copy("e")
    )
    assert found == {"d": [], "b": ["d"], "a": ["d", "b"], "e": ["d", "b", "a"], "c": ["d", "b", "a", "e"]}
    assert order(copy("a"), copy("b")) == {"a": [], "b": ["a"]}


@pytest.mark.parametrize(("width", "hides"), [(0.97, False), (0.99, True)])
def test_a_copy_that_covers_less_than_98_percent_hides_nothing(width: float, hides: bool) -> None:
    part = copy("part", area=shapely.box(0, 45, width, 46), coverage=width)
    assert order(part, copy("whole", "orderable"))["whole"] == (["part"] if hides else [])


def test_a_copy_without_footprint_neither_hides_nor_is_hidden() -> None:
    assert order(copy("a", "open", area=None), copy("b")) == {"a": [], "b": []}
    assert order(copy("a", "open"), copy("b", area=None)) == {"a": [], "b": []}
