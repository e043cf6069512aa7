"""A GET and a POST that say the same ask the same of the index, parameter by parameter."""

from dataclasses import fields
from typing import Any, get_args

import orjson
import pytest

from api.errors import Problem
from api.filtering import check_possible
from api.models import ItemsGet, SearchGet, SearchPost
from api.params import ITEMS_NAMES, SEARCH_NAMES, SearchParams, to_query
from api.search_body import checked
from api.token import canonical
from index.filters.operators import Operators
from index.query import Query
from mappings.audience import EVERYTHING

POINT = {"type": "Point", "coordinates": [1.44, 43.6]}
BELOW = {"op": "<", "args": [{"property": "eo:cloud_cover"}, 10]}
WITHIN = {"op": "s_intersects", "args": [{"property": "geometry"}, POINT]}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def asked(given: dict[str, Any]) -> Any:
    query: Query = to_query(SearchParams.of(given), EVERYTHING)
    return canonical(query)


def dumped(value: Any) -> str:
    return orjson.dumps(value).decode()


PAIRS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"collections": "a,b"}, {"collections": ["a", "b"]}),
    ({"collections": "a"}, {"collections": "a"}),
    ({"ids": "a,b"}, {"ids": ["a", "b"]}),
    ({"bbox": "1,2,3,4"}, {"bbox": [1, 2, 3, 4]}),
    ({"intersects": dumped(POINT)}, {"intersects": POINT}),
    ({"datetime": "2024-01-01T00:00:00Z/.."}, {"datetime": "2024-01-01T00:00:00Z/.."}),
    ({"limit": "7"}, {"limit": 7}),
    ({"exclude_airbus": "true", "collapse": "true"}, {"exclude_airbus": True, "collapse": True}),
    ({"filter": "eo:cloud_cover < 10"}, {"filter": BELOW}),
    ({"filter": "eo:cloud_cover < 10"}, {"filter": "eo:cloud_cover < 10"}),
    ({"filter": "eo:cloud_cover < 10", "filter-lang": "cql2-text"}, {"filter": "eo:cloud_cover < 10", "filter-lang": "cql2-text"}),
    ({"filter": dumped(BELOW)}, {"filter": BELOW, "filter-lang": "cql2-json"}),
    ({"filter": dumped(BELOW), "filter-lang": "cql2-json"}, {"filter": BELOW}),
    ({"filter": "s_intersects(geometry, POINT(1.44 43.6))", "filter-crs": CRS84}, {"filter": WITHIN, "filter-crs": CRS84}),
    ({"query": '{"eo:cloud_cover":{"lt":10}}'}, {"query": {"eo:cloud_cover": {"lt": 10}}}),
    (
        {"query": '{"gsd":{"gte":1}}', "filter": "eo:cloud_cover < 10"},
        {"query": {"gsd": {"gte": 1}}, "filter": BELOW},
    ),
    ({"q": "Pléiades,nord est"}, {"q": ["Pléiades", "nord est"]}),
    (
        {"sortby": " eo:cloud_cover,-datetime"},
        {"sortby": [{"field": "eo:cloud_cover", "direction": "asc"}, {"field": "datetime", "direction": "desc"}]},
    ),
    ({"filter": "", "query": "", "q": "", "sortby": ""}, {"filter": None, "query": None, "q": None, "sortby": None}),
    ({"filter-lang": "cql2-text"}, {"filter-lang": "cql2-json"}),
]


@pytest.mark.parametrize(("got", "posted"), PAIRS)
def test_get_and_post_ask_the_same(got: dict[str, str], posted: dict[str, Any]) -> None:
    assert asked(got) == asked(checked(posted))


def test_what_says_something_is_asked() -> None:
    for got, _ in PAIRS:
        if any(value for name, value in got.items() if name != "filter-lang"):
            assert asked(got) != asked({}), got


def test_filter_and_query_must_both_hold() -> None:
    one, other = {"filter": BELOW}, {"query": {"gsd": {"gte": 1}}}
    filter_ = to_query(SearchParams.of(one | other), EVERYTHING).filter
    parts = {canonical(part) for part in filter_.parts}  # type: ignore[union-attr]
    assert parts == {canonical(to_query(SearchParams.of(alone), EVERYTHING).filter) for alone in (one, other)}


