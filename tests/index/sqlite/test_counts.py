"""Counts that are quick: exact where few match, about where many do, and which of both is said."""

import random
from dataclasses import replace

import pytest

from index.filters.nodes import Compare, Literal, Property
from index.query import Query
from index.sqlite import SqliteIndex, count, reach
from mappings.audience import EVERYTHING
from mappings.geometry import box
from mappings.queryables import FIELDS
from tests.index.helpers import batch
from tests.support.items import make_document

ITEMS = 1500
EXACT = 20


@pytest.fixture
def filled(index: SqliteIndex, monkeypatch: pytest.MonkeyPatch) -> SqliteIndex:
    """Many Items, for an index that holds few for many."""
    monkeypatch.setattr(count, "EXACT", EXACT)
    monkeypatch.setattr(reach, "EXACT", EXACT)
    monkeypatch.setattr(count, "_FEW", 3 * EXACT)
    monkeypatch.setattr(count, "_SAMPLES", (20, 300))
    chance = random.Random(1)
    documents = []
    for number in range(ITEMS):
        west, south = chance.uniform(-5, 9), chance.uniform(42, 51)
        size = chance.uniform(0.05, 0.5)
        place = box(west, south, west + size, south + size)
        documents.append(make_document(f"i{number}", "cd"[number % 2], geometry=place, **{"eo:cloud_cover": chance.uniform(0, 100)}))
    index.apply(batch(items=documents))
    return index


def some_query(chance: random.Random) -> Query:
    clouds = FIELDS["eo:cloud_cover"]
    west, south, size = chance.uniform(-5, 9), chance.uniform(42, 51), chance.choice((0.5, 2, 5, 20))
    return Query(
        EVERYTHING,
        area=box(west, south, west + size, min(south + size, 90)) if chance.random() < 0.7 else None,
        collections=("c",) if chance.random() < 0.5 else None,
        filter=Compare("<", Property(clouds), Literal(chance.choice((0.5, 3.0, 60.0)), clouds.kind)) if chance.random() < 0.5 else None,
        limit=chance.choice((1, 10, 100)),
    )


def test_few_are_exact_and_many_are_said_to_be_about_so_many(filled: SqliteIndex) -> None:
    chance = random.Random(2)
    estimated = 0
    for _ in range(200):
        query = some_query(chance)
        # A page first, as the API asks: the count may use what it found.
        page = filled.search(query)
        found, right = filled.matched(query), filled.count(query)
        assert found.exact or right > EXACT
        if found.exact:
            assert found.number == right
        else:
            estimated += 1
            assert found.number > EXACT
            assert abs(found.number - right) < 0.5 * right + EXACT
        every = filled.search(replace(query, limit=ITEMS))
        assert [item.id for item in page.items] == [item.id for item in every.items[: query.limit]]
        assert len(every.items) == right
    assert 20 < estimated < 180


def test_the_estimate_is_the_same_each_time(filled: SqliteIndex) -> None:
    query = Query(EVERYTHING, area=box(-5, 42, 9, 51), limit=10)
    first = filled.matched(query)
    assert not first.exact
    with SqliteIndex.open(filled._pool.path) as again:
        assert again.matched(query) == first
