"""Pages of an area: in orders that no index has, and where those that match come last."""

from dataclasses import replace

import pytest

from index.query import Query, Sort
from index.sqlite import SqliteIndex, reach
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.geometry import box
from mappings.queryables import FIELDS
from tests.index.helpers import batch
from tests.support.items import make_document


def test_a_page_whose_place_has_gone_is_still_in_order_within_an_area(index: SqliteIndex) -> None:
    index.apply(batch(items=[make_document(f"i{number:03}", gsd=number + 1) for number in range(200)]))
    query = Query(EVERYTHING, area=box(-1, -1, 2, 2), sort=(Sort(FIELDS["gsd"]),), limit=3)
    first = index.search(query)
    index.apply(batch(removed=[ItemKey("c", "i002")]))
    second = index.search(replace(query, after=first.next))
    assert [item.id for item in second.items] == ["i003", "i004", "i005"]
    assert second.previous is not None
    assert [item.id for item in index.search(replace(query, after=second.previous)).items] == ["i000", "i001"]


@pytest.mark.parametrize("collections", [None, ("c",), ("c", "d")])
@pytest.mark.parametrize("boxes", [10_000, 20])
def test_the_oldest_of_many_are_found_in_order(
    index: SqliteIndex, monkeypatch: pytest.MonkeyPatch, collections: tuple[str, ...] | None, boxes: int
) -> None:
    monkeypatch.setattr(reach, "EXACT", boxes)
    monkeypatch.setattr("index.sqlite.search.LOOKUP", 1)
    here, away = box(1, 1, 2, 2), box(50, 50, 51, 51)
    documents = [
        make_document(
            f"i{day:03}",
            "cd"[day % 2],
            geometry=here if day < 300 else away,
            datetime=f"{2000 + day // 300}-{day // 25 % 12 + 1:02}-{day % 25 + 1:02}T00:00:00Z",
        )
        for day in range(3000)
    ]
    index.apply(batch(items=documents))
    wanted = [f"i{day:03}" for day in range(299, -1, -1) if collections is None or "cd"[day % 2] in collections]
    query = Query(EVERYTHING, area=box(0, 0, 3, 3), collections=collections, limit=7)
    found: list[str] = []
    page = index.search(query)
    while page.items:
        found += [item.id for item in page.items]
        if page.next is None:
            break
        page = index.search(replace(query, after=page.next))
    assert found == wanted
