"""Items as ISO 19139 and Dublin Core: valid by their schemas, with their terms, and read back as they were."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from owslib.iso import MD_Metadata

from mappings.geometry import box, clean_footprint
from mappings.iso_out.dublin_core import to_oai_dc
from mappings.iso_out.metadata import to_iso
from mappings.iso_out.names import key_of, record_name
from mappings.iso_out.shown import Catalogue, Shown
from mappings.iso_out.writing import NAMESPACES
from mappings.licences import licences
from mappings.partners import PartnerMapping, PartnerSettings
from mappings.record import Item, Unmappable
from mappings.times import format_time, from_micros
from mappings.validation import Validator
from tests.support.items import make_item
from tests.support.schemas import iso_schema

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
CATALOGUE = Catalogue("https://moisson.example.org", "Moisson", "you@example.org", "Licence Ouverte", "https://example.org/lo", "DINAMIS")
VALIDATOR = Validator()
GMD, GMX = (f"{{{NAMESPACES[name]}}}" for name in ("gmd", "gmx"))
HOLED: Any = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[0.1, 0.2], [9.3, 0.4], [9.0, 9.0], [0.0, 9.7], [0.1, 0.2]], [[2, 2], [2, 3], [3.000000001, 3], [2, 2]]],
        [[[20, 20], [21, 20], [20.5, 21.123456789012345], [20, 20]]],
    ],
}
FACTS = {"open": "copernicus", "held": "dinamis-spot67", "orderable": "airbus-optical", "view": "unknown", "unknown": "dsp-pleiades"}
_BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def shown(item: Item) -> Shown:
    return Shown(item, licences()[item["properties"]["moisson:licence"]], NOW, CATALOGUE)


def iso(item: Item) -> bytes:
    """Valid by the real schema, whatever the Item holds."""
    made = to_iso(shown(item))
    iso_schema().assertValid(etree.fromstring(made))
    return made


def back(item: Item, *, taken_over: bool = True, believed: tuple[str, ...] = tuple(licences())) -> Item:
    """The Item that another Moisson makes of the record."""
    mapping = PartnerMapping("friend", PartnerSettings(taken_over=(item["collection"],) if taken_over else (), believed=believed))
    [record] = mapping.read(iso(item)).records
    read = mapping.to_item(record)
    VALIDATOR.check(read)
    return read


def times(item: Item) -> dict[str, Any]:
    return {name: item["properties"].get(name) for name in ("datetime", "start_datetime", "end_datetime")}


def facts(item: Item) -> tuple[Any, ...]:
    return tuple(item["properties"].get(name) for name in ("moisson:availability", "moisson:licence", "license", "order:status"))


def same(one: Item, other: Item) -> None:
    assert (one["collection"], one["id"]) == (other["collection"], other["id"])
    assert (one["geometry"], one.get("bbox")) == (other["geometry"], other.get("bbox"))
    assert (times(one), facts(one)) == (times(other), facts(other))


RICH: dict[str, Any] = {
    "title": "Une image",
    "description": "Prise au-dessus de la mer",
    "keywords": ["mer", "sea"],
    "platform": "sentinel-2a",
    "instruments": ["msi"],
    "gsd": 10.0,
    "created": "2024-02-01T00:00:00Z",
    "eo:cloud_cover": 3.25,
    "view:sun_elevation": 40.5,
    "view:sun_azimuth": 150.25,
    "sat:orbit_state": "descending",
    "sat:relative_orbit": 51,
    "product:type": "S2MSI1C",
    "processing:level": "L1C",
    "processing:lineage": "Made of raw data",
    "proj:code": "EPSG:32631",
    "providers": [{"name": "ESA", "roles": ["producer", "licensor"], "url": "https://www.esa.int/"}, {"name": "CNES", "roles": ["host"]}],
}


def rich() -> Item:
    item = make_item(
        "S2A_X", "peps-s2", start="2024-01-01T00:00:00.123456Z", end="2024-01-01T00:00:10Z", datetime="2024-01-01T00:00:05Z", **RICH
    )
    item["assets"] = {
        "product": {"href": "https://archive.example.org/a b.zip", "roles": ["data"], "title": "Product", "type": "application/zip"},
        "quicklook": {"href": "https://archive.example.org/q.jpg", "roles": ["overview"], "type": "image/jpeg"},
        "bucket": {"href": "s3://bucket/a.tif", "roles": ["data"]},
        "closed": {"href": "https://archive.example.org/closed.zip", "roles": ["data"], "auth:refs": ["partner"]},
    }
    return item


def test_owslib_reads_a_whole_record() -> None:
    read = MD_Metadata(etree.fromstring(iso(rich())))
    assert (read.identifier, read.hierarchy, read.languagecode) == ("peps-s2~S2A_X", "dataset", "fre")
    assert read.datestamp == "2026-01-02T03:04:05.678901Z"
    [data] = read.identification
    assert (data.title, data.abstract) == ("Une image", "Prise au-dessus de la mer")
    assert (data.bbox.minx, data.bbox.maxy) == ("0.0", "1.0")
    assert data.temporalextent_start == "2024-01-01T00:00:00.123456Z"
    assert {"ESA", "CNES", "Moisson"} <= {party.organization for party in data.contact}
    assert [one.url for one in read.distribution.online] == [
        "https://moisson.example.org/collections/peps-s2/items/S2A_X",
        "https://moisson.example.org/licences/copernicus",
        "https://archive.example.org/a%20b.zip",
    ]
    assert data.graphicoverview == ["https://archive.example.org/q.jpg"]


def test_the_licence_and_the_attribution_stand_in_both_languages() -> None:
    tree = etree.fromstring(iso(rich()))
    [legal] = tree.iterfind(f".//{GMD}resourceConstraints/{GMD}MD_LegalConstraints")
    licence = licences()["copernicus"]
    texts = {"".join(one.itertext()) for name in ("useLimitation", "otherConstraints") for one in legal.iterfind(f"{GMD}{name}")}
    assert licence.title_fr + licence.title_en in texts
    assert licence.conditions_fr[1] + licence.conditions_en[1] in texts
    assert "Mention de la source : ESAAttribution: ESA" in texts
    anchors = {one.get("{http://www.w3.org/1999/xlink}href") for one in legal.iter(f"{GMX}Anchor")}
    assert anchors == {licence.href, "https://moisson.example.org/licences/copernicus"}
    [metadata] = tree.iterfind(f"{GMD}metadataConstraints")
    assert "".join(metadata.itertext()).endswith("Licence Ouverte")
    assert "Attribution: DINAMIS" in "".join(metadata.itertext())


def test_files_that_are_not_open_are_not_given_away() -> None:
    item = rich()
    item["properties"]["moisson:availability"] = "held"
    made = iso(item)
    assert b"a%20b.zip" not in made
    assert b"q.jpg" in made


def test_what_the_image_is_comes_back_too() -> None:
    read = back(rich())
    kept = {name: value for name, value in RICH.items() if name != "providers"}
    assert {name: read["properties"].get(name) for name in kept} == kept
    assert [one["name"] for one in read["properties"]["providers"]] == ["ESA", "friend"]
    [via] = [link["href"] for link in read["links"] if link["rel"] == "via"]
    assert via == "https://moisson.example.org/collections/peps-s2/items/S2A_X"
    assert {asset["href"] for asset in read["assets"].values()} == {
        "https://archive.example.org/a%20b.zip",
        "https://archive.example.org/q.jpg",
    }


@pytest.mark.parametrize("availability", FACTS)
@pytest.mark.parametrize(
    "when",
    [
        {"datetime": "2024-05-05T10:00:00.000001Z"},
        {"datetime": None, "start": "2024-01-01T00:00:00Z", "end": "2024-01-01T00:00:09.500Z"},
        {"datetime": "2024-01-01T12:00:00Z", "start": "2024-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z"},
        {"datetime": "2024-01-01T12:00:00Z", "start": "2024-01-01T12:00:00Z", "end": "2024-01-01T12:00:00Z"},
    ],
)
def test_times_facts_and_ids_come_back_as_they_were(availability: str, when: dict[str, Any]) -> None:
    item = make_item("a b/é~%", "c~d:e", availability=availability, licence=FACTS[availability], **when)
    same(back(item), item)


@pytest.mark.parametrize(
    "geometry",
    [
        HOLED,
        box(170, -5, -170, 5),
        {"type": "Point", "coordinates": [-1.5, 48.123456789]},
        {"type": "LineString", "coordinates": [[0, 5], [5, 0], [6, 1]]},
        {"type": "Polygon", "coordinates": [[[-61.1, 14.3], [-60.9, 14.35], [-61.0000000001, 14.9], [-61.1, 14.3]]]},
        box(-180, -90, 180, 90),
        box(88, 1, 89, 2),
        box(1, 88, 2, 89),
    ],
)
def test_footprints_come_back_exactly(geometry: Any) -> None:
    item = make_item(geometry=geometry)
    same(back(item), item)


def test_an_item_without_footprint_stays_without() -> None:
    item = make_item(box=None)
    same(back(item), item)


def test_a_licence_that_is_not_believed_gives_no_right() -> None:
    for availability, licence in FACTS.items():
        read = back(make_item(availability=availability, licence=licence), believed=())
        expected = "unknown" if availability in ("open", "held") else availability
        assert facts(read)[:2] == (expected, licence)


def test_another_collection_than_those_taken_over_is_a_partners_as_any() -> None:
    read = back(make_item("held-one", "dinamis", availability="held"), taken_over=False)
    assert (read["collection"], read["properties"]["moisson:availability"]) == ("friend-other", "unknown")
    assert read["id"].startswith("friend-")


def test_no_record_of_another_catalogue_can_pass_for_ours() -> None:
    mapping = PartnerMapping("friend", PartnerSettings(taken_over=("c",), believed=tuple(licences())))
    made = iso(make_item(availability="held")).replace(b"moisson:availability", b"somebody:availability")
    [record] = mapping.read(made).records
    assert mapping.to_item(record)["properties"]["moisson:availability"] == "unknown"


@_BOUNDED
@given(st.text(max_size=30), st.text(min_size=1, max_size=30), st.text(max_size=60), st.text(max_size=60))
def test_hostile_texts_never_make_invalid_xml(collection: str, item_id: str, title: str, href: str) -> None:
    item = make_item("x", "y", title=title, description=href + title, platform=item_id, keywords=[title, item_id], instruments=[href])
    item |= {"id": item_id, "collection": f"c{collection}"}
    item["assets"] = {
        title: {"href": f"https://x.example/{href}", "roles": ["data", "thumbnail"][: len(title) % 3], "type": title, "title": href}
    }
    item["properties"]["providers"] = [{"name": title, "url": href, "roles": ["producer", item_id]}]
    iso(item)
    etree.fromstring(to_oai_dc(shown(item)))


@pytest.mark.parametrize(
    "text",
    ["\x00\x1b[31m\x7f\ufffe\uffff\ufdd0", "é" * 10_000, "\u202eabc\u202c \u05d0\u05d1", "]]><!--&amp;<x>", "a\r\nb\tc", "\U0001ffff😀"],
)
def test_a_hostile_title_stays_text(text: str) -> None:
    item = make_item(title=text, description=text)
    for made in (iso(item), to_oai_dc(shown(item))):
        assert not etree.fromstring(made).xpath("//x")


_CORNER = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 9))


@_BOUNDED
@given(
    st.floats(-179, 179), st.floats(-85, 85), st.lists(st.tuples(_CORNER, _CORNER), min_size=3, max_size=8),
    st.integers(0, 4_000_000_000_000_000), st.sampled_from(sorted(FACTS)), st.text(min_size=1, max_size=40),
)  # fmt: skip
def test_an_item_read_back_is_the_same(lon: float, lat: float, ring: Any, when: int, availability: str, name: str) -> None:
    corners = [[lon + x, lat + y] for x, y in ring]
    try:
        geometry, _ = clean_footprint({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})
    except Unmappable:
        return
    item = make_item(
        "x", geometry=geometry, datetime=format_time(from_micros(when)), availability=availability, licence=FACTS[availability]
    )
    if not name.strip() or len(name.encode()) > 200:
        return
    item["id"] = name
    same(back(item), item)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_records_name_is_that_of_one_item_only(collection: str, item_id: str) -> None:
    name = record_name(collection, item_id)
    assert key_of(name) == (collection, item_id)
    assert name.isascii()
    assert not set(name) & set("/:?#& ")


@pytest.mark.parametrize("name", ["", "~", "a~", "~a", "ab", "a~b~c", "a~b/c", "a~%2", "a~%61", "a b~c", "a~%ff"])
def test_what_is_no_records_name_is_told(name: str) -> None:
    assert key_of(name) is None


def test_dublin_core_has_the_terms_in_both_languages() -> None:
    tree = etree.fromstring(to_oai_dc(shown(rich())))
    said: dict[str, list[str]] = {}
    for one in tree:
        said.setdefault(etree.QName(one).localname, []).append(one.text)
    licence = licences()["copernicus"]
    assert {licence.title_fr, licence.title_en, licence.href, "https://moisson.example.org/licences/copernicus"} <= set(said["rights"])
    assert said["identifier"] == ["https://moisson.example.org/collections/peps-s2/items/S2A_X", "S2A_X"]
    assert (said["publisher"], said["creator"], said["type"]) == (["ESA", "CNES"], ["ESA"], ["Image"])
    assert "northlimit=1.0" in said["coverage"][0]
