"""Whatever is given, a filter is read or refused with one error, within a second and without end of the process."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from index.filters.nodes import FilterError
from index.filters.parse import parse_json, parse_query, parse_text
from tests.index.filters.trees import op, p

_WORDS = (
    *("gsd", "platform", "moisson:online", "keywords", "geometry", "datetime", "1", "2.5", "1e5", "'a'", "''", '"gsd"', "TRUE", "NULL"),
    *(
        "AND",
        "OR",
        "NOT",
        "IN",
        "LIKE",
        "BETWEEN",
        "IS",
        "DIV",
        "=",
        "<>",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "(",
        ")",
        ",",
        "(",
        ")",
    ),
    *("CASEI(", "ACCENTI(", "S_INTERSECTS(", "T_AFTER(", "A_CONTAINS(", "TIMESTAMP('2024-05-01T00:00:00Z')", "DATE(", "INTERVAL(", "'..'"),
    *(
        "POINT(1 1)",
        "POINT(",
        "POLYGON((",
        "MULTIPOLYGON(((",
        "0 0",
        "BBOX(1,2,3,4)",
        "BBOX(",
        "EMPTY",
        "Z",
        "\n",
        "é",
        "\\",
        "[",
        "andnot(",
    ),
)

HOSTILE = [
    "(" * 32 + "gsd = " + ")" * 32,
    "(" * 32 + "gsd" + ",1)" * 32,
    "(" * 32 + "gsd = 1 AND " * 900 + ")" * 32,
    "gsd IN (" * 32 + "gsd=" + ")" * 32,
    "1andnot(" * 32 + "gsd" + ")" * 32,
    "(" * 30_000,
    "(" * 10_000 + "gsd=1" + ")" * 10_000,
    "CASEI(" * 31 + "platform" + ")" * 31 + "=1",
    "GEOMETRYCOLLECTION(" * 32 + "POINT(0 0)" + ")" * 32,
    "MULTIPOLYGON(((1," * 10 + "1=" + ")))" * 10,
    "NOT " * 16_000 + "gsd=1",
    "-" * 60_000 + "gsd=1",
    "+".join(["gsd"] * 16_000) + "=1",
    "(" * 30 + "gsd" + ("+1" * 20 + ")") * 30 + "=1",
    "^".join(["2"] * 32_000) + "=1",
    "=".join(["1"] * 1_999),
    "gsd LIKE " * 7_000 + "'a'",
    " AND ".join(["gsd=1"] * 5_000),
    "gsd IN (" + ",".join(["1"] * 32_000) + ")",
    "gsd IN (" + ",".join(["1"] * 15_000) + ")",
    "'" * 65_535,
    '"' * 65_534,
    "x" * 65_536,
    "x" * 10**6,
    "\0",
    "gsd = '\ud800'",
    "gsd=" + "9" * 65_000,
    "platform LIKE '" + "%a" * 400 + "'",
    "S_INTERSECTS(geometry,MULTIPOLYGON(((" + "1," * 20_000 + ")))" + ")",
    "S_INTERSECTS(geometry,POLYGON((0 0," + ",".join(f"{i % 90} {i * 37 % 90}" for i in range(9_000)) + ",0 0)))",
    "S_INTERSECTS(geometry,POINT(" + "9" * 60_000 + " 1))",
]


def _refused(parse: Callable[[Any], Any], value: Any) -> None:
    began = time.process_time()
    with pytest.raises(FilterError) as caught:
        parse(value)
    # In time of this process, which others on the machine lengthen.
    assert time.process_time() - began < 2
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_refused_in_time(text: str) -> None:
    _refused(parse_text, text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 32 + "gsd" + "+1)" * 32 + "=1",
        "NOT(" * 32 + "gsd=1" + ")" * 32,
        " AND ".join(["gsd=1"] * 900),
        "platform IN (" + ",".join(["'a'"] * 10_000) + ")",
        "S_INTERSECTS(geometry,MULTIPOINT(" + ",".join(["1 1"] * 10_000) + "))",
    ],
    ids=range(5),
)
def test_what_is_within_the_bounds_is_read(text: str) -> None:
    parse_text(text)


def _deep(levels: int, inner: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(levels):
        inner = wrap(inner)
    return inner


@pytest.mark.parametrize(
    "value",
    [
        _deep(5_000, True, lambda inner: op("not", inner)),
        _deep(5_000, 1, lambda inner: [inner]),
        _deep(5_000, 1, lambda inner: {"interval": [inner]}),
        op("=", _deep(5_000, p("gsd"), lambda inner: op("+", inner, 1)), 1),
        op("and", *[op("=", p("gsd"), 1)] * 5_000),
        op("in", p("gsd"), [1] * 200_000),
        op("in", p("gsd"), list(range(20_000))),
        op("s_intersects", p("geometry"), {"type": "Polygon", "coordinates": [[[0, 0]] * 100_000]}),
        op("a_equals", p("keywords"), ["a"] * 20_000),
        op("=", p("gsd" * 10_000), 1),
        op("x" * 10_000, 1),
    ],
    ids=range(11),
)
def test_hostile_json_is_refused_in_time(value: Any) -> None:
    _refused(parse_json, value)


@pytest.mark.parametrize(
    "value",
    [{"gsd": {"in": list(range(20_000))}}, {"gsd": {"eq": _deep(5_000, 1, lambda inner: [inner])}}, {"x" * 10**5: {"eq": 1}}],
    ids=range(3),
)
def test_a_hostile_query_is_refused_in_time(value: Any) -> None:
    _refused(parse_query, value)


def test_random_words_are_read_or_refused() -> None:
    chance = random.Random(20)
    read = 0
    for _ in range(3_000):
        text = " ".join(chance.choices(_WORDS, k=chance.randint(1, 12)))
        try:
            parse_text(text)
            read += 1
        except FilterError:
            pass
    assert read > 5


def test_mangled_filters_are_read_or_refused() -> None:
    chance = random.Random(21)
    whole = (
        "NOT (CASEI(platform) LIKE casei('S%') OR gsd * 2 BETWEEN 1 AND 3) AND S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 0))) "
        "AND T_DURING(INTERVAL(start_datetime, '..'), INTERVAL('2024-05-01', '..')) AND A_CONTAINS(keywords, ('a', 'b')) AND gsd IN (1, 2)"
    )
    parse_text(whole)
    read = 0
    for _ in range(1_000):
        at, length = chance.randrange(len(whole)), chance.randint(0, 6)
        text = whole[:at] + "".join(chance.choices("()',\"-% 1aé\\<", k=chance.randint(0, 3))) + whole[at + length :]
        try:
            parse_text(text)
            read += 1
        except FilterError:
            pass
    assert read > 20
