"""Order, pages, times, ids and collections: what a search finds, and what a count counts."""

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

import pytest

from index.protocol import Index
from index.state import ItemKey
from tests.index.helpers import ask, batch, ids, micros, pages
from tests.support.items import make_document

Put = Callable[..., None]


def many(number: int) -> list:
    """Documents of which seven at a time share a datetime, in two collections."""
    made = make_document("x")
    return [
        replace(
            made,
            id=f"i{n * 7919 % number:05d}",
            collection="cd"[n % 2],
            sort_key=(k := micros("2020-01-01") + n // 7 * 1_000_000),
            start=k,
            end=k,
        )
        for n in range(number)
    ]


def key(document) -> tuple[int, str, str]:
    return (-document.sort_key, document.id, document.collection)


def test_an_empty_store_answers_nothing(index: Index) -> None:
    index.refresh()
    assert ids(index) == []
    assert index.search(ask()).next is None
    assert index.summaries(ask()) == {}


def test_the_newest_comes_first_then_the_smaller_id_then_the_smaller_collection(index: Index, put: Put) -> None:
    put(
        make_document("b", "d", datetime="2024-01-01T00:00:00Z"),
        make_document("b", "c", datetime="2024-01-01T00:00:00Z"),
        make_document("a", "e", datetime="2024-01-01T00:00:00Z"),
        make_document("Z", "c", datetime="2024-01-01T00:00:00Z"),
        make_document("é", "c", datetime="2024-01-01T00:00:00Z"),
        make_document("old", datetime="1986-02-22T00:00:00Z"),
        make_document("older", datetime="1957-10-04T00:00:00Z"),
        make_document("new", datetime="2024-01-01T00:00:00.000001Z"),
    )
    found = [(item.id, item.collection) for item in index.search(ask()).items]
    assert found == [("new", "c"), ("Z", "c"), ("a", "e"), ("b", "c"), ("b", "d"), ("é", "c"), ("old", "c"), ("older", "c")]


def test_an_interval_without_datetime_stands_at_its_start(index: Index, put: Put) -> None:
    put(
        make_document("interval", datetime=None, start="2024-01-02T00:00:00Z", end="2024-12-31T00:00:00Z"),
        make_document("both", datetime="2024-01-03T00:00:00Z", start="2024-01-01T00:00:00Z", end="2024-01-04T00:00:00Z"),
        make_document("instant", datetime="2024-01-01T12:00:00Z"),
    )
    assert ids(index) == ["both", "interval", "instant"]


@pytest.mark.parametrize("limit", [1, 10, 100, 1000])
def test_pages_hold_every_match_once_and_in_order(index: Index, put: Put, limit: int) -> None:
    documents = many(61 if limit == 1 else 1201)
    put(documents)
    found = pages(index, ask(limit=limit))
    assert [(item.id, item.collection) for item in chain(*found)] == [(one.id, one.collection) for one in sorted(documents, key=key)]
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]
    assert index.count(ask(limit=limit)) == len(documents)


@pytest.mark.parametrize("area", [None, "world"])
def test_there_is_a_next_only_when_there_is_a_further_match(index: Index, put: Put, area: str | None) -> None:
    from mappings.geometry import box

    where = {"area": box(-180, -90, 180, 90)} if area else {}
    put([make_document(f"i{n}", "d" if n == 9 else "c") for n in range(10)])
    assert index.search(ask(limit=10, **where)).next is None
    assert index.search(ask(limit=9, **where)).next is not None
    assert index.search(ask(limit=9, collections=("c",), **where)).next is None
    assert index.search(ask(limit=8, collections=("c",), **where)).next is not None


