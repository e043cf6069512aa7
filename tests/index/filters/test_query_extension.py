"""STAC's query extension gives the same trees as a filter."""

from typing import Any

import pytest

from index.filters.nodes import Among, And, Array, Compare, FilterError, Like, Not
from index.filters.parse import parse_query
from tests.index.filters.trees import CLOUD, FIRST_OF_MAY, GSD, INSTRUMENTS, ONLINE, PLATFORM, WHEN, lit, time


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ({"eo:cloud_cover": {"lt": 10, "gte": 1}}, And((Compare("<", CLOUD, lit(10)), Compare(">=", CLOUD, lit(1))))),
        ({"properties.gsd": {"neq": 1.5}}, Compare("<>", GSD, lit(1.5))),
        ({"gsd": {"lte": "10"}}, Compare("<=", GSD, lit(10))),
        ({"gsd": {"in": [1, "2", 1]}}, Among(GSD, (lit(1), lit(2)))),
        ({"platform": {"eq": "x"}, "gsd": {"gt": 1}}, And((Compare("=", PLATFORM, lit("x")), Compare(">", GSD, lit(1))))),
        ({"platform": {"startsWith": "50%"}}, Like(PLATFORM, "50\\%%")),
        ({"platform": {"endsWith": "_"}}, Like(PLATFORM, "%\\_")),
        ({"platform": {"contains": "\\"}}, Like(PLATFORM, "%\\\\%")),
        ({"datetime": {"gte": "2024-05-01"}}, Compare(">=", WHEN, time(FIRST_OF_MAY))),
        ({"moisson:online": {"eq": True}}, Compare("=", ONLINE, lit(True))),
        ({"instruments": {"in": ["a", "b"]}}, Array("overlaps", INSTRUMENTS, ("a", "b"))),
        ({"instruments": {"contains": "a"}}, Array("contains", INSTRUMENTS, ("a",))),
        ({"instruments": {"neq": ["a"]}}, Not(Array("equals", INSTRUMENTS, ("a",)))),
    ],
)
def test_conditions(query: Any, tree: Any) -> None:
    assert parse_query(query) == tree


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ([], "an object of conditions"),
        ({}, "an object of conditions"),
        ({"cloud_cover": {"lt": 1}}, "cloud_cover: no such property; did you mean eo:cloud_cover?"),
        ({"gsd": 5}, "gsd: operators and values"),
        ({"gsd": {}}, "gsd: operators and values"),
        ({"gsd": {"like": 1}}, "gsd like: no such operator; there are eq, neq,"),
        ({"gsd": {"lt": "x"}}, "gsd lt: gsd is a number"),
        ({"gsd": {"lt": "1e999"}}, "gsd lt: beyond what double precision holds"),
        ({"gsd": {"lt": None}}, "gsd lt: needs one value, got NULL"),
        ({"gsd": {"eq": [1]}}, "gsd eq: needs one value, got (1)"),
        ({"gsd": {"in": 1}}, "gsd in: needs a list of values, got 1"),
        ({"gsd": {"in": []}}, "gsd in: needs a list of values, got ()"),
        ({"gsd": {"contains": "1"}}, "gsd contains: gsd is no text"),
        ({"platform": {"eq": 5}}, "platform eq: platform is a text: write '5' in single quotes"),
        ({"instruments": {"lt": "a"}}, "instruments lt: instruments is a list of texts: in, contains, eq or neq"),
        ({"instruments": {"in": "a"}}, "instruments in: needs a list of texts"),
        ({"geometry": {"eq": 1}}, "geometry eq: a shape is asked for by intersects or bbox"),
    ],
)
def test_refusals_name_property_and_operator(query: Any, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_query(query)
    assert str(caught.value).startswith(message)
