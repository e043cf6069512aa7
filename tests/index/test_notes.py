"""Notes: the book-keeping that several processes change, each by compare-and-set."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from index.protocol import Index
from index.state import Note

Opener = Callable[[], Index]


def test_a_note_comes_back_as_it_was_written(index: Index) -> None:
    value = {"text": "«é»\n", "n": 2**40, "f": 0.5, "none": None, "": {"a.b": [1, {"": True}]}, ".": "..", "a..b": {}}
    assert index.note("kind", "name") is None
    assert index.write_note("kind", "name", value, None)
    found = index.note("kind", "name")
    assert found is not None
    assert found.value == value
    assert index.notes("kind") == {"name": found}
    assert index.note("kind", "other") is index.note("other", "name") is None


def test_a_note_is_changed_only_as_it_was_seen(index: Index) -> None:
    assert index.write_note("k", "n", {"n": 1}, None)
    assert not index.write_note("k", "n", {"n": 2}, None)
    first = index.note("k", "n")
    assert first is not None
    assert index.write_note("k", "n", {"n": 2}, first)
    assert not index.write_note("k", "n", {"n": 3}, first)
    assert not index.write_note("k", "n", None, first)
    second = index.note("k", "n")
    assert second is not None
    assert second.value == {"n": 2}
    assert second.version != first.version


def test_a_note_is_removed_only_as_it_was_seen(index: Index) -> None:
    assert index.write_note("k", "n", None, None), "there is none: nothing to do"
    index.write_note("k", "n", {"n": 1}, None)
    assert not index.write_note("k", "n", None, None)
    seen = index.note("k", "n")
    assert index.write_note("k", "n", None, seen)
    assert index.note("k", "n") is None
    assert index.notes("k") == {}
    assert not index.write_note("k", "n", None, seen)
    assert not index.write_note("k", "n", {"n": 2}, seen)


def test_a_note_that_was_made_anew_is_not_the_one_that_was_seen(index: Index) -> None:
    index.write_note("k", "n", {"n": 1}, None)
    old = index.note("k", "n")
    index.write_note("k", "n", None, old)
    index.write_note("k", "n", {"n": 1}, None)
    assert not index.write_note("k", "n", {"n": 2}, old)


def test_writing_the_same_value_again_is_a_change(index: Index) -> None:
    index.write_note("k", "n", {}, None)
    first = index.note("k", "n")
    assert index.write_note("k", "n", {}, first)
    assert not index.write_note("k", "n", {}, first)


def test_of_two_who_write_at_once_one_wins(open_index: Opener) -> None:
    with_each = [open_index(), open_index()]
    for round_ in range(10):
        seen = with_each[0].note("k", "n")
        start = Barrier(2)

        def write(number: int, seen: Note | None = seen, start: Barrier = start, round_: int = round_) -> bool:
            start.wait(10)
            return with_each[number].write_note("k", "n", {"round": round_, "by": number}, seen)

        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(write, range(2)))
        assert sorted(won) == [False, True]
        found = with_each[1].note("k", "n")
        assert found is not None
        assert found.value == {"round": round_, "by": won.index(True)}


@pytest.mark.parametrize("name", ["", "a/b", "/x", "..", "é 中😀", "x" * 3000, "*", "'\"\\", "\n"])
def test_a_note_may_have_any_name(index: Index, name: str) -> None:
    assert index.write_note("recount:pe/ps", name, {"n": 1}, None)
    assert index.note("recount:pe/ps", name) == index.notes("recount:pe/ps")[name]
    assert index.notes("recount:pe") == {}


def test_all_notes_of_a_kind_come_by_name(index: Index) -> None:
    for name in ("b", "é", "a", "C", "x" * 9000):
        index.write_note("k", name, {"name": name}, None)
    index.write_note("other", "a", {}, None)
    found = index.notes("k")
    assert list(found) == ["C", "a", "b", "x" * 9000, "é"]
    assert all(note.value == {"name": name} for name, note in found.items())
    assert index.notes("none") == {}


def test_notes_outlive_the_connection(index: Index, open_index: Opener) -> None:
    index.write_note("k", "n", {"n": 1}, None)
    index.close()
    again = open_index()
    assert again.write_note("k", "n", {"n": 2}, again.note("k", "n"))
