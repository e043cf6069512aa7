"""On random catalogues and registers: nobody finds less by signing in, and what is counted is what is listed."""

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from index.document import Document
from index.protocol import Index
from index.query import Query
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Accessible, Policy, Reach
from mappings.facts import Availability
from mappings.geometry import box
from mappings.licences import licences
from tests.index.helpers import batch, pages
from tests.support.items import make_document

EXAMPLES = 15
ASKERS = 4
SOURCES = ("peps", "dinamis", "seas")
FACTS = list(product(map(str, Availability), sorted(licences())))

askers = st.builds(Asker, st.sampled_from(UserClass), st.frozensets(st.sampled_from(sorted(licences()))))
policies = st.builds(
    Policy, sources=st.dictionaries(st.sampled_from(SOURCES), st.sampled_from(Reach)), sign_in=st.sampled_from([False, False, True])
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Document]:
    return [_document(draw, f"i{number:02d}") for number in range(draw(st.integers(1, 50)))]


def _document(draw: st.DrawFn, name: str) -> Document:
    availability, licence = draw(st.sampled_from(FACTS))
    west, day = draw(st.integers(0, 20)), draw(st.integers(1, 28))
    return make_document(
        name,
        draw(st.sampled_from("abc")),
        availability=availability,
        licence=licence,
        source=draw(st.sampled_from(SOURCES)),
        box=(west, 0, west + 3, 2),
        datetime=f"2024-01-{day:02d}T00:00:00Z",
    )


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"exclude_airbus": draw(st.booleans()), "collapse": draw(st.booleans()), "limit": draw(st.integers(1, 20))}
    if draw(st.booleans()):
        found["area"] = box(draw(st.integers(0, 20)) + 0.01, 0.01, 40.01, 1.01)
    if draw(st.booleans()):
        found["collections"] = tuple(draw(st.sets(st.sampled_from("abc"), min_size=1)))
    return found


@seed(20260601)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=catalogues(), policy=policies, data=st.data())
def test_signing_in_never_hides_and_counts_are_what_is_listed(index: Index, documents: list[Document], policy: Policy, data: Any) -> None:
    _put_only(index, documents)
    for _ in range(ASKERS):
        who, asked = data.draw(askers), data.draw(conditions())
        mine = Query(policy.audience(who), **asked)
        theirs = replace(mine, audience=policy.audience(ANONYMOUS))
        found, public = _listed(index, mine), _listed(index, theirs)
        if not asked["collapse"]:
            assert public <= found
        assert found <= {(one.collection, one.id) for one in documents if mine.audience.finds(one.source, one.availability, one.licence)}
        for wanted in Accessible:
            usable = _listed(index, replace(mine, audience=policy.accessible(mine.audience, who, wanted), collapse=False))
            assert usable <= _listed(index, replace(mine, collapse=False))


def _listed(index: Index, query: Query) -> set[tuple[str, str]]:
    listed = [(item.collection, item.id) for page in pages(index, query) for item in page]
    assert len(listed) == len(set(listed)) == index.count(query)
    assert {name: one.count for name, one in index.summaries(query).items()} == {
        name: sum(collection == name for collection, _ in listed) for name in {collection for collection, _ in listed}
    }
    return set(listed)


def _put_only(index: Index, documents: list[Document]) -> None:
    """The store holds these Items and no other."""
    kept = {(one.collection, one.id) for one in documents}
    there = [change.key for change in index.changes(limit=10_000) if not change.deleted and tuple(change.key) not in kept]
    index.apply(batch(items=documents, removed=there))
    index.refresh()