def test_what_arrives_between_two_pages_makes_nothing_come_twice_or_be_skipped(index: Index, put: Put) -> None:
    put([make_document(f"i{n:02d}", datetime=f"2024-01-{n + 1:02d}T00:00:00Z") for n in range(20)])
    seen: list[str] = []
    query, step = ask(limit=3), 0
    while True:
        page = index.search(query)
        seen += [item.id for item in page.items]
        if page.next is None:
            break
        query, step = replace(query, after=page.next), step + 1
        # One before and one after the place of the reader, and one that was read changes.
        put(
            make_document(f"new{step}", datetime="2025-01-01T00:00:00Z"),
            make_document(f"late{step}", datetime=f"2023-01-{step:02d}T00:00:00Z"),
            make_document(seen[0], datetime="2024-01-20T00:00:00Z", title="changed"),
        )
    assert len(seen) == len(set(seen))
    assert {f"i{n:02d}" for n in range(20)} <= set(seen)
    assert not [name for name in seen if name.startswith("new")]


def test_an_item_deleted_between_two_pages_does_not_move_the_others(index: Index, put: Put) -> None:
    documents = [make_document(f"i{n}") for n in range(6)]
    put(documents)
    first = index.search(ask(limit=3))
    index.apply(batch(removed=[ItemKey(one.collection, one.id) for one in documents[1:3]]))
    index.refresh()
    assert [item.id for item in index.search(ask(limit=3, after=first.next)).items] == ["i3", "i4", "i5"]


@pytest.fixture
def shapes(put: Put) -> None:
    put(
        make_document("instant", datetime="2024-06-15T12:00:00Z"),
        make_document("interval", datetime=None, start="2024-06-01T00:00:00Z", end="2024-06-30T00:00:00Z"),
        make_document("both", datetime="2024-06-20T00:00:00Z", start="2024-06-10T00:00:00Z", end="2024-06-25T00:00:00Z"),
        make_document("year", datetime=None, start="2020-01-01T00:00:00Z", end="2020-12-31T23:59:59Z"),
        make_document("outside", datetime="2030-01-01T00:00:00Z", start="2024-06-14T00:00:00Z", end="2024-06-16T00:00:00Z"),
    )


@pytest.mark.usefixtures("shapes")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-06-15T12:00:00Z", "2024-06-15T12:00:00Z", {"instant", "interval", "both", "outside"}),
        ("2024-06-15T12:00:00.000001Z", "2024-06-15T12:00:00.000001Z", {"interval", "both", "outside"}),
        ("2024-06-15T11:59:59.999999Z", "2024-06-15T12:00:00Z", {"instant", "interval", "both", "outside"}),
        ("2024-06-30T00:00:00Z", "2024-07-31T00:00:00Z", {"interval"}),
        ("2024-06-30T00:00:00.000001Z", "2024-07-31T00:00:00Z", set()),
        ("2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z", {"interval"}),
        ("2024-05-01T00:00:00Z", "2024-05-31T23:59:59.999999Z", set()),
        ("2020-12-31T00:00:00Z", "2021-01-01T00:00:00Z", {"year"}),
        (None, "2020-01-01T00:00:00Z", {"year"}),
        (None, "2019-12-31T23:59:59.999999Z", set()),
        ("2024-06-25T00:00:00Z", None, {"interval", "both"}),
        ("2029-01-01T00:00:00Z", None, set()),
        (None, None, {"instant", "interval", "both", "year", "outside"}),
    ],
)
def test_an_item_matches_when_its_interval_meets_the_asked_one_ends_included(
    index: Index, start: str | None, end: str | None, expected: set[str]
) -> None:
    assert set(ids(index, start=start, end=end)) == expected


def test_times_before_1970_are_found(index: Index, put: Put) -> None:
    put(make_document("corona", datetime="1965-03-04T05:06:07.891011Z"))
    assert ids(index, start="1965-03-04T05:06:07.891011Z", end="1965-03-04T05:06:07.891011Z") == ["corona"]
    assert ids(index, end="1965-03-04T05:06:07.891010Z") == []


