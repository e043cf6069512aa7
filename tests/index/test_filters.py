"""Filters: of which Items they are true, and of which their contrary is; neither where a property is missing."""

import pytest

from index.document import Document
from index.filters.nodes import (
    Among,
    And,
    Arithmetic,
    Array,
    Between,
    Compare,
    Constant,
    FilterError,
    IsNull,
    Like,
    Not,
    Or,
    Predicate,
    Span,
    Spatial,
    Temporal,
)
from index.filters.operators import Operators
from index.protocol import Index
from mappings.geometry import box
from tests.index.filtering import at, flag, folded, number, prop, text, true_of
from tests.index.helpers import ask, batch
from tests.support.items import document, make_document, make_item

LONG = "é" * 7_990
EVERY = "abcdef"


def with_properties(properties: dict[str, object], *args, **values) -> Document:
    """make_document(…) with properties that a mapping would have left out."""
    item = make_item(*args, **values)
    item["properties"].update(properties)
    return document(item)


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    documents = [
        make_document(
            "a",
            **{"platform": "SPOT 6", "gsd": 1.5, "eo:cloud_cover": 0, "instruments": ["naomi"], "moisson:online": True},
            **{"title": "Été à Fécamp", "created": "2024-01-01T00:00:00.000001Z", "sat:relative_orbit": 51},
        ),
        make_document(
            "b",
            "d",
            **{"platform": "spot 6", "gsd": 10, "eo:cloud_cover": 50.5, "instruments": ["msi", "naomi", "msi"], "moisson:online": False},
            **{"title": "100% cloud_free", "datetime": "2024-05-31T21:59:59.5Z", "box": (10, 10, 12, 12), "source": "other"},
        ),
        with_properties(
            {"instruments": []},
            "c",
            **{"platform": "Pléiades", "box": None, "datetime": None, "availability": "held", "eo:cloud_cover": -0.0},
            **{"title": "E\u0301te\u0301 a\u0300 Fe\u0301camp", "start": "2024-02-01T00:00:00Z", "end": "2024-03-01T00:00:00Z"},
        ),
        make_document("d", **{"title": "back\\slash*?", "platform": "\U0001f6f0", "box": (179, -1, -179, 1)}),
        make_document("e", **{"title": LONG + "b", "platform": "\uffee", "gsd": "10", "instruments": "naomi"}),
        with_properties({"platform": ""}, "f", **{"title": LONG + "a", "instruments": [f"word {n}" for n in range(300)]}),
    ]
    store.apply(batch(items=documents))
    store.refresh()
    return store


def compared(op: str, name: str, literal) -> Compare:
    return Compare(op, prop(name), literal)


MARCH = at("2024-03-01T00:00:00Z")
ITS_TIMES = Span(prop("start_datetime"), prop("end_datetime"))
MOMENT = Span(prop("datetime"), prop("datetime"))


def span(start: str | None, end: str | None) -> Span:
    return Span(at(start) if start else None, at(end) if end else None)


