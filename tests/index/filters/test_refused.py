"""What cannot be honoured is refused with the part as it was written, the reason, and what to do."""

from typing import Any

import pytest

from index.filters.nodes import FilterError
from index.filters.parse import parse_json, parse_text
from tests.index.filters.trees import op, p


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty filter: leave it out, or write a condition, as eo:cloud_cover < 10"),
        ("platform =", "platform =: not CQL2: something is missing at the end"),
        ("platform = 'a' platform", "platform = 'a' platform: not CQL2 from character 16 on"),
        ("gsd = 1 AND (((gsd = )))", "…sd = 1 AND (((gsd = ))): not CQL2 from character 22 on"),
        ("platform = 'a", "platform = 'a: a quote that is not closed; within a text it is written twice, and a backslash too"),
        ("(gsd = 1", "(gsd = 1: a parenthesis is not closed"),
        ("gsd = 1)", "gsd = 1): a parenthesis is closed that was not opened"),
        ("gsd = 1; gsd = 2", "gsd = 1; gsd = 2: ';' is not of CQL2"),
        ("cloud_cover < 1", "cloud_cover: no such property; did you mean eo:cloud_cover?"),
        ("plattform = 'a'", "plattform: no such property; did you mean platform?"),
        ("xyzzy = 'a'", "xyzzy: no such property; /queryables lists them"),
        ("S_INTERSECT(geometry, POINT(1 1))", "S_INTERSECT(geometry, POINT(1 1)): no function S_INTERSECT; did you mean S_INTERSECTS?"),
        ("gsd = '5'", "gsd = '5': gsd is a number: write it without quotes, not '5'"),
        ("5 = platform", "5 = platform: platform is a text: write '5' in single quotes, not 5"),
        (
            "moisson:online = 'true'",
            "moisson:online = 'true': moisson:online is true or false: write TRUE or FALSE without quotes, not 'true'",
        ),
        ("datetime > 5", "datetime > 5: datetime is a time, 5 is a number: what is compared must be of one kind"),
        ("gsd > platform", "gsd > platform: gsd is a number, platform is a text: what is compared must be of one kind"),
        ("datetime > '2024-05'", "datetime > '2024-05': '2024-05' is no time: write 2024-05-31T10:00:00Z or 2024-05-31"),
        ("datetime > '2024-02-30'", "datetime > '2024-02-30': time: not a time: '2024-02-30' (day is out of range for month)"),
        (
            "datetime > TIMESTAMP('2024-05-01T00:00:00')",
            "TIMESTAMP('2024-05-01T00:00:00'): needs a date-time with a zone: 2024-05-31T10:00:00Z",
        ),
        ("platform = NULL", "NULL: compares with nothing: write IS NULL or IS NOT NULL"),
        ("gsd + 1 IS NULL", "gsd + 1 IS NULL: IS NULL asks for a property; gsd + 1 is none"),
        ("platform", "platform: no condition by itself: compare it with a value, or ask IS NULL"),
        ("gsd + 1", "gsd + 1: a value, no condition: compare it with another"),
        ("'a'", "'a': no condition: compare a property with a value, as eo:cloud_cover < 10"),
        ("(gsd > 1) = TRUE", "gsd > 1: a condition is no value to compare: join conditions by AND, OR and NOT"),
        ("gsd > 1 / 0", "1 / 0: divides by zero"),
        ("gsd % 0 = 1", "gsd % 0: divides by zero"),
        ("gsd > (0 - 8) ^ 0.5", "(0 - 8) ^ 0.5: is no number"),
        ("gsd > 10 ^ 400", "10 ^ 400: is no number"),
        ("gsd = 1e999", "a number: beyond what double precision holds"),
        ("platform + 1 = 2", "platform + 1: platform is a text: only numbers can be reckoned with"),
        ("CASEI(gsd) = 'a'", "CASEI(gsd): CASEI and ACCENTI are for texts; gsd is none"),
        ("gsd LIKE '1%'", "gsd LIKE '1%': LIKE is for texts of the Item; gsd is none"),
        ("platform LIKE constellation", "platform LIKE constellation: the pattern is a text in single quotes, not constellation"),
        ("platform LIKE 'a\\\\'", "platform LIKE 'a\\': the pattern ends with a backslash: write two for one"),
        ("platform IN ('a', 1)", "platform IN ('a', 1): platform is a text: write '1' in single quotes, not 1"),
        ("platform IN ()", "platform IN (): IN needs a list of values in parentheses"),
        ("platform IN 'a'", "platform IN 'a': IN needs a list of values in parentheses"),
        ("gsd IN (gsd)", "gsd IN (gsd): the list of IN holds constants only: compare with a property by ="),
        ("keywords = 'a'", "keywords: a list of texts: write A_CONTAINS(keywords, ('…')) or A_OVERLAPS(keywords, ('…', '…'))"),
        ("geometry = 'a'", "geometry: a shape: write S_INTERSECTS(geometry, …) or geometry IS NULL"),
        (
            "moisson:online BETWEEN FALSE AND TRUE",
            "moisson:online BETWEEN FALSE AND TRUE: true and false have nothing between them: compare by =",
        ),
    ],
)
def test_comparisons(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_text(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("S_INTERSECTS(geometry, POINT(90 180))", "POINT(…): outside ±180, ±90 degrees: positions are"),
        ("S_INTERSECTS(geometry, POINT(1e400 1))", "POINT(1e400 1): a position has no 1e400"),
        ("S_INTERSECTS(geometry, POINT(1))", "POINT(1): no well-known text of a shape: Expected number"),
        ("S_INTERSECTS(geometry, POINT EMPTY)", "POINT(…): an empty geometry meets nothing"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 0)))", "POLYGON((0 0,1 0)): no well-known text of a shape: Points of LinearRing"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "POLYGON(…): not a valid geometry: Self-intersection"),
        ("S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(0 0)))", "GEOMETRYCOLLECTION(…): a GeometryCollection has no one shape to meet"),
        ("S_INTERSECTS(geometry, BBOX(1,2,3))", "BBOX(1, 2, 3): 4 or 6 numbers"),
        ("S_INTERSECTS(geometry, BBOX(1,5,3,4))", "BBOX(1, 5, 3, 4): south 5.0 is above north 4.0"),
        ("S_INTERSECTS(geometry, BBOX(1,'2',3,4))", "BBOX(1, '2', 3, 4): a bbox is of numbers"),
        ("S_INTERSECTS(platform, POINT(1 1))", "S_INTERSECTS(platform, POINT(…)): platform is no shape: the Item's footprint is geometry"),
        ("S_INTERSECTS(geometry, geometry)", "S_INTERSECTS(geometry, geometry): one side is geometry"),
        ("S_INTERSECTS(POINT(1 1), POINT(1 1))", "S_INTERSECTS(POINT(…), POINT(…)): one side is geometry"),
        ("S_INTERSECTS(geometry)", "S_INTERSECTS(geometry): takes 2 arguments, got 1"),
        ("T_AFTER(gsd, '2024-05-01')", "T_AFTER(gsd, '2024-05-01'): gsd is no time"),
        ("T_AFTER('2024-05-01', '2024-05-01')", "T_AFTER('2024-05-01', '2024-05-01'): compares two constants"),
        ("T_AFTER(datetime, INTERVAL('2024-05-02', '2024-05-01'))", "INTERVAL('2024-05-02', '2024-05-01'): ends before it starts"),
        ("T_AFTER(datetime, INTERVAL('2024-05-02'))", "INTERVAL('2024-05-02'): an interval has a start and an end"),
        ("T_AFTER(datetime, 5)", "T_AFTER(datetime, 5): 5 is no time"),
        ("datetime = INTERVAL('..', '2024-05-01')", "INTERVAL('..', '2024-05-01'): an interval is compared by the functions on times"),
        ("A_CONTAINS(platform, ('a'))", "A_CONTAINS(platform, ('a')): platform is no list of texts: write platform IN (…)"),
        ("A_CONTAINS(keywords, (1))", "A_CONTAINS(keywords, (1)): 1: the lists of Items hold texts"),
        ('A_CONTAINS(keywords, ("a"))', "A_CONTAINS(keywords, (a)): a: a name in a list is no text: write it in single quotes"),
        ("A_CONTAINS(('a'), ('a'))", "A_CONTAINS(('a'), ('a')): compares two constants"),
    ],
)
def test_functions(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_text(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "NULL: no condition"),
        ({}, "{}: no condition"),
        ([], "(): no condition"),
        ({"op": "="}, "=(): an operation is"),
        ({"op": "=", "args": [p("gsd"), 1], "x": 1}, "gsd = 1: an operation is"),
        ({"op": 5, "args": []}, "5(): the name of an operation is a text"),
        ({"op": ["="], "args": []}, "['=']("),
        (op("=", p("gsd"), [1]), "(1): a list stands only in IN"),
        (op("=", p("gsd"), {"x": 1}), "{x}: no value of CQL2"),
        (op("=", p("gsd"), 10**400), "a number: beyond"),
        (op("=", p("gsd"), float("nan")), "a number: beyond"),
        (op("=", p("gsd"), True), "gsd = TRUE: gsd is a number, TRUE is true or false"),
        (op("=", p("platform"), "a\0"), "a text: holds what is no character"),
        (op("=", p("platform"), "\ud800"), "a text: holds what is no character"),
        (op("=", p("platform"), "x" * 10_001), "'xxx"),
        (op("=", {"property": 5}, 1), "{property}: a property is"),
        (op("=", {"property": "gsd", "x": 1}, 1), "gsd: a property is"),
        (op("in", p("gsd"), 1), "gsd IN 1: IN needs a list"),
        (op("and"), "AND(): joins conditions, got none"),
        (op("foo", p("gsd")), "FOO(gsd): no function foo; there are CASEI"),
        (op("s_intersects", p("geometry"), {"type": "Point", "coordinates": [float("nan"), 1]}), "POINT(…): not a position"),
        (op("s_intersects", p("geometry"), {"type": "Polygon", "coordinates": [[[0, 0]] * 10_001]}), "POLYGON(…): at most 10000 positions"),
        (op("s_intersects", p("geometry"), {"bbox": "1,2,3,4"}), "{bbox}: a bbox is"),
        (op("t_after", p("datetime"), {"date": 5}), "DATE(5): needs a date"),
        (op("t_after", p("datetime"), {"interval": [{"interval": ["..", ".."]}, ".."]}), "T_AFTER("),
    ],
)
def test_json(value: Any, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_json(value)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 700
