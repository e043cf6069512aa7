"""Traps of ISO and EOP records: times, axes, boxes, links, texts, licences."""

from typing import Any

import pytest

from mappings.ogc.hrefs import public
from mappings.ogc.missions import by_platform
from mappings.ogc.texts import prose
from mappings.partners import SEAS, VIGISAT, PartnerMapping, PartnerSettings
from mappings.record import Item, Unmappable
from mappings.validation import Validator
from tests.mappings.ogc_records import (
    BOX,
    GML31,
    bounding_polygon,
    box,
    eop,
    extent,
    iso,
    item,
    legal,
    online,
    only,
    platform,
    temporal,
    text,
)  # fmt: skip

_VALIDATOR = Validator()


def made(body: bytes, mapping: PartnerMapping = SEAS) -> Item:
    found = item(mapping, body)
    _VALIDATOR.check(found)
    return found


def times(period: str, gml: str | None = None) -> dict[str, Any]:
    body = iso(extents=extent(box(*BOX), temporal(period)), **({"gml": gml} if gml else {}))
    properties = made(body)["properties"]
    return {name: properties.get(name) for name in ("datetime", "start_datetime", "end_datetime")}


def reason(body: bytes, mapping: PartnerMapping = SEAS) -> tuple[str, str]:
    record = only(mapping, body)
    with pytest.raises(Unmappable) as refused:
        mapping.to_item(record)
    return refused.value.reason, refused.value.field


@pytest.mark.parametrize("gml", ["http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"])
def test_both_namespaces_of_gml_are_read(gml: str) -> None:
    period = (
        "<gml:TimePeriod><gml:beginPosition>2020-05-01T10:00:00.1234567</gml:beginPosition>"
        "<gml:endPosition>2020-05-01T10:00:09</gml:endPosition></gml:TimePeriod>"
    )
    assert times(period, gml)["datetime"] == "2020-05-01T10:00:00.123456Z"


def test_a_time_instant_is_a_time_also_inside_a_period() -> None:
    instant = "<gml:TimeInstant><gml:timePosition>2020-05-01T12:00:00+02:00</gml:timePosition></gml:TimeInstant>"
    assert times(instant)["datetime"] == "2020-05-01T10:00:00Z"
    period = f"<gml:TimePeriod><gml:begin>{instant}</gml:begin><gml:end>{instant}</gml:end></gml:TimePeriod>"
    assert times(period) == {"datetime": "2020-05-01T10:00:00Z", "start_datetime": None, "end_datetime": None}


@pytest.mark.parametrize(
    ("begin", "end", "start", "stop"),
    [
        ("1998", "1999", "1998-01-01T00:00:00Z", "1999-12-31T23:59:59Z"),
        ("2004-02", "2004-02", "2004-02-01T00:00:00Z", "2004-02-29T23:59:59Z"),
        ("2020-05-01", "2020-05-01", "2020-05-01T00:00:00Z", "2020-05-01T23:59:59Z"),
    ],
)
def test_a_day_a_month_and_a_year_are_all_of_themselves(begin: str, end: str, start: str, stop: str) -> None:
    period = f"<gml:TimePeriod><gml:beginPosition>{begin}</gml:beginPosition><gml:endPosition>{end}</gml:endPosition></gml:TimePeriod>"
    assert times(period) == {"datetime": None, "start_datetime": start, "end_datetime": stop}


def test_what_goes_on_is_a_collection_and_a_placeholder_is_no_time() -> None:
    for end in ('<gml:endPosition indeterminatePosition="now"/>', "<gml:endPosition/>"):
        period = f"<gml:TimePeriod><gml:beginPosition>2015-06-21</gml:beginPosition>{end}</gml:TimePeriod>"
        assert reason(iso(extents=extent(box(*BOX), temporal(period))))[0].startswith("goes on until now")
    nothing = (
        "<gml:TimePeriod><gml:beginPosition>0001-01-01</gml:beginPosition><gml:endPosition>0001-01-01</gml:endPosition></gml:TimePeriod>"
    )
    assert reason(iso(extents=extent(box(*BOX), temporal(nothing))))[0].startswith("no time of acquisition")
    backwards = (
        "<gml:TimePeriod><gml:beginPosition>2020-01-02</gml:beginPosition><gml:endPosition>2020-01-01</gml:endPosition></gml:TimePeriod>"
    )
    assert reason(iso(extents=extent(box(*BOX), temporal(backwards))))[0].startswith("ends before it starts")


