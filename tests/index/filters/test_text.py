"""CQL2 text becomes exactly these trees."""

from typing import Any

import pytest
import shapely

from index.filters.nodes import (
    Among,
    And,
    Arithmetic,
    Array,
    Between,
    Compare,
    Constant,
    Fold,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Span,
    Spatial,
    Temporal,
)
from index.filters.parse import parse_text
from mappings.queryables import Kind
from tests.index.filters.trees import (
    CLOUD,
    DAY,
    END,
    FIRST_OF_MAY,
    GSD,
    INSTRUMENTS,
    KEYWORDS,
    ONLINE,
    PLATFORM,
    START,
    WHEN,
    lit,
    prop,
    time,
)

ONE, TWO = Compare("=", GSD, lit(1)), Compare("=", GSD, lit(2))
DAY_SPAN = Span(time(FIRST_OF_MAY), time(FIRST_OF_MAY + DAY - 1))
NOW = Span(WHEN, WHEN)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("eo:cloud_cover < 10", Compare("<", CLOUD, lit(10))),
        ('"eo:cloud_cover" <= .5', Compare("<=", CLOUD, lit(0.5))),
        ("properties.eo:cloud_cover = -1", Compare("=", CLOUD, lit(-1))),
        ("eo:cloud_cover > + 1", Compare(">", CLOUD, lit(1))),
        ("10 > eo:cloud_cover", Compare("<", CLOUD, lit(10))),
        ("'a' = platform", Compare("=", PLATFORM, lit("a"))),
        ("platform <> 'it''s'", Compare("<>", PLATFORM, lit("it's"))),
        ("platform = constellation", Compare("=", PLATFORM, prop("constellation"))),
        ("datetime > TIMESTAMP('2024-05-01T02:00:00+02:00')", Compare(">", WHEN, time(FIRST_OF_MAY))),
        ("datetime > TIMESTAMP('2024-05-01T00:00:00.0000019Z')", Compare(">", WHEN, time(FIRST_OF_MAY + 1))),
        ("datetime >= DATE('2024-05-01')", Compare(">=", WHEN, time(FIRST_OF_MAY))),
        ("datetime < '2024-05-01T00:00:00.000001Z'", Compare("<", WHEN, time(FIRST_OF_MAY + 1))),
        ("moisson:online", Compare("=", ONLINE, lit(True))),
        ("FALSE = moisson:online", Compare("=", ONLINE, lit(False))),
        ("TRUE", Constant(True)),
        ("1 = 2", Constant(False)),
        ("'a' < 'b' AND 2 + 2 = 4", Constant(True)),
        ("CASEI('É') = 'é'", Constant(True)),
        ("3 IN (1, 2, 1 + 2)", Constant(True)),
        ("gsd IS NULL", IsNull(GSD)),
        ("geometry IS NOT NULL", Not(IsNull(prop("geometry")))),
        ("platform IN ('a', 'b', 'a')", Among(PLATFORM, (lit("a"), lit("b")))),
        ("datetime IN ('2024-05-01')", Among(WHEN, (time(FIRST_OF_MAY),))),
        ("moisson:online in (true)", Among(ONLINE, (lit(True),))),
        ("gsd NOT BETWEEN 1 AND gsd + 1", Not(Between(GSD, lit(1), Arithmetic("+", GSD, lit(1))))),
        ("platform LIKE 'S%\\_'", Like(PLATFORM, "S%\\_")),
        ("CASEI(ACCENTI(platform)) = 'Éa'", Compare("=", Fold(PLATFORM, True, True), lit("Éa"))),
        ("ACCENTI(platform) = ACCENTI(CASEI('É'))", Compare("=", Fold(PLATFORM, False, True), lit("e"))),
        ("CASEI(platform) IN (casei('SPOT'), 'Spot')", Among(Fold(PLATFORM, True, False), (lit("spot"), lit("Spot")))),
        ("CASEI(platform) = CASEI(constellation)", Compare("=", Fold(PLATFORM, True, False), Fold(prop("constellation"), True, False))),
        ("CASEI(platform) LIKE CASEI('S\\%_%')", Like(Fold(PLATFORM, True, False), "s\\%_%")),
        # NFKD makes a % of this character, which is no wildcard for that.
        ("ACCENTI(platform) LIKE ACCENTI('é％')", Like(Fold(PLATFORM, False, True), "e\\%")),
    ],
)
def test_comparisons(text: str, tree: Any) -> None:
    assert parse_text(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("gsd = 1 AND gsd = 2 AND gsd = 1", And((ONE, TWO, ONE))),
        ("gsd = 1 AND (gsd = 2 AND gsd = 1)", And((ONE, TWO, ONE))),
        ("gsd = 1 OR gsd = 2 AND NOT gsd = 1", Or((ONE, And((TWO, Not(ONE)))))),
        ("NOT (NOT gsd = 1)", ONE),
        ("NOT NOT NOT gsd = 1", Not(ONE)),
        ("NOT gsd = 1 AND gsd = 2", And((Not(ONE), TWO))),
        ("NOT (gsd = 1 OR gsd = 2)", Not(Or((ONE, TWO)))),
        ("gsd = 1 AND TRUE", ONE),
        ("gsd = 1 AND 1 = 2", Constant(False)),
        ("gsd = 1 OR NOT 1 = 2", Constant(True)),
        ("gsd=1OR gsd=2", Or((ONE, TWO))),
        ("gsd = 1\n\tand\r\n( (gsd = 2) )", And((ONE, TWO))),
    ],
)
def test_logic_is_flat_and_without_constants(text: str, tree: Any) -> None:
    assert parse_text(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("gsd * 2 + 1 > 5", Compare(">", Arithmetic("+", Arithmetic("*", GSD, lit(2)), lit(1)), lit(5))),
        ("(gsd + 1) * 2 = 2", Compare("=", Arithmetic("*", Arithmetic("+", GSD, lit(1)), lit(2)), lit(2))),
        ("gsd - 1 - 2 = 2", Compare("=", Arithmetic("-", Arithmetic("-", GSD, lit(1)), lit(2)), lit(2))),
        ("gsd > 7 div 2 + 7 % 4 + 2 ^ 3 - 1 / 2", Compare(">", GSD, lit(13.5))),
        ("gsd = -7 div 2 - -7 % 4", Compare("=", GSD, lit(0))),
        ("-gsd = 2", Compare("=", Arithmetic("*", lit(-1), GSD), lit(2))),
        ("3 < gsd + 1", Compare(">", Arithmetic("+", GSD, lit(1)), lit(3))),
    ],
)
def test_arithmetic_of_constants_is_done_at_once(text: str, tree: Any) -> None:
    assert parse_text(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("> FALSE", Compare("=", ONLINE, lit(True))),
        ("< TRUE", Compare("=", ONLINE, lit(False))),
        ("<= TRUE", Or((Compare("=", ONLINE, lit(True)), Compare("=", ONLINE, lit(False))))),
        ("> TRUE", And((Compare("=", ONLINE, lit(True)), Compare("=", ONLINE, lit(False))))),
        ("< moisson:online", And((Compare("<>", ONLINE, ONLINE), Compare("=", ONLINE, lit(False))))),
    ],
)
def test_flags_are_in_order_as_basic_cql2_wants_it(text: str, tree: Any) -> None:
    assert parse_text(f"moisson:online {text}") == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("T_AFTER(datetime, TIMESTAMP('2024-05-01T00:00:00Z'))", Temporal("after", NOW, Span(time(FIRST_OF_MAY), time(FIRST_OF_MAY)))),
        ("t_before(DATE('2024-05-01'), datetime)", Temporal("before", DAY_SPAN, NOW)),
        (
            "T_DURING(INTERVAL(start_datetime, end_datetime), INTERVAL('2024-05-01', '2024-05-01'))",
            Temporal("during", Span(START, END), DAY_SPAN),
        ),
        ("T_FINISHEDBY(datetime, INTERVAL('..', datetime))", Temporal("finishedby", NOW, Span(None, WHEN))),
        ("T_MEETS(datetime, INTERVAL('2024-05-01', ''))", Temporal("meets", NOW, Span(time(FIRST_OF_MAY), None))),
    ],
)
def test_times_are_spans(text: str, tree: Any) -> None:
    assert parse_text(text) == tree


