"""Matching over an index: incremental, repeatable, reversible; what it says of an index depends on what is in there only."""

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from index.matches import Better, Match, MatchBatch
from index.protocol import Index, LeaseLost
from index.query import Query
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.matching.copies import before
from mappings.matching.rules import are_siblings, judge
from mappings.record import Item
from schedules import matching
from schedules.lease import Busy
from schedules.match_scenes import Sight, load_scenes
from schedules.matching import MatchReport, match
from schedules.notes import MATCHING, note_value
from schedules.stop import Stop, Stopped
from tests.index.helpers import NOW, batch
from tests.mappings.test_matching import BERLIN, MTD, PAIRS, SPOT, file_of
from tests.support.items import document, make_item
from tests.support.matching import catalogue_item, held_item, square
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


# --- from one change to the next -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["catalogue", "held", "together"])
def test_whichever_side_comes_first_the_pair_is_found(index: Index, first: str) -> None:
    entry, product = catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE)
    sides = {"catalogue": [[entry], [product]], "held": [[product], [entry]], "together": [[entry, product]]}
    for items in sides[first]:
        put(index, *items)
        report = run(index)
    assert found(index) == [Match(ENTRY, HELD, "M3", 0.95, 1.0)]
    assert found(index, HELD) == found(index)
    assert (report.matches, report.candidates) == (1, 0)
    assert report.position == index.match_position() > 0