@pytest.mark.parametrize("level", ["series", "service", "nonGeographicDataset", "staticMap", "model"])
def test_what_is_no_data_set_is_no_item(level: str) -> None:
    said, field = reason(iso(level=level))
    assert field == "hierarchyLevel"
    assert said.endswith("not an image")
    if level == "series":
        assert said == "a series: a Collection, not an image"


def test_swapped_west_and_east_are_changed_over_and_the_antimeridian_is_crossed() -> None:
    assert made(iso(extents=extent(box(1.909, 45.0, 0.6297, 46.0), temporal())))["bbox"] == [0.6297, 45.0, 1.909, 46.0]
    crossing = made(iso(extents=extent(box(179.0, 45.0, -179.0, 46.0), temporal())))
    assert crossing["bbox"] == [179.0, 45.0, -179.0, 46.0]
    assert crossing["geometry"]["type"] == "MultiPolygon"


def test_the_union_of_several_extents_is_the_footprint() -> None:
    found = made(iso(extents=extent(box(*BOX), temporal()) + extent(box(-50.0, 4.0, -49.0, 5.0))))
    assert found["geometry"]["type"] == "MultiPolygon"
    assert found["bbox"] == [-53.0, 4.0, -49.0, 5.0]
    assert found["properties"]["moisson:footprint"] == "approximate"


def ring(kind: str, pairs: list[tuple[float, float]], srs: str = "") -> str:
    if kind == "posList":
        positions = f"<gml:posList>{' '.join(f'{a} {b}' for a, b in pairs)}</gml:posList>"
    elif kind == "pos":
        positions = "".join(f"<gml:pos>{a} {b}</gml:pos>" for a, b in pairs)
    else:
        positions = f"<gml:coordinates>{' '.join(f'{a},{b}' for a, b in pairs)}</gml:coordinates>"
    reference = f' srsName="{srs}"' if srs else ""
    return f"<gml:Polygon{reference}><gml:exterior><gml:LinearRing>{positions}</gml:LinearRing></gml:exterior></gml:Polygon>"


LATLON = [(4.1, -52.9), (4.1, -52.1), (4.9, -52.1), (4.9, -52.9), (4.1, -52.9)]
LONLAT = [(lon, lat) for lat, lon in LATLON]
EXPECTED = [-52.9, 4.1, -52.1, 4.9]


@pytest.mark.parametrize("kind", ["posList", "pos", "coordinates"])
def test_positions_are_read_in_each_of_their_forms_and_no_box_is_approximate_then(kind: str) -> None:
    found = made(iso(extents=extent(box(*BOX), bounding_polygon(ring(kind, LATLON)), temporal()), gml=GML31))
    assert found["bbox"] == EXPECTED
    assert "moisson:footprint" not in found["properties"]


@pytest.mark.parametrize(
    ("pairs", "srs", "own", "rule"),
    [
        (LATLON, "urn:ogc:def:crs:EPSG::4326", False, "declared"),
        (LATLON, "http://www.opengis.net/def/crs/EPSG/0/4326", False, "declared"),
        (LONLAT, "urn:ogc:def:crs:OGC:1.3:CRS84", False, "declared"),
        (LONLAT, "urn:ogc:def:crs:EPSG::4326", True, "own-box"),
        (LATLON, "", True, "own-box"),
        (LONLAT, "EPSG:4326", True, "own-box"),
        (LATLON, "EPSG:4326", False, "region"),
        (LONLAT, "", False, "region"),
    ],
)
def test_the_order_of_axes_is_told_by_the_best_that_there_is(pairs: list[tuple[float, float]], srs: str, own: bool, rule: str) -> None:
    parts = [*([box(*BOX)] if own else []), bounding_polygon(ring("posList", pairs, srs)), temporal()]
    found = made(iso(extents=extent(*parts)))
    assert found["bbox"] == EXPECTED
    assert found["properties"]["moisson:axis_rule"] == rule


def test_without_any_hint_the_configured_order_counts_and_a_value_beyond_90_is_a_longitude() -> None:
    nowhere = PartnerMapping("acme", PartnerSettings(axis_order="lonlat"))
    found = made(eop(positions="4 -53 4 -52 5 -52 5 -53 4 -53"), nowhere)
    assert found["bbox"] == [4.0, -53.0, 5.0, -52.0]
    assert found["properties"]["moisson:axis_rule"] == "default"
    far = made(eop(positions="100 4 101 4 101 5 100 5 100 4"), PartnerMapping("acme"))
    assert far["bbox"] == [100.0, 4.0, 101.0, 5.0]
    assert far["properties"]["moisson:axis_rule"] == "range"


