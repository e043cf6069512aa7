"""Aggregations: exact numbers of what the asker finds, by GET and POST alike."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.aggregations.offered import OFFERED
from index.protocol import Index
from mappings.access.asker import ANONYMOUS
from tests.api.catalogue.world import HELD, OPEN, SALE, fill
from tests.support.serving import asking, serving


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    fill(store)
    return store


@pytest.fixture(scope="module")
def api(filled: Index) -> Iterator[httpx.Client]:
    with serving(filled) as base, httpx.Client(base_url=base) as client:
        yield client


def told(api: httpx.Client, name: str, path: str = "/aggregate", **params: Any) -> Any:
    """One aggregation; asked by POST too, where the answer must be the same."""
    answer = api.get(path, params={"aggregations": name, **params})
    assert answer.status_code == 200, answer.text
    body = {"aggregations": [name], **params}
    assert api.post(path, json=body).json()["aggregations"] == answer.json()["aggregations"]
    assert answer.json()["type"] == "AggregationCollection"
    [one] = answer.json()["aggregations"]
    assert one["name"] == name
    return one


def buckets(one: Any) -> dict[str, int]:
    assert one["data_type"] == "frequency_distribution"
    assert one["overflow"] == 0
    return {bucket["key"]: bucket["frequency"] for bucket in one["buckets"]}


def test_single_values(api: httpx.Client) -> None:
    assert told(api, "total_count") == {"name": "total_count", "data_type": "integer", "value": 8}
    assert told(api, "datetime_min") == {"name": "datetime_min", "data_type": "datetime", "value": "2023-01-05T10:00:00Z"}
    assert told(api, "datetime_max")["value"] == "2024-05-05T10:00:00Z"
    assert told(api, "datetime_max", datetime="2030-01-01T00:00:00Z/..")["value"] is None


@pytest.mark.parametrize(
    ("name", "frequencies"),
    [
        ("collection_frequency", {OPEN: 6, HELD: 1, SALE: 1}),
        ("platform_frequency", {"sentinel-2a": 3, "sentinel-2b": 3}),
        ("availability_frequency", {"open": 6, "held": 1, "orderable": 1}),
        ("archive_frequency", {"peps": 6, "dinamis": 1, "airbus": 1}),
        ("licence_frequency", {"copernicus": 6, "dinamis-spot67": 1, "airbus-optical": 1}),
        ("cloud_cover_frequency", {"0-10": 1, "20-30": 1, "50-60": 1, "70-80": 1, "90-100": 1}),
    ],
)
def test_frequencies(api: httpx.Client, name: str, frequencies: dict[str, int]) -> None:
    assert buckets(told(api, name)) == frequencies


def test_steps_have_bounds(api: httpx.Client) -> None:
    assert told(api, "cloud_cover_frequency")["buckets"][-1] == {
        "key": "90-100",
        "data_type": "numeric",
        "frequency": 1,
        "from": 90,
        "to": 100,
    }


def test_the_interval_of_dates_is_honoured(api: httpx.Client) -> None:
    months, years = (buckets(told(api, "datetime_frequency", datetime_frequency_interval=interval)) for interval in ("month", "year"))
    assert years == {"2023-01-01T00:00:00.000Z": 3, "2024-01-01T00:00:00.000Z": 4}
    assert months["2024-02-01T00:00:00.000Z"] == 2
    assert sum(months.values()) == 7
    assert buckets(told(api, "datetime_frequency")) == months


def test_the_precision_of_cells_is_honoured(api: httpx.Client) -> None:
    for precision in range(1, 7):
        cells = buckets(told(api, "centroid_geohash_grid_frequency", centroid_geohash_grid_frequency_precision=precision))
        assert {len(cell) for cell in cells} == {precision}
        assert sum(cells.values()) == 8


def test_what_is_counted_is_what_a_search_finds(api: httpx.Client) -> None:
    for params in ({"exclude_airbus": "true"}, {"bbox": "0,43,1.5,44"}, {"datetime": "2024-01-01T00:00:00Z/.."}, {"q": "sentinel"}):
        counted = api.get("/aggregate", params={"aggregations": "total_count", **params}).json()["aggregations"][0]["value"]
        assert counted == api.get("/search", params=params).json()["numberMatched"], params


def test_a_collection_counts_its_own_items(api: httpx.Client) -> None:
    path = f"/collections/{OPEN}/aggregate"
    assert told(api, "total_count", path)["value"] == 6
    assert told(api, "total_count", path, collections=OPEN)["value"] == 6
    assert api.get(path, params={"aggregations": "total_count", "collections": HELD}).json()["parameter"] == "collections"
    linked = {link["rel"] for link in api.get(path, params={"aggregations": "total_count"}).json()["links"]}
    assert linked == {"self", "root", "collection"}


def test_a_collection_offers_what_its_items_have(api: httpx.Client) -> None:
    offered = {one["name"] for one in api.get("/aggregations").json()["aggregations"]}
    assert offered == set(OFFERED)
    held = {one["name"]: one for one in api.get(f"/collections/{HELD}/aggregations").json()["aggregations"]}
    assert offered - set(held) == {"cloud_cover_frequency", "platform_frequency"}
    assert held["datetime_frequency"] == {
        "name": "datetime_frequency",
        "data_type": "frequency_distribution",
        "frequency_distribution_data_type": "datetime",
    }
    refused = api.get(f"/collections/{HELD}/aggregate", params={"aggregations": "cloud_cover_frequency"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "aggregations")


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"aggregations": "cloud_frequency"}, "aggregations"),
        ({"aggregations": "total_count", "limit": 1}, "limit"),
        ({"aggregations": "total_count", "sortby": "id"}, "sortby"),
        ({"aggregations": "datetime_frequency", "datetime_frequency_interval": "week"}, "datetime_frequency_interval"),
        ({"aggregations": "total_count", "datetime_frequency_interval": "year"}, "datetime_frequency_interval"),
        (
            {"aggregations": "centroid_geohash_grid_frequency", "centroid_geohash_grid_frequency_precision": 7},
            "centroid_geohash_grid_frequency_precision",
        ),
        ({"aggregations": "total_count", "bbox": "1"}, "bbox"),
    ],
)
def test_what_cannot_be_meant_is_a_400_that_names_the_parameter(api: httpx.Client, params: dict[str, Any], parameter: str) -> None:
    names = [params["aggregations"]] if params.get("aggregations") else []
    body = {**params, "aggregations": names, **({"bbox": [1]} if "bbox" in params else {})}
    for answer in (api.get("/aggregate", params=params), api.post("/aggregate", json=body)):
        assert (answer.status_code, answer.json()["parameter"]) == (400, parameter), answer.text


@pytest.mark.parametrize("body", [{"aggregations": "total_count"}, {"aggregations": [1]}, {"aggregations": {}}])
def test_a_body_has_a_list_of_names(api: httpx.Client, body: Any) -> None:
    assert api.post("/aggregate", json=body).json()["parameter"] == "aggregations"


def test_nothing_is_counted_where_nothing_is_named(api: httpx.Client) -> None:
    for answer in (api.get("/aggregate"), api.get("/aggregate", params={"aggregations": ""}), api.post("/aggregate", json={})):
        assert (answer.status_code, answer.json()["aggregations"]) == (200, [])
    assert api.get("/aggregate", params={"bbox": "1"}).json()["parameter"] == "bbox"


def test_an_unknown_name_is_refused_with_a_suggestion(api: httpx.Client) -> None:
    assert "cloud_cover_frequency" in api.get("/aggregate", params={"aggregations": "cloud_frequency"}).json()["detail"]


def test_a_visitor_counts_what_they_discover(filled: Index) -> None:
    with serving(filled, access=asking(ANONYMOUS)) as base, httpx.Client(base_url=base) as visitor:
        assert told(visitor, "total_count")["value"] == 7
        assert HELD not in buckets(told(visitor, "collection_frequency"))
        for method, path in (("GET", "aggregations"), ("GET", "aggregate"), ("POST", "aggregate")):
            asked = {"params": {"aggregations": "total_count"}} if (method, path) == ("GET", "aggregate") else {}
            more: dict[str, Any] = {"json": {"aggregations": ["total_count"]}} if method == "POST" else asked
            hidden = visitor.request(method, f"/collections/{HELD}/{path}", **more)
            absent = visitor.request(method, f"/collections/none/{path}", **more)
            assert (hidden.status_code, hidden.text.replace(HELD, "none")) == (404, absent.text)
