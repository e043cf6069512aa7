"""Matches depend on what is in the index, not on how it came there."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import orjson
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from index.matches import Better, Match
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.matching.copies import before
from mappings.matching.rules import are_siblings, judge
from mappings.record import Item
from schedules import matching
from schedules.match_scenes import Sight, load_scenes
from tests.mappings.test_matching import BERLIN, SPOT, file_of
from tests.schedules.match_support import put, remove, run
from tests.support.matching import catalogue_item, held_item, square

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
