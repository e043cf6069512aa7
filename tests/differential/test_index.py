"""Thousands of random queries: each index answers what brute force over the Items answers."""

from collections import Counter
from dataclasses import dataclass, field, replace
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings

from index.aggregation import Aggregated, Aggregation
from index.filters.parse import operators_of
from index.protocol import Index
from index.query import Matched, Query
from index.sqlite import SqliteIndex
from tests.differential import answers
from tests.differential.answers import Asked
from tests.differential.asking import backwards, forwards, names, to_query
from tests.differential.filters import rare, used
from tests.differential.literals import rows
from tests.differential.queries import AGGREGATIONS, Drawing, area, asked
from tests.differential.rows import Row
from tests.differential.world import items
from tests.index.helpers import batch
from tests.support.items import document


@dataclass(frozen=True)
class Plan:
    """How many examples are drawn, how many different queries of them there must be, and how often each operator must come."""

    examples: int
    distinct: int
    each: int
    limits: tuple[int, ...]


SQLITE = Plan(examples=3100, distinct=2000, each=10, limits=(7, 25, 60, 300))
ELASTIC = Plan(examples=1600, distinct=1000, each=5, limits=(60, 120, 300))


@dataclass
class Passed:
    """What was asked until now and answered well; hypothesis draws some queries twice, and asks one that failed anew."""

    queries: set[str] = field(default_factory=set)
    operators: Counter[str] = field(default_factory=Counter)
    scopes: set[str] = field(default_factory=set)
    telling: int = 0

    def add(self, one: Asked, matches: int) -> None:
        """`telling` are those that neither nothing nor everything matches."""
        self.telling += 0 < matches < len(rows())
        self.queries.add(repr(one))
        self.operators.update(used(one.filter))


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    """Both stores with all Items, written in one batch."""
    store.apply(batch(items=[document(item) for item in items()]))
    store.refresh()
    return store


# Where it fails, hypothesis takes its time to find the least query that does.
@pytest.mark.timeout(600)
def test_random_queries_find_what_brute_force_finds(filled: Index) -> None:
    plan, passed = SQLITE if isinstance(filled, SqliteIndex) else ELASTIC, Passed()

    @settings(max_examples=plan.examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(asked(Drawing(filled.operators, plan.limits)))
    def ask(one: Asked) -> None:
        if repr(one) not in passed.queries:
            passed.add(one, _check(filled, replace(one, area=area(one)), to_query(one), passed))

    ask()
    assert len(passed.queries) >= plan.distinct
    assert passed.telling >= plan.distinct * 2 // 5
    assert rare(passed.operators, filled.operators, plan.each) == {}


def _check(index: Index, one: Asked, query: Query, passed: Passed) -> int:
    """Everything that the index says of the query; how many Items match."""
    assert query.filter is None or operators_of(query.filter) <= index.operators
    expected = answers.found(one, rows())
    in_order = [(row.collection, row.id) for row in expected]
    found = forwards(index, query)
    assert names(found) == in_order
    assert all(len(page.items) == query.limit for page in found[:-1])
    assert found[0].previous is None
    before = backwards(index, query, found[-1])
    assert names([*before, found[-1]]) == in_order
    assert all(len(page.items) == query.limit and page.next is not None for page in before[1:])
    assert not before or (before[0].previous is None and before[0].next is not None)
    assert index.matched(query) == Matched(len(expected), exact=True)
    _check_summaries(index, query, expected, crc32(repr(one).encode()))
    _check_fields(index, one, query, passed)
    return len(expected)


def _check_summaries(index: Index, query: Query, expected: list[Row], number: int) -> None:
    """Some of what sums up a query; what it is follows from its number, so that a query that failed fails again."""
    wanted = [AGGREGATIONS[(number + at) % len(AGGREGATIONS)] for at in range(3)]
    found = index.aggregate(query, wanted)
    for one in wanted:
        _check_aggregation(one, found[one.name], expected)
    if number % 3 == 0:
        assert index.count(query) == len(expected)
    if number % 5 == 0:
        counts = {name: summary.count for name, summary in index.summaries(query).items()}
        assert counts == Counter(row.collection for row in expected)


def _check_aggregation(wanted: Aggregation, found: Aggregated, expected: list[Row]) -> None:
    value, buckets, others = answers.aggregated(expected, wanted)
    assert (found.value, [(bucket.key, bucket.count) for bucket in found.buckets], found.others) == (value, buckets, others), wanted


def _check_fields(index: Index, one: Asked, query: Query, passed: Passed) -> None:
    """Of each audience and Collections once: nothing else of the query counts."""
    if (scope := repr((one.audience, one.collections))) in passed.scopes:
        return
    there = answers.found(Asked(audience=one.audience, collections=one.collections), rows())
    wanted = answers.field_names(there)
    assert {name for name in index.fields(query) if not answers.is_own(name)} == wanted
    passed.scopes.add(scope)


@pytest.mark.parametrize("wanted", AGGREGATIONS, ids=lambda wanted: wanted.name)
def test_all_items_are_summed_up(filled: Index, wanted: Aggregation) -> None:
    _check_aggregation(wanted, filled.aggregate(to_query(Asked()), [wanted])[wanted.name], list(rows()))
