"""Queryables and sortables: schemas of what the asker's Items have."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft201909Validator

from api.catalogue.choosing import SORTABLE
from index.protocol import Index
from mappings.access.asker import ANONYMOUS
from mappings.queryables import FIELDS
from tests.api.catalogue.world import HELD, OPEN, fill
from tests.support.serving import asking, serving

ALWAYS = {name for name, field in FIELDS.items() if field.own}


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    fill(store)
    return store


@pytest.fixture(scope="module")
def api(filled: Index) -> Iterator[httpx.Client]:
    with serving(filled) as base, httpx.Client(base_url=base) as client:
        yield client


def schema(api: httpx.Client, path: str, **params: str) -> Any:
    answer = api.get(path, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
    Draft201909Validator.check_schema(answer.json())
    assert answer.json()["$id"] == str(answer.url.copy_with(query=None))
    return answer.json()


def test_the_schema_names_what_items_have_and_forbids_the_rest(api: httpx.Client) -> None:
    told = schema(api, "/queryables")
    assert set(told["properties"]) >= ALWAYS | {"datetime", "platform", "eo:cloud_cover", "gsd"}
    assert "sar:instrument_mode" not in told["properties"]
    assert (told["type"], told["additionalProperties"]) == ("object", False)
    assert told["$schema"] == "https://json-schema.org/draft/2019-09/schema"


def test_a_collection_has_the_fields_of_its_own_items(api: httpx.Client) -> None:
    assert "eo:cloud_cover" in schema(api, f"/collections/{OPEN}/queryables")["properties"]
    held = schema(api, f"/collections/{HELD}/queryables")["properties"]
    assert "gsd" in held
    assert "eo:cloud_cover" not in held


def test_fields_have_types_units_bounds_and_words(api: httpx.Client) -> None:
    told = schema(api, "/queryables", language="en")["properties"]
    assert told["eo:cloud_cover"] == {
        "title": "Cloud cover",
        "type": "number",
        "description": "In %.",
        "x-ogc-unit": "%",
        "minimum": 0,
        "maximum": 100,
    }
    assert told["datetime"] == {"title": "Date of acquisition", "type": "string", "format": "date-time", "x-ogc-role": "primary-instant"}
    assert told["geometry"] == {"title": "Footprint", "format": "geometry-any", "x-ogc-role": "primary-geometry"}
    assert told["moisson:availability"]["enum"] == ["open", "held", "orderable", "view", "unknown"]
    assert schema(api, "/queryables")["properties"]["gsd"]["title"] == "Résolution"


def test_sortables_are_the_queryables_that_have_an_order(api: httpx.Client) -> None:
    sortable, queryable = schema(api, "/sortables")["properties"], schema(api, "/queryables")["properties"]
    assert set(sortable) == {name for name in queryable if FIELDS[name].sortable}
    assert "geometry" not in sortable
    assert set(schema(api, f"/collections/{HELD}/sortables")["properties"]) < set(sortable)


def test_a_visitor_sees_no_field_of_what_is_hidden(filled: Index) -> None:
    with serving(filled, access=asking(ANONYMOUS)) as base, httpx.Client(base_url=base) as visitor:
        told = schema(visitor, "/queryables")["properties"]
        assert "order:status" in told  # Of what is for sale.
        for name in ("queryables", "sortables"):
            hidden, absent = visitor.get(f"/collections/{HELD}/{name}"), visitor.get(f"/collections/none/{name}")
            assert (hidden.status_code, hidden.text.replace(HELD, "none")) == (404, absent.text)
        narrowed = schema(visitor, "/queryables", accessible="now")["properties"]
        assert "order:status" not in narrowed


def test_the_landing_page_and_collections_link_them(api: httpx.Client) -> None:
    for path in ("/", f"/collections/{OPEN}"):
        linked = {link["rel"]: link for link in api.get(path).json()["links"]}
        for name in ("queryables", "sortables"):
            link = linked[f"http://www.opengis.net/def/rel/ogc/1.0/{name}"]
            assert link["type"] == "application/schema+json"
            assert schema(api, link["href"])


def test_collections_say_what_they_themselves_are_filtered_and_sorted_by(api: httpx.Client) -> None:
    linked = {link["rel"]: link["href"] for link in api.get("/collections").json()["links"]}
    queryable, sortable = (schema(api, linked[f"http://www.opengis.net/def/rel/ogc/1.0/{name}"]) for name in ("queryables", "sortables"))
    for name in queryable["properties"]:
        assert api.get("/collections", params={"filter": f"{name} IS NOT NULL"}).status_code == 200, name
    for name in sortable["properties"]:
        assert api.get("/collections", params={"sortby": name}).status_code == 200, name
    assert set(sortable["properties"]) == set(SORTABLE)


def test_a_parameter_that_is_not_known_is_refused(api: httpx.Client) -> None:
    assert api.get("/queryables", params={"collections": OPEN}).json()["parameter"] == "collections"
    assert api.head("/queryables").status_code == 200
