"""The API over real HTTP: routes, links, paging, errors."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pystac
import pytest
from openapi_spec_validator import validate
from pystac_client import Client

from api.app import Offer
from api.map.offer import MapOffer
from api.params import SEARCH_NAMES
from index.protocol import Index
from index.state import Batch
from mappings.validation import Validator
from tests.support.built import write_built
from tests.support.items import document, make_item
from tests.support.serving import MEMBER, asking, serving


@pytest.fixture
def api(index: Index, tmp_path: Path) -> Iterator[str]:
    items = [
        make_item(
            f"open-{n}", collection="sentinel-2-l1c", availability="open", datetime=f"2024-01-{n + 1:02d}T00:00:00Z", box=(n, 0, n + 1, 1)
        )
        for n in range(5)
    ]
    items += [
        make_item("held/1", collection="dinamis-spot67", availability="held", datetime="2024-02-01T00:00:00Z", box=(0, 0, 1, 1)),
        make_item("for sale", collection="airbus-spot", availability="orderable", datetime="2024-02-02T00:00:00Z", box=(0, 0, 1, 1)),
    ]
    index.apply(Batch("test", "run", datetime(2024, 1, 1, tzinfo=UTC), items=[document(item) for item in items]))
    index.refresh()
    page = MapOffer(folder=write_built(tmp_path / "static"))
    with serving(index, offer=Offer(asking(MEMBER), map=page)) as base:
        yield base


def get(url: str, **params: Any) -> Any:
    answer = httpx.get(url, params=params or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page: Any) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def test_the_landing_page_leads_everywhere(api: str) -> None:
    page = get(f"{api}/")
    links = {link["rel"]: link for link in page["links"]}
    assert {"self", "root", "data", "conformance", "search", "service-desc", "service-doc", "child"} <= set(links)
    for link in page["links"]:
        if link.get("method", "GET") == "GET":
            answer = httpx.get(link["href"])
            assert answer.status_code == 200, link
            if link["rel"] in ("service-desc", "service-doc", "related"):
                assert answer.headers["content-type"].startswith(link["type"].split(";")[0])
    assert page["conformsTo"] == get(f"{api}/conformance")["conformsTo"]
    pystac.Catalog.from_dict(page)


def test_openapi_describes_the_search_with_examples(api: str) -> None:
    paths = get(f"{api}/api")["paths"]
    parameters = {p["name"]: p for p in paths["/search"]["get"]["parameters"]}
    assert set(SEARCH_NAMES) == set(parameters)
    assert all(p.get("description") for p in parameters.values())
    assert all("example" in parameters[name]["schema"] for name in set(SEARCH_NAMES) - {"ids", "token"})
    assert parameters["limit"]["schema"]["type"] == "integer"
    assert paths["/search"]["post"]["responses"]["200"]["content"]["application/geo+json"]["example"]


def test_openapi_is_valid_and_declares_what_is_answered(api: str) -> None:
    answer = httpx.get(f"{api}/api")
    document_ = answer.json()
    validate(document_)
    assert document_["openapi"] == "3.0.3"
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    for operations in document_["paths"].values():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert "400" in operation["responses"]


def test_exclude_airbus_leaves_out_what_must_be_ordered_and_nothing_else(api: str) -> None:
    everything, rest = get(f"{api}/search", limit=100), get(f"{api}/search", limit=100, exclude_airbus="true")
    assert set(ids(everything)) - set(ids(rest)) == {"for sale"}
    assert (everything["numberMatched"], rest["numberMatched"]) == (7, 6)
    assert get(f"{api}/search", limit=100, exclude_airbus="false")["numberMatched"] == 7
    assert httpx.post(f"{api}/search", json={"exclude_airbus": True}).json()["numberMatched"] == 6
    assert {c["id"] for c in get(f"{api}/collections")["collections"]} == {"sentinel-2-l1c", "dinamis-spot67", "airbus-spot"}
    assert {c["id"] for c in get(f"{api}/collections", exclude_airbus="true")["collections"]} == {"sentinel-2-l1c", "dinamis-spot67"}
    assert get(f"{api}/collections/airbus-spot/items")["numberMatched"] == 1


def test_items_of_a_collection_with_nothing_left_are_an_empty_page(api: str) -> None:
    page = get(f"{api}/collections/airbus-spot/items", exclude_airbus="true")
    assert (page["features"], page["numberMatched"], page["numberReturned"]) == ([], 0, 0)


def test_items_are_valid_stac_with_absolute_links(api: str, validator: Validator) -> None:
    for feature in get(f"{api}/search", limit=100)["features"]:
        validator.check(feature)
        links = {link["rel"]: link["href"] for link in feature["links"]}
        assert get(links["self"])["id"] == feature["id"]
        assert get(links["collection"])["id"] == feature["collection"]
        assert f"{api}/schemas/moisson/v1.0.0/schema.json" in feature["stac_extensions"]
    assert get(f"{api}/schemas/moisson/v1.0.0/schema.json")["title"]


def test_collections_are_valid_stac(api: str) -> None:
    for document_ in get(f"{api}/collections")["collections"]:
        collection = pystac.Collection.from_dict(document_)
        collection.validate()
        assert collection.license
        assert collection.get_links("license")
    assert get(f"{api}/collections/sentinel-2-l1c")["moisson:items"] == 5


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_pages_through_everything(api: str, limit: int, method: str) -> None:
    search = Client.open(api).search(limit=limit, method=method)
    found = [item.id for item in search.items()]
    assert len(found) == 7
    assert len(set(found)) == 7
    assert search.matched() == 7


def test_the_order_is_newest_first(api: str) -> None:
    assert ids(get(f"{api}/search", limit=3)) == ["for sale", "held/1", "open-4"]


def test_a_next_link_is_there_only_when_something_follows(api: str) -> None:
    page = get(f"{api}/search", limit=7)
    assert not [link for link in page["links"] if link["rel"] == "next"]
    page = get(f"{api}/search", limit=6)
    following = get(next(link["href"] for link in page["links"] if link["rel"] == "next"))
    assert ids(following) == ["open-0"]
    assert not [link for link in following["links"] if link["rel"] == "next"]


def test_a_token_is_short_signed_and_bound_to_its_query(api: str) -> None:
    page = get(f"{api}/search", limit=1)
    token = httpx.URL(next(link["href"] for link in page["links"] if link["rel"] == "next")).params["token"]
    assert len(token) <= 512
    for params in ({"token": token, "exclude_airbus": "true"}, {"token": token[:-2] + "AA"}, {"token": "x"}, {"token": "é"}):
        answer = httpx.get(f"{api}/search", params={"limit": "1", **params})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "token"), params


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"bbox": "1,2,3"}, "bbox"),
        ({"intersects": "{"}, "intersects"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"exclude_airbus": "perhaps"}, "exclude_airbus"),
        ({"exlude_airbus": "true"}, "exlude_airbus"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(api: str, params: dict[str, str], parameter: str) -> None:
    for answer in (httpx.get(f"{api}/search", params=params), httpx.post(f"{api}/search", json=params)):
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["parameter"] == parameter
        assert len(answer.json()["detail"]) > len(parameter) + 2


def test_bbox_and_intersects_exclude_each_other(api: str) -> None:
    point = {"type": "Point", "coordinates": [0, 0]}
    by_get = httpx.get(f"{api}/search", params={"bbox": "0,0,1,1", "intersects": json.dumps(point)})
    by_post = httpx.post(f"{api}/search", json={"bbox": [0, 0, 1, 1], "intersects": point})
    for answer in (by_get, by_post):
        assert (answer.status_code, answer.json()["parameter"]) == (400, "intersects")


def test_a_parameter_given_twice_is_refused_unless_it_says_the_same(api: str) -> None:
    for query in ("exclude_airbus=true&exclude_airbus=false", "bbox=0,0,1,1&bbox=1,1,2,2", "collections=a&collections=b"):
        for answer in (httpx.get(f"{api}/search?{query}"), httpx.post(f"{api}/search?{query}", json={})):
            assert (answer.status_code, answer.json()["parameter"]) == (400, query.split("=")[0])
    assert get(f"{api}/search?exclude_airbus=true&exclude_airbus=true")["numberMatched"] == 6
    # A client that adds its own parameters to every request.
    assert httpx.post(f"{api}/search?exclude_airbus=true", json={"limit": 1}).json()["numberMatched"] == 6
    assert httpx.post(f"{api}/search?exclude_airbus=true", json={"exclude_airbus": False}).status_code == 400
    assert httpx.post(f"{api}/search?bbox=0,0,1,1&ids=open-0", json={"bbox": [0, 0, 1, 1], "ids": ["open-0"]}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"ids":["\\ud800"]}',
        b'{"collections":["\\udfff"]}',
        b'{"bbox":[1' + b"0" * 400 + b",1,2,3]}",
        b'{"bbox":"0,0,1,1"}',
        b'{"limit":"1"}',
        b'{"collections":5}',
        b'{"intersects":"{}"}',
        b'{"exclude_airbus":"true"}',
        b'{"token":1}',
    ],
)
def test_a_body_that_cannot_be_meant_is_a_400(api: str, body: bytes) -> None:
    answer = httpx.post(f"{api}/search", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] in body.decode()


def test_pystac_client_lists_a_collections_items_and_searches_collections(api: str) -> None:
    client = Client.open(api)
    collection = client.get_collection("sentinel-2-l1c")
    assert len(list(collection.get_items())) == 5
    assert {child.id for child in client.get_collections()} == {"sentinel-2-l1c", "dinamis-spot67", "airbus-spot"}
    [archive] = client.get_children()
    assert {child.id for child in archive.get_children()} == {"sentinel-2-l1c", "dinamis-spot67", "airbus-spot"}
    assert httpx.get(f"{api}/collections/sentinel-2-l1c/items?collections=other").status_code == 400
    excluding = Client.open(api, parameters={"exclude_airbus": "true"})
    [archive] = excluding.get_children()
    assert {child.id for child in archive.get_children()} == {"sentinel-2-l1c", "dinamis-spot67"}
    assert get(f"{api}/collections/airbus-spot", exclude_airbus="true")["moisson:items"] == 0
    assert [c["id"] for c in get(f"{api}/collections", bbox="3.5,0.5,3.6,0.6", limit="10")["collections"]] == ["sentinel-2-l1c"]
    assert [c["id"] for c in get(f"{api}/collections", datetime="2024-02-02T00:00:00Z")["collections"]] == ["airbus-spot"]


def test_head_answers_as_get_without_a_body(api: str) -> None:
    for path in ("/", "/search", "/collections", "/collections/sentinel-2-l1c/items", "/healthz", "/api"):
        head, got = httpx.head(f"{api}{path}"), httpx.get(f"{api}{path}")
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]


def test_a_browser_of_another_site_may_ask(api: str) -> None:
    answer = httpx.options(f"{api}/search", headers={"origin": "https://example.org", "access-control-request-method": "POST"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_body_that_is_no_json_object_is_a_400(api: str) -> None:
    for body in (b"{", b"[]", b'"x"', b"null", b""):
        answer = httpx.post(f"{api}/search", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "body"), (body, answer.text)


def test_a_limit_that_is_too_large_is_brought_down(api: str) -> None:
    for limit in ("10000", "100000", "1000000"):
        assert get(f"{api}/search", limit=limit)["numberReturned"] == 7


def test_what_is_not_there_is_a_404(api: str) -> None:
    for path in (
        "/collections/none",
        "/collections/none/items",
        "/collections/sentinel-2-l1c/items/none",
        "/collections/sentinel-2-l1c/items/",
        "/nowhere",
    ):
        answer = httpx.get(f"{api}{path}")
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_health_and_readiness(api: str) -> None:
    assert get(f"{api}/healthz") == {"status": "alive"}
    assert get(f"{api}/readyz") == {"status": "ready"}


def test_links_follow_the_public_address(index: Index, api: str) -> None:
    with serving(index, public_url="https://catalogue.example.org/stac/") as base:
        page = get(f"{base}/search", limit=1)
        hrefs = [link["href"] for link in (*page["links"], *page["features"][0]["links"], *get(f"{base}/")["links"])]
    assert all(href.startswith("https://") for href in hrefs)
    assert not any("127.0.0.1" in href for href in hrefs)
