"""STAC Items of partners, taken under our own rules; and their terms."""

import orjson
import pytest

from mappings.licences import licences
from mappings.partners import SEAS
from mappings.record import NotAnAnswer, Record, Unmappable
from mappings.validation import Validator
from tests.mappings.ogc_records import item
from tests.support.shared import extension_schemas

_CLAIM = {"moisson:availability": "open", "moisson:licence": "etalab-2.0"}


_NO_ITEMS = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}'


def stac(**properties: object) -> dict[str, object]:
    """A STAC Item of a partner, with an open licence of its own."""
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "scene 1/../x",
        "collection": "phr",
        "geometry": {"type": "Polygon", "coordinates": [[[-53, 4], [-52, 4], [-52, 5], [-53, 5], [-53, 4]]]},
        "properties": {
            "datetime": "2022-01-02T03:04:05Z",
            "license": "CC-BY-4.0",
            "platform": "PHR1B",
            "moisson:availability": "open",
            **properties,
        },
        "assets": {
            "img": {"href": "https://data.example.org/a.tif?token=abc", "roles": ["data"], "type": "image/tiff"},
            "local": {"href": "http://localhost/a.tif"},
        },
        "links": [{"rel": "self", "href": "https://stac.example.org/items/1"}, {"rel": "collection", "href": "./c"}],
    }


def test_a_stac_item_is_taken_under_our_own_rules() -> None:
    found = item(SEAS, orjson.dumps({"type": "FeatureCollection", "features": [stac(**{"eo:cloud_cover": -1, "sar:frequency_band": "Z"})]}))
    Validator(extension_schemas()).check(found)
    properties = found["properties"]
    assert found["id"].startswith("seas-h-")
    assert (properties["moisson:availability"], properties["moisson:licence"], properties["license"]) == ("unknown", "unknown", "other")
    assert found["assets"]["img"]["href"] == "https://data.example.org/a.tif"
    assert {"rel": "via", "href": "https://stac.example.org/items/1", "type": "application/geo+json"} in found["links"]
    assert [link["rel"] for link in found["links"]] == ["collection", "license", "via"]
    assert {"eo:cloud_cover", "sar:frequency_band"} & set(properties) == set()
    assert properties["moisson:links_dropped"] == 1


def test_what_is_neither_stac_nor_a_catalogue_s_is_no_answer() -> None:
    for body in (
        b"",
        b"   ",
        b"{}",
        b"[1]",
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}',
        b"<a",
        b"hello",
    ):
        with pytest.raises(NotAnAnswer):
            SEAS.read(body)
    assert SEAS.read(b'{"type":"FeatureCollection","features":[]}').records == ()


def test_a_record_that_is_no_record_any_more_is_unmappable() -> None:
    for raw, kind in ((b"<a/>", "xml"), (b"<a", "xml"), (b"[]", "json"), (b"{", "json")):
        with pytest.raises(Unmappable):
            SEAS.to_item(Record("seas", "x", None, raw, media_type=f"application/{kind}"))


def _licensed(licence: str) -> dict[str, object]:
    return {**stac(), "links": [{"rel": "license", "href": licence, "type": "text/html", "title": "CC"}, {"rel": "license", "href": "./l"}]}


def test_what_a_stac_item_names_as_its_licence_stays_as_its_terms_beside_the_table_s() -> None:
    found = item(SEAS, orjson.dumps(_licensed("https://example.org/cc")))
    Validator(extension_schemas()).check(found)
    assert [link["href"] for link in found["links"] if link["rel"] == "license"] == [licences()["unknown"].href]
    terms = {"rel": "terms-of-service", "href": "https://example.org/cc", "type": "text/html", "title": "CC"}
    assert [link for link in found["links"] if link["rel"] == "terms-of-service"] == [terms]


def test_the_terms_of_a_merged_item_are_those_of_the_facts_that_count() -> None:
    open_ = item(SEAS, orjson.dumps(_licensed("https://example.org/cc")))
    closed = {**open_, "links": [{**link, "href": "https://example.org/other"} for link in open_["links"]]}
    open_ = {**open_, "properties": {**open_["properties"], "moisson:availability": "open"}}
    for order in ([open_, closed], [closed, open_]):
        links = SEAS.merge(order)["links"]
        assert [link["href"] for link in links if link["rel"] in ("license", "terms-of-service")] == ["https://example.org/other"] * 2


def test_an_entry_s_licence_stays_as_its_terms_too() -> None:
    body = (
        b'<entry xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><id>scene-1-of-paz</id><title>PAZ</title><dc:identifier>scene-1-of-paz</dc:identifier>'
        b"<dc:date>2021-05-01T10:00:00Z/2021-05-01T10:00:09Z</dc:date><georss:box>4 -53 5 -52</georss:box>"
        b'<link rel="license" href="https://example.org/terms"/></entry>'
    )
    found = item(SEAS, body)
    Validator(extension_schemas()).check(found)
    links = [(link["rel"], link["href"]) for link in found["links"] if link["rel"] in ("license", "terms-of-service")]
    assert links == [
        ("license", licences()[found["properties"]["moisson:licence"]].href),
        ("terms-of-service", "https://example.org/terms"),
    ]
