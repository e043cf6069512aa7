"""Items of another Moisson, also of one that means harm."""

from typing import Any

import orjson
import pytest

from mappings.followed import FollowedMapping
from mappings.record import Item, Record, Unmappable, fingerprint
from mappings.validation import Validator
from tests.support.items import make_item

MAPPING = FollowedMapping("friend", ("c",), ("copernicus", "dinamis-spot67"))


def record(item: dict[str, Any]) -> Record:
    return Record("friend", f"c/{item.get('id')}", None, orjson.dumps(item))


def mapped(**members: Any) -> Item:
    item: dict[str, Any] = {**make_item(**members.pop("made", {})), **members}
    return MAPPING.to_item(record(item))


def test_an_item_stays_as_it_is_but_for_what_its_server_added(validator: Validator) -> None:
    given = make_item("a/b é", availability="held", title="T", gsd=1.5)
    given["properties"] |= {
        "moisson:access": {"download": "yes"},
        "moisson:held_by": [{"id": "x"}],
        "auth:schemes": {"dinamis": {"type": "account"}},
        "eo:cloud_cover": 3,
    }
    given["assets"] = {"data": {"href": "https://a.example.org/x.tif", "auth:refs": ["dinamis"], "roles": ["data"]}}
    via = {"rel": "via", "href": "https://a.example.org/x"}
    given["links"] += [via, {"rel": "self", "href": "https://m.example.org/x"}, {"rel": "related", "href": "https://m.example.org/y"}]
    item = MAPPING.to_item(record(given))
    assert item["properties"] == {
        name: one for name, one in given["properties"].items() if name not in ("moisson:access", "moisson:held_by")
    }
    assert item["assets"] == given["assets"]
    assert [link for link in item["links"] if link["rel"] not in ("collection", "license")] == [via]
    assert (item["id"], item["geometry"], item["bbox"]) == (given["id"], given["geometry"], given["bbox"])
    validator.check(item)


@pytest.mark.parametrize(
    ("made", "availability", "licence"),
    [
        ({"availability": "open"}, "open", "copernicus"),
        ({"availability": "open", "licence": "etalab-2.0"}, "unknown", "etalab-2.0"),
        ({"availability": "held", "licence": "dsp-pleiades"}, "unknown", "dsp-pleiades"),
        ({"availability": "orderable"}, "orderable", "airbus-optical"),
        ({"availability": "view"}, "view", "unknown"),
    ],
)
def test_only_licences_that_the_operator_names_give_a_right(made: dict[str, Any], availability: str, licence: str) -> None:
    properties = mapped(made=made)["properties"]
    assert (properties["moisson:availability"], properties["moisson:licence"]) == (availability, licence)
    assert ("order:status" in properties) == (availability == "orderable")


def test_a_licence_that_our_table_lacks_is_unknown() -> None:
    given = make_item(availability="open")
    given["properties"] |= {"moisson:licence": "all-is-free", "license": "CC0-1.0"}
    properties = MAPPING.to_item(record(given))["properties"]
    assert (properties["moisson:licence"], properties["moisson:availability"], properties["license"]) == ("unknown", "unknown", "other")


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"collection": "airbus-spot"}, "collection"),
        ({"collection": ["c"]}, "collection"),
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"id": {"a": 1}}, "id"),
        ({"properties": None}, "properties.datetime"),
        ({"geometry": {"type": "Polygon", "coordinates": [[["a"]]]}}, "geometry"),
    ],
)
def test_what_cannot_be_an_item_says_why(members: dict[str, Any], field: str) -> None:
    with pytest.raises(Unmappable) as error:
        mapped(**members)
    assert error.value.field.startswith(field)


@pytest.mark.parametrize(
    "facts",
    [
        {"moisson:availability": {"a": 1}},
        {"moisson:availability": ["open"]},
        {"moisson:availability": "free"},
        {"moisson:licence": ["copernicus"]},
        {"moisson:licence": {"x": 1}},
        {"moisson:source": "<script>"},
        {"moisson:source_id": None},
        {"auth:schemes": "signed"},
        {"order:status": "succeeded"},
    ],
)
def test_facts_that_are_none_end_as_an_error_or_without_a_right(facts: dict[str, Any], validator: Validator) -> None:
    given = make_item(availability="open")
    given["properties"] |= facts
    try:
        item = MAPPING.to_item(record(given))
        validator.check(item)
    except Unmappable:
        return
    assert item["properties"]["moisson:availability"] == "unknown" or item["properties"]["moisson:licence"] == "copernicus"


def test_what_each_answer_says_anew_is_no_change_of_the_record() -> None:
    given = make_item()
    other = {**given, "links": [], "properties": {**given["properties"], "moisson:access": {"download": "no"}}}
    assert fingerprint(record(given), MAPPING) == fingerprint(record(other), MAPPING)
    assert fingerprint(record(given), MAPPING) != fingerprint(record(given), FollowedMapping("friend", ("c",)))


def test_a_licence_that_is_not_in_the_table_cannot_be_believed() -> None:
    with pytest.raises(ValueError, match="no licence mine"):
        FollowedMapping("friend", ("c",), ("mine",))
