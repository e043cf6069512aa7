"""The same filter as text and as JSON is the same tree."""

import json
from typing import Any

import cql2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.filters.nodes import FilterError, Predicate
from index.filters.parse import parse_json, parse_text
from tests.index.filters.trees import op, p

_numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3)))
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_number_values = st.recursive(
    st.one_of(_numbers, st.sampled_from([p("gsd"), p("eo:cloud_cover")])),
    lambda inner: st.builds(op, st.sampled_from(["+", "-", "*"]), inner, inner),
    max_leaves=4,
)
_text_values = st.recursive(
    st.one_of(_texts, st.sampled_from([p("platform"), p("id")])),
    lambda inner: st.builds(op, st.sampled_from(["casei", "accenti"]), inner),
    max_leaves=3,
)
_times = st.sampled_from([p("datetime"), {"timestamp": "2024-05-01T00:00:00Z"}, {"date": "2024-05-01"}, "2024-05-02"])
_spans = st.one_of(_times, st.builds(lambda start, end: {"interval": [start, end]}, st.sampled_from(["..", p("start_datetime")]), _times))
_shapes = st.sampled_from(
    [
        {"type": "Point", "coordinates": [1.5, -2.0]},
        {"type": "Polygon", "coordinates": [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]},
        {"bbox": [170.0, -10.0, -170.0, 10.0]},
    ]
)
_order = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
_conditions = st.one_of(
    st.builds(op, _order, _number_values, _number_values),
    st.builds(op, _order, _text_values, _text_values),
    st.builds(lambda name, value: op(name, p("datetime"), value), _order, _times),
    st.builds(op, st.just("between"), _number_values, _number_values, _number_values),
    st.builds(lambda values: op("in", p("gsd"), values), st.lists(_numbers, min_size=1, max_size=3)),
    st.builds(lambda value, pattern: op("like", value, pattern.replace("\\", "")), st.just(p("platform")), _texts),
    st.builds(lambda name: op("isNull", p(name)), st.sampled_from(["gsd", "geometry", "keywords"])),
    st.builds(lambda name, shape: op(f"s_{name}", p("geometry"), shape), st.sampled_from(["intersects", "within", "touches"]), _shapes),
    st.builds(lambda name, span: op(f"t_{name}", p("datetime"), span), st.sampled_from(["after", "during", "meets"]), _spans),
    st.builds(lambda texts: op("a_overlaps", p("keywords"), texts), st.lists(_texts, min_size=1, max_size=3)),
    st.just(p("moisson:online")),
)
_filters = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        st.builds(op, st.just("not"), inner),
        st.builds(lambda name, parts: op(name, *parts), st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def _written(value: Any) -> str:
    """CQL2 text, everything in parentheses."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"({', '.join(map(_written, value))})"
    if "property" in value:
        return f'"{value["property"]}"'
    if "coordinates" in value:
        return "POINT(1.5 -2.0)" if value["type"] == "Point" else "POLYGON((0 0,1 0,1 1,0 0))"
    if "op" not in value:
        (name, inner), *_ = value.items()
        return f"{name.upper()}({', '.join(map(_written, inner if isinstance(inner, list) else [inner]))})"
    return _operation(value["op"], [_written(arg) for arg in value["args"]])


def _operation(name: str, args: list[str]) -> str:
    if name == "isNull":
        return f"{args[0]} IS NULL"
    if name == "not":
        return f"NOT ({args[0]})"
    if name == "between":
        return f"(({args[0]}) BETWEEN ({args[1]}) AND ({args[2]}))"
    if name == "in":
        return f"({args[0]} IN {args[1]})"
    if name == "like" or not name[0].isalpha() or name in ("and", "or"):
        return "(" + f" {name} ".join(args) + ")"
    return f"{name.upper()}({', '.join(args)})"


def _tree(parse: Any, value: Any) -> Predicate | str:
    try:
        return parse(value)  # type: ignore[no-any-return]
    except FilterError as error:
        return error.reason


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(_filters)
def test_text_and_json_give_one_tree(value: Any) -> None:
    assert _tree(parse_text, _written(value)) == _tree(parse_json, value)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(_filters)
def test_the_parser_reads_what_is_generated(value: Any) -> None:
    cql2.parse_json(json.dumps(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (op("between", p("gsd"), [0, 50]), "gsd BETWEEN 0 AND 50"),
        (op("ISNULL", p("properties.gsd")), "gsd IS NULL"),
        (op("t_finishedBy", p("datetime"), {"interval": ["2024-05-01", ".."]}), "T_FINISHEDBY(datetime, INTERVAL('2024-05-01', ''))"),
        (op("a_equals", [], p("keywords")), "A_EQUALS(keywords, ())"),
        (True, "TRUE"),
    ],
)
def test_json_as_drafts_and_clients_write_it(value: Any, text: str) -> None:
    assert parse_json(value) == parse_text(text)
