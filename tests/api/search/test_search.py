"""Search over HTTP: filters, order, free text, parts of Items, counts and hints."""

from datetime import timedelta
from typing import Any

import httpx
import orjson
import pystac
import pytest
from pystac_client import Client

from index.protocol import Index
from index.state import Batch
from tests.api.search.asking import get, ids, post
from tests.api.search.conftest import NOW, put
from tests.support.items import document, make_item

S2 = [f"S2-{day}" for day in range(1, 6)]
CLEAR = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20]}


def test_a_filter_finds_what_it_is_true_of(api: str) -> None:
    expected = ["S2-2", "S2-1"]
    assert ids(get(api, filter="eo:cloud_cover <= 20")) == expected
    assert ids(get(api, filter="properties.eo:cloud_cover <= 20", filter_lang="cql2-text")) == expected
    assert ids(get(api, filter=orjson.dumps(CLEAR).decode(), filter_lang="cql2-json")) == expected
    assert ids(post(api, filter=CLEAR)) == expected
    assert ids(post(api, filter="eo:cloud_cover <= 20", filter_lang="cql2-text")) == expected
    assert ids(get(api, "/collections/sentinel-2/items", filter="eo:cloud_cover <= 20")) == expected
    assert ids(get(api, "/collections/spot/items", filter="eo:cloud_cover <= 20")) == []


def test_query_and_filter_both_hold(api: str) -> None:
    both = {"query": {"eo:cloud_cover": {"gte": 20}}, "filter": {"op": "<", "args": [{"property": "eo:cloud_cover"}, 40]}}
    assert ids(post(api, **both)) == ["S2-3", "S2-2"]
    assert ids(get(api, query='{"eo:cloud_cover":{"gte":20}}', filter="eo:cloud_cover < 40")) == ["S2-3", "S2-2"]


def test_the_order_is_the_one_asked_for_and_what_has_no_value_is_last(api: str) -> None:
    up = [*S2, "GUY", "SPOT7"]
    assert (
        ids(get(api, sortby="eo:cloud_cover")) == ids(post(api, sortby=[{"field": "properties.eo:cloud_cover", "direction": "asc"}])) == up
    )
    assert ids(get(api, sortby="-eo:cloud_cover")) == [*reversed(S2), "GUY", "SPOT7"]
    assert ids(get(api, sortby="-platform,+datetime")) == ["SPOT7", "GUY", *S2]
    assert ids(httpx.get(f"{api}/search?sortby=+datetime").json()) == ["GUY", "SPOT7", *S2]


def test_free_text_finds_words_without_accents_and_case(api: str) -> None:
    assert ids(get(api, q="ETE")) == ids(get(api, q="été à blagnac")) == ids(post(api, q=["Blagnac"])) == ["SPOT7"]
    assert ids(get(api, q="numero 3,blagnac")) == ids(post(api, q=["numero 3", "blagnac"])) == ["S2-3", "SPOT7"]
    assert ids(get(api, q="blagnac ete")) == []
    assert ids(get(api, q="blag")) == []


def test_items_by_parts_stay_readable_to_clients(api: str) -> None:
    for found in (
        get(api, fields=""),
        post(api, fields={}),
        get(api, fields="-assets"),
        get(api, fields="geometry,bbox,properties,assets,stac_version"),
    ):
        for feature in found["features"]:
            item = pystac.Item.from_dict(feature)
            assert item.collection_id
            assert item.get_self_href()
    bare = get(api, fields="id,properties.eo:cloud_cover,-geometry", limit="1")
    assert (
        bare["features"] == post(api, fields={"include": ["id", "properties.eo:cloud_cover"], "exclude": ["geometry"]}, limit=1)["features"]
    )
    assert set(bare["features"][0]) == {"type", "id", "collection", "links", "properties"}
    assert bare["features"][0]["properties"] == {"eo:cloud_cover": 50.0}
    assert bare["numberReturned"] == 1


def test_parts_are_of_what_the_asker_is_shown(api: str) -> None:
    told = get(api, fields="moisson:access", limit="1")["features"][0]["properties"]
    assert told == {"moisson:access": get(api, limit="1")["features"][0]["properties"]["moisson:access"]}


def test_the_number_of_matches_says_whether_it_is_exact(api: str) -> None:
    for found in (get(api, limit="1"), post(api, limit=1), get(api, "/collections/sentinel-2/items", limit="1")):
        assert found["moisson:matched"] == "exact"
    assert get(api, filter="eo:cloud_cover > 20", limit="1")["numberMatched"] == 3


@pytest.mark.parametrize("box", [[43.2, 1.2, 43.8, 1.8], [4.2, -52.8, 4.8, -52.2]])
def test_swapped_coordinates_get_a_hint(api: str, box: list[float]) -> None:
    west, south, east, north = box
    shape = {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}
    for found in (get(api, bbox=",".join(map(str, box))), post(api, bbox=box), post(api, intersects=shape)):
        assert (found["features"], found["numberMatched"]) == ([], 0)
        assert set(found["moisson:hint"]) == {"fr", "en"}
    assert "moisson:hint" not in post(api, bbox=box, collections=["none"])


def test_no_hint_where_there_is_nothing_to_say(api: str) -> None:
    for found in (
        post(api, bbox=[1.2, 43.2, 1.8, 43.8]),
        post(api, bbox=[100, 10, 101, 11]),
        post(api, bbox=[20, 20, 21, 21]),
        post(api, ids=["none"]),
    ):
        assert "moisson:hint" not in found


