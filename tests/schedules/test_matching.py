"""Matching over an index: incremental, repeatable, reversible."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from index.harvests.notes import MATCHING, note_value
from index.matches import Match, MatchBatch
from index.protocol import Index, LeaseLost
from index.query import Query
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from schedules import matching
from schedules.lease import Busy
from schedules.match_scenes import load_scenes
from schedules.matching import MatchReport
from schedules.stop import Stop, Stopped
from tests.index.helpers import NOW
from tests.mappings.test_matching import PAIRS
from tests.schedules.match_support import ACQUISITION, ENTRY, HELD, SOURCE, found, put, remove, run, shown
from tests.schedules.test_matching_any_order import _BERLIN, _SPOT
from tests.support.items import make_item
from tests.support.matching import catalogue_item, held_item


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
