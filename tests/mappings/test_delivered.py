"""Items that a partner delivers as valid STAC: what stays, what is never believed, and what is refused."""

from typing import Any

import orjson
import pytest

from mappings.delivered import DeliveredMapping
from mappings.delivered_collections import DeliveredCollection
from mappings.facts import Availability
from mappings.record import Item, Record, Unmappable, fingerprint
from mappings.validation import Validator
from tests.support.shared import extension_schemas

HELD = DeliveredCollection("dinamis", Availability.HELD, "dinamis-spot67")
MAPPING = DeliveredMapping("fed", {"spot": HELD, "plain": DeliveredCollection()})
_EXTENSION = "https://stac-extensions.github.io"
_VALIDATOR = Validator(extension_schemas())


def feature(**members: Any) -> dict[str, Any]:
    """A delivered Item that claims a right for itself."""
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [f"{_EXTENSION}/sat/v1.1.0/schema.json", f"{_EXTENSION}/view/v1.0.0/schema.json"],
        "id": "SPOT6 scene:1",
        "collection": "spot",
        "geometry": {"type": "Polygon", "coordinates": [[[1.5, 43.5], [2.25, 43.5], [2.25, 44], [1.5, 44], [1.5, 43.5]]]},
        "bbox": [0, 0, 1, 1],
        "properties": {
            "datetime": "2020-01-02T03:04:05.678Z",
            "platform": "spot-6",
            "license": "proprietary",
            "order:status": "orderable",
            "sat:relative_orbit": 3,
            "house:number": {"deep": [1, "two"]},
            "moisson:availability": "open",
            "moisson:licence": "copernicus",
            "empty": None,
        },
        "assets": {
            "image": {
                "href": "https://data.example.org/a.tif?format=dimap&version=2.15",
                "roles": ["data"],
                "bands": [{"name": "b"}],
                "auth:refs": ["mtd"],
            },
            "look": {"href": "https://data.example.org/a.jpg", "roles": ["thumbnail"]},
        },
        "links": [
            {"rel": "self", "href": "https://stac.example.org/1"},
            {"rel": "collection", "href": "../c.json"},
            {"rel": "license", "href": "https://stac.example.org/licence.html", "type": "text/html"},
            {"rel": "canonical", "href": "https://data.example.org/item.json"},
        ],
        **members,
    }


def record(found: dict[str, Any], mapping: DeliveredMapping = MAPPING) -> Record:
    answer = mapping.read(orjson.dumps(found))
    assert answer.broken == ()
    return answer.records[0]


def item(found: dict[str, Any], mapping: DeliveredMapping = MAPPING) -> Item:
    made = mapping.to_item(record(found, mapping))
    _VALIDATOR.check(made)
    return made


