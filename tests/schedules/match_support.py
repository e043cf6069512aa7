"""Short forms for the tests of matching."""

from typing import Any

from index.matches import Match
from index.protocol import Index
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.record import Item
from schedules.matching import MatchReport, match
from tests.index.helpers import NOW, batch
from tests.mappings.test_matching import PAIRS
from tests.support.items import document
from tests.support.toy import ticking

ACQUISITION, SOURCE = PAIRS[0]


ENTRY = ItemKey("airbus-phr", ACQUISITION)


HELD = ItemKey("dinamis-pleiades", "PRODUCT-1")


def put(index: Index, *items: Item) -> None:
    index.apply(batch(items=[document(item) for item in items]))
    index.refresh()


def remove(index: Index, *keys: ItemKey) -> None:
    index.apply(batch(removed=list(keys)))
    index.refresh()


def run(index: Index, **options: Any) -> MatchReport:
    return match(index, ticking(NOW), owner="test", **options)


def found(index: Index, *keys: ItemKey) -> list[Match]:
    known = index.matches(EVERYTHING, keys or [ENTRY])
    return sorted({one for matches in known.values() for one in matches}, key=lambda one: (one.catalogue, one.held))


def shown(index: Index, **conditions: Any) -> list[str]:
    query = Query(EVERYTHING, collapse=True, limit=100, **conditions)
    return sorted(item.id for item in index.search(query).items)