def test_a_projected_footprint_is_turned_to_degrees() -> None:
    utm = [(300000.0, 500000.0), (310000.0, 500000.0), (310000.0, 510000.0), (300000.0, 510000.0), (300000.0, 500000.0)]
    found = made(iso(extents=extent(bounding_polygon(ring("posList", utm, "urn:ogc:def:crs:EPSG::32622")), temporal())))
    assert found["bbox"] == pytest.approx([-52.803, 4.521, -52.712, 4.612], abs=0.002)


@pytest.mark.parametrize("positions", ["4 -53 4 -52 5", "4 nan 5 -52 5 -53 4 4", "", "500 500 501 500 501 501 500 500"])
def test_a_footprint_that_cannot_be_used_is_refused(positions: str) -> None:
    reason(eop(positions=positions))


def test_a_long_outline_that_crosses_itself_is_refused_at_once() -> None:
    tangled = " ".join(f"{4 + (at % 313) / 1000} {-53 + (at % 977) / 1000}" for at in range(30_000))
    assert reason(eop(positions=tangled))[0].startswith("more than 2000 positions in an outline that crosses itself")
    assert made(eop(positions="4 -53 5 -52 4 -52 5 -53 4 -53"))["geometry"]["type"] == "MultiPolygon"


def test_altitudes_are_left_out() -> None:
    polygon = ring("posList", LATLON).replace("-52.9", "-52.9 10").replace("-52.1", "-52.1 10")
    surface = f'<gml:MultiSurface srsDimension="3"><gml:surfaceMember>{polygon}</gml:surfaceMember></gml:MultiSurface>'
    assert made(eop(surface=surface))["bbox"] == EXPECTED


def test_a_footprint_in_the_sea_of_null_island_is_no_footprint() -> None:
    assert reason(iso(extents=extent(box(0, 0, 0, 0), temporal())))[0] == "null island"
    assert reason(iso(extents=extent(temporal())))[0] == "no footprint"


def test_a_box_that_covers_half_the_world_is_a_collection_s() -> None:
    assert "a Collection" in reason(iso(extents=extent(box(-180, -56, 180, 82), temporal())))[0]
    unlimited = PartnerMapping("acme", PartnerSettings(largest_area=None))
    assert made(iso(extents=extent(box(-180, -56, 180, 82), temporal())), unlimited)["bbox"] == [-180.0, -56.0, 180.0, 82.0]


@pytest.mark.parametrize("bare", [True, False])
def test_a_platform_is_read_in_both_spellings(bare: bool) -> None:
    found = made(iso(more=platform("RADARSAT-2", bare=bare)), VIGISAT)
    assert found["collection"] == "vigisat-radarsat-2"
    assert found["properties"]["platform"] == "radarsat-2"


@pytest.mark.parametrize(
    ("written", "mission", "name"),
    [
        ("TX01", "terrasar-x", "terrasar-x"), ("TSX-1", "terrasar-x", "terrasar-x"), ("TDX", "tandem-x", "tandem-x"),
        ("PAZ", "paz", "paz"), ("RS2", "radarsat-2", "radarsat-2"), ("RADARSAT-2", "radarsat-2", "radarsat-2"),
        ("Sentinel-2-A", "sentinel-2", "sentinel-2a"), ("S1A", "sentinel-1", "sentinel-1a"), ("PHR1A", "pleiades", "phr1a"),
        ("Pléiades 1B", "pleiades", "phr1b"), ("Pléiades Neo 3", "pleiades-neo", "pneo3"), ("PNEO4", "pleiades-neo", "pneo4"),
        ("Neo Pléiades", "pleiades-neo", None), ("SPOT 6/7", "spot", None), ("SPOT-7", "spot", "spot7"), ("SPOT 5", "spot-1-5", "spot-5"),
    ],
)  # fmt: skip
def test_platforms_are_known_in_every_spelling(written: str, mission: str, name: str | None) -> None:
    told = by_platform(written)
    assert told is not None
    assert (told.mission.id, told.platform) == (mission, name)


