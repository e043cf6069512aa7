"""Filters that nobody means well: refused with their part and reason, or answered, within a second on a crowd of Items."""

from functools import reduce
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import index.sqlite.filter as compiled
from tests.fuzz.asking import Asked
from tests.fuzz.test_hostile import check

GSD, TITLE, ID = {"property": "gsd"}, {"property": "title"}, {"property": "id"}
ONE = {"op": "=", "args": [ID, "x"]}


def _op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


def _deep(*names: str) -> Any:
    return reduce(lambda inner, step: _op(names[step % len(names)], ONE, inner), range(45), ONE)


REFUSED: dict[str, Any] = {
    "tests": _op("or", *(_op("s_touches", {"property": "geometry"}, {"type": "Point", "coordinates": [1, 1]}) for _ in range(101))),
    "likes": _op("or", *(_op("LIKE", TITLE, f"%{number}%") for number in range(101))),
    "lists": _op("or", *(_op("a_overlaps", {"property": "keywords"}, [str(number)]) for number in range(101))),
    "operations": _op("or", *([ONE] * 1001)),
    "choices": _op("in", GSD, list(range(10_001))),
    "deep": _deep("and", "or"),
    "deeper": reduce(lambda inner, _: _op("not", inner), range(110), ONE),
    "powers": _op(">", reduce(lambda inner, _: _op("^", inner, GSD), range(45), GSD), 1),
    "sums": _op(">", reduce(lambda inner, _: _op("+", GSD, inner), range(45), GSD), 1),
    "wildcards": _op("like", TITLE, "%a" * 30),
    "huge": _op("=", TITLE, "é" * 10_001),
    "zero": _op("=", _op("/", GSD, 0), 1),
    "names": _op("=", {"property": {"a": 1}}, 1),
    "op": {"op": ["a"], "args": []},
    "args": {"op": "and", "args": {}},
    "kind": _op("s_intersects", {"property": "geometry"}, {"type": {"a": 1}, "coordinates": [1, 1]}),
    "bbox": _op("s_intersects", {"property": "geometry"}, {"bbox": [1e308, -1e308, 1e308, True]}),
    "interval": _op("t_during", {"property": "datetime"}, {"interval": [{"interval": ["..", ".."]}, ".."]}),
}
ANSWERED: dict[str, Any] = {
    "numbers": _op("or", *(_op("in", GSD, [number + part / 4 for number in range(10_000)]) for part in range(4))),
    "texts": _op("or", *(_op("in", TITLE, [f"{number} {part}" for number in range(10_000)]) for part in range(4))),
    "lists": _op("a_overlaps", {"property": "keywords"}, [str(number) for number in range(10_000)]),
    "like": _op("like", _op("casei", _op("accenti", TITLE)), "%a" * 19 + "%" + "_" * 400 + "b"),
    "accents": _op("=", _op("accenti", TITLE), _op("accenti", "\ufdfa" * 9000)),
    "infinite": _op(">", _op("%", _op("*", _op("*", GSD, 1e308), 10), 3), 1),
    "no number": _op(">", _op("-", _op("*", _op("*", GSD, 1e308), 10), _op("*", _op("*", GSD, 1e308), 10)), 1),
    "powers": _op(">", _op("^", _op("^", _op("^", GSD, GSD), GSD), GSD), 1),
    "roots": _op(">", _op("^", _op("-", 0, GSD), 0.5), 1),
    "whole": _op("=", {"property": "sat:relative_orbit"}, 2**64 - 1),
    "wide": _op("or", *(_op("between", GSD, number, number + 1) for number in range(900))),
}
TEXTS = (
    *("(" * 5000 + "gsd=1" + ")" * 5000, "NOT " * 5000 + "gsd=1", "gsd = " + "-" * 5000 + "1", "gsd=" + "9" * 60_000, "gsd = 1e400"),
    *("title = '" + "''" * 30_000, '"' + '""' * 30_000, "title = 'a\0b'", "gsd = ²", "gsd = ١٢", " " * 60_000),
    *("gsd = 1; DROP TABLE items --", '"gsd"" OR 1=1" = 1', "moisson_shape(0)", "S_INTERSECTS(geometry, moisson_shape(99))", "a" * 60_000),
    *("S_INTERSECTS(geometry, POINT(1e309 0))", "S_INTERSECTS(geometry, POLYGON((nan nan, 1 1, 2 2, nan nan)))", "gsd = 1 /* x */"),
    *("S_INTERSECTS(geometry, " + "GEOMETRYCOLLECTION(" * 30 + "POINT(1 1)" + ")" * 31, "S_INTERSECTS(geometry, POLYGON EMPTY)"),
    *("datetime > TIMESTAMP('0000-01-01T00:00:00Z')", "datetime = DATE('2024-02-30')", "gsd IN (" + "1," * 20_001 + "1)"),
    *('{"op":"=","args":[{"property":"gsd"},NaN]}', '{"op":"=","args":[{"property":"gsd"},1e999]}', '{"op":"not","args":[' * 600),
)


