"""Whom a change puts into doubt, and which copy is shown."""

import pytest

from index.protocol import Index
from index.state import ItemKey
from tests.mappings.test_matching import BERLIN, MTD, SPOT, file_of
from tests.schedules.match_support import ACQUISITION, SOURCE, found, put, remove, run, shown
from tests.support.matching import catalogue_item, held_item, square


@pytest.mark.parametrize("sibling", [BERLIN[1][0], "DS_PHR1B_201810161040434_FR1_PX_E013N52_0513_01715"])
def test_a_new_sibling_takes_a_candidate_away_and_gives_it_back(index: Index, sibling: str) -> None:
    product = held_item(file_of(BERLIN[0][1]))
    entry = ItemKey("airbus-phr", BERLIN[0][0])
    put(index, catalogue_item(entry.id), product)
    run(index)
    assert [one.method for one in found(index, entry)] == ["M4"]
    put(index, catalogue_item(sibling))
    run(index)
    assert found(index, entry) == []
    remove(index, ItemKey("airbus-phr", sibling))
    run(index)
    assert [one.candidate for one in found(index, entry)] == [True]


def test_an_entry_that_claims_a_product_takes_the_candidate_from_another_and_gives_it_back(index: Index) -> None:
    """The third image's entry stands 0.1 s from the first one's product, of which only the file's name is known."""
    product = held_item(file_of(BERLIN[0][1]))
    third, lent = ItemKey("airbus-phr", BERLIN[2][0]), ItemKey("airbus-phr", BERLIN[0][0])
    put(index, catalogue_item(third.id), product)
    run(index)
    assert [one.candidate for one in found(index, third)] == [True]
    put(index, catalogue_item(lent.id, product=BERLIN[0][1]))
    run(index)
    assert found(index, third) == []
    assert [(one.method, one.candidate) for one in found(index, lent)] == [("M2", False)]
    remove(index, lent)
    run(index)
    assert [one.candidate for one in found(index, third)] == [True]


def test_a_product_that_two_entries_claim_is_a_candidate_of_both(index: Index) -> None:
    (first, _), (second, _) = SPOT[:2]
    product = ItemKey("dinamis-spot67", "PRODUCT-1")
    put(index, catalogue_item(first), held_item("PRODUCT-1", source_id=first, source_ids=[first, second]))
    run(index)
    assert [one.candidate for one in found(index, product)] == [False]
    put(index, catalogue_item(second))
    run(index)
    assert [(one.method, one.score, one.candidate) for one in found(index, product)] == [("M1", 1.0, True)] * 2
    assert shown(index) == sorted(["PRODUCT-1", first, second])
    remove(index, ItemKey("airbus-spot", second))
    run(index)
    assert [one.candidate for one in found(index, product)] == [False]
    assert shown(index) == ["PRODUCT-1"]


def test_all_products_of_a_strip_are_linked_and_one_is_shown(index: Index) -> None:
    strip, item_id = MTD
    products = [held_item(item_id), held_item(file_of(strip)), held_item("ORTHO-1", source_id=strip, **{"processing:level": "ORTHO"})]
    put(index, catalogue_item(strip), *products)
    run(index)
    assert [one.method for one in found(index, ItemKey("airbus-spot", strip))] == ["M1", "M2", "M2"]
    assert shown(index) == ["ORTHO-1"]
    assert shown(index, collections=("airbus-spot",)) == [strip]


def test_a_clip_does_not_hide_the_strip(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE, area=square(0, width=0.5)))
    run(index)
    assert [one.coverage for one in found(index)] == [0.5]
    assert shown(index) == sorted(["PRODUCT-1", ACQUISITION])
