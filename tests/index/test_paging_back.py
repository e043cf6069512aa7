"""Pages backwards: the way back gives the same pages as the way there, and ends where nothing is before."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from index.document import Document
from index.protocol import Index
from index.query import Cursor, Page, Query, Sort
from index.state import ItemKey
from tests.index.filtering import by
from tests.index.helpers import ask, batch
from tests.support.items import make_document

ORDERS: list[tuple[Sort, ...]] = [
    (),
    (by("datetime"),),
    (by("gsd"),),
    (by("gsd", descending=True), by("platform")),
    (by("platform", descending=True),),
    (by("moisson:online"), by("created", descending=True)),
    (by("collection", descending=True),),
]


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    store.apply(batch(items=[_document(number) for number in range(23)]))
    store.refresh()
    return store


def _document(number: int) -> Document:
    given: dict[str, object] = {"datetime": f"2024-01-{number % 5 + 1:02d}T00:00:00Z"}
    if number % 3:
        given["gsd"] = number % 4
    if number % 4:
        given["platform"] = "ABé"[number % 3]
    if number % 2:
        given |= {"moisson:online": number % 3 == 0, "created": f"2023-01-{number + 1:02d}T00:00:00Z"}
    return make_document(f"i{number // 2:02d}", "cd"[number % 2], **given)


def names(page: Page) -> list[str]:
    return [f"{item.collection}/{item.id}" for item in page.items]


def there(index: Index, query: Query) -> list[Page]:
    """All pages, forwards."""
    found = [index.search(query)]
    while found[-1].next:
        found.append(index.search(replace(query, after=found[-1].next)))
    return found


@pytest.mark.parametrize("limit", [1, 4, 23])
@pytest.mark.parametrize("sort", ORDERS)
def test_the_way_back_gives_the_same_pages(filled: Index, sort: tuple[Sort, ...], limit: int) -> None:
    query = ask(sort=sort, limit=limit)
    pages = there(filled, query)
    assert sum(len(page.items) for page in pages) == 23
    assert pages[0].previous is None
    for before, page in pairwise(pages):
        assert page.previous is not None
        assert page.previous.backwards
        back = filled.search(replace(query, after=page.previous))
        assert names(back) == names(before)
        assert back.next is not None
        assert names(filled.search(replace(query, after=back.next))) == names(page)
        assert (back.previous is None) == (before is pages[0])


def test_an_empty_page_has_neither(filled: Index) -> None:
    first, last = filled.search(ask(limit=1)), there(filled, ask(limit=10))[-1]
    assert first.next is not None
    end = Cursor((0,), "", "")
    for after in (end, replace(first.next, backwards=True)):
        assert filled.search(ask(limit=10, after=after)) == Page([], None, None)
    assert last.next is None


def test_conditions_count_on_the_way_back_too(filled: Index) -> None:
    query = ask(limit=2, collections=("d",), sort=(by("gsd"),))
    pages = there(filled, query)
    assert {item.collection for page in pages for item in page.items} == {"d"}
    assert names(filled.search(replace(query, after=pages[1].previous))) == names(pages[0])


def test_the_way_back_to_what_is_gone_ends(index: Index, put: Callable[..., None]) -> None:
    """An index may still name it: whoever goes there finds nothing, and nothing of what lies on the other side."""
    put([make_document(f"i{n}") for n in range(4)])
    first = index.search(ask(limit=2))
    second = index.search(ask(limit=2, after=first.next))
    index.apply(batch(removed=[ItemKey("c", "i0"), ItemKey("c", "i1")]))
    index.refresh()
    page = index.search(ask(limit=2, after=first.next))
    assert (names(page), page.next) == (["c/i2", "c/i3"], None)
    for after in filter(None, (page.previous, second.previous)):
        assert index.search(ask(limit=2, after=after)) == Page([], None, None)
    put(make_document("i0"))
    index.apply(batch(removed=[ItemKey("c", "i2"), ItemKey("c", "i3")]))
    index.refresh()
    back = index.search(ask(limit=2, after=second.previous))
    assert (names(back), back.previous) == (["c/i0"], None)
    assert not back.next or index.search(ask(limit=2, after=back.next)) == Page([], None, None)