def refused(found: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(Unmappable) as caught:
        item(found)
    return caught.value.field, caught.value.reason


def test_ids_properties_assets_and_footprint_stay_as_they_were_delivered() -> None:
    given = feature()
    made = item(given)
    assert (made["collection"], made["id"], made["geometry"]) == ("spot", "SPOT6 scene:1", given["geometry"])
    assert made["bbox"] == [1.5, 43.5, 2.25, 44]
    for name in ("datetime", "platform", "sat:relative_orbit", "house:number"):
        assert made["properties"][name] == given["properties"][name]
    assert "empty" not in made["properties"]
    assert made["assets"]["image"]["href"] == given["assets"]["image"]["href"]
    assert made["assets"]["image"]["bands"] == [{"name": "b"}]
    assert made["assets"]["look"] == given["assets"]["look"]
    assert [(link["rel"], link["href"]) for link in made["links"][2:]] == [
        ("via", "https://stac.example.org/1"),
        ("terms-of-service", "https://stac.example.org/licence.html"),
        ("canonical", "https://data.example.org/item.json"),
    ]


def test_access_facts_are_the_operator_s_and_never_the_file_s() -> None:
    properties = item(feature())["properties"]
    assert {name: value for name, value in properties.items() if name.startswith(("moisson:", "order:")) or name == "license"} == {
        "moisson:source": "dinamis",
        "moisson:source_id": "SPOT6 scene:1",
        "moisson:availability": "held",
        "moisson:licence": "dinamis-spot67",
        "moisson:licence_source": "operator",
        "moisson:record_form": "stac",
        "order:status": "succeeded",
        "license": "other",
    }


def test_a_collection_of_which_nothing_is_said_gives_no_right() -> None:
    properties = item(feature(collection="plain"))["properties"]
    assert (properties["moisson:source"], properties["moisson:availability"], properties["moisson:licence"]) == (
        "fed",
        "unknown",
        "unknown",
    )
    assert (properties["license"], properties["moisson:licence_source"]) == ("other", "none")
    assert "order:status" not in properties


def test_a_file_cannot_name_who_signs_its_addresses() -> None:
    made = item(feature(properties={**feature()["properties"], "auth:schemes": {"mtd": {"type": "s3"}}}))
    assert made["assets"]["image"]["auth:refs"] == ["partner"]
    assert set(made["properties"]["auth:schemes"]) == {"partner"}
    assert "auth:refs" not in made["assets"]["look"]


def test_a_collection_that_nobody_named_is_refused() -> None:
    assert refused(feature(collection="airbus-spot")) == ("collection", "sources.fed.collections has no row for 'airbus-spot'")


def test_extensions_are_those_declared_whose_fields_are_there_in_our_versions() -> None:
    assert item(feature())["stac_extensions"] == [
        f"{_EXTENSION}/authentication/v1.1.0/schema.json",
        f"{_EXTENSION}/order/v1.1.0/schema.json",
        f"{_EXTENSION}/sat/v1.2.0/schema.json",
    ]
    kept = ["https://schemas.example.org/house/v1.0.0/schema.json"]
    odd = ["javascript:alert(1)", "http://localhost/schema.json", 7]
    assert item(feature(collection="plain", assets={}, stac_extensions=[*kept, *odd]))["stac_extensions"] == kept


def test_secrets_are_not_kept_wherever_they_stand() -> None:
    secret = "s3cr3t"
    given = feature(
        properties={
            "datetime": "2020-01-02T03:04:05Z",
            "title": f"token={secret}",
            "access_token": secret,
            "house:note": [{"apiKey": secret}],
        },
        assets={
            "signed": {"href": f"https://data.example.org/a.tif?X-Amz-Signature={secret}&version=1"},
            "user": {"href": f"https://me:{secret}@data.example.org/b.tif"},
            "other": {"href": "https://data.example.org/c.tif", "alternate": {"s3": {"href": f"https://x.example.org/c?sig={secret}"}}},
        },
        links=[
            {"rel": "next", "href": f"https://x.example.org/?token={secret}"},
            {"rel": "about", "href": "https://x.example.org/", "headers": {"a": secret}},
        ],
    )
    found = record(given)
    assert secret.encode() not in found.raw
    made = item(given)
    assert secret.encode() not in orjson.dumps(made)
    assert [asset["href"] for asset in made["assets"].values()] == [f"https://data.example.org/{name}.tif" for name in "abc"]


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "./a.tif", "http://localhost/a", "http://10.0.0.1/a", "", 7, None],
)
def test_an_address_that_nobody_outside_could_use_is_left_out_and_counted(href: object) -> None:
    made = item(feature(assets={"a": {"href": href}}, links=[{"rel": "about", "href": href}]))
    assert made["assets"] == {}
    assert [link["rel"] for link in made["links"]] == ["collection", "license"]
    assert made["properties"].get("moisson:links_dropped") == (2 if isinstance(href, str) and href else None)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": "a/b"}, "id"),
        ({"id": ".."}, "id"),
        ({"id": "a\nb"}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"properties": {}}, "properties.datetime"),
        ({"properties": {"datetime": "yesterday"}}, "properties.datetime"),
        ({"properties": {"datetime": ["2020-01-01T00:00:00Z"]}}, "properties.datetime"),
        ({"properties": {"datetime": None, "start_datetime": "2020-01-01T00:00:00Z"}}, "properties.datetime"),
        ({"properties": {"datetime": "2020-01-01T00:00:00Z", "end_datetime": "2020-01-01T00:00:00Z"}}, "properties.start_datetime"),
        (
            {"properties": {"datetime": None, "start_datetime": "2021-01-01T00:00:00Z", "end_datetime": "2020-01-01T00:00:00Z"}},
            "properties.end_datetime",
        ),
        ({"properties": {"datetime": "2020-01-01T00:00:00Z", "eo:cloud_cover": "low"}}, "properties.eo:cloud_cover"),
        ({"properties": {"datetime": "2020-01-01T00:00:00Z", "eo:cloud_cover": -1}}, "properties.eo:cloud_cover"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[200, 95], [1, 2], [3, 4], [200, 95]]]}}, "geometry"),
        ({"assets": {"a": {"href": "https://x.example.org/a", "roles": "data"}}}, "assets.a.roles"),
    ],
)
def test_what_is_no_valid_item_is_refused_by_the_member_that_is_wrong(members: dict[str, Any], field: str) -> None:
    assert refused(feature(**members))[0] == field


def test_times_are_kept_as_written_and_turned_to_utc_where_they_are_not() -> None:
    times = {"datetime": "2020-01-01T02:00:00+02:00", "start_datetime": "2020-01-01T00:00:00Z", "end_datetime": "2020-01-01T00:00:01.50Z"}
    properties = item(feature(properties=times))["properties"]
    assert {name: properties[name] for name in times} == {**times, "datetime": "2020-01-01T00:00:00Z"}


def test_an_item_without_footprint_is_unlocated() -> None:
    made = item(feature(geometry=None))
    assert made["geometry"] is None
    assert "bbox" not in made


def test_what_the_operator_says_is_part_of_the_version_and_titles_are_not() -> None:
    plain = DeliveredMapping("fed", {"spot": DeliveredCollection()})
    titled = DeliveredMapping("fed", {"spot": DeliveredCollection(title="SPOT")})
    held = DeliveredMapping("fed", {"spot": HELD})
    assert plain.version == titled.version
    found = record(feature())
    assert fingerprint(found, plain) != fingerprint(found, held)


def test_of_two_records_of_an_item_the_less_open_counts() -> None:
    made = item(feature())
    assert MAPPING.merge([made]) == made
    other = item(feature(), DeliveredMapping("fed", {"spot": DeliveredCollection("peps", Availability.OPEN, "copernicus")}))
    assert MAPPING.merge([made, other])["properties"]["moisson:availability"] == "held"
