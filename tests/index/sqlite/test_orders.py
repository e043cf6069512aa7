"""Orders that no index has, within an area."""

from dataclasses import replace

from index.query import Query, Sort
from index.sqlite import SqliteIndex
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
