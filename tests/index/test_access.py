"""Who finds what: the audience's predicate and « Exclure les données Airbus », before the page is cut."""

from collections.abc import Callable

import pytest

from index.protocol import Index
from mappings.audience import EVERYTHING, Audience
from mappings.geometry import box
from tests.index.helpers import ask, ids, pages
from tests.support.items import LICENCES, make_document

Put = Callable[..., None]

PUBLIC = Audience("public", frozenset((name, LICENCES[name]) for name in ("open", "view", "orderable")))
NOBODY = Audience("nobody", frozenset())
WORLD = box(-180, -90, 180, 90)


@pytest.fixture(autouse=True)
def _stored(put: Put) -> None:
    put([make_document(name, f"of-{name}", availability=name) for name in LICENCES])


def test_exclude_airbus_leaves_out_what_is_orderable_and_nothing_else(index: Index) -> None:
    assert ids(index, exclude_airbus=True) == ["held", "open", "unknown", "view"]
    assert ids(index, exclude_airbus=True, area=WORLD) == ["held", "open", "unknown", "view"]
    assert ids(index, exclude_airbus=True, ids=("orderable",)) == []
    assert "of-orderable" not in index.summaries(ask(exclude_airbus=True))


@pytest.mark.parametrize("area", [None, WORLD])
def test_an_audience_finds_only_its_pairs_of_availability_and_licence(index: Index, area: object) -> None:
    assert ids(index, audience=PUBLIC, area=area) == ["open", "orderable", "view"]
    assert set(index.summaries(ask(audience=PUBLIC, area=area))) == {"of-open", "of-orderable", "of-view"}
    assert ids(index, audience=PUBLIC, area=area, exclude_airbus=True) == ["open", "view"]
    assert ids(index, audience=PUBLIC, area=area, ids=("held", "open")) == ["open"]
    assert ids(index, audience=PUBLIC, area=area, collections=("of-held",)) == []


def test_the_pair_counts_not_its_halves(index: Index) -> None:
    crossed = Audience("crossed", frozenset({("open", "unknown"), ("view", "copernicus"), ("unknown", "unknown")}))
    assert ids(index, audience=crossed) == ["unknown"]


def test_an_item_that_is_hidden_is_not_there(index: Index) -> None:
    found = index.get(PUBLIC, "of-open", "open")
    assert found is not None
    assert (found.availability, found.licence) == ("open", "copernicus")
    assert index.get(PUBLIC, "of-held", "held") is None
    assert index.get(EVERYTHING, "of-held", "held") is not None


def test_an_empty_audience_finds_nothing(index: Index) -> None:
    assert ids(index, audience=NOBODY) == ids(index, audience=NOBODY, area=WORLD) == ids(index, audience=NOBODY, ids=("open",)) == []
    assert index.summaries(ask(audience=NOBODY)) == {}
    assert index.get(NOBODY, "of-open", "open") is None


def test_what_is_hidden_takes_no_room_on_a_page(index: Index, put: Put) -> None:
    put(
        [make_document(f"i{n:02d}", availability="held" if n % 3 else "open", datetime=f"2025-01-{n + 1:02d}T00:00:00Z") for n in range(20)]
    )
    found = pages(index, ask(audience=PUBLIC, limit=4, collections=("c",)))
    assert [[item.id for item in page] for page in found] == [["i18", "i15", "i12", "i09"], ["i06", "i03", "i00"]]


def test_an_item_whose_facts_change_changes_hands(index: Index, put: Put) -> None:
    put(make_document("held", "of-held", availability="open"))
    assert index.get(PUBLIC, "of-held", "held") is not None
    assert ids(index, audience=PUBLIC, collections=("of-held",)) == ["held"]


# --- rules by source -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sources(put: Put) -> None:
    """Three of each of two sources, beside those of the source `test`."""
    put(
        [
            make_document(f"{source}-{name}", source, source=source, availability=name)
            for source in "ab"
            for name in ("open", "held", "view")
        ]
    )


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize("area", [None, WORLD])
def test_a_source_with_a_rule_is_found_by_its_own_pairs_and_the_others_by_the_rest(index: Index, area: object) -> None:
    def found(audience: Audience, **more: object) -> list[str]:
        assert {item.source for page in pages(index, ask(audience=audience, area=area)) for item in page} <= {"a", "b", "test"}
        return ids(index, audience=audience, area=area, collections=("a", "b"), **more)

    held = frozenset({("held", LICENCES["held"])})
    assert found(Audience("x", PUBLIC.discover)) == ["a-open", "a-view", "b-open", "b-view"]
    assert found(Audience("x", PUBLIC.discover, (("a", held),))) == ["a-held", "b-open", "b-view"]
    assert found(Audience("x", PUBLIC.discover, (("a", frozenset()),))) == ["b-open", "b-view"]
    assert found(Audience("x", PUBLIC.discover, (("a", None), ("c", held)))) == ["a-held", "a-open", "a-view", "b-open", "b-view"]
    assert found(Audience("x", None, (("a", held), ("b", frozenset())))) == ["a-held"]
    assert found(Audience("x", frozenset(), (("a", None), ("b", frozenset())))) == ["a-held", "a-open", "a-view"]
    assert found(Audience("x", frozenset(), (("a", frozenset()),))) == []
    assert found(Audience("x", frozenset(), (("a", held), ("a", None)))) == ["a-held"], "the first rule of a source counts"
    assert found(Audience("x", PUBLIC.discover, (("a", None),)), ids=("a-held", "b-held")) == ["a-held"]


@pytest.mark.usefixtures("sources")
def test_counts_summaries_and_single_items_follow_the_rules_of_sources(index: Index) -> None:
    closed = Audience("closed", PUBLIC.discover, (("a", frozenset()), ("b", None)))
    assert set(index.summaries(ask(audience=closed, collections=("a", "b")))) == {"b"}
    assert index.count(ask(audience=closed, collections=("a", "b"))) == 3
    assert index.get(closed, "a", "a-open") is None
    found = index.get(closed, "b", "b-held")
    assert found is not None
    assert found.source == "b"


@pytest.mark.usefixtures("sources")
def test_an_item_that_changes_its_source_changes_hands(index: Index, put: Put) -> None:
    closed = Audience("closed", PUBLIC.discover, (("a", frozenset()),))
    put(make_document("a-open", "a", source="b", availability="open"))
    assert ids(index, audience=closed, collections=("a",)) == ["a-open"]
    put(make_document("a-open", "a", source="a", availability="open", title="back"))
    assert ids(index, audience=closed, collections=("a",)) == []
