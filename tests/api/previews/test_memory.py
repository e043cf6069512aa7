"""PictureMemory: what is kept, how long, and how much."""

import pytest

from api.previews.memory import MemorySettings, PictureMemory
from api.previews.pictures import NotFetched, Picture

LARGE = Picture(b"x" * 40, "image/png")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Archive:
    """Gives the picture, or none; counts how often it was asked."""

    def __init__(self, picture: Picture | None = LARGE) -> None:
        self.picture, self.asked = picture, 0

    def __call__(self) -> Picture:
        self.asked += 1
        if self.picture is None:
            raise NotFetched("status 404")
        return self.picture


def test_a_picture_is_kept_for_its_time() -> None:
    clock, archive = Clock(), Archive()
    memory = PictureMemory(clock, MemorySettings(lasting=10))
    for when, asked in ((0, 1), (9, 1), (10, 2), (19, 2), (21, 3)):
        clock.now = when
        assert memory.picture("a", archive) == LARGE
        assert archive.asked == asked


def test_what_was_asked_longest_ago_goes_first_when_there_is_no_room() -> None:
    archives = {name: Archive() for name in "abc"}
    memory = PictureMemory(Clock(), MemorySettings(most_bytes=100))
    for name in "abacab":
        memory.picture(name, archives[name])
    assert {name: archive.asked for name, archive in archives.items()} == {"a": 1, "b": 2, "c": 1}


def test_a_picture_without_room_is_given_all_the_same() -> None:
    memory = PictureMemory(Clock(), MemorySettings(most_bytes=10))
    assert memory.picture("a", Archive()) == LARGE


def test_an_archive_without_a_picture_is_asked_again_after_a_while() -> None:
    clock, archive = Clock(), Archive(None)
    memory = PictureMemory(clock, MemorySettings(sparing=30, most_failures=2))
    for when, asked in ((0, 1), (29, 1), (30, 2)):
        clock.now = when
        with pytest.raises(NotFetched, match="status 404"):
            memory.picture("a", archive)
        assert archive.asked == asked
    archive.picture = LARGE
    clock.now = 60
    assert memory.picture("a", archive) == LARGE
    for name in "bcd":
        with pytest.raises(NotFetched):
            memory.picture(name, Archive(None))
    again = Archive(None)
    with pytest.raises(NotFetched):
        memory.picture("b", again)
    assert again.asked == 1