@pytest.mark.parametrize(
    ("params", "parameter", "said"),
    [
        ({"filter": "gsd <"}, "filter", ""),
        ({"filter": "eo:cloud_covr < 5"}, "filter", "eo:cloud_cover"),
        ({"filter": "gsd < 1", "filter-lang": "sql"}, "filter-lang", "cql2-text"),
        ({"filter": "gsd < 1", "filter-crs": "EPSG:4326"}, "filter-crs", "CRS84"),
        ({"query": '{"eo:cloud_covr":{"lt":5}}'}, "query", "eo:cloud_cover"),
        ({"sortby": "datetme"}, "sortby", "did you mean datetime?"),
        ({"sortby": "keywords"}, "sortby", "/sortables"),
        ({"q": "a,,b"}, "q", "finds nothing"),
        ({"fields": "a..b"}, "fields", "points"),
        ({"sort": "datetime"}, "sort", "did you mean sortby?"),
        ({"filter_lang": "cql2-text"}, "filter_lang", "did you mean filter-lang?"),
    ],
)
def test_what_cannot_be_honoured_is_a_400_that_says_why(api: str, params: dict[str, str], parameter: str, said: str) -> None:
    for path in ("/search", "/collections/sentinel-2/items"):
        answer = httpx.get(f"{api}{path}", params=params)
        assert answer.status_code == 400
        assert (answer.json()["code"], answer.json()["parameter"]) == ("invalid-parameter", parameter)
        assert said in answer.json()["detail"]


def test_a_single_collection_may_be_posted_as_a_text(api: str) -> None:
    assert ids(post(api, collections="spot")) == ["SPOT7"]
    assert httpx.post(f"{api}/search", json={"collections": ""}).json()["parameter"] == "collections"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        *(
            (b"", "body"),
            (b"[]", "body"),
            (b'"x"', "body"),
            (b"{", "body"),
            (b"nul", "body"),
            (b'{"limit":NaN}', "body"),
            (b"\xff", "body"),
        ),
        *((b'{"q":["\\ud800"]}', "q"), (b'{"limit":1' + b"0" * 400 + b"}", "limit"), (b'{"\\ud800":1}', "body")),
        (b"[" * 100_000, "body"),
        (b'{"filter":' + b'{"op":"not","args":[' * 50_000 + b"true" + b"]}" * 50_000 + b"}", "body"),
        (b'{"filter":' + b'{"op":"not","args":[' * 300 + b"true" + b"]}" * 300 + b"}", "filter"),
    ],
)
def test_a_body_that_is_no_json_object_is_a_400(api: str, body: bytes, parameter: str) -> None:
    answer = httpx.post(f"{api}/search", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter), answer.text


def test_a_body_of_another_kind_is_a_400(api: str) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = httpx.post(f"{api}/search", content=b"{}", headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-body")
    assert httpx.post(f"{api}/search", content=b"{}", headers={"content-type": "application/json; charset=utf-8"}).status_code == 200


def test_a_single_item_tells_when_it_was_harvested(base: str, index: Index) -> None:
    put(index, make_item("a"), make_item("b"))
    later = NOW + timedelta(days=3)
    index.apply(Batch("test", "run", later, items=[document(make_item("b", title="changed")), document(make_item("a"))]))
    place = f"{base}/collections/c/items"
    told = {name: httpx.get(f"{place}/{name}").json()["properties"]["moisson:harvested"] for name in "ab"}
    assert told == {"a": "2024-06-01T00:00:00Z", "b": "2024-06-04T00:00:00Z"}, "what is as it was was not changed"
    assert all("moisson:harvested" not in one["properties"] for one in httpx.get(place).json()["features"])


def test_hot_routes_answer_as_the_others_do(api: str) -> None:
    """A slash at the end, a prefix or a quoted slash lead the long way round."""
    one = httpx.get(f"{api}/collections/sentinel-2/items/S2-1")
    assert one.json()["id"] == httpx.get(f"{api}/collections/sentinel%2D2/items/S2%2D1").json()["id"] == "S2-1"
    assert httpx.get(f"{api}/search/?limit=1", follow_redirects=True).json()["features"] == get(api, limit="1")["features"]
    for path in (
        "/collections/sentinel-2/items/none",
        "/collections/none/items/S2-1",
        "/collections/none/items",
        "/collections/sentinel-2/items/a/b",
    ):
        assert httpx.get(f"{api}{path}").status_code == 404
    for method, path in (("DELETE", "/search"), ("POST", "/collections/sentinel-2/items"), ("PUT", "/collections/sentinel-2/items/S2-1")):
        assert httpx.request(method, f"{api}{path}").status_code == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_asks_with_every_parameter_that_it_knows(api: str, method: str) -> None:
    client = Client.open(api)
    found: Any = client.search(
        method=method,
        filter=CLEAR if method == "POST" else "eo:cloud_cover <= 20",
        filter_lang="cql2-json" if method == "POST" else "cql2-text",
        query=["platform=sentinel-2a"],
        sortby=["+properties.eo:cloud_cover"],
        fields=["+properties", "+geometry", "+assets", "+stac_version", "-properties.title"],
        limit=1,
    )
    assert [item.id for item in found.items()] == ["S2-1", "S2-2"]
    assert found.matched() == 2
