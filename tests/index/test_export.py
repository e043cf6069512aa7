"""Exports: every Item of a query, as it was at one moment, on both stores."""

from collections.abc import Callable
from typing import Any

import pytest
import shapely

from index.elastic import export as elastic
from index.filters.nodes import And, Compare, Constant, FilterError, IsNull, Literal, Not, Or, Predicate, Property
from index.matches import Better, MatchBatch
from index.protocol import Index
from index.query import Query, Sort
from index.sqlite import export as sqlite
from index.state import ItemKey
from mappings.audience import Audience
from mappings.queryables import FIELDS
from tests.index.helpers import NOW, ask, batch, pages
from tests.support.items import LICENCES, make_document

Put = Callable[..., None]
Opener = Callable[[], Index]
PUBLIC = Audience("public", frozenset((name, LICENCES[name]) for name in ("open", "view")))
CLOUDS = FIELDS["eo:cloud_cover"]


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for store in (elastic, sqlite):
        monkeypatch.setattr(store, "PORTION", 7)


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    """Forty Items of three collections, of which every tenth has no clouds told and every third may be discovered by members only."""
    store.apply(batch(items=[_document(number) for number in range(40)]))
    store.refresh()
    return store


def _document(number: int) -> Any:
    west = -60 + 3 * number
    told = {"eo:cloud_cover": number * 7 % 40} if number % 10 else {}
    return make_document(
        f"i{number:02}",
        f"c{number % 3}",
        availability="open" if number % 3 else "held",
        datetime=f"2024-01-{1 + number // 4:02}T00:00:00Z",
        box=(west, 0, west + 2, 2),
        **told,
    )


def exported(index: Index, query: Query) -> list[Any]:
    return list(index.export(query))


QUERIES = {
    "all": {},
    "none": {"collections": ("c9",)},
    "no collection": {"collections": ()},
    "collections": {"collections": ("c2", "c0")},
    "ids": {"ids": tuple(f"i{number:02}" for number in range(0, 40, 2))},
    "time": {"start": "2024-01-03T00:00:00Z", "end": "2024-01-08T00:00:00Z"},
    "area": {"area": shapely.box(-50, -5, 30, 5)},
    "audience": {"audience": PUBLIC},
    "filter": {"filter": Compare("<", Property(CLOUDS), Literal(25.0, CLOUDS.kind))},
    "oldest first": {"sort": (Sort(FIELDS["datetime"]),)},
    "by clouds": {"sort": (Sort(CLOUDS, descending=True),)},
    "by collection": {"sort": (Sort(FIELDS["collection"]), Sort(CLOUDS))},
}


@pytest.mark.parametrize("conditions", QUERIES.values(), ids=list(QUERIES))
def test_an_export_is_all_pages_of_the_search_put_together(filled: Index, conditions: dict[str, Any]) -> None:
    query = ask(limit=5, **conditions)
    assert exported(filled, query) == [item for page in pages(filled, query) for item in page]
    assert len(exported(filled, query)) == filled.count(query)


def test_limit_and_cursor_of_the_query_do_not_count(filled: Index) -> None:
    third = filled.search(ask(limit=3))
    assert exported(filled, ask(limit=1, after=third.next)) == exported(filled, ask())
    back = filled.search(ask(limit=3, after=third.next)).previous
    assert back is not None
    assert exported(filled, ask(after=back)) == exported(filled, ask())


def test_what_is_written_changed_or_deleted_meanwhile_does_not_show(index: Index, open_index: Opener, put: Put) -> None:
    put([_document(number) for number in range(40)])
    query = ask(sort=(Sort(FIELDS["datetime"]),))
    before = exported(index, query)
    going = index.export(query)
    found = [next(going)]
    other = open_index()
    other.apply(
        batch(
            # Behind and ahead of where the export is: new, of another time, with other words; and gone.
            items=[
                make_document("new", "c0", datetime="2020-01-01T00:00:00Z"),
                make_document("later", "c0", datetime="2030-01-01T00:00:00Z"),
                make_document("i39", "c0", datetime="2019-01-01T00:00:00Z", title="moved"),
                make_document("i20", "c2", title="changed"),
            ],
            removed=[ItemKey("c1", "i01"), ItemKey("c1", "i22")],
        )
    )
    other.refresh()
    found += going
    assert found == before
    assert exported(index, query) != before


def test_two_exports_and_searches_go_on_beside_each_other(filled: Index) -> None:
    before = exported(filled, ask())
    one, two = filled.export(ask()), filled.export(ask(collections=("c1",)))
    found = []
    for item in one:
        found.append(item)
        next(two, None)
        assert len(filled.search(ask(limit=2)).items) == 2
    assert found == before


def test_a_closed_export_gives_no_more(filled: Index) -> None:
    going = filled.export(ask())
    next(going)
    going.close()
    assert list(going) == []
    filled.export(ask()).close()
    assert len(exported(filled, ask())) == 40


def test_an_export_of_an_empty_store_is_empty(index: Index) -> None:
    assert exported(index, ask()) == []


def test_a_filter_that_the_store_cannot_take_is_an_error_of_the_first_item(filled: Index) -> None:
    deep: Predicate = IsNull(Property(CLOUDS))
    for level in range(300):
        deep = Or((deep, Constant(False))) if level % 2 else And((deep, Not(Constant(False))))
    with pytest.raises(FilterError) as refused:
        filled.search(ask(filter=deep))
    going = filled.export(ask(filter=deep))
    with pytest.raises(FilterError) as again:
        next(going)
    assert (again.value.part, again.value.reason) == (refused.value.part, refused.value.reason)


def test_an_item_is_left_out_for_those_who_find_its_better_copy(index: Index, put: Put) -> None:
    put(
        make_document("airbus", "airbus", availability="orderable", source="airbus"),
        make_document("held", "held", availability="held", source="dinamis"),
    )
    index.apply_matches(MatchBatch(NOW, better={ItemKey("airbus", "airbus"): [Better("held", "dinamis", "held", LICENCES["held"])]}))
    index.refresh()
    members = Audience("members", frozenset(LICENCES.items()))
    public = Audience("public", frozenset((name, LICENCES[name]) for name in ("open", "orderable")))
    for audience, collapse, expected in ((members, True, ["held"]), (members, False, ["airbus", "held"]), (public, True, ["airbus"])):
        query = ask(audience=audience, collapse=collapse)
        assert [item.id for item in exported(index, query)] == expected


def test_long_items_come_in_shorter_pages(index: Index, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.elastic.export.PAGE_BYTES", 5_000)
    monkeypatch.setattr("index.sqlite.search.PAGE_BYTES", 5_000)
    put([make_document(f"i{number:02}", title="long " * 500) for number in range(20)])
    assert [item.id for item in exported(index, ask())] == [f"i{number:02}" for number in range(20)]