@pytest.mark.parametrize(
    ("given", "parameter", "said"),
    [
        ({"filter": "gsd < 1", "filter-lang": "cql-text"}, "filter-lang", "cql2-text or cql2-json"),
        ({"filter": dumped(BELOW), "filter-lang": "cql2-text"}, "filter-lang", "the filter is JSON"),
        ({"filter": BELOW, "filter-lang": "cql2-text"}, "filter-lang", "the filter is JSON"),
        ({"filter": "gsd < 1", "filter-lang": "cql2-json"}, "filter", "not JSON, as filter-lang cql2-json wants it"),
        ({"filter": "{"}, "filter", "not JSON"),
        ({"filter": "gsd <"}, "filter", ""),
        ({"filter": "gsdd < 1"}, "filter", "gsd"),
        ({"filter": "gsd < 1", "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}, "filter-crs", CRS84),
        ({"filter": {}}, "filter", ""),
        ({"filter": {"op": "nothing", "args": []}}, "filter", "nothing"),
        ({"query": "{"}, "query", "not JSON"),
        ({"query": "[]"}, "query", "a JSON object"),
        ({"query": {"gsd": {"near": 1}}}, "query", "near"),
        ({"query": {"gsdd": {"lt": 1}}}, "query", "gsd"),
        ({"query": {"gsd": {"lt": "x"}}}, "query", "gsd"),
    ],
)
def test_a_filter_that_cannot_be_read_is_a_400_that_names_the_part(given: dict[str, Any], parameter: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        asked(given)
    assert (caught.value.status, caught.value.code, caught.value.parameter) == (400, "invalid-parameter", parameter)
    assert said in caught.value.detail


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gsd * 2 < 5 OR platform = 'a'", "the condition on gsd needs arithmetic"),
        ("platform = 'a' AND NOT (gsd < eo:cloud_cover)", "the condition on gsd, eo:cloud_cover needs property-property"),
        ("S_TOUCHES(geometry, POINT(1 2))", "the condition on geometry needs spatial-functions"),
    ],
)
def test_what_an_index_cannot_do_is_refused_by_its_part(text: str, said: str) -> None:
    predicate = to_query(SearchParams(filter=text), EVERYTHING).filter
    check_possible(predicate, frozenset(Operators))
    with pytest.raises(Problem, match=said) as caught:
        check_possible(predicate, frozenset({Operators.CASE, Operators.INTERSECTS}))
    assert (caught.value.status, caught.value.parameter) == (400, "filter")


def test_comparisons_are_possible_everywhere() -> None:
    check_possible(None, frozenset())
    check_possible(to_query(SearchParams(filter="gsd < 5 AND platform LIKE 'a%'"), EVERYTHING).filter, frozenset())


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        *(({"filter": 5}, "filter"), ({"filter": []}, "filter"), ({"filter-lang": 5}, "filter-lang"), ({"filter-crs": []}, "filter-crs")),
        *(({"query": "{}"}, "query"), ({"q": 5}, "q"), ({"sortby": "-datetime"}, "sortby"), ({"fields": "id"}, "fields")),
        *(({"fields": None}, "fields"), ({"bbox": "1,2,3,4"}, "bbox"), ({"collections": 5}, "collections"), ({"limit": True}, "limit")),
    ],
)
def test_a_member_of_another_type_is_refused(body: dict[str, Any], parameter: str) -> None:
    with pytest.raises(Problem) as caught:
        checked(body)
    assert (caught.value.status, caught.value.parameter) == (400, parameter)


def _documented(model: type) -> dict[str, Any]:
    return {
        parameter.alias or attribute.name: parameter
        for attribute in model.__attrs_attrs__  # type: ignore[attr-defined]
        for parameter in get_args(attribute.type)[1:]
    }


def test_every_parameter_is_described_for_get_and_post_alike() -> None:
    assert set(_documented(SearchGet)) == set(SEARCH_NAMES)
    assert set(_documented(ItemsGet)) - {"collection_id"} == set(ITEMS_NAMES)
    assert {field.alias or name for name, field in SearchPost.model_fields.items()} == set(SEARCH_NAMES)
    assert {field.name for field in fields(SearchParams)} == set(SearchPost.model_fields)
    for name, parameter in _documented(SearchGet).items():
        assert parameter.description, name