def test_a_radar_s_members_come_from_its_table_and_angles_of_the_sun_are_dropped() -> None:
    acquisition = (
        "<s:polarisationChannels>VV/VH</s:polarisationChannels><s:dopplerFrequency>0.0</s:dopplerFrequency>"
        "<e:illuminationElevationAngle>34.43</e:illuminationElevationAngle><e:orbitDirection>ASCENDING</e:orbitDirection>"
        "<s:minimumIncidenceAngle>20</s:minimumIncidenceAngle><s:maximumIncidenceAngle>30</s:maximumIncidenceAngle>"
        "<e:ascendingNodeDate>0001-01-01T00:00:00Z</e:ascendingNodeDate>"
    )
    sensor = "<e:sensorType>OPTICAL</e:sensorType><e:swathIdentifier>IW1_x0020_IW2</e:swathIdentifier>"
    properties = made(eop(acquisition=acquisition, sensor=sensor, serial="0000-000A"), VIGISAT)["properties"]
    assert (properties["sar:frequency_band"], properties["sar:center_frequency"]) == ("C", 5.405)
    assert properties["sar:polarizations"] == ["VV", "VH"]
    assert properties["sar:beam_ids"] == ["IW1", "IW2"]
    assert properties["view:incidence_angle"] == 25.0
    assert properties["moisson:derived"] == ["view:incidence_angle"]
    assert {"view:sun_elevation", "sat:anx_datetime", "sat:platform_international_designator"} & set(properties) == set()


@pytest.mark.parametrize("status", ["PLANNED", "FAILED", "CANCELLED", "REJECTED"])
def test_what_was_not_taken_is_not_published(status: str) -> None:
    assert reason(eop(meta=f"<e:status>{status}</e:status>"))[1] == "eop:status"


def test_acquisitions_for_calibration_may_be_left_out() -> None:
    body = eop(meta="<e:acquisitionType>CALIBRATION</e:acquisitionType>")
    assert made(body)["properties"]["product:acquisition_type"] == "calibration"
    assert reason(body, PartnerMapping("acme", PartnerSettings(calibration=False)))[1] == "eop:acquisitionType"


@pytest.mark.parametrize(
    "href",
    [
        "http://localhost:8080/a", "http://127.0.0.1/a", "http://10.1.2.3/a", "http://192.168.0.1/a", "http://[::1]/a", "http://intranet/a",
        "http://files.internal/a", "http://169.254.169.254/latest", "http://2130706433/", "http://127.1/", "javascript:alert(1)",
        "file:///etc/passwd", "thumbnail.gif", "data:text/html,x", "http://a b/", "https://host.example.org:port/", "//example.org/a",
        "https://example.org/%zz", f"https://example.org/{'x' * 2000}",
    ],
)  # fmt: skip
def test_addresses_that_nobody_outside_can_use_are_dropped_and_counted(href: str) -> None:
    assert public(href) is None
    found = made(iso(more=online(href.replace("&", "&amp;"), function="download")))
    assert found["assets"] == {}
    assert found["properties"]["moisson:links_dropped"] == 1


def test_an_address_is_published_without_user_and_secrets_and_escaped() -> None:
    assert public("https://me:secret@example.org/a b?token=abc&x=é") == "https://example.org/a%20b?x=%C3%A9"


def test_services_are_links_and_files_are_assets() -> None:
    wms = made(iso(more=online("https://example.org/wms", "OGC:WMS-1.3.0-http-get-map", name="ortho")))
    assert {"rel": "wms", "href": "https://example.org/wms", "title": "ortho", "wms:layers": ["ortho"]} in wms["links"]
    assert any("web-map-links" in url for url in wms["stac_extensions"])
    nameless = made(iso(more=online("https://example.org/wms", "OGC:WMS")))
    assert not any("web-map-links" in url for url in nameless["stac_extensions"])
    image = made(iso(more=online("s3://eodata/a/B02.jp2", "image/jp2", "download")))
    assert image["assets"]["B02"] == {"href": "s3://eodata/a/B02.jp2", "roles": ["data"], "type": "image/jp2", "auth:refs": ["partner"]}
    form = made(iso(more=online("https://example.org/order.php?id=1", "WWW:LINK", "download")))
    assert form["assets"] == {}
    page = made(iso(more=online("https://example.org/", "WWW:LINK-1.0-http--link", "information")))
    assert page["assets"] == {}
    assert {"rel": "about", "href": "https://example.org/"} in page["links"]