# (a filter, of which Items it is true, of which it is false).
CASES: list[tuple[Predicate, str, str]] = [
    (Constant(True), EVERY, ""),
    (compared("=", "platform", text("SPOT 6")), "a", "bcdef"),
    (compared("<>", "platform", text("SPOT 6")), "bcdef", "a"),
    (compared("<", "platform", text("Pléiades")), "f", "abcde"),
    (compared(">", "platform", text("\uffee")), "d", "abcef"),
    (Compare(">=", text("SPOT 6"), prop("platform")), "acf", "bde"),
    (compared("=", "platform", text("")), "f", "abcde"),
    (compared("=", "eo:cloud_cover", number(0)), "ac", "b"),
    (compared("=", "eo:cloud_cover", number(-0.0)), "ac", "b"),
    (compared("<", "eo:cloud_cover", number(0)), "", "abc"),
    (compared(">", "eo:cloud_cover", number(50)), "b", "ac"),
    (compared("=", "gsd", number(10)), "b", "a"),
    (compared("=", "sat:relative_orbit", number(51)), "a", ""),
    (compared("<", "sat:relative_orbit", number(51.5)), "a", ""),
    (compared("=", "sat:relative_orbit", number(51.5)), "", "a"),
    (compared("<=", "sat:relative_orbit", number(1e300)), "a", ""),
    (compared("=", "moisson:online", flag(True)), "a", "b"),
    (compared("<>", "moisson:online", flag(True)), "b", "a"),
    (compared("=", "created", at("2024-01-01T00:00:00.000001Z")), "a", ""),
    (compared(">", "created", at("2024-01-01T00:00:00.000001Z")), "", "a"),
    (compared("=", "moisson:source", text("other")), "b", "acdef"),
    (compared("=", "moisson:availability", text("held")), "c", "abdef"),
    (compared(">", "id", text("c")), "def", "abc"),
    (compared("=", "collection", text("d")), "b", "acdef"),
    (compared("=", "title", text(LONG + "a")), "f", "abcde"),
    (Among(prop("title"), (text(LONG + "b"), text("no"))), "e", "abcdf"),
    (compared(">", "title", text("é" * 10)), "ef", "abcd"),
    (compared("=", "title", text("x" * 40_000)), "", EVERY),
    (Compare("=", folded("platform", case=True), text("spot 6")), "ab", "cdef"),
    (Compare("<>", folded("platform", case=True), text("spot 6")), "cdef", "ab"),
    (Compare("=", folded("platform", accents=True), text("Pleiades")), "c", "abdef"),
    (Compare("=", folded("title", case=True, accents=True), text("ete a fecamp")), "ac", "bdef"),
    (Compare("<", folded("platform", case=True), text("spot 6")), "cf", "abde"),
    (Compare(">", folded("platform", case=True), text("spot 6")), "de", "abcf"),
    (Compare("=", folded("moisson:availability", case=True), text("held")), "c", "abdef"),
    (Between(prop("eo:cloud_cover"), number(0), number(50)), "ac", "b"),
    (Between(prop("eo:cloud_cover"), number(50), number(0)), "", "abc"),
    (Between(prop("platform"), text("Q"), text("spot 6")), "ab", "cdef"),
    (Between(folded("platform", case=True), text("q"), text("spot 6")), "ab", "cdef"),
    (Between(prop("datetime"), MARCH, at("2024-06-01T00:00:00Z")), "b", "adef"),
    (Among(prop("platform"), (text("SPOT 6"), text("Pléiades"))), "ac", "bdef"),
    (Among(prop("eo:cloud_cover"), (number(50.5), number(7))), "b", "ac"),
    (Among(folded("platform", accents=True), (text("Pleiades"), text("x"))), "c", "abdef"),
    (Among(prop("created"), (at("2024-01-01T00:00:00.000001Z"),)), "a", ""),
    (Like(prop("platform"), "%POT%"), "a", "bcdef"),
    (Like(prop("platform"), "_"), "de", "abcf"),
    (Like(prop("platform"), "%"), EVERY, ""),
    (Like(prop("title"), "100\\% %"), "b", "acdef"),
    (Like(prop("title"), "%cloud\\_free"), "b", "acdef"),
    (Like(prop("title"), "%\\\\slash*?"), "d", "abcef"),
    (Like(prop("title"), "%*_"), "d", "abcef"),
    (Like(prop("title"), "back\\\\slash*?"), "d", "abcef"),
    (Like(folded("platform", case=True), "%pot 6"), "ab", "cdef"),
    (Like(folded("platform", case=True), "%"), EVERY, ""),
    (IsNull(prop("gsd")), "cdef", "ab"),
    (IsNull(prop("instruments")), "de", "abcf"),
    (IsNull(prop("geometry")), "c", "abdef"),
    (IsNull(prop("id")), "", EVERY),
    (IsNull(prop("datetime")), "c", "abdef"),
    (Array("contains", prop("instruments"), ("naomi",)), "ab", "cf"),
    (Array("contains", prop("instruments"), ("naomi", "msi")), "b", "acf"),
    (Array("contains", prop("instruments"), ()), "abcf", ""),
    (Array("equals", prop("instruments"), ("naomi", "msi", "naomi")), "b", "acf"),
    (Array("equals", prop("instruments"), ()), "c", "abf"),
    (Array("containedby", prop("instruments"), ("naomi", "x")), "ac", "bf"),
    (Array("containedby", prop("instruments"), ()), "c", "abf"),
    (Array("containedby", prop("instruments"), tuple(f"word {n}" for n in range(301))), "cf", "ab"),
    (Array("overlaps", prop("instruments"), ("msi", "x")), "b", "acf"),
    (Array("overlaps", prop("instruments"), ()), "", "abcf"),
    (Spatial("intersects", box(0.5, 0.5, 11, 11)), "abef", "d"),
    (Spatial("disjoint", box(9, 9, 13, 13)), "adef", "b"),
    (Temporal("after", MOMENT, span(None, "2024-03-01T00:00:00Z")), "b", "adef"),
    (Temporal("before", MOMENT, span("2024-03-01T00:00:00Z", None)), "adef", "b"),
    (Temporal("after", MOMENT, span("2024-03-01T00:00:00Z", None)), "", "abdef"),
    (Temporal("during", ITS_TIMES, span("2024-01-31T00:00:00Z", "2024-03-02T00:00:00Z")), "c", ""),
    (Temporal("during", ITS_TIMES, span("2024-02-01T00:00:00Z", None)), "", "c"),
    (Temporal("during", span("2024-02-02T00:00:00Z", "2024-02-03T00:00:00Z"), ITS_TIMES), "c", ""),
    (Temporal("equals", ITS_TIMES, span("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")), "c", ""),
    (Temporal("equals", ITS_TIMES, span(None, None)), "", "c"),
    (Temporal("meets", ITS_TIMES, span("2024-03-01T00:00:00Z", None)), "c", ""),
    (Temporal("metby", ITS_TIMES, span(None, "2024-02-01T00:00:00Z")), "c", ""),
    (Temporal("starts", ITS_TIMES, span("2024-02-01T00:00:00Z", None)), "c", ""),
    (Temporal("startedby", ITS_TIMES, span("2024-02-01T00:00:00Z", "2024-02-03T00:00:00Z")), "c", ""),
    (Temporal("finishes", ITS_TIMES, span(None, "2024-03-01T00:00:00Z")), "c", ""),
    (Temporal("finishedby", ITS_TIMES, span("2024-02-03T00:00:00Z", "2024-03-01T00:00:00Z")), "c", ""),
    (Temporal("overlaps", ITS_TIMES, span("2024-02-03T00:00:00Z", None)), "c", ""),
    (Temporal("overlappedby", ITS_TIMES, span(None, "2024-02-03T00:00:00Z")), "c", ""),
    (Temporal("contains", ITS_TIMES, span("2024-02-03T00:00:00Z", "2024-02-04T00:00:00Z")), "c", ""),
    (Temporal("disjoint", ITS_TIMES, span("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z")), "", "c"),
    (Temporal("intersects", ITS_TIMES, span("2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z")), "c", ""),
    # What is missing on one side is neither, unless the other side decides.
    (And((compared("=", "gsd", number(10)), compared("=", "id", text("b")))), "b", "acdef"),
    (Or((compared("=", "gsd", number(10)), compared("=", "id", text("c")))), "bc", "a"),
    (Not(Or((compared("=", "gsd", number(10)), Not(compared("=", "id", text("a")))))), "a", "bcdef"),
    (And((Or((Constant(False), IsNull(prop("gsd")))), Not(Constant(False)))), "cdef", "ab"),
]


