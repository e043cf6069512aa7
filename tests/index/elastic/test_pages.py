"""Pages of more Items than one request reads."""

from itertools import pairwise

import pytest

from index.elastic import ElasticIndex, pages
from index.query import Query
from mappings.audience import EVERYTHING
from tests.index.elastic.helpers import batch
from tests.index.elastic.test_rebuild import made

_NAMES = [f"i{number:02}" for number in range(20)]


@pytest.mark.parametrize("portion", [1, 3, 7, 10, 20, 21, 30])
def test_a_page_that_is_read_in_portions_is_as_one_that_is_not(index: ElasticIndex, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    monkeypatch.setattr(pages, "_PORTION", portion)
    index.apply(batch(*(made(name, "2020-06-01T00:00:00Z") for name in _NAMES)))
    index.refresh()
    for limit in (1, 6, 19, 20, 21, 100):
        read, after = [], None
        while True:
            page = index.search(Query(EVERYTHING, limit=limit, after=after))
            assert len(page.items) <= limit
            assert page.matched is None or page.matched.number == len(_NAMES)
            read.append([item.id for item in page.items])
            after = page.next
            if after is None:
                break
        assert [name for names in read for name in names] == _NAMES
        assert all(len(names) == limit for names, _ in pairwise(read))
