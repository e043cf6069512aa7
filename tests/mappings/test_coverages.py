"""Yearly coverages from the capabilities of tile services, and from the list inside xyzservices."""

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import coverages
from mappings.catalogue import collections_of
from mappings.coverages.layers import PREFIX, Layer, Services, listing, parse_name
from mappings.licences import licences
from mappings.record import Answer, Item, NotAnAnswer, Record, Unmappable, fingerprint
from mappings.validation import Validator
from tests.support.shared import shared
from tests.upstreams.wmts import Tiles


def capabilities(*names: str) -> bytes:
    return Tiles([f"{PREFIX}{name}" for name in names]).capabilities()


def items_of(answer: Answer) -> dict[str, Item]:
    return {item["id"]: item for item in map(coverages.to_item, answer.records)}


def links_of(item: Item, rel: str) -> list[dict[str, Any]]:
    return [link for link in item["links"] if link["rel"] == rel]


@pytest.mark.parametrize(
    ("layer", "name", "form"),
    [
        ("SPOT.2018", "SPOT.2018", "MOSAIC"),
        ("PLEIADES.2012", "PLEIADES.2012", "MOSAIC"),
        ("PLEIADES.MAYOTTE.2024-06", "PLEIADES.MAYOTTE.2024-06", "MOSAIC"),
        ("PLEIADES.2023.IRC", "PLEIADES.2023", "IRC"),
        ("SPOT.2014.GRAPHE-MOSAIQUAGE", "SPOT.2014", "GRAPHE-MOSAIQUAGE"),
    ],
)
def test_a_layer_tells_its_coverage(layer: str, name: str, form: str) -> None:
    found = parse_name(PREFIX + layer)
    assert found is not None
    assert (found.name, found.form) == (name, form)


@pytest.mark.parametrize("layer", ["SPOT", "SPOT.18", "SPOT.2018-13", "SPOT.1999", "RAPIDEYE.2010", "SPOT.2018.IRC.IRC", "SPOT.2018 ", ""])
def test_other_layers_tell_none(layer: str) -> None:
    assert parse_name(PREFIX + layer) is None


def test_capabilities_give_an_item_a_year_and_a_variant(validator: Validator) -> None:
    answer = coverages.read(Tiles().capabilities())
    assert answer.broken == ()
    items = items_of(answer)
    for item in items.values():
        validator.check(item)
    assert {item["collection"] for item in items.values()} == {"coverages-spot", "coverages-pleiades"}
    spot, pleiades = {f"spot-{year}" for year in range(2013, 2026)}, {f"pleiades-{year}" for year in range(2012, 2027)}
    assert set(items) == spot | pleiades | {"pleiades-mayotte-2024-06", "pleiades-mayotte-2025-06"}


def test_an_item_is_to_be_looked_at_for_the_whole_of_its_year() -> None:
    item = items_of(coverages.read(capabilities("SPOT.2018")))["spot-2018"]
    properties = item["properties"]
    times = (properties["datetime"], properties["start_datetime"], properties["end_datetime"])
    assert times == (None, "2018-01-01T00:00:00Z", "2018-12-31T23:59:59Z")
    assert (properties["moisson:availability"], properties["moisson:licence"]) == ("view", "ign-view")
    assert properties["moisson:footprint"] == "approximate"
    assert "order:status" not in properties
    assert item["assets"] == {}


def test_a_month_is_the_whole_of_its_month() -> None:
    properties = items_of(coverages.read(capabilities("PLEIADES.MAYOTTE.2024-06")))["pleiades-mayotte-2024-06"]["properties"]
    assert (properties["start_datetime"], properties["end_datetime"]) == ("2024-06-01T00:00:00Z", "2024-06-30T23:59:59Z")


