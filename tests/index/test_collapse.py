"""One card per acquisition: what of better copies is left out, and for whom."""

from collections.abc import Callable

import pytest

from index.matches import Better, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from mappings.audience import Audience
from mappings.geometry import box
from tests.index.helpers import NOW, ask, batch, ids, pages
from tests.support.items import LICENCES, make_document

Put = Callable[..., None]

WORLD = box(-180, -90, 180, 90)
AIRBUS, HELD = ItemKey("airbus", "airbus"), ItemKey("held", "held")
OF_HELD = Better("held", "dinamis", "held", LICENCES["held"])
OF_OPEN = Better("open", "swh", "open", LICENCES["open"])
OF_AIRBUS = Better("airbus", "airbus", "orderable", LICENCES["orderable"])
MEMBERS = Audience("members", frozenset(LICENCES.items()))
PUBLIC = Audience("public", frozenset((name, LICENCES[name]) for name in ("open", "view", "orderable")))


@pytest.fixture(autouse=True)
def _stored(put: Put) -> None:
    put(
        make_document("airbus", "airbus", availability="orderable", source="airbus"),
        make_document("held", "held", availability="held", source="dinamis"),
        make_document("open", "open", availability="open", source="swh"),
    )


def set_better(index: Index, **better: list[Better]) -> int:
    """By the ids of the Items above."""
    found = {ItemKey(name, name): copies for name, copies in better.items()}
    changed = index.apply_matches(MatchBatch(NOW, better=found))
    index.refresh()
    return changed


@pytest.mark.parametrize("area", [None, WORLD])
def test_an_item_is_left_out_for_those_who_find_its_better_copy(index: Index, area: object) -> None:
    assert set_better(index, airbus=[OF_HELD]) == 1
    assert ids(index, audience=MEMBERS, area=area) == ["airbus", "held", "open"]
    assert ids(index, audience=MEMBERS, area=area, collapse=True) == ["held", "open"]
    assert ids(index, audience=PUBLIC, area=area, collapse=True) == ["airbus", "open"]


def test_counts_and_summaries_leave_out_the_same(index: Index) -> None:
    query = ask(audience=MEMBERS, collapse=True)
    assert index.count(query) == 3
    set_better(index, airbus=[OF_HELD], held=[OF_OPEN])
    assert index.count(query) == 1
    assert set(index.summaries(query)) == {"open"}
    set_better(index, airbus=[], held=[])
    assert index.count(query) == 3
    assert set(index.summaries(query)) == {"airbus", "held", "open"}


def test_any_one_of_several_copies_is_enough(index: Index) -> None:
    set_better(index, airbus=[OF_HELD, OF_OPEN])
    assert "airbus" not in ids(index, audience=PUBLIC, collapse=True)
    assert "airbus" not in ids(index, audience=MEMBERS, collapse=True, collections=("airbus", "held"))
    assert "airbus" in ids(index, audience=PUBLIC, collapse=True, collections=("airbus", "held"))


def test_a_copy_in_a_collection_that_is_not_asked_for_hides_nothing(index: Index) -> None:
    set_better(index, airbus=[OF_HELD])
    assert ids(index, collapse=True, collections=("airbus",)) == ["airbus"]
    assert ids(index, collapse=True, collections=("airbus", "open")) == ["airbus", "open"]
    assert ids(index, collapse=True, collections=("airbus", "held")) == ["held"]


def test_a_copy_that_the_exclusion_of_airbus_leaves_out_hides_nothing(index: Index) -> None:
    set_better(index, open=[OF_AIRBUS])
    assert ids(index, collapse=True) == ["airbus", "held"]
    assert ids(index, collapse=True, exclude_airbus=True) == ["held", "open"]


def test_a_copy_of_a_source_with_a_rule_of_its_own_hides_nothing(index: Index) -> None:
    ruled = Audience("ruled", MEMBERS.discover, (("dinamis", None),))
    set_better(index, airbus=[OF_HELD])
    assert ids(index, audience=ruled, collapse=True) == ["airbus", "held", "open"]
    set_better(index, airbus=[OF_HELD, OF_OPEN])
    assert ids(index, audience=ruled, collapse=True) == ["held", "open"]


def test_items_that_are_named_by_id_are_all_shown(index: Index) -> None:
    set_better(index, airbus=[OF_HELD])
    assert ids(index, collapse=True, ids=("airbus", "held")) == ["airbus", "held"]
    assert ids(index, collapse=True, ids=("airbus",)) == ["airbus"]


def test_what_is_left_out_takes_no_room_on_a_page(index: Index, put: Put) -> None:
    put([make_document(f"i{n:02d}", datetime=f"2025-01-{n + 1:02d}T00:00:00Z") for n in range(20)])
    index.apply_matches(MatchBatch(NOW, better={ItemKey("c", f"i{n:02d}"): [OF_OPEN] for n in range(20) if n % 3}))
    index.refresh()
    found = pages(index, ask(collapse=True, limit=4, collections=("c", "open"), start="2025-01-01"))
    assert [[item.id for item in page] for page in found] == [["i18", "i15", "i12", "i09"], ["i06", "i03", "i00"]]


def test_setting_what_is_set_changes_nothing(index: Index) -> None:
    assert set_better(index, airbus=[OF_HELD, OF_OPEN], held=[], nowhere=[OF_OPEN]) == 1
    assert set_better(index, airbus=[OF_OPEN, OF_HELD, OF_OPEN]) == 0
    assert set_better(index, airbus=[OF_OPEN]) == 1


def test_an_item_that_is_harvested_again_stays_left_out(index: Index, put: Put) -> None:
    set_better(index, airbus=[OF_HELD])
    put(make_document("airbus", "airbus", availability="orderable", source="airbus", title="new"))
    assert ids(index, collapse=True) == ["held", "open"]


def test_an_item_that_comes_back_is_shown_until_it_is_matched_again(index: Index, put: Put) -> None:
    set_better(index, airbus=[OF_HELD])
    index.apply(batch(removed=[AIRBUS]))
    put(make_document("airbus", "airbus", availability="orderable", source="airbus"))
    assert ids(index, collapse=True) == ["airbus", "held", "open"]


def test_an_item_that_is_gone_from_matching_is_shown(index: Index) -> None:
    set_better(index, airbus=[OF_HELD], held=[OF_OPEN])
    assert index.apply_matches(MatchBatch(NOW, gone=[AIRBUS, HELD, ItemKey("c", "none")], better={HELD: [OF_OPEN]})) == 1
    index.refresh()
    assert ids(index, collapse=True) == ["airbus", "open"]


def test_names_of_any_length_are_told_apart(index: Index) -> None:
    long = "x" * 40_000
    set_better(index, airbus=[Better(long, "a/b|c", "held", LICENCES["held"])], held=[Better(long + "y", "d", "held", LICENCES["held"])])
    assert ids(index, collapse=True, collections=("airbus", "held", long)) == ["held"]
