"""One record: its members after OGC 20-004r1, from what the Item says, and the way back to the Item."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from api.app import Offer
from api.records.ids import item_key, record_id
from api.records.record import geometry_of, time_of
from api.terms import MetadataLicence
from index.protocol import Index
from index.state import ItemKey
from tests.api.records.asking import ITEMS, ask, hrefs
from tests.api.records.world import HELD, MANY, SALE, TILES
from tests.support.serving import MEMBER, asking, serving

BLAGNAC = record_id(ItemKey(HELD, "held/1,a~b é"))

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


@seed(20261122)
@settings(max_examples=300, deadline=None, database=None)
@given(texts, texts)
def test_an_id_names_one_item_and_brings_it_back(collection: str, item_id: str) -> None:
    key = ItemKey(collection, item_id)
    assert item_key(record_id(key)) == key
    assert set(record_id(key)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-%~")


@pytest.mark.parametrize("name", ["", "~", "a", "a~", "~b"])
def test_what_is_no_id_names_nothing(name: str) -> None:
    assert item_key(name) is None


def test_an_id_is_found_however_often_it_was_encoded_on_the_way(api: httpx.Client) -> None:
    for written in (quote(BLAGNAC, safe=""), BLAGNAC):
        assert ask(api, f"{ITEMS}/{written}")["id"] == BLAGNAC


def test_a_record_is_the_same_alone_and_on_a_page(api: httpx.Client) -> None:
    [listed] = ask(api, ids=BLAGNAC)["features"]
    assert ask(api, hrefs(listed, "self")[0]) == listed
    own = ask(api, f"/ogc/collections/{HELD}/items/{quote(BLAGNAC, safe='')}")
    assert hrefs(own, "collection") == [f"{str(api.base_url).rstrip('/')}/ogc/collections/{HELD}"]
    without = {name: value for name, value in own.items() if name != "links"}
    assert without == {name: value for name, value in listed.items() if name != "links"}


def test_a_record_of_another_collection_is_not_there(api: httpx.Client) -> None:
    assert api.get(f"/ogc/collections/{MANY}/items/{HELD}~S2_7").json()["code"] == "record-not-found"


def test_a_record_says_what_its_item_says(api: httpx.Client) -> None:
    record = ask(api, f"{ITEMS}/{quote(BLAGNAC, safe='')}", language="en")
    told = record["properties"]
    assert record["type"] == "Feature"
    assert record["conformsTo"] == ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"]
    assert record["time"] == {"timestamp": "2023-05-05T10:00:00.500Z", "interval": ["2023-05-05T10:00:00Z", "2023-05-05T10:00:01Z"]}
    assert record["bbox"] == [1, 43, 2, 44]
    assert record["geometry"]["type"] == "Polygon"
    assert (told["type"], told["title"], told["description"]) == ("dataset", "Été à Blagnac", "Une image de Blagnac")
    assert (told["created"], told["updated"]) == ("2023-05-05T22:00:00Z", "2024-05-06T00:00:00Z")
    assert told["keywords"] == ["ortho", "dinamis", "held", "radar"]
    assert told["externalIds"] == [
        {"scheme": "stac", "value": "held/1,a~b é"},
        {"scheme": "dinamis", "value": "held/1,a~b é"},
        {"scheme": "scene", "value": "spot7-scene"},
    ]
    assert told["formats"] == [{"mediaType": "image/tiff"}]
    assert (told["moisson:availability"], told["moisson:licence"]) == ("held", "dinamis-spot67")
    assert told["moisson:access"]["download"] == "yes"
    assert told["language"]["code"] == "en"


def test_terms_travel_with_a_record(api: httpx.Client) -> None:
    record = ask(api, f"{ITEMS}/{HELD}~S2_7", language="fr")
    told = record["properties"]
    assert told["license"] == "other"
    assert hrefs(record, "license") == [f"{str(api.base_url).rstrip('/')}/licences/dinamis-spot67"]
    assert "Licence DINAMIS" in told["rights"]
    assert "Pas de redistribution" in told["rights"]
    assert "Mention de la source : Airbus Defence and Space" in told["rights"]
    assert {"organization": "DINAMIS", "roles": ["host"]}.items() <= next(
        one for one in told["contacts"] if one["organization"] == "DINAMIS"
    ).items()


def test_a_record_leads_to_its_item_and_to_what_the_asker_may_have(api: httpx.Client, visitor: httpx.Client) -> None:
    record = ask(api, f"{ITEMS}/{quote(BLAGNAC, safe='')}")
    stac, iso = (link for link in record["links"] if link["rel"] == "alternate")
    assert (stac["type"], iso["type"]) == ("application/geo+json; profile=stac", "text/xml")
    assert BLAGNAC in api.get(iso["href"]).text
    assert "MD_LegalConstraints" in api.get(iso["href"]).text
    assert api.get(stac["href"]).json()["id"] == "held/1,a~b é"
    assert hrefs(record, "preview") == [f"{stac['href']}/assets/look/view"]
    assert hrefs(record, "enclosure") == [f"{stac['href']}/assets/data/download"]
    assert api.get(hrefs(record, "enclosure")[0]).status_code == 302
    assert hrefs(record, "profile") == ["http://www.opengis.net/def/profile/OGC/0/ogc-record"]
    assert not hrefs(ask(visitor, f"{ITEMS}/{SALE}~sale"), "enclosure")


def test_a_record_without_title_footprint_or_instant_is_a_record_still(api: httpx.Client) -> None:
    tiles, sale = ask(api, f"{ITEMS}/{TILES}~2022"), ask(api, f"{ITEMS}/{SALE}~sale")
    assert tiles["properties"]["title"] == "2022"
    assert tiles["properties"]["description"]
    assert tiles["time"] == {"interval": ["2022-01-01T00:00:00Z", "2022-12-31T23:59:59Z"]}
    assert tiles["geometry"]["type"] == "MultiPolygon"
    assert (sale["geometry"], "bbox" in sale) == (None, False)


def test_a_footprint_of_several_parts_is_told_as_its_box_unless_the_antimeridian_parts_them() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[8, 8], [9, 8], [9, 9], [8, 8]]]]}
    box = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]}
    assert geometry_of({"geometry": parts, "bbox": [0, 0, 9, 9]}) == box
    assert geometry_of({"geometry": parts, "bbox": [170, 0, -170, 9]}) == parts
    assert geometry_of({"geometry": box, "bbox": [0, 0, 9, 9]}) == box
    assert geometry_of({"geometry": None}) is None


def test_tiles_are_a_service_that_qgis_knows(api: httpx.Client) -> None:
    [service] = [link for link in ask(api, f"{ITEMS}/{TILES}~2022")["links"] if link["rel"] == "service"]
    assert service == {"rel": "service", "type": "OGC:WMTS", "href": "https://data.geopf.fr/wmts", "title": "ORTHO.2022"}


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"datetime": "2024-01-01T00:00:00Z"}, {"timestamp": "2024-01-01T00:00:00Z"}),
        ({"datetime": "2024-01-01T02:00:00+02:00"}, {"timestamp": "2024-01-01T00:00:00Z"}),
        (
            {"datetime": None, "start_datetime": "2024-01-01T00:00:00Z", "end_datetime": "2024-01-01T00:00:00Z"},
            {"timestamp": "2024-01-01T00:00:00Z"},
        ),
        (
            {"datetime": "2025-01-01T00:00:00Z", "start_datetime": "2024-01-01T00:00:00Z", "end_datetime": "2024-01-02T00:00:00Z"},
            {"interval": ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]},
        ),
        (
            {"datetime": "2024-01-01T00:00:00Z", "start_datetime": "2024-01-03T00:00:00Z", "end_datetime": "2024-01-02T00:00:00Z"},
            {"timestamp": "2024-01-01T00:00:00Z"},
        ),
        ({"datetime": None}, None),
    ],
)
def test_an_instant_lies_in_its_interval_or_is_not_told(given_: dict[str, Any], told: Any) -> None:
    assert time_of(given_) == told


def test_the_licence_of_the_metadata_is_told_where_there_is_one(filled: Index) -> None:
    licence = MetadataLicence("CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "Une commune")
    with (
        serving(filled, offer=Offer(asking(MEMBER), metadata_licence=licence)) as base,
        httpx.Client(base_url=base, timeout=30) as client,
    ):
        for path in ("/ogc", "/ogc/collections/moisson", ITEMS):
            assert hrefs(client.get(path).json(), "license") == [licence.href], path
        whole = client.get("/ogc/collections/moisson").json()
        assert (whole["license"], whole["rights"]) == ("CC-BY-4.0", "Une commune")
        assert licence.href not in hrefs(ask(client, f"{ITEMS}/{HELD}~S2_7"), "license")
