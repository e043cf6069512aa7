"""Landing page, conformance and record collections: what they must hold by OGC 20-004r1, and links that lead where they say."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft201909Validator

from api.records.conformance import records_classes
from index.filters.operators import Operators
from tests.api.records.asking import hrefs
from tests.api.records.world import HELD, MANY, SALE, TILES, TOTAL
from tests.api.test_openapi import check

OGC = "http://www.opengis.net/spec"


def get(api: httpx.Client, path: str, **params: str) -> Any:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/ogc", "/ogc"),
        ("/ogc/conformance", "/ogc/conformance"),
        ("/ogc/collections", "/ogc/collections"),
        ("/ogc/collections/moisson", "/ogc/collections/{collection_id}"),
        (f"/ogc/collections/{TILES}", "/ogc/collections/{collection_id}"),
        ("/ogc/collections/none", "/ogc/collections/{collection_id}"),
        (f"/ogc/collections/{MANY}/queryables", "/ogc/collections/{collection_id}/queryables"),
        ("/ogc/collections/moisson/sortables", "/ogc/collections/{collection_id}/sortables"),
        ("/ogc/collections/none/sortables", "/ogc/collections/{collection_id}/sortables"),
        ("/ogc/collections/moisson/items?sortby=datetime", "/ogc/collections/{collection_id}/items"),
        ("/ogc/collections/moisson/items?limit=0", "/ogc/collections/{collection_id}/items"),
        (f"/ogc/collections/{TILES}/items/{TILES}~2022", "/ogc/collections/{collection_id}/items/{record_id}"),
        ("/ogc/collections/moisson/items/none", "/ogc/collections/{collection_id}/items/{record_id}"),
    ],
)
def test_answers_are_as_the_openapi_document_says(api: httpx.Client, path: str, route: str) -> None:
    check(api.get("/api").json(), route, api.get(path))


@pytest.mark.parametrize("path", ["/ogc", "/ogc/collections/moisson", f"/ogc/collections/{HELD}"])
def test_every_link_leads_to_what_it_says(api: httpx.Client, path: str) -> None:
    document = get(api, path)
    assert hrefs(document, "self") == [f"{str(api.base_url).rstrip('/')}{path}"]
    for link in document["links"]:
        if link["rel"] != "profile":
            answer = api.get(link["href"])
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].partition(";")[0] == link.get("type", "application/json").partition(";")[0], link


def test_the_landing_page_leads_to_all_that_clients_look_for(api: httpx.Client) -> None:
    document = get(api, "/ogc")
    wanted = {"self", "root", "conformance", "data", "service-desc", "service-doc", "license"}
    assert wanted <= {link["rel"] for link in document["links"]}
    assert document["title"]
    assert document["description"]
    slash = api.get("/ogc/", follow_redirects=True)
    assert slash.json() == document


def test_the_stac_landing_page_tells_clients_of_catalogues_where_records_are_searched(api: httpx.Client) -> None:
    document = get(api, "/")
    base = str(api.base_url).rstrip("/")
    assert hrefs(document, "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog") == [f"{base}/ogc/collections/moisson/items"]
    assert f"{base}/ogc" in hrefs(document, "related")


@pytest.mark.parametrize(
    "uri",
    [
        f"{OGC}/ogcapi-common-1/1.0/conf/core",
        f"{OGC}/ogcapi-common-2/1.0/conf/collections",
        f"{OGC}/ogcapi-features-1/1.0/conf/core",
        f"{OGC}/ogcapi-features-1/1.0/conf/geojson",
        f"{OGC}/ogcapi-records-1/1.0/conf/record-core",
        f"{OGC}/ogcapi-records-1/1.0/conf/record-collection",
        f"{OGC}/ogcapi-records-1/1.0/conf/record-core-query-parameters",
        f"{OGC}/ogcapi-records-1/1.0/conf/record-api",
        f"{OGC}/ogcapi-records-1/1.0/conf/searchable-catalog",
        f"{OGC}/ogcapi-records-1/1.0/conf/sorting",
        f"{OGC}/ogcapi-records-1/1.0/conf/filtering",
        f"{OGC}/ogcapi-records-1/1.0/conf/json",
        f"{OGC}/cql2/1.0/conf/cql2-text",
    ],
)
def test_what_works_is_advertised(api: httpx.Client, uri: str) -> None:
    assert uri in get(api, "/ogc/conformance")["conformsTo"]


def test_what_does_not_work_is_not_advertised() -> None:
    told = records_classes(frozenset(Operators))
    assert told == sorted(set(told))
    for name in ("html", "autodiscovery", "crawlable-catalog", "query-param-profile", "searchable-catalog-filtering"):
        assert f"{OGC}/ogcapi-records-1/1.0/conf/{name}" not in told
    assert f"{OGC}/cql2/1.0/conf/arithmetic" not in records_classes(())


def test_one_record_collection_holds_everything_and_the_others_are_those_of_stac(api: httpx.Client) -> None:
    told = get(api, "/ogc/collections")
    assert [one["id"] for one in told["collections"]] == ["moisson", SALE, TILES, HELD, MANY]
    assert told["collections"][0]["moisson:items"] == TOTAL == sum(one["moisson:items"] for one in told["collections"][1:])
    for one in told["collections"]:
        alone = api.get(f"/ogc/collections/{one['id']}")
        assert alone.headers["content-type"] == "application/ogc-catalog+json"
        assert alone.json() == one
        assert (one["type"], one["itemType"]) == ("Collection", "record")
        assert one["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
        assert {"self", "items", "license", "root"} <= {link["rel"] for link in one["links"]}


def test_the_extent_of_everything_spans_those_of_all(api: httpx.Client) -> None:
    extent = get(api, "/ogc/collections/moisson")["extent"]
    assert extent["temporal"]["interval"] == [["2021-01-01T00:00:00Z", "2024-05-28T10:00:00Z"]]
    west, south, east, north = extent["spatial"]["bbox"][0]
    assert (south, north) == (-20, 44)
    assert west <= -170
    assert east >= 170


def test_conditions_narrow_what_is_counted(api: httpx.Client) -> None:
    assert get(api, "/ogc/collections/moisson", exclude_airbus="true")["moisson:items"] == TOTAL - 1
    assert SALE not in {one["id"] for one in get(api, "/ogc/collections", exclude_airbus="true")["collections"]}


def test_a_visitor_finds_no_collection_of_what_is_hidden(visitor: httpx.Client) -> None:
    assert HELD not in {one["id"] for one in get(visitor, "/ogc/collections")["collections"]}
    assert get(visitor, "/ogc/collections/moisson")["moisson:items"] == TOTAL - 2
    for path in ("", "/items", "/queryables", "/sortables"):
        assert visitor.get(f"/ogc/collections/{HELD}{path}").json()["code"] == "collection-not-found"


@pytest.mark.parametrize(("kind", "absent"), [("queryables", ()), ("sortables", ("geometry", "instruments"))])
def test_fields_are_those_of_the_items_behind_the_records(api: httpx.Client, kind: str, absent: tuple[str, ...]) -> None:
    answer = api.get(f"/ogc/collections/{MANY}/{kind}", params={"language": "en"})
    assert answer.headers["content-type"] == "application/schema+json"
    Draft201909Validator.check_schema(answer.json())
    told = answer.json()["properties"]
    assert {"id", "datetime", "platform", "eo:cloud_cover"} <= set(told)
    assert not set(absent) & set(told)
    assert "without its Collection" in told["id"]["title"]
    assert answer.json()["$id"] == f"{str(api.base_url).rstrip('/')}/ogc/collections/{MANY}/{kind}"


def test_words_are_in_the_language_that_is_asked_for(api: httpx.Client) -> None:
    for language in ("fr", "en"):
        answer = api.get(f"/ogc/collections/{HELD}", params={"language": language})
        assert answer.headers["content-language"] == language
        assert answer.json()["language"]["code"] == language
    assert get(api, "/ogc", language="fr")["description"] != get(api, "/ogc", language="en")["description"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/ogc", {"x": "1"}),
        ("/ogc", {"f": "html"}),
        ("/ogc/conformance", {"limit": "1"}),
        ("/ogc/collections", {"language": "de"}),
        ("/ogc/collections/moisson", {"accessible": "x"}),
        ("/ogc/collections/moisson/queryables", {"q": "x"}),
    ],
)
def test_what_cannot_be_meant_is_a_400_that_names_the_parameter(api: httpx.Client, path: str, params: dict[str, str]) -> None:
    answer = api.get(path, params=params)
    assert (answer.status_code, answer.json()["parameter"]) == (400, *params)
