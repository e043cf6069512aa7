"""`fields`: which members are answered (STAC API fields extension), GET and POST alike."""

from typing import Any

import pytest

from api.errors import Problem
from api.fields import MAX_FIELDS, parse_fields

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "stac_extensions": ["https://example.org/schema.json"],
    "id": "i",
    "collection": "c",
    "geometry": {"type": "Point", "coordinates": [1, 2]},
    "bbox": [1, 2, 1, 2],
    "properties": {"datetime": "2024-01-01T00:00:00Z", "eo:cloud_cover": 5, "gsd": 10, "moisson:access": {"download": "yes", "view": True}},
    "assets": {"data": {"href": "https://example.org/a.tif"}, "thumbnail": {"href": "https://example.org/a.png"}},
    "links": [{"rel": "self", "href": "https://example.org"}],
}
CORE = {"type", "id", "collection", "links"}
DEFAULT = {"type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets", "properties"}


def chosen(value: Any) -> dict[str, Any]:
    selection = parse_fields(value)
    return ITEM if selection is None else selection.of(ITEM)


def test_without_the_parameter_items_are_whole() -> None:
    assert parse_fields(None) is None


@pytest.mark.parametrize("value", ["", " ", {}, {"include": None, "exclude": None}, {"include": [], "exclude": []}, {"include": []}])
def test_nothing_named_is_a_valid_item_without_more(value: Any) -> None:
    found = chosen(value)
    assert set(found) == DEFAULT
    assert set(found["properties"]) == {"datetime"}
    assert found["assets"] == ITEM["assets"]


@pytest.mark.parametrize(
    ("text", "body", "members", "properties"),
    [
        ("geometry", {"include": ["geometry"]}, CORE | {"geometry"}, None),
        (" geometry", {"include": ["geometry"], "exclude": []}, CORE | {"geometry"}, None),
        ("+id", {"include": ["id"]}, CORE, None),
        ("-geometry", {"exclude": ["geometry"]}, set(ITEM) - {"geometry"}, set(ITEM["properties"])),
        ("-links", {"exclude": ["links"]}, set(ITEM) - {"links"}, set(ITEM["properties"])),
        ("-id,-type,-collection", {"exclude": ["id", "type", "collection"]}, set(ITEM), set(ITEM["properties"])),
        ("properties.gsd", {"include": ["properties.gsd"]}, CORE | {"properties"}, {"gsd"}),
        # A name that is no member of an Item is one of its properties.
        ("gsd,eo:cloud_cover", {"include": ["gsd", "eo:cloud_cover"]}, CORE | {"properties"}, {"gsd", "eo:cloud_cover"}),
        ("-properties,+properties.gsd", {"include": ["properties.gsd"], "exclude": ["properties"]}, CORE | {"properties"}, {"gsd"}),
        ("properties,-gsd", {"include": ["properties"], "exclude": ["gsd"]}, CORE | {"properties"}, set(ITEM["properties"]) - {"gsd"}),
        ("geometry,-geometry", {"include": ["geometry"], "exclude": ["geometry"]}, CORE | {"geometry"}, None),
        ("-gsd", {"exclude": ["properties.gsd"]}, set(ITEM), set(ITEM["properties"]) - {"gsd"}),
        ("geometry,-links", {"include": ["geometry"], "exclude": ["links"]}, CORE - {"links"} | {"geometry"}, None),
        ("nothing.like.it", {"include": ["nothing.like.it"]}, CORE, None),
    ],
)
def test_get_and_post_mean_the_same(text: str, body: Any, members: set[str], properties: set[str] | None) -> None:
    found = chosen(text)
    assert found == chosen(body)
    assert set(found) == members
    assert set(found.get("properties", ())) == (properties or set())


def test_what_is_excluded_of_an_empty_include_is_so_of_the_default() -> None:
    for body in ({"include": [], "exclude": ["geometry"]}, {"include": None, "exclude": ["geometry"]}):
        assert set(chosen(body)) == DEFAULT - {"geometry"}
        assert set(chosen(body)["properties"]) == {"datetime"}
    assert set(chosen({"include": [], "exclude": ["properties"]})) == DEFAULT - {"properties"}


def test_parts_of_parts_may_be_named() -> None:
    assert chosen("assets.thumbnail.href")["assets"] == {"thumbnail": {"href": "https://example.org/a.png"}}
    assert chosen("-assets.data")["assets"] == {"thumbnail": ITEM["assets"]["thumbnail"]}
    assert chosen("moisson:access.download")["properties"] == {"moisson:access": {"download": "yes"}}
    # A part of a text, or of a list, is not there.
    assert set(chosen("id.x,links.href")) == CORE


@pytest.mark.parametrize(
    "value",
    [
        *(",", "id,", "-", "a..b", "properties.", "x" * 300, ",".join("x" * (MAX_FIELDS + 1))),
        *({"includes": ["id"]}, {"include": "id"}, {"include": [5]}, {"exclude": {"id": True}}, {"include": [""]}, ["id"], 5),
    ],
)
def test_what_names_nothing_is_refused(value: Any) -> None:
    with pytest.raises(Problem) as caught:
        parse_fields(value)
    assert (caught.value.status, caught.value.parameter) == (400, "fields")
