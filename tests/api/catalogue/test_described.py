"""The OpenAPI document says what these routes answer."""

from typing import Any

import httpx
import pytest

from tests.api.catalogue.world import HELD, OPEN
from tests.api.test_openapi import check

ROUTES = {
    "/": "/",
    "/?f=html": "/",
    "/children": "/children",
    "/catalogs/peps": "/catalogs/{archive}",
    "/catalogs/peps?f=html": "/catalogs/{archive}",
    "/catalogs/none": "/catalogs/{archive}",
    "/catalogs/peps/children": "/catalogs/{archive}/children",
    f"/collections/{OPEN}/dates": "/collections/{collection_id}/dates",
    f"/collections/{OPEN}/dates/2024": "/collections/{collection_id}/dates/{period}",
    f"/collections/{OPEN}/dates/x": "/collections/{collection_id}/dates/{period}",
    "/queryables": "/queryables",
    "/sortables?language=x": "/sortables",
    f"/collections/{HELD}/queryables": "/collections/{collection_id}/queryables",
    f"/collections/{HELD}/sortables": "/collections/{collection_id}/sortables",
    "/collection-queryables": "/collection-queryables",
    "/collection-sortables": "/collection-sortables",
    "/aggregations": "/aggregations",
    f"/collections/{HELD}/aggregations": "/collections/{collection_id}/aggregations",
    "/aggregate?aggregations=total_count,datetime_min,datetime_frequency,cloud_cover_frequency,platform_frequency": "/aggregate",
    "/aggregate?aggregations=datetime_max&datetime=2050-01-01T00:00:00Z": "/aggregate",
    "/aggregate": "/aggregate",
    f"/collections/{OPEN}/aggregate?aggregations=centroid_geohash_grid_frequency": "/collections/{collection_id}/aggregate",
    "/collections/none/aggregate?aggregations=total_count": "/collections/{collection_id}/aggregate",
}


@pytest.fixture(scope="module")
def described(api: httpx.Client) -> Any:
    return api.get("/api").json()


@pytest.mark.parametrize("path", ROUTES)
def test_answers_are_as_described(described: Any, api: httpx.Client, path: str) -> None:
    check(described, ROUTES[path], api.get(path))


def test_counts_are_described_for_post_too(described: Any, api: httpx.Client) -> None:
    for body in ({"aggregations": ["total_count", "archive_frequency"]}, {}):
        check(described, "/aggregate", api.post("/aggregate", json=body))
    body = described["paths"]["/aggregate"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"aggregations", "filter", "filter-lang", "bbox", "exclude_airbus", "datetime_frequency_interval"} <= set(body["properties"])
    assert not {"limit", "sortby", "fields", "token"} & set(body["properties"])


def test_parameters_that_count_are_those_of_a_search(described: Any) -> None:
    names = {one["name"] for one in described["paths"]["/aggregate"]["get"]["parameters"]}
    searched = {one["name"] for one in described["paths"]["/search"]["get"]["parameters"]} - {"limit", "sortby", "fields", "token"}
    assert names - searched == {"aggregations", "datetime_frequency_interval", "centroid_geohash_grid_frequency_precision"}
    assert searched <= names
