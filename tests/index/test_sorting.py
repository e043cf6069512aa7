"""The order of an answer: any sortable field both ways, missing values last, then ascending id and Collection."""

from itertools import chain

import pytest

from index.protocol import Index
from index.query import PAGE_BYTES, SORT_BYTES, Cursor
from mappings.queryables import FIELDS
from tests.index.filtering import by
from tests.index.helpers import ask, batch, pages
from tests.support.items import make_document

PREFIX = "x" * (SORT_BYTES - 1)


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    documents = [
        make_document(
            "a", **{"platform": PREFIX + "é", "gsd": 2, "sat:relative_orbit": 7, "moisson:online": True, "licence": "copernicus"}
        ),
        make_document("b", **{"platform": PREFIX + "a", "gsd": 10, "sat:relative_orbit": 51, "created": "1965-03-04T05:06:07.000001Z"}),
        make_document("c", **{"platform": "\U0001f6f0", "gsd": -0.5, "moisson:online": False, "created": "9999-12-31T23:59:59.999999Z"}),
        make_document("d", **{"platform": "\uffee", "datetime": None, "start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}),
        make_document("e", **{"gsd": 2, "datetime": "2025-01-01T00:00:00Z", "availability": "held", "source": "other"}),
        make_document("e", "d", **{"gsd": 2, "created": "1965-03-04T05:06:07.000002Z", "platform": "SPOT"}),
        make_document("f", **{"platform": PREFIX + "éb", "sat:relative_orbit": 7}),
    ]
    store.apply(batch(items=documents))
    store.refresh()
    return store


ORDERS = [
    ("gsd", "caeeb" + "df", "baeec" + "df"),
    ("sat:relative_orbit", "afb" + "cdee", "baf" + "cdee"),
    ("moisson:online", "ca" + "bdeef", "ac" + "bdeef"),
    ("created", "bec" + "adef", "ceb" + "adef"),
    # By bytes, of which two have the first 32 in common.
    ("platform", "eafb" + "dc" + "e", "cd" + "bafe" + "e"),
    ("datetime", "abcefde", "edabcef"),
    ("id", "abcdeef", "feedcba"),
    ("collection", "abcdefe", "eabcdef"),
    ("moisson:availability", "eabcdef", "abcdefe"),
    ("moisson:source", "eabcdef", "abcdefe"),
    ("start_datetime", "dabceef", "dabceef"),
]


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize(("name", "ascending", "descending"), ORDERS)
def test_a_field_gives_the_order_both_ways_with_missing_values_last(
    filled: Index, name: str, ascending: str, descending: str, limit: int
) -> None:
    for sort, expected in ((by(name), ascending), (by(name, descending=True), descending)):
        found = pages(filled, ask(sort=(sort,), limit=limit))
        assert "".join(item.id for item in chain(*found)) == expected
        assert all(len(page) == limit for page in found[:-1])


def test_equal_ones_are_told_by_the_next_field_then_by_id_and_collection(filled: Index) -> None:
    sort = (by("gsd", descending=True), by("moisson:source"), by("sat:relative_orbit"))
    found = pages(filled, ask(sort=sort, limit=2))
    assert [(item.id, item.collection) for item in chain(*found)] == [
        ("b", "c"),
        ("e", "c"),
        ("a", "c"),
        ("e", "d"),
        ("c", "c"),
        ("f", "c"),
        ("d", "c"),
    ]
    twice = pages(filled, ask(sort=(by("id", descending=True), by("id")), limit=2))
    assert "".join(item.id for item in chain(*twice)) == "feedcba"


def test_every_sortable_field_is_taken(filled: Index) -> None:
    for field in FIELDS.values():
        if field.sortable:
            assert len(filled.search(ask(sort=(by(field.name),))).items) == 7


def test_a_cursor_says_what_the_item_is_sorted_by(filled: Index) -> None:
    names = ("platform", "gsd", "sat:relative_orbit")
    page = filled.search(ask(sort=tuple(map(by, names)), limit=3))
    assert page.next == Cursor((PREFIX, None, 7), "f", "c")
    assert filled.search(ask(sort=(by("created"),), limit=3)).next == Cursor((253_402_300_799_999_999,), "c", "c")
    assert filled.search(ask(sort=(by("created"),), limit=4)).next == Cursor((None,), "a", "c")


def test_a_page_ends_before_it_grows_beyond_its_bytes(index: Index) -> None:
    big = "x" * (PAGE_BYTES // 3)
    index.apply(batch(items=[make_document(f"i{n}", **{"description": big}) for n in range(5)]))
    index.apply(batch(items=[make_document("i5", **{"description": big * 4}), make_document("i6")]))
    index.refresh()
    found = pages(index, ask(limit=100))
    assert [[item.id for item in page] for page in found] == [["i0", "i1"], ["i2", "i3"], ["i4"], ["i5"], ["i6"]]
    way = [index.search(ask(limit=100))]
    while way[-1].next:
        way.append(index.search(ask(limit=100, after=way[-1].next)))
    back = index.search(ask(limit=100, after=way[-2].previous))
    assert [item.id for item in back.items] == ["i3", "i4"]
    assert (back.previous is not None, back.next) == (True, Cursor(way[-1].previous.values, "i4", "c") if way[-1].previous else None)