@pytest.mark.parametrize(("predicate", "true", "false"), CASES, ids=[f"{n}-{type(case[0]).__name__}" for n, case in enumerate(CASES)])
def test_a_filter_is_true_false_or_neither(filled: Index, predicate: Predicate, true: str, false: str) -> None:
    assert (true_of(filled, predicate), true_of(filled, Not(predicate))) == (true, false)
    assert true_of(filled, Not(Not(predicate))) == true


UNSURE: list[tuple[Operators, Predicate, str, str]] = [
    (Operators.PROPERTIES, Compare("=", prop("platform"), prop("title")), "", EVERY),
    (Operators.PROPERTIES, Temporal("before", MOMENT, Span(prop("created"), prop("created"))), "a", ""),
    (Operators.PROPERTIES, Array("equals", prop("instruments"), prop("instruments")), "abcf", ""),
    (Operators.ARITHMETIC, Compare("=", Arithmetic("*", prop("gsd"), number(2)), number(3)), "a", "b"),
    (Operators.SPATIAL, Spatial("within", box(9, 9, 13, 13)), "b", "adef"),
]


@pytest.mark.parametrize(("operator", "predicate", "true", "false"), UNSURE)
def test_what_a_store_cannot_honour_it_refuses_by_name(
    filled: Index, operator: Operators, predicate: Predicate, true: str, false: str
) -> None:
    if operator in filled.operators:
        assert (true_of(filled, predicate), true_of(filled, Not(predicate))) == (true, false)
        return
    for asked in (filled.search, filled.count, filled.matched, filled.summaries, lambda query: filled.aggregate(query, [])):
        with pytest.raises(FilterError) as refused:
            asked(ask(filter=Or((predicate, Constant(True)))))
        assert refused.value.part
        assert refused.value.reason


def test_a_filter_is_one_condition_among_the_others(filled: Index) -> None:
    wide = compared(">=", "platform", text("SPOT 6"))
    assert true_of(filled, wide) == "abde"
    assert true_of(filled, wide, collections=("c",)) == "ade"
    assert true_of(filled, wide, collections=("c",), ids=("d", "c")) == "d"


def test_a_wide_or_deep_filter_is_honoured(filled: Index) -> None:
    deep: Predicate = compared("=", "id", text("a"))
    for number_of in range(16):
        deep = Or((deep, Constant(False))) if number_of % 2 else And((deep, Not(Constant(False))))
    assert true_of(filled, deep) == "a"
    assert true_of(filled, Or(tuple(compared("=", "id", text(f"{n}a"[-1])) for n in range(200)))) == "a"
    assert true_of(filled, Among(prop("id"), tuple(text(name) for name in [*map(str, range(2000)), "b"]))) == "b"