@pytest.mark.parametrize("name", REFUSED)
def test_a_filter_that_is_too_much_is_refused(asked: Asked, name: str) -> None:
    for path in ("/search", "/aggregate"):
        answer = asked.post(
            path, {"filter": REFUSED[name], "aggregations": ["total_count"]} if path == "/aggregate" else {"filter": REFUSED[name]}
        )
        check(answer, refused=True)
        assert answer.json()["parameter"] == "filter"
    check(asked.get("/collections", {"filter": orjson.dumps(REFUSED[name])}), refused=True)


@pytest.mark.parametrize("name", ANSWERED)
def test_a_filter_that_is_much_is_answered(asked: Asked, member: Asked, name: str) -> None:
    for who in (asked, member):
        check(who.post("/search", {"filter": ANSWERED[name], "limit": 1}), refused=False)
    check(asked.post("/aggregate", {"filter": ANSWERED[name], "aggregations": ["total_count"]}), refused=False)


def test_no_text_makes_a_fault(asked: Asked) -> None:
    for text in TEXTS:
        for path in ("/search", "/aggregate", "/collections"):
            check(asked.get(path, {"filter": text}), refused=True)


def test_a_filter_that_would_take_too_long_is_ended(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _op("and", *(_op("not", _op("like", _op("accenti", TITLE), f"%{number}%q%")) for number in range(99)))
    monkeypatch.setattr(compiled, "FILTER_SECONDS", 0.05)
    for path, more in (("/search", {}), ("/aggregate", {"aggregations": ["total_count"]})):
        answer = asked.post(path, {"filter": slow, **more})
        check(answer, refused=True)
        assert "takes too long" in answer.json()["detail"]
    check(asked.get("/search", {"q": "forêt"}), refused=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["op", "args", "property", "date", "interval", "bbox"]), inner)
    ),
    max_leaves=12,
)
OPS = st.sampled_from(
    ["=", "<", "and", "or", "not", "in", "like", "between", "isNull", "casei", "s_within", "t_during", "a_equals", "^", "div"]
)
WORDS = st.sampled_from(
    [
        *("gsd", "title", "datetime", "geometry", "keywords", "=", "<>", "AND", "OR", "NOT", "IN", "(", ")", "LIKE", "BETWEEN", "'a%'"),
        *("1", "-", "+", "^", "1e308", "DATE('2024-01-01')", "CASEI(", "S_WITHIN(", "POINT(1 1)", "A_CONTAINS(", "T_AFTER(", ",", "'"),
        *("IS NULL", '"', "é"),
    ]
)
_BOUNDS: dict[str, Any] = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=200, **_BOUNDS)
@given(op=OPS, args=st.lists(JSON | st.just(GSD) | st.just(TITLE) | st.just({"property": "geometry"}) | st.just(ONE), max_size=3))
def test_no_json_makes_a_fault(asked: Asked, op: str, args: list[Any]) -> None:
    check(asked.post("/search", {"filter": {"op": op, "args": args}}))


@settings(max_examples=200, **_BOUNDS)
@given(words=st.lists(WORDS, max_size=14))
def test_no_words_make_a_fault(asked: Asked, words: list[str]) -> None:
    check(asked.get("/search", {"filter": " ".join(words)}))
