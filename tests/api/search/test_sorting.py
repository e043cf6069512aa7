"""`sortby`: one order, however it is written, and a refusal that says what can be sorted by."""

from typing import Any

import pytest

from api.errors import Problem
from api.sorting import parse_sorts
from index.query import Sort
from mappings.queryables import FIELDS


def sorts(*names: str) -> tuple[Sort, ...]:
    return tuple(Sort(FIELDS[name.removeprefix("-")], name.startswith("-")) for name in names)


@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_asked_is_no_order(value: Any) -> None:
    assert parse_sorts(value) == ()


@pytest.mark.parametrize(
    ("text", "listed", "expected"),
    [
        ("datetime", [("datetime", "asc")], ["datetime"]),
        ("+datetime", [("datetime", None)], ["datetime"]),
        # A "+" in a query string that was not encoded.
        (" datetime", [("datetime", "asc")], ["datetime"]),
        ("-properties.datetime", [("properties.datetime", "desc")], ["-datetime"]),
        ("+eo:cloud_cover,-datetime", [("eo:cloud_cover", "asc"), ("datetime", "desc")], ["eo:cloud_cover", "-datetime"]),
        ("collection, -id", [("collection", "asc"), ("id", "desc")], ["collection", "-id"]),
        ("-moisson:online", [("properties.moisson:online", "desc")], ["-moisson:online"]),
    ],
)
def test_get_and_post_mean_the_same(text: str, listed: list[tuple[str, str | None]], expected: list[str]) -> None:
    objects = [{"field": name} | ({"direction": direction} if direction else {}) for name, direction in listed]
    assert parse_sorts(text) == parse_sorts(objects) == sorts(*expected)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("eo:cloud_covr", "did you mean eo:cloud_cover?"),
        ("nothing like it", "/sortables"),
        ("-", "/sortables"),
        ("datetime,", "/sortables"),
        ("properties.properties.gsd", "no field"),
        ("instruments", "nothing can be put in order by instruments"),
        ("geometry", "nothing can be put in order by geometry"),
        ("keywords", "/sortables"),
        ("datetime,-datetime", "datetime comes twice"),
        ("gsd,properties.gsd", "gsd comes twice"),
        ("id,gsd,datetime,platform", "at most 3"),
        ([{"field": "gsd", "direction": "up"}], "asc or desc"),
        ([{"field": "gsd", "direction": ["asc"]}], "asc or desc"),
        ([{"field": "gsd", "direction": None}], "asc or desc"),
        ([{"field": "gsd", "order": "asc"}], "'order' is no member"),
        ([{"direction": "asc"}], "each member"),
        ([{"field": 5}], "each member"),
        (["-datetime"], "each member"),
        ([None], "each member"),
        ({"field": "gsd"}, "a list"),
        (5, "a list"),
    ],
)
def test_a_refusal_names_the_field_and_what_to_do(value: Any, said: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_sorts(value)
    assert (caught.value.status, caught.value.parameter) == (400, "sortby")
    assert said in caught.value.detail
