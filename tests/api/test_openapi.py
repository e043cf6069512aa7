"""The OpenAPI document: every route, who may ask, and answers that are as it says."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30Validator

from api.app import Offer, create_app
from api.openapi_answers import ANSWERS, MORE, SCHEMAS
from index.matches import Match, MatchBatch
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from tests.index.helpers import NOW, batch
from tests.support.items import document, make_item
from tests.support.pictures import PNG, Shelf
from tests.support.routes import routes_of
from tests.support.serving import MEMBER, asking, serving

OWN_PAGES = {"/api", "/api.html", "/docs/oauth2-redirect", "/map", "/map/assets/{name}"}
FOR_ALL = {"/healthz", "/readyz", "/conformance", "/schemas/moisson/v1.0.0/schema.json", "/_mgmt/ping", "/_mgmt/health"}
BOX = [2.0, 46.0, 3.0, 47.0]
YEAR = "2024-01-01T00:00:00Z/2024-12-31T23:59:59Z"
LOOK = {"href": "https://files.example/a.png", "roles": ["thumbnail"]}
FILE = {"data": {"href": "https://files.example/a.tif", "roles": ["data"]}, "look": LOOK}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An image of the catalogue, half of it held."""
    with SqliteIndex.open(tmp_path_factory.mktemp("openapi") / "index.sqlite") as opened:
        phr = {"platform": "phr1a", "constellation": "phr"}
        items = [
            make_item("held", "dinamis", availability="held", licence="dinamis-spot67", box=(2.0, 46.0, 2.5, 47.0)),
            make_item("sale", "airbus-phr", availability="orderable", licence="airbus-optical", box=(2.0, 46.0, 3.0, 46.5), **phr),
        ]
        items[0]["assets"] = FILE
        items[1]["assets"] = {"look": LOOK}
        opened.apply(batch(items=[document(item) for item in items]))
        sale, held = ItemKey("airbus-phr", "sale"), ItemKey("dinamis", "held")
        opened.apply_matches(MatchBatch(NOW, matches={sale: [Match(sale, held, "M1", 0.9, 0.5)]}))
        opened.refresh()
        yield opened


@pytest.fixture(scope="module")
def described(index: Index) -> Any:
    return create_app(index).openapi()


@pytest.fixture(scope="module")
def api(index: Index) -> Iterator[str]:
    with serving(index, offer=Offer(asking(MEMBER), pictures=Shelf(usual=PNG))) as base:
        yield base


def test_every_route_of_the_application_is_in_the_document(index: Index, described: Any) -> None:
    # The pages of operators are for people, and no part of the API.
    routes = {
        (method, path) for method, path in routes_of(create_app(index).routes) if path not in OWN_PAGES and not _is_for_operators(path)
    }
    assert {(method.upper(), path) for path, operations in described["paths"].items() for method in operations} == routes


def test_the_pages_of_operators_are_not_in_the_document(described: Any) -> None:
    assert not [path for path in described["paths"] if _is_for_operators(path)]


def _is_for_operators(path: str) -> bool:
    return path == "/runs" or path.startswith("/runs/")