def test_all_relations_of_times_are_known() -> None:
    names = "after before contains disjoint during equals finishedBy finishes intersects meets metBy overlappedBy overlaps startedBy starts"
    for name in names.split():
        assert parse_text(f"T_{name.upper()}(datetime, '2024-05-01')") == Temporal(name.lower(), NOW, DAY_SPAN)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("A_CONTAINS(instruments, ('a', 'b', 'a'))", Array("contains", INSTRUMENTS, ("a", "b"))),
        ("A_CONTAINS(('a'), instruments)", Array("containedby", INSTRUMENTS, ("a",))),
        ("A_CONTAINEDBY(('a'), instruments)", Array("contains", INSTRUMENTS, ("a",))),
        ("A_EQUALS(instruments, ())", Array("equals", INSTRUMENTS, ())),
        ("a_overlaps(instruments, keywords)", Array("overlaps", INSTRUMENTS, KEYWORDS)),
    ],
)
def test_lists_turn_round_when_the_constant_is_left(text: str, tree: Any) -> None:
    assert parse_text(text) == tree


@pytest.mark.parametrize(
    ("text", "relation", "wkt"),
    [
        ("S_INTERSECTS(geometry, POINT(1 2))", "intersects", "POINT (1 2)"),
        ("s_disjoint(geometry, Point Z (1 2 3))", "disjoint", "POINT (1 2)"),
        ("S_WITHIN(POINT(-1.5 +1e1), geometry)", "contains", "POINT (-1.5 10)"),
        ("S_CONTAINS(POLYGON((0 0,1 0,1 1,0 0)), geometry)", "within", "POLYGON ((0 0,1 0,1 1,0 0))"),
        ("S_CROSSES(LINESTRING(0 0,1 1), geometry)", "crosses", "LINESTRING (0 0, 1 1)"),
        ("S_EQUALS(geometry, MULTIPOINT(0 0, 1 1))", "equals", "MULTIPOINT (0 0, 1 1)"),
        ("S_TOUCHES(geometry, BBOX(1,2,3,4))", "touches", "POLYGON ((1 2, 3 2, 3 4, 1 4, 1 2))"),
        ("S_OVERLAPS(geometry, BBOX(1,2,-9,3,4,9))", "overlaps", "POLYGON ((1 2, 3 2, 3 4, 1 4, 1 2))"),
        (
            "S_INTERSECTS(geometry, BBOX(170,-10,-170,10))",
            "intersects",
            "MULTIPOLYGON (((170 -10,180 -10,180 10,170 10,170 -10)),((-180 -10,-170 -10,-170 10,-180 10,-180 -10)))",
        ),
        ("S_INTERSECTS(geometry, BBOX(1,2,1,2))", "intersects", "POINT (1 2)"),
        ("S_INTERSECTS(geometry, BBOX(170,2,-170,2))", "intersects", "MULTILINESTRING ((170 2,180 2),(-180 2,-170 2))"),
        ("S_INTERSECTS(geometry, BBOX(180,2,-170,3))", "intersects", "POLYGON ((-180 2,-170 2,-170 3,-180 3,-180 2))"),
    ],
)
def test_shapes_stand_right_of_the_footprint(text: str, relation: str, wkt: str) -> None:
    found = parse_text(text)
    assert isinstance(found, Spatial)
    assert found.relation == relation
    assert found.shape.is_valid
    assert shapely.equals(found.shape, shapely.from_wkt(wkt))
    assert found.shape.geom_type == shapely.from_wkt(wkt).geom_type


@pytest.mark.parametrize(
    ("literal", "value"),
    [(r"it\'s", "it's"), ("it''s", "it's"), (r"a\\b", r"a\b"), (r"a\tb\n", "a\tb\n"), (r"100\%", r"100\%"), ("a''''b", "a''b")],
)
def test_texts_are_written_with_escapes(literal: str, value: str) -> None:
    tree = parse_text(f"title = '{literal}'")
    assert isinstance(tree, Compare)
    assert tree.right == Literal(value, Kind.TEXT)


@pytest.mark.parametrize("relation", ["S_INTERSECTS", "S_DISJOINT"])
def test_a_collection_of_shapes_is_met_where_one_of_them_is(relation: str) -> None:
    tree = parse_text(f"{relation}(geometry, GEOMETRYCOLLECTION(POINT(7 7),POLYGON((0 0,2 0,2 2,0 2,0 0))))")
    assert isinstance(tree, Spatial)
    point, polygon = shapely.get_parts(tree.shape)
    assert (point.wkt, polygon.bounds) == ("POINT (7 7)", (0, 0, 2, 2))
