"""The newest change of one Item, and how late changes may be read."""

from datetime import UTC, datetime, timedelta

from index.protocol import Index
from index.state import Batch, ItemKey
from tests.support.items import make_document

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_items_newest_change_is_found_by_its_key_also_when_it_is_deleted(index: Index) -> None:
    a, other = ItemKey("c", "a"), ItemKey("d", "a")
    assert index.change_of(a) is None
    index.apply(Batch("test", "run", NOW, items=[make_document("a", "c"), make_document("a", "d")]))
    assert [index.change_of(key) for key in (a, other)] == list(index.changes())
    index.apply(Batch("test", "run", NOW, items=[make_document("a", "c", availability="held")]))
    index.apply(Batch("test", "run", NOW + timedelta(hours=1), removed=[a]))
    gone = index.change_of(a)
    assert gone == index.changes()[-1]
    assert gone is not None
    assert (gone.deleted, gone.time, {facts.availability for facts in gone.former}) == (True, NOW + timedelta(hours=1), {"open"})
    index.apply(Batch("test", "run", NOW, items=[make_document("a", "c")]))
    back = index.change_of(a)
    assert back is not None
    assert not back.deleted


def test_changes_can_be_read_within_minutes(index: Index) -> None:
    assert timedelta(minutes=1) < index.lag < timedelta(minutes=30)