def test_texts_are_plain_and_hold_nobody_s_address() -> None:
    assert prose("<p>Image &amp; carte &lt;b&gt;2020&lt;/b&gt;</p><script>x()</script> écrire à a.b@example.org ; Lden <75 dB") == (
        "Image & carte 2020 écrire à ; Lden <75 dB"
    )
    party = (
        "<gmd:pointOfContact><gmd:CI_ResponsibleParty><gmd:individualName><gco:CharacterString>Jeanne Dupont</gco:CharacterString>"
        f"</gmd:individualName>{text('organisationName', 'Région Bretagne')}"
        '<gmd:role><gmd:CI_RoleCode codeListValue="owner">Propriétaire</gmd:CI_RoleCode></gmd:role>'
        "</gmd:CI_ResponsibleParty></gmd:pointOfContact>"
    )
    found = made(iso(data=text("abstract", "a".join(("Écrire à ", " jeanne.dupont@example.org"))) + party))
    assert "Dupont" not in str(found)
    assert "dupont@" not in str(found)
    assert {"name": "Région Bretagne", "roles": ["licensor"]} in found["properties"]["providers"]
    assert found["properties"]["providers"][-1]["roles"] == ["host"]


def test_anchors_and_other_languages_are_read() -> None:
    keywords = (
        "<gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword><gmx:Anchor>Ortho-imagerie</gmx:Anchor></gmd:keyword>"
        "<gmd:keyword><gco:CharacterString>Images</gco:CharacterString><gmd:PT_FreeText><gmd:textGroup>"
        "<gmd:LocalisedCharacterString>pictures</gmd:LocalisedCharacterString></gmd:textGroup></gmd:PT_FreeText></gmd:keyword>"
        "<gmd:keyword><gco:CharacterString>IMAGES</gco:CharacterString></gmd:keyword></gmd:MD_Keywords></gmd:descriptiveKeywords>"
    )
    assert made(iso(data=keywords))["properties"]["keywords"] == ["Ortho-imagerie", "Images", "pictures"]


def test_one_reference_system_is_told_and_two_are_not() -> None:
    one = (
        "<gmd:referenceSystemInfo><gmd:MD_ReferenceSystem><gmd:referenceSystemIdentifier><gmd:RS_Identifier>"
        f"{text('code', '{}')}</gmd:RS_Identifier></gmd:referenceSystemIdentifier></gmd:MD_ReferenceSystem></gmd:referenceSystemInfo>"
    )
    for written in ("RGF93 / CC48 (EPSG:3948)", "urn:ogc:def:crs:EPSG::3948", "http://www.opengis.net/def/crs/EPSG/0/3948", "3948"):
        assert made(iso(more=one.format(written)))["properties"]["proj:code"] == "EPSG:3948"
    assert "proj:code" not in made(iso(more=one.format("EPSG:3948") + one.format("EPSG:2154")))["properties"]


@pytest.mark.parametrize(
    ("constraints", "availability", "licence"),
    [
        (legal(limitation="Licence Ouverte 2.0"), "unknown", "unknown"),
        (legal(restriction="restricted", limitation="Licence Ouverte 2.0"), "unknown", "unknown"),
    ],
)
def test_the_boilerplate_of_a_catalogue_opens_no_commercial_image(constraints: str, availability: str, licence: str) -> None:
    properties = made(iso(data=constraints, more=platform("PHR1A")))["properties"]
    assert (properties["moisson:availability"], properties["moisson:licence"]) == (availability, licence)


@pytest.mark.parametrize("restriction", ["restricted", "intellectualPropertyRights"])
def test_a_restriction_closes_an_open_mission(restriction: str) -> None:
    assert made(iso(more=platform("Sentinel-2A")))["properties"]["moisson:availability"] == "open"
    closed = made(iso(data=legal(restriction=restriction), more=platform("Sentinel-2A")))["properties"]
    assert (closed["moisson:availability"], closed["moisson:licence"]) == ("unknown", "unknown")


def test_a_named_licence_of_another_image_is_told_without_opening_it() -> None:
    properties = made(iso(data=legal(limitation="Aucune condition ne s’applique", other="Licence Ouverte / Open Licence Version 2.0")))[
        "properties"
    ]
    assert (properties["moisson:availability"], properties["moisson:licence"]) == ("unknown", "etalab-2.0")
    assert properties["moisson:licence_source"] == "record"
    for phrase in ("Données ouvertes", "no conditions apply", "Conditions unknown", "no limitations"):
        assert made(iso(data=legal(limitation=phrase)))["properties"]["moisson:licence"] == "unknown"


def test_prose_makes_no_image_open_but_may_make_it_commercial() -> None:
    assert made(iso(title="Occupation du sol d’après Sentinel-2"))["collection"] == "seas-other"
    assert made(iso(title="S2A_MSIL2A_20200501T100000 : classification"))["collection"] == "seas-other"
    found = made(iso(title="Mosaïque Pléiades de Cayenne", data=legal(limitation="Licence Ouverte 2.0")))
    assert found["collection"] == "seas-pleiades"
    assert found["properties"]["moisson:availability"] == "unknown"