def test_map_links_name_the_layer_and_where_tiles_are_served() -> None:
    item = items_of(coverages.read(capabilities("SPOT.2018")))["spot-2018"]
    (wmts,), (wms,), (portal,) = (links_of(item, rel) for rel in ("wmts", "wms", "related"))
    assert (wmts["href"], wmts["type"], wmts["wmts:layer"]) == ("https://data.geopf.fr/wmts", "image/jpeg", f"{PREFIX}SPOT.2018")
    assert (wms["href"], wms["wms:layers"]) == ("https://data.geopf.fr/wms-r", [f"{PREFIX}SPOT.2018"])
    assert portal["type"] == "text/html"
    assert item["properties"]["coverages:tile_matrix_set"] == "PM_0_17"


def test_links_lead_where_the_operator_says() -> None:
    given = Services("https://tiles.example/wmts", "", "https://portal.example/")
    item = items_of(coverages.read_layers(capabilities("SPOT.2018"), given).answer)["spot-2018"]
    assert links_of(item, "wmts")[0]["href"] == "https://tiles.example/wmts"
    assert links_of(item, "wms") == []
    assert links_of(item, "related")[0]["href"] == "https://portal.example/"


def test_infrared_and_seam_lines_are_further_views_of_the_same_item() -> None:
    answer = coverages.read(capabilities("PLEIADES.2023", "PLEIADES.2023.IRC", "SPOT.2014.GRAPHE-MOSAIQUAGE", "SPOT.2014"))
    items = items_of(answer)
    assert set(items) == {"pleiades-2023", "spot-2014"}
    assert [link["wmts:layer"] for link in links_of(items["pleiades-2023"], "wmts")] == [
        f"{PREFIX}PLEIADES.2023",
        f"{PREFIX}PLEIADES.2023.IRC",
    ]
    assert links_of(items["spot-2014"], "wmts")[1]["wmts:layer"] == f"{PREFIX}SPOT.2014.GRAPHE-MOSAIQUAGE"
    assert len(links_of(items["spot-2014"], "wms")) == 1


def test_a_view_without_its_mosaic_is_broken_not_lost() -> None:
    answer = coverages.read(capabilities("SPOT.2018", "SPOT.2019.GRAPHE-MOSAIQUAGE"))
    assert len(answer.records) == 1
    assert [broken.native_id for broken in answer.broken] == [f"{PREFIX}SPOT.2019.GRAPHE-MOSAIQUAGE"]


def test_a_name_that_is_not_understood_is_broken_and_another_vendors_is_left_out() -> None:
    found = coverages.read_layers(capabilities("SPOT.2018", "SPOT.NEW.THING", "RAPIDEYE.2010"))
    assert [broken.native_id for broken in found.answer.broken] == [f"{PREFIX}SPOT.NEW.THING"]
    assert (len(found.answer.records), found.left_out, found.whole) == (1, 1, True)


def test_one_layer_that_cannot_be_read_does_not_hide_the_others() -> None:
    body = capabilities("SPOT.2018", "SPOT.2019", "SPOT.2020")
    body = body.replace(b"<ows:Identifier>normal</ows:Identifier>", b"", 1)
    found = coverages.read_layers(body)
    assert [record.native_id[-4:] for record in found.answer.records] == ["2019", "2020"]
    assert [broken.native_id[-4:] for broken in found.answer.broken] == ["2018"]
    assert not found.whole


@pytest.mark.parametrize("what", [b"<Format>image/jpeg</Format>", b"<TileMatrixSet>PM_0_17</TileMatrixSet>"])
def test_a_layer_that_cannot_be_shown_is_broken(what: bytes) -> None:
    found = coverages.read_layers(capabilities("SPOT.2018").replace(what, b""))
    assert (len(found.answer.records), len(found.answer.broken)) == (0, 1)


def test_extents_of_layers_are_never_looked_at() -> None:
    body = capabilities("SPOT.2018")
    assert coverages.read(body.replace(b"75.0 179.5", b"far north")) == coverages.read(body)


def test_a_layer_that_is_listed_twice_is_one() -> None:
    assert len(coverages.read(capabilities("SPOT.2018", "SPOT.2018")).records) == 1


