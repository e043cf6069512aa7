"""What was removed can be put back until its grace ends."""

from datetime import timedelta

from harvesters.source import Page
from index.protocol import Index
from schedules.rules import Rules
from tests.schedules.support import NOW, listing, many, names, notices, remapper, run


def test_a_restored_record_stays_until_its_archive_shows_it_again(index: Index) -> None:
    run(index, listing(*many(3)))
    run(index, listing(*many(2)))
    done = remapper(index).restore(index.deleted("toy"))
    assert (done.items_put, len(names(index)), list(index.deleted("toy"))) == (1, 3, [])
    run(index, listing(*many(2)))
    assert len(names(index)) == 3
    run(index, listing(*many(3)))
    # Shown again: from here on its absence counts as any other's.
    run(index, listing(*many(2)))
    assert names(index) == ["r000", "r001"]


def test_a_restored_record_of_a_feed_can_be_deleted_again_once_it_was_shown(index: Index) -> None:
    run(index, Page("s", records=tuple(many(3))))
    run(index, Page("d", records=notices(2)))
    remapper(index).restore(index.deleted("toy"))
    run(index, Page("d", records=notices(2)))
    assert len(names(index)) == 3
    run(index, Page("s", records=tuple(many(3))))
    run(index, Page("d", records=notices(2, day=9)))
    assert names(index) == ["r000", "r001"]


def test_after_the_grace_nothing_can_be_restored_and_the_tombstone_stays(index: Index) -> None:
    run(index, listing(*many(3)))
    run(index, listing(*many(2)))
    later = NOW + Rules().grace + timedelta(seconds=1)
    run(index, listing(*many(2)), now=later)
    assert list(index.deleted("toy")) == []
    assert [change.key.id for change in index.changes(0, 100) if change.deleted] == ["r002"]
