"""Summaries of all that matches: exact, of what the audience finds, under the same conditions as pages."""

import pytest

from index.aggregation import Aggregated, Aggregation, Bucket, Summed
from index.filters.nodes import Compare
from index.protocol import Index
from mappings.audience import Audience
from mappings.queryables import FIELDS
from tests.index.filtering import number, prop
from tests.index.helpers import ask, batch, micros
from tests.support.items import LICENCES, make_document

OPEN = Audience("open", frozenset({("open", LICENCES["open"])}))
DISTANT = "9999-12-31T23:59:59.999999Z"


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    documents = [
        make_document("a", **{"platform": "A", "gsd": 0.3, "eo:cloud_cover": 0, "instruments": ["x", "y", "x"], "title": "é"}),
        make_document(
            "b", "d", **{"platform": "B", "gsd": 0.1 + 0.2, "eo:cloud_cover": 100, "instruments": ["y"], "box": (2, 48, 2.5, 49)}
        ),
        make_document(
            "c", "e", **{"platform": "B", "eo:cloud_cover": 50, "box": (179, -1, -178, 1), "created": "1969-12-31T23:59:59.999999Z"}
        ),
        make_document("d", **{"platform": "Z", "availability": "held", "box": None, "created": DISTANT, "sat:relative_orbit": 51}),
        make_document("e", "d", **{"platform": "A", "gsd": 20, "eo:cloud_cover": 10, "datetime": "2024-03-31T23:59:59.999999Z"}),
        make_document("f", "e", **{"platform": "C", "eo:cloud_cover": 9.999, "datetime": "2023-12-31T23:59:59.999999Z"}),
        make_document("g", "e", **{"datetime": None, "start": "2020-01-01T00:00:00Z", "end": "2020-02-01T00:00:00Z"}),
    ]
    store.apply(batch(items=documents))
    store.refresh()
    return store


def summed(index: Index, what: Summed, name: str | None = None, **more) -> Aggregated:
    conditions = {key: more.pop(key) for key in ("audience", "collections", "filter", "limit") if key in more}
    wanted = Aggregation("it", what, FIELDS[name] if name else None, **more)
    return index.aggregate(ask(**conditions), [wanted])["it"]


def buckets(found: Aggregated) -> list[tuple[str | float, int]]:
    assert found.value is None
    return [(bucket.key, bucket.count) for bucket in found.buckets]


def test_the_count_is_of_all_that_matches(filled: Index) -> None:
    assert summed(filled, Summed.COUNT, limit=1) == Aggregated(7)
    assert summed(filled, Summed.COUNT, audience=OPEN) == Aggregated(6)
    assert summed(filled, Summed.COUNT, collections=("none",)) == Aggregated(0)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("gsd", 0.3, 20),
        ("sat:relative_orbit", 51, 51),
        ("created", micros("1969-12-31T23:59:59.999999Z"), micros(DISTANT)),
        ("datetime", micros("2023-12-31T23:59:59.999999Z"), micros("2024-03-31T23:59:59.999999Z")),
        ("start_datetime", micros("2020-01-01T00:00:00Z"), micros("2020-01-01T00:00:00Z")),
        ("platform", "A", "Z"),
        ("view:azimuth", None, None),
    ],
)
def test_the_least_and_the_most_are_exact_to_the_last_microsecond(filled: Index, name: str, least: object, most: object) -> None:
    assert (summed(filled, Summed.LEAST, name).value, summed(filled, Summed.MOST, name).value) == (least, most)


def test_terms_come_by_count_then_by_text_and_the_rest_is_counted(filled: Index) -> None:
    assert buckets(summed(filled, Summed.TERMS, "platform")) == [("A", 2), ("B", 2), ("C", 1), ("Z", 1)]
    cut = summed(filled, Summed.TERMS, "platform", size=1)
    assert (buckets(cut), cut.others) == ([("A", 2)], 4)
    cut = summed(filled, Summed.TERMS, "platform", size=3)
    assert (buckets(cut), cut.others) == ([("A", 2), ("B", 2), ("C", 1)], 1)


def test_terms_of_a_list_count_each_item_once_per_text(filled: Index) -> None:
    assert buckets(summed(filled, Summed.TERMS, "instruments")) == [("y", 2), ("x", 1)]