def test_layers_below_others_are_found() -> None:
    body = capabilities("SPOT.2018").replace(b"<Layer>", b"<Layer><ows:Identifier>group</ows:Identifier><Layer>")
    body = body.replace(b"</Layer>", b"</Layer></Layer>")
    assert len(coverages.read(body).records) == 1


def test_capabilities_of_another_service_are_refused() -> None:
    with pytest.raises(NotAnAnswer, match="without any layer below ORTHOIMAGERY"):
        coverages.read(shared("samples/ogc/wmts/capabilities_eosdis_owslib.xml").read_bytes())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>502</body></html>", "HTML"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Capabilities/>', "DOCTYPE"),
        (b"<Capabilities", "not XML"),
        (b'<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"><Exception>busy</Exception></ExceptionReport>', "busy"),
        (b"<Capabilities/>", "without Contents"),
        (b"{}", "no list of tile services"),
        (b"[1]", "no list of tile services"),
        (b"", "empty"),
    ],
)
def test_debris_is_refused_with_what_it_looks_like(body: bytes, reason: str) -> None:
    with pytest.raises(NotAnAnswer, match=reason):
        coverages.read(body)


def test_the_recorded_list_of_tile_services_gives_items(validator: Validator) -> None:
    answer = coverages.read(shared("samples/airbus/geopf_ortho_sat_layers_xyzservices.json").read_bytes())
    items = items_of(answer)
    assert (len(items), answer.broken) == (30, ())
    for item in items.values():
        validator.check(item)
    assert links_of(items["pleiades-2026"], "wmts")[0]["type"] == "image/png"


def test_the_bundled_list_is_the_recorded_one_or_newer() -> None:
    recorded = coverages.read(shared("samples/airbus/geopf_ortho_sat_layers_xyzservices.json").read_bytes())
    bundled = coverages.read(coverages.bundled_providers())
    assert {record.native_id for record in recorded.records} <= {record.native_id for record in bundled.records}


def test_both_lists_say_the_same_of_a_coverage() -> None:
    listed = {record.native_id: record for record in coverages.read(coverages.bundled_providers()).records}
    for record in coverages.read(capabilities("SPOT.2018", "PLEIADES.2018", "PLEIADES.MAYOTTE.2024-06")).records:
        assert fingerprint(record, coverages) == fingerprint(listed[record.native_id], coverages)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kind":"mosaic"}',
        b'{"kind":"mosaic","coverage":"SPOT.2018.IRC"}',
        b'{"kind":"mosaic","coverage":[1]}',
        b'{"kind":"inventory","row":3}',
    ],
)
def test_a_record_of_another_form_is_unmappable(raw: bytes) -> None:
    with pytest.raises(Unmappable):
        coverages.to_item(Record("coverages", "x", None, raw, media_type="application/json"))


def test_a_record_with_broken_members_still_makes_a_valid_item_or_none(validator: Validator) -> None:
    (record,) = listing([Layer(f"{PREFIX}SPOT.2018", "image/jpeg", "normal", "PM")], Services()).answer.records
    for member in ("layers", "services"):
        for value in (None, [], {"MOSAIC": 3}, {"MOSAIC": {"name": [], "format": 2}}, {"wmts": 1, "portal": []}):
            broken = Record("coverages", "x", None, orjson.dumps({**record.json, member: value}), media_type="application/json")
            validator.check(coverages.to_item(broken))


def test_both_collections_are_described() -> None:
    assert set(collections_of("coverages")) == {"coverages-spot", "coverages-pleiades"}
    assert all(info.licence in licences() for info in collections_of("coverages").values())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2000), st.binary(max_size=12), st.integers(0, 40))
def test_damaged_capabilities_are_refused_or_read_and_never_break_us(at: int, put: bytes, cut: int) -> None:
    body = capabilities("SPOT.2018", "PLEIADES.MAYOTTE.2024-06")
    try:
        answer = coverages.read(body[:at] + put + body[at + cut :])
    except NotAnAnswer:
        return
    for record in answer.records:
        with contextlib.suppress(Unmappable):
            assert coverages.to_item(record)["properties"]["moisson:availability"] == "view"