def test_a_bearer_token_and_the_header_of_keys_are_the_two_ways_to_sign_in(described: Any) -> None:
    schemes = described["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert (schemes["key"]["type"], schemes["key"]["in"], schemes["key"]["name"]) == ("apiKey", "header", "X-API-Key")
    assert "OpenID Connect" in schemes["bearer"]["description"]


def test_nobody_must_sign_in_to_ask_and_everybody_may_where_it_makes_a_difference(described: Any) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["security"] == ([] if path in FOR_ALL else [{}, {"bearer": []}, {"key": []}]), path


def test_every_parameter_is_described(described: Any) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            for parameter in operation.get("parameters", ()):
                assert parameter.get("description"), f"{path}: {parameter['name']}"


def test_what_only_some_routes_answer_is_said_of_routes_that_exist(described: Any) -> None:
    assert {path for path, _ in ANSWERS} | set(MORE) <= set(described["paths"])
    assert set(SCHEMAS) <= set(described["components"]["schemas"])


def test_errors_are_problem_details(described: Any) -> None:
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                assert status < "400" or set(answer["content"]) == {"application/problem+json"}, f"{path}: {status}"


def check(described: Any, path: str, answer: httpx.Response) -> None:
    """That an answer is as the document says."""
    method = answer.request.method.lower()
    said = described["paths"][path][method]["responses"][str(answer.status_code)]
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in said["content"], f"{path}: {kind}"
    schema = said["content"][kind].get("schema")
    if schema and "json" in kind:
        OAS30Validator({**schema, "components": described["components"]}).validate(answer.json())


@pytest.mark.parametrize("path", ["/me", "/licences", "/licences/dsp-pleiades", "/licences/none", "/licences?f=html", "/licences?f=xml"])
def test_answers_are_as_described(described: Any, api: str, path: str) -> None:
    route = "/licences/{licence_id}" if path.count("/") > 1 else path.partition("?")[0]
    check(described, route, httpx.get(api + path))


def test_an_asker_without_organisation_is_as_described(described: Any, index: Index) -> None:
    for asker in (ANONYMOUS, Asker(UserClass.OTHER_PRIVATE, organisation="a", organisation_name="A", note_fr="non", note_en="no")):
        with serving(index, access=asking(asker)) as base:
            check(described, "/me", httpx.get(f"{base}/me"))
            check(described, "/licences/{licence_id}", httpx.get(f"{base}/licences/unknown"))


@pytest.mark.parametrize(
    "body",
    [
        {"bbox": BOX, "datetime": YEAR},
        {"bbox": BOX, "datetime": YEAR, "exclude_airbus": True},
        {"bbox": [2.1, 46.1, 2.2, 46.2], "datetime": YEAR},
        {},
    ],
)
def test_coverage_is_as_described(described: Any, api: str, body: Any) -> None:
    check(described, "/coverage", httpx.post(f"{api}/coverage", json=body))


def test_coverage_of_the_catalogue_tells_what_is_held(described: Any, api: str) -> None:
    answer = httpx.post(f"{api}/coverage", json={"bbox": BOX, "datetime": YEAR})
    check(described, "/coverage", answer)
    assert {scene["id"] for scene in answer.json()["scenes"]} == {"held", "sale"}
    assert answer.json()["estimate"]


@pytest.mark.parametrize("form", ["json", "csv", "html"])
@pytest.mark.parametrize(
    "body",
    [
        {"items": [{"collection": "airbus-phr", "id": "sale"}], "bbox": BOX},
        {"tasking": {"product": "pleiades", "period": "2099-03-01T00:00:00Z/2099-05-31T23:59:59Z"}, "bbox": BOX},
        {"items": [{"collection": "airbus-phr", "id": "none"}]},
        {},
    ],
)
def test_drafts_are_as_described(described: Any, api: str, form: str, body: Any) -> None:
    check(described, "/requests/draft", httpx.post(f"{api}/requests/draft", params={"f": form}, json=body))


@pytest.mark.parametrize("route", ["/search", "/coverage", "/requests/draft"])
def test_a_body_that_is_too_long_is_a_413_as_described(described: Any, api: str, route: str) -> None:
    answer = httpx.post(api + route, content=b" " * (5 * 2**20), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    check(described, route, answer)


def test_map_layers_and_pictures_are_as_described(described: Any, index: Index, api: str) -> None:
    check(described, "/map/layers", httpx.get(f"{api}/map/layers"))
    path = "/collections/{collection_id}/items/{item_id}/assets/{key}/view"
    assert httpx.get(f"{api}/collections/dinamis/items/held/assets/look/view").status_code == 200
    for file, status in (
        ("dinamis/items/held/assets/look", 200),
        ("airbus-phr/items/sale/assets/look", 403),
        ("dinamis/items/held/assets/data", 409),
    ):
        answer = httpx.get(f"{api}/collections/{file}/view")
        assert answer.status_code == status
        check(described, path, answer)
    with serving(index) as base:
        check(described, path, httpx.get(f"{base}/collections/dinamis/items/held/assets/look/view"))


def test_downloads_and_their_refusals_are_as_described(described: Any, index: Index, api: str) -> None:
    path = "/collections/{collection_id}/items/{item_id}/assets/{key}/download"
    file = "/collections/dinamis/items/held/assets/data/download"
    found = httpx.get(api + file)
    assert found.status_code == 302
    assert set(described["paths"][path]["get"]["responses"]["302"]["headers"]) <= {name.title() for name in found.headers}
    check(described, path, httpx.get(api + file.replace("data", "none")))
    with serving(index, access=asking(Asker(MEMBER.user_class))) as base:
        refused = httpx.get(base + file)
    assert refused.json()["code"] == "licence-not-signed"
    check(described, path, refused)