def test_a_second_pass_without_changes_writes_nothing(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    assert run(index).written == 4  # two scenes, a match, and the catalogue's Item, before which the held one comes
    again = run(index)
    assert (again.changes, again.written) == (0, 0)
    whole = run(index, everything=True)
    assert (whole.changes, whole.matches, whole.written) == (2, 1, 0)
    assert whole.position == again.position


def test_a_second_pass_over_everything_changes_no_row_but_its_own(tmp_path: Path) -> None:
    """Scenes, matches, Items and their counters; what may differ is the lease."""
    path = tmp_path / "index.sqlite"
    with SqliteIndex.open(path) as index:
        put(index, *_BERLIN, *_SPOT)
        run(index)
        before = rows(path)
        assert run(index, everything=True).written == 0
        assert rows(path) == before
        assert {"scenes", "matches", "items", "betters", "meta"} <= before.keys()


def rows(path: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'leases'")]
        found = {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    db.close()
    return found


def test_an_item_that_is_written_again_keeps_its_matches(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    put(index, held_item("PRODUCT-1", source_id=SOURCE, **{"eo:cloud_cover": 3}))
    assert found(index) == [Match(ENTRY, HELD, "M3", 0.95, 1.0)]
    report = run(index)
    assert (report.changes, report.judged) == (1, 1)
    assert found(index) == [Match(ENTRY, HELD, "M3", 0.95, 1.0)]
    assert shown(index) == ["PRODUCT-1"]


def test_without_the_best_copy_the_next_one_is_shown_and_then_the_catalogues(index: Index) -> None:
    best, next_best = ItemKey("dinamis-pleiades", "ORTHO-1"), HELD
    level = {"processing:level": "ORTHO"}
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE), held_item("ORTHO-1", source_id=SOURCE, **level))
    for gone, then in ((best, "PRODUCT-1"), (next_best, ACQUISITION)):
        run(index)
        assert shown(index) == [gone.id]
        remove(index, gone)
        run(index)
        assert shown(index) == [then]


@pytest.mark.parametrize("gone", [ENTRY, HELD])
def test_a_deleted_item_takes_its_matches_with_it(index: Index, gone: ItemKey) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    remove(index, gone)
    run(index)
    assert found(index, ENTRY, HELD) == []
    assert shown(index) == [key.id for key in (ENTRY, HELD) if key != gone]
    assert gone not in index.scenes([ENTRY, HELD])
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    assert found(index) == [Match(ENTRY, HELD, "M3", 0.95, 1.0)]


def test_matches_are_not_in_the_items_and_give_them_no_change(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    items, changes = index.search(Query(EVERYTHING)).items, index.changes()
    run(index)
    assert index.search(Query(EVERYTHING)).items == items
    assert index.changes() == changes


def test_a_product_whose_strip_turns_out_to_be_another_moves(index: Index) -> None:
    (first, own), (second, other) = PAIRS[:2]
    put(index, catalogue_item(first), catalogue_item(second), held_item("PRODUCT-1", source_id=own))
    run(index)
    put(index, held_item("PRODUCT-1", source_id=other))
    run(index)
    assert found(index, HELD) == [Match(ItemKey("airbus-phr", second), HELD, "M3", 0.95, 1.0)]
    assert shown(index) == sorted(["PRODUCT-1", first])


def test_a_product_that_is_not_held_any_more_is_no_copy(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    put(index, held_item("PRODUCT-1", source_id=SOURCE, availability="unknown"))
    run(index)
    assert found(index, ENTRY, HELD) == []
    assert shown(index) == sorted(["PRODUCT-1", ACQUISITION])


def test_an_entry_of_the_catalogue_that_becomes_open_changes_sides(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    item = catalogue_item(ACQUISITION)
    put(index, {**item, "properties": {**item["properties"], "moisson:availability": "open"}})
    run(index)
    assert found(index, ENTRY, HELD) == []
    assert index.scenes([ENTRY])[ENTRY].side == "held"


# --- whom it puts into doubt -----------------------------------------------------------------------------------------------------------


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


# --- copies --------------------------------------------------------------------------------------------------------------------------


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


# --- runs ----------------------------------------------------------------------------------------------------------------------------


def test_an_interrupted_one_goes_on_where_it_was(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_CHANGES", 2)
    put(index, *(catalogue_item(acquisition) for acquisition, _ in PAIRS))
    put(index, *(held_item(f"PRODUCT-{number}", source_id=source) for number, (_, source) in enumerate(PAIRS)))
    stop = Stop()
    with pytest.raises(Stopped):
        run(index, stop=stop, progress=lambda report: stop.set() if report.changes == 6 else None)
    assert index.match_position() == index.changes(limit=6)[-1].number
    report = run(index)
    assert report.changes == 10
    assert len(found(index, *(ItemKey("airbus-phr", acquisition) for acquisition, _ in PAIRS))) == 8
    assert all(one.method == "M3" for one in found(index, *(ItemKey("airbus-phr", acquisition) for acquisition, _ in PAIRS)))


def test_a_batch_that_died_after_its_scenes_is_made_good(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    put(index, held_item("PRODUCT-1", source_id=PAIRS[1][1]))
    index.apply_matches(MatchBatch(NOW, scenes=list(load_scenes(index, [HELD]).values())))
    assert found(index) != []
    run(index)
    assert found(index) == []
    assert shown(index) == sorted(["PRODUCT-1", ACQUISITION])


def test_other_rules_judge_everything_again(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))
    run(index)
    monkeypatch.setattr(matching, "VERSION", "other")
    assert run(index).changes == 2
    assert note_value(index, MATCHING, "rules") == {"version": "other"}
    assert run(index).changes == 0


def test_two_do_not_match_at_once(index: Index) -> None:
    put(index, catalogue_item(ACQUISITION))
    with pytest.raises(Busy):
        run(index, progress=lambda report: print(run(index)))


def test_one_that_lost_its_lease_writes_no_more(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_CHANGES", 1)
    put(index, catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))

    def take_over(report: MatchReport) -> None:
        assert index.acquire(matching.LEASE, "other", NOW, timedelta(minutes=5), replacing=index.lease(matching.LEASE))

    with pytest.raises(LeaseLost):
        run(index, progress=take_over)
    assert index.match_position() == index.changes(limit=1)[0].number
    assert found(index) == []


def test_other_items_are_passed_over(index: Index) -> None:
    put(index, make_item("s2"), make_item("view", availability="view"), catalogue_item("ACQ_PNEO3_00832700845861"))
    report = run(index)
    assert (report.changes, report.scenes, report.judged, report.written) == (3, 0, 0, 0)


# --- whatever happens ------------------------------------------------------------------------------------------------------------------

# Of the same set by its time, though far from where a product of the first could be.
_FAR = "DS_PHR1B_201810161040434_FR1_PX_E013N52_0513_01715"
_LENT = catalogue_item(BERLIN[0][1])
_BERLIN = [
    *(catalogue_item(acquisition) for acquisition, _ in BERLIN),
    catalogue_item(BERLIN[0][0], product=BERLIN[0][1], along=2.8),
    catalogue_item(BERLIN[2][0], along=-9.0, area=square(0.3)),
    # A product of the catalogue, read as an acquisition of its own.
    {**_LENT, "properties": {**_LENT["properties"], "airbus:records": []}},
    catalogue_item(_FAR),
    *(held_item("A", source_id=source) for _, source in BERLIN[:2]),
    held_item("B", source_id=BERLIN[0][1], availability="open"),
    held_item(file_of(BERLIN[0][1])),
    held_item(file_of(BERLIN[0][1]), along=3.0, area=square(0, width=0.9)),
]
_OTHER = SPOT[0][0].replace("04550", "04551")
_SPOT = [
    catalogue_item(SPOT[0][0]),
    catalogue_item(SPOT[0][0], product=SPOT[0][1], area=square(0.5)),
    catalogue_item(SPOT[1][0]),
    catalogue_item(_OTHER),
    held_item("C", source_id=SPOT[0][0], availability="open"),
    held_item("C", source_id=SPOT[0][0], source_ids=[SPOT[0][0], SPOT[1][0]]),
    held_item("D", source_id=SPOT[0][0], area=square(0, width=0.99)),
    held_item("D", source_id=SPOT[0][0], availability="unknown"),
    held_item(SPOT[0][1], area=square(0.5)),
    held_item(SPOT[0][1], area=None),
]
_WORLDS = [_BERLIN, _SPOT]
_ALL = [item for world in _WORLDS for item in world]
# Each world has its own numbers; the last of a shorter one come oftener.
_STEPS = st.tuples(st.sampled_from(["put", "put", "put", "remove", "match", "match"]), st.integers(0, 11))


def key_of(item: Item) -> ItemKey:
    return ItemKey(item["collection"], item["id"])


def expected(sights: Iterable[Sight]) -> tuple[set[Match], dict[ItemKey, set[Better]]]:
    """By the report's words, every image against every product."""
    sides = {side: sorted((one for one in sights if one.scene.side == side), key=lambda one: one.key) for side in ("catalogue", "held")}
    verdicts = {}
    for image in sides["catalogue"]:
        near = [one.acquisition for one in sides["catalogue"] if one is not image and are_siblings(image.acquisition, one.acquisition)]
        for product in sides["held"]:
            if verdict := judge(image.acquisition, product.acquisition, near):
                verdicts[image.key, product.key] = verdict
    claimed = [held for (_, held), verdict in verdicts.items() if not verdict.candidate]
    products = {one.key: one.acquisition for one in sides["held"]}
    settled = {pair: verdict.beside(claimed.count(pair[1]), products[pair[1]]) for pair, verdict in verdicts.items()}
    verdicts = {pair: verdict for pair, verdict in settled.items() if verdict}
    matches = {Match(*pair, one.method, one.score, one.coverage, one.candidate) for pair, one in verdicts.items()}
    better: dict[ItemKey, set[Better]] = {}
    for image in sides["catalogue"]:
        sure = {held: one for (of, held), one in verdicts.items() if of == image.key and not one.candidate}
        group = {one.key: one for one in (image, *sides["held"]) if one is image or one.key in sure}
        copies = [one.copy(sure[key].coverage if key in sure else 1.0) for key, one in group.items()]
        for copy in copies:
            if ahead := {group[other.key].better() for other in before(copy, copies)}:
                better[copy.key] = ahead
    return matches, better


def stored(index: Index, path: Path) -> tuple[set[Match], dict[ItemKey, set[Better]]]:
    keys = {key_of(item) for item in _ALL}
    matches = {one for of in index.matches(EVERYTHING, keys).values() for one in of}
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT collection, id, copies FROM items JOIN betters USING (better)").fetchall()
    db.close()
    return matches, {ItemKey(*row[:2]): {Better(*one) for one in orjson.loads(row[2])} for row in rows}


@seed(20260)
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_WORLDS), st.lists(_STEPS, min_size=6, max_size=30))
def test_matches_depend_on_what_is_in_the_index_and_not_on_how_it_came_there(
    tmp_path_factory: pytest.TempPathFactory, world: list[Item], steps: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("match") / "index.sqlite"
    there: dict[ItemKey, Item] = {}
    with SqliteIndex.open(path) as index, pytest.MonkeyPatch.context() as patch:
        for action, number in [*steps, ("match", 1)]:
            if action == "match":
                patch.setattr(matching, "_CHANGES", 1 + number % 3)
                run(index)
                continue
            item = world[min(number, len(world) - 1)]
            if action == "put":
                there[key_of(item)] = item
                put(index, item)
            else:
                there.pop(key_of(item), None)
                remove(index, key_of(item))
        told = stored(index, path)
        sights = [Sight.of(scene) for scene in load_scenes(index, list(there)).values()]
        assert told == expected(sights)
        assert set(index.scenes({key_of(item) for item in _ALL})) == {one.key for one in sights}
        assert run(index, everything=True).written == 0
        assert stored(index, path) == told
