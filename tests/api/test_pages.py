"""Joined bytes: what Items share is made once, and each still has its own."""

from dataclasses import replace
from typing import Any

import orjson

from api.pages import Sight, collection_bytes, item_bytes
from index.document import to_document
from index.matches import Match
from index.state import ItemKey, StoredItem
from tests.support.matching import catalogue_item

ITEM = catalogue_item("DS_PHR1A_201605061059115_FR1_PX_E001N43_0711_01234")
BASE = 'https://example.org/it\'s "here"/é'


def stored(collection: str, item_id: str, licence: str = "copernicus", availability: str = "open") -> StoredItem:
    document = to_document({**ITEM, "collection": collection, "id": item_id}, "airbus", ["r"])
    item = StoredItem(
        collection, item_id, document.head, document.middle, document.rest, "airbus", document.availability, document.licence, 1
    )
    return replace(item, licence=licence, availability=availability)


def access(availability: str, licence: str) -> bytes:
    return orjson.dumps({"of": [availability, licence]})


def links(item: dict[str, Any], rel: str) -> list[str]:
    return [link["href"] for link in item["links"] if link["rel"] == rel]


def test_an_item_s_own_address_is_escaped_whatever_its_id_holds() -> None:
    for item_id, written in (('a"b\\c', "a%22b%5Cc"), ("é /?#", "%C3%A9%20%2F%3F%23"), ("plain-1.2_~", "plain-1.2_~")):
        found = orjson.loads(item_bytes(stored("c d", item_id), Sight(BASE, access)))
        assert links(found, "self") == [f"{BASE}/collections/c%20d/items/{written}"]
        assert links(found, "parent") == links(found, "collection") == [f"{BASE}/collections/c%20d"]
        assert found["stac_extensions"][0] == f"{BASE}/schemas/moisson/v1.0.0/schema.json"
        assert found["id"] == item_id


def test_what_is_made_once_never_comes_to_an_item_of_other_facts() -> None:
    facts = [
        ("a", "copernicus", "open"),
        ("a", "etalab-2.0", "open"),
        ("b", "copernicus", "held"),
        ("a", "copernicus", "held"),
        ("a", "of-tomorrow", "x"),
    ]
    items = [stored(collection, f"{number}", licence, kind) for number, (collection, licence, kind) in enumerate(facts)] * 2
    page = orjson.loads(collection_bytes(items, Sight(BASE, access), [], len(items)))
    for (collection, licence, kind), found in zip(facts * 2, page["features"], strict=True):
        assert found["properties"]["moisson:access"] == {"of": [kind, licence]}
        assert links(found, "license") == [f"{BASE}/licences/{'unknown' if licence == 'of-tomorrow' else licence}"]
        assert links(found, "self") == [f"{BASE}/collections/{collection}/items/{found['id']}"]


def test_only_the_item_that_has_a_copy_refers_to_it() -> None:
    key, held = ItemKey("a", "1"), ItemKey("b", "2")
    matches = {key: [Match(key, held, "M1", 1.0, 0.5)]}
    page = orjson.loads(collection_bytes([stored("a", "1"), stored("a", "3")], Sight(BASE, access, matches), [], 2))
    assert [links(found, "related") for found in page["features"]] == [[f"{BASE}/collections/b/items/2"], []]
    assert ["moisson:held_by" in found["properties"] for found in page["features"]] == [True, False]