def test_terms_of_what_each_item_has(filled: Index) -> None:
    assert buckets(summed(filled, Summed.TERMS, "collection")) == [("e", 3), ("c", 2), ("d", 2)]
    assert buckets(summed(filled, Summed.TERMS, "moisson:availability")) == [("open", 6), ("held", 1)]
    assert buckets(summed(filled, Summed.TERMS, "moisson:licence", audience=OPEN)) == [(LICENCES["open"], 6)]


def test_months_and_years_are_those_of_the_calendar_in_utc(filled: Index) -> None:
    assert buckets(summed(filled, Summed.MONTHS, "datetime")) == [("2023-12", 1), ("2024-01", 4), ("2024-03", 1)]
    assert buckets(summed(filled, Summed.YEARS, "datetime")) == [("2023", 1), ("2024", 5)]
    assert buckets(summed(filled, Summed.YEARS, "created")) == [("1969", 1), ("9999", 1)]


def test_the_last_step_holds_the_end_too_and_what_is_outside_is_left_out(filled: Index) -> None:
    clouds = {"start": 0, "end": 100, "width": 10}
    assert buckets(summed(filled, Summed.STEPS, "eo:cloud_cover", **clouds)) == [(0, 2), (10, 1), (50, 1), (90, 1)]
    assert buckets(summed(filled, Summed.STEPS, "eo:cloud_cover", start=5, end=60, width=25)) == [(5, 2), (30, 1)]
    # A step that is cut short by the end.
    assert buckets(summed(filled, Summed.STEPS, "eo:cloud_cover", start=0, end=50, width=40)) == [(0, 3), (40, 1)]
    assert buckets(summed(filled, Summed.STEPS, "gsd", start=0, end=1, width=0.1)) == [(2 * 0.1, 1), (3 * 0.1, 1)]


def test_cells_hold_the_middle_of_the_box(filled: Index) -> None:
    # (2.25, 48.5), (-179.5, 0), and four times (0.5, 0.5).
    assert buckets(summed(filled, Summed.CELLS, precision=1)) == [("s", 4), ("8", 1), ("u", 1)]
    assert buckets(summed(filled, Summed.CELLS, precision=5, collections=("d",))) == [("s006g", 1), ("u09eg", 1)]
    cut = summed(filled, Summed.CELLS, precision=1, size=2)
    assert (buckets(cut), cut.others) == ([("s", 4), ("8", 1)], 1)


def test_several_are_answered_under_the_same_conditions_each_by_its_name(filled: Index) -> None:
    wanted = [
        Aggregation("a[0] > é", Summed.COUNT),
        Aggregation("b", Summed.TERMS, FIELDS["platform"]),
        Aggregation("c", Summed.MOST, FIELDS["gsd"]),
        Aggregation("d", Summed.CELLS, precision=3),
    ]
    found = filled.aggregate(ask(filter=Compare("<", prop("gsd"), number(1)), audience=OPEN), wanted)
    assert list(found) == ["a[0] > é", "b", "c", "d"]
    assert found["a[0] > é"] == Aggregated(2)
    assert list(found["b"].buckets) == [Bucket("A", 1), Bucket("B", 1)]
    assert found["c"].value == 0.1 + 0.2
    assert filled.aggregate(ask(), []) == {}


def test_the_fields_are_those_of_what_the_audience_finds(filled: Index) -> None:
    found = filled.fields(ask())
    assert {"platform", "gsd", "instruments", "created", "sat:relative_orbit", "start_datetime", "title", "id"} <= found
    assert "view:azimuth" not in found
    assert "sat:relative_orbit" not in filled.fields(ask(audience=OPEN))
    assert "gsd" not in filled.fields(ask(collections=("e",)))
    assert filled.fields(ask(audience=Audience("nobody", frozenset()))) == frozenset()
    # Only the audience and the Collections count.
    assert filled.fields(ask(filter=Compare("<", prop("gsd"), number(0)), limit=1)) == found


def test_without_any_item_there_is_nothing_to_sum_up(index: Index) -> None:
    wanted = [
        Aggregation("n", Summed.COUNT),
        Aggregation("t", Summed.TERMS, FIELDS["platform"]),
        Aggregation("m", Summed.MOST, FIELDS["gsd"]),
    ]
    found = index.aggregate(ask(), wanted)
    assert [(name, one.value, list(one.buckets), one.others) for name, one in found.items()] == [
        ("n", 0, [], 0),
        ("t", None, [], 0),
        ("m", None, [], 0),
    ]
    assert index.fields(ask()) == frozenset()
    assert index.matched(ask()).number == 0
