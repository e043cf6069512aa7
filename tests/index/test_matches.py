"""Scenes and matches: what matching keeps of Items, beside their bytes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from index.matches import Better, Match, MatchBatch, Scene
from index.protocol import Index, LeaseLost
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING, Audience
from tests.index.helpers import NOW, ask, batch, ids
from tests.support.items import LICENCES, make_document

Put = Callable[..., None]

DAY = 86_400_000_000
AT = 1_704_067_200_123_456
A, B = ItemKey("airbus", "a"), ItemKey("airbus", "b")
H, K = ItemKey("held", "h"), ItemKey("held", "k")
MEMBERS = Audience("members", frozenset((name, LICENCES[name]) for name in ("orderable", "held")))
PUBLIC = Audience("public", frozenset({("orderable", LICENCES["orderable"])}))


def scene(key: ItemKey = A, side: str = "catalogue", instants: tuple[int, ...] = (AT,), **members: object) -> Scene:
    """A scene of SPOT 6 at AT, named after its Item."""
    values = {"platform": "spot-6", "names": (key.id,), "facts": {"strip": 3, "of": ["é", None]}, "wkb": b"\x00\xff"}
    return Scene(**{"key": key, "side": side, "instants": instants, **values, **members})  # type: ignore[arg-type]


def match(catalogue: ItemKey = A, held: ItemKey = H, score: float = 1.0, **members: object) -> Match:
    return Match(catalogue, held, "M1", score, **{"coverage": 0.25, **members})  # type: ignore[arg-type]


def matched(**members: object) -> MatchBatch:
    return MatchBatch(NOW, **members)  # type: ignore[arg-type]


@pytest.fixture
def stored(put: Put) -> None:
    """A and B of the commercial catalogue, H and K that are held."""
    put([make_document(key.id, key.collection, availability="orderable", source="airbus") for key in (A, B)])
    put([make_document(key.id, key.collection, availability="held", source="dinamis") for key in (H, K)])


# --- scenes ------------------------------------------------------------------------------------------------------------------


def test_a_scene_is_read_as_it_was_put(index: Index) -> None:
    both = [scene(names=("DS_1", "é" * 9000), instants=(AT, AT - DAY)), scene(H, "held", facts={}, wkb=None, instants=(), names=())]
    assert index.apply_matches(matched(scenes=both)) == 2
    assert index.scenes([A, H, K]) == {one.key: one for one in both}
    assert index.scenes([]) == {}


def test_a_scene_that_is_as_it_was_is_not_written(index: Index) -> None:
    index.apply_matches(matched(scenes=[scene(), scene(B)]))
    assert index.apply_matches(matched(scenes=[scene(), scene(B, platform="spot-7")])) == 1
    assert index.apply_matches(matched(scenes=[scene(), scene(B, platform="spot-7")], position=0)) == 0


def test_scenes_are_found_by_side_platform_and_each_of_their_instants(index: Index) -> None:
    pair = scene(A, instants=(AT, AT + 37_000_000))
    index.apply_matches(matched(scenes=[pair, scene(B, platform="spot-7"), scene(H, "held"), scene(K, "held", instants=(AT + DAY,))]))
    assert index.scenes_at("catalogue", [("spot-6", AT, AT)]) == [pair]
    assert index.scenes_at("catalogue", [("spot-6", AT + 37_000_000, AT + DAY)]) == [pair]
    assert index.scenes_at("catalogue", [("spot-6", AT - DAY, AT + DAY), ("spot-6", AT, AT)]) == [pair]
    assert index.scenes_at("catalogue", [("spot-6", AT + 1, AT + 36_999_999)]) == []
    assert [one.key for one in index.scenes_at("held", [("spot-6", AT, AT + DAY)])] == [H, K]
    assert [one.key for one in index.scenes_at("catalogue", [("spot-7", AT, AT), ("spot-6", AT, AT)])] == [A, B]
    assert index.scenes_at("held", [("spot-7", AT, AT)]) == index.scenes_at("held", []) == []


def test_many_places_are_asked_at_once(index: Index) -> None:
    made = [scene(ItemKey("held", f"h{n:04d}"), "held", (AT + n * DAY,), platform=f"p{n % 3}") for n in range(600)]
    index.apply_matches(matched(scenes=made))
    assert index.scenes_at("held", [(one.platform, one.instants[0], one.instants[0]) for one in made]) == made
    assert index.scenes_named("held", [one.names[0] for one in made[5:]]) == made[5:]


def test_scenes_are_found_by_any_of_their_names(index: Index) -> None:
    long = "x" * 40_000
    index.apply_matches(matched(scenes=[scene(names=("one", long)), scene(H, "held", names=("one",))]))
    assert [one.key for one in index.scenes_named("catalogue", ["one", "two", long])] == [A]
    assert [one.key for one in index.scenes_named("catalogue", [long])] == [A]
    assert [one.key for one in index.scenes_named("held", ["one"])] == [H]
    assert index.scenes_named("held", ["On", "ONE", long]) == index.scenes_named("held", []) == []


def test_a_scene_that_changed_is_found_by_what_it_is_now_only(index: Index) -> None:
    index.apply_matches(matched(scenes=[scene(names=("old", "both"), instants=(AT, AT + 1))]))
    now = scene(names=("both", "new"), instants=(AT + 1, AT + 2))
    index.apply_matches(matched(scenes=[now]))
    assert index.scenes_at("catalogue", [("spot-6", AT, AT)]) == index.scenes_named("catalogue", ["old"]) == []
    assert index.scenes_at("catalogue", [("spot-6", AT + 1, AT + 2)]) == index.scenes_named("catalogue", ["both"]) == [now]


def test_a_scene_that_is_gone_is_not_found(index: Index) -> None:
    index.apply_matches(matched(scenes=[scene(), scene(B)]))
    assert index.apply_matches(matched(gone=[A, H])) == 1
    assert index.scenes([A, B]) == {B: scene(B)}
    assert [one.key for one in index.scenes_at("catalogue", [("spot-6", AT, AT)])] == [B]
    assert index.scenes_named("catalogue", ["a"]) == []
    assert index.apply_matches(matched(gone=[A, B], scenes=[scene(B)])) == 0, "what is put is not gone"


# --- matches -----------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stored")
def test_matches_are_read_from_either_side_the_best_first(index: Index) -> None:
    sure, partial, also = match(score=0.9), match(held=K, score=0.95, candidate=True), match(B, H, 0.9)
    assert index.apply_matches(matched(matches={A: [sure, partial], B: [also]})) == 3
    assert index.matches(EVERYTHING, [A, B, H, K]) == {A: [partial, sure], B: [also], H: [sure, also], K: [partial]}
    assert index.matches(EVERYTHING, [H]) == {H: [sure, also]}
    assert index.matches(EVERYTHING, []) == index.matches(EVERYTHING, [ItemKey("airbus", "h")]) == {}


@pytest.mark.usefixtures("stored")
def test_a_match_is_shown_to_those_who_find_its_other_side(index: Index) -> None:
    index.apply_matches(matched(matches={A: [match()]}))
    assert index.matches(MEMBERS, [A, H]) == {A: [match()], H: [match()]}
    assert index.matches(PUBLIC, [A]) == {}
    assert index.matches(Audience("x", MEMBERS.discover, (("dinamis", frozenset()),)), [A, H]) == {H: [match()]}
    assert index.matches(Audience("x", frozenset(), (("dinamis", None),)), [A, H]) == {A: [match()]}


@pytest.mark.usefixtures("stored")
def test_a_match_whose_other_side_is_deleted_is_not_shown(index: Index) -> None:
    index.apply_matches(matched(matches={A: [match()]}))
    index.apply(batch(removed=[H]))
    assert index.matches(EVERYTHING, [A]) == {}
    index.apply(batch(items=[make_document("h", "held", availability="unknown")]))
    assert index.matches(EVERYTHING, [A]) == {A: [match()]}
    assert index.matches(MEMBERS, [A]) == {}


@pytest.mark.usefixtures("stored")
def test_what_is_given_for_a_catalogue_item_replaces_all_that_it_had(index: Index) -> None:
    index.apply_matches(matched(matches={A: [match(), match(held=K)], B: [match(B)]}))
    assert index.apply_matches(matched(matches={A: [match(), match(held=K)]})) == 0
    better = match(held=K, coverage=0.5)
    assert index.apply_matches(matched(matches={A: [better]})) == 2, "one changed, one is no more"
    assert index.matches(EVERYTHING, [A, B, H]) == {A: [better], B: [match(B)], H: [match(B)]}
    assert index.apply_matches(matched(matches={A: []})) == 1
    assert index.matches(EVERYTHING, [A, K]) == {}


@pytest.mark.usefixtures("stored")
def test_an_item_that_is_gone_takes_its_matches_on_both_sides(index: Index) -> None:
    index.apply_matches(matched(matches={A: [match(), match(held=K)], B: [match(B)]}))
    assert index.apply_matches(matched(gone=[H])) == 2
    assert index.matches(EVERYTHING, [A, B, H]) == {A: [match(held=K)]}
    assert index.apply_matches(matched(gone=[A])) == 1
    assert index.matches(EVERYTHING, [A, B, H, K]) == {}
    assert index.apply_matches(matched(gone=[A, H])) == 0


@pytest.mark.usefixtures("stored")
def test_matching_changes_neither_bytes_nor_change_numbers(index: Index) -> None:
    before, changes = index.get(EVERYTHING, *A), index.changes()
    index.apply_matches(matched(scenes=[scene()], matches={A: [match()]}, better={A: [Better("held", "dinamis", "held", "x")]}, position=9))
    index.refresh()
    assert index.get(EVERYTHING, *A) == before
    assert index.changes() == changes
    same = [make_document(key.id, key.collection, availability="orderable", source="airbus") for key in (A, B)]
    assert index.apply(batch(items=same)).items_put == 0
    assert ids(index, collections=("airbus",)) == ["a", "b"]
    assert index.search(ask(ids=("a",))).items == [before]


# --- position and lease ------------------------------------------------------------------------------------------------------


def test_the_position_is_kept_until_another_is_given(index: Index) -> None:
    assert index.match_position() == 0
    assert index.apply_matches(matched(position=12)) == 0
    index.apply_matches(matched(scenes=[scene()]))
    assert index.match_position() == 12
    index.apply_matches(matched(position=0))
    assert index.match_position() == 0


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("lost", ["released", "taken"])
def test_matching_without_its_lease_writes_nothing(index: Index, lost: str) -> None:
    lease = index.acquire("matching", "first", NOW, timedelta(minutes=5))
    assert lease is not None
    written = matched(
        lease=lease,
        scenes=[scene()],
        matches={A: [match()]},
        better={A: [Better("held", "dinamis", "held", "x")]},
        position=5,
    )
    if lost == "released":
        index.release(lease)
    else:
        assert index.acquire("matching", "second", NOW + timedelta(hours=1), timedelta(minutes=5))
    with pytest.raises(LeaseLost):
        index.apply_matches(written)
    with pytest.raises(LeaseLost):
        index.apply_matches(matched(lease=lease))
    index.refresh()
    assert index.scenes([A]) == {}
    assert index.matches(EVERYTHING, [A]) == {}
    assert index.match_position() == 0
    assert "a" in ids(index, collapse=True)


# --- marks -------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stored")
def test_an_item_that_has_matches_never_says_that_it_has_none(index: Index, put: Put) -> None:
    def said(*keys: ItemKey) -> dict[str, bool]:
        index.refresh()
        found = {key.id: index.get(EVERYTHING, *key).matched for key in keys}
        assert {item.id: item.matched for item in index.search(Query(EVERYTHING)).items if item.id in found} == found
        return found

    index.apply_matches(matched(matches={A: [match(A, H)]}, better={B: [Better("held", "dinamis", "held", LICENCES["held"])]}))
    assert said(A, H) == {"a": True, "h": True}
    # A harvest of the same Items keeps what matching wrote.
    put([make_document(A.id, A.collection, availability="orderable", source="airbus", title="newer")])
    put([make_document(H.id, H.collection, availability="held", source="dinamis", title="newer")])
    assert said(A, H) == {"a": True, "h": True}
    index.apply_matches(matched(matches={A: [match(A, H), match(A, K)]}))
    assert said(A, H, K) == {"a": True, "h": True, "k": True}