def test_ids_and_collections_are_both_needed(index: Index, put: Put) -> None:
    put([make_document(name, collection) for name in ("a", "b") for collection in ("c", "d", "e")])
    found = [(item.id, item.collection) for item in index.search(ask(ids=("b", "a", "b", "no"), collections=("e", "c", "no"))).items]
    assert found == [("a", "c"), ("a", "e"), ("b", "c"), ("b", "e")]
    assert ids(index, ids=("a",)) == ["a"] * 3
    assert ids(index, collections=("d",)) == ["a", "b"]
    assert ids(index, collections=("d", "d", "c")) == ["a", "a", "b", "b"]
    assert ids(index, ids=("A",)) == ids(index, collections=("C",)) == []


def test_an_empty_list_of_ids_or_collections_matches_nothing(index: Index, put: Put) -> None:
    put(make_document("a"))
    assert ids(index, ids=()) == ids(index, collections=()) == []
    assert index.summaries(ask(collections=())) == {}


def test_ten_thousand_ids_and_collections_can_be_asked(index: Index, put: Put) -> None:
    put([make_document(f"i{n}", f"c{n}") for n in range(5)])
    names, collections = tuple(f"i{n}" for n in range(3, 10_003)), tuple(f"c{n}" for n in range(10_000))
    assert ids(index, ids=names) == ["i3", "i4"]
    assert ids(index, collections=collections) == ["i0", "i1", "i2", "i3", "i4"]
    assert ids(index, ids=names, collections=collections) == ["i3", "i4"]


def test_names_with_any_sign_are_found(index: Index, put: Put) -> None:
    name = "S2A/é 'x' \"y\" %_*?:\\"
    put(make_document(name, "c c'é"))
    assert ids(index, ids=(name,), collections=("c c'é",)) == [name]
    assert list(index.summaries(ask())) == ["c c'é"]


def test_the_same_id_in_two_collections_is_two_items(index: Index, put: Put) -> None:
    put(make_document("a", "c"), make_document("a", "d"))
    first = index.search(ask(limit=1))
    assert [item.collection for item in index.search(ask(limit=1, after=first.next)).items] == ["d"]


def test_what_changes_its_time_is_found_at_the_new_one_only(index: Index, put: Put) -> None:
    put(make_document("a", datetime="2024-01-01T00:00:00Z"))
    put(make_document("a", datetime="2025-01-01T00:00:00Z"))
    assert ids(index) == ["a"]
    assert ids(index, end="2024-12-31T00:00:00Z") == []


def test_summaries_give_count_and_extent_of_each_collection(index: Index, put: Put) -> None:
    put(
        make_document("a", "c", datetime="2024-01-01T00:00:00Z", box=(0, 1, 2, 3)),
        make_document("b", "c", datetime=None, start="2023-01-01T00:00:00Z", end="2025-01-01T00:00:00Z", box=(-5, 2, -4, 9)),
        make_document("a", "pacific", box=(179, -20, -179, -10)),
        make_document("b", "pacific", box=(100, -5, 101, -4)),
        make_document("a", "unlocated", box=None),
        make_document("b", "unlocated", box=None, datetime="1999-01-01T00:00:00Z"),
    )
    found = index.summaries(ask(limit=1))
    assert {name: (s.count, s.bbox) for name, s in found.items()} == {
        "c": (2, (-5, 1, 2, 9)),
        "pacific": (2, (-180, -20, 180, -4)),
        "unlocated": (2, None),
    }
    assert (found["c"].start, found["c"].end) == (micros("2023-01-01"), micros("2025-01-01"))
    assert (found["unlocated"].start, found["unlocated"].end) == (micros("1999-01-01"), micros("2024-01-01"))


def test_summaries_are_of_what_matches_only(index: Index, put: Put) -> None:
    put(
        make_document("a", "c", datetime="2024-01-01T00:00:00Z", box=(0, 1, 2, 3)),
        make_document("b", "c", datetime="2024-03-01T00:00:00Z", box=(10, 11, 12, 13)),
        make_document("b", "d", datetime="2024-03-01T00:00:00Z"),
    )
    found = index.summaries(ask(start="2024-02-01", collections=("c",)))
    assert {name: (s.count, s.bbox) for name, s in found.items()} == {"c": (1, (10, 11, 12, 13))}
