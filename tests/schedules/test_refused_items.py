"""A store that will not take an Item: what a run makes of its records."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.document import Document
from index.protocol import ItemsRefused
from index.sqlite import SqliteIndex
from index.state import Applied, Batch, Counts, ItemKey, Outcome
from tests.schedules.run_support import page, run, values
from tests.support.toy import toy_record

LATER = "2024-03-01T00:00:00Z"


class Choosy(SqliteIndex):
    """Takes no Item that `refuses` names, and then nothing of the batch."""

    refuses: Callable[[Document], bool] = staticmethod(lambda document: False)

    def apply(self, batch: Batch) -> Applied:
        bad = [document for document in batch.items if self.refuses(document)]
        if bad:
            told = {(ItemKey(one.collection, one.id), one.digest): "not this one" for one in bad}
            raise ItemsRefused("refused", told, Applied(0, 0, 0))
        return super().apply(batch)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Choosy]:
    with Choosy.open(tmp_path / "index.sqlite") as opened:
        yield opened


def saying(text: bytes) -> Callable[[Document], bool]:
    return lambda document: text in document.head


def test_an_item_that_cannot_be_made_of_the_records_left_goes_with_the_one_that_went(index: Choosy) -> None:
    run(index, page(toy_record("r0", "a", item="i"), toy_record("r1", "b", item="i"), toy_record("r2")))
    index.refuses = saying(b'"toy:values":["b"]')
    ended = run(index, page(toy_record("r0", updated=LATER, deleted=True), stream="deletions"))
    assert (ended.outcome, ended.counts, ended.items_deleted) == (Outcome.COMPLETE, Counts(deleted=1), 1)
    assert values(index) == {"r2": [1]}
    assert [(one.native_id, one.reason, one.raw) for one in index.rejections()] == [
        ("r1", "not this one", toy_record("r1", "b", item="i").raw)
    ]
    assert [one.native_id for one in index.records("toy")] == ["r1", "r2"]


def test_a_merged_item_that_is_refused_sends_its_newcomers_into_quarantine(index: Choosy) -> None:
    run(index, page(toy_record("r0", "a", item="i")))
    index.refuses = saying(b'["a","b"]')
    ended = run(index, page(toy_record("r1", "b", item="i"), toy_record("r2")))
    assert (ended.outcome, ended.counts) == (Outcome.COMPLETE, Counts(new=1, rejected=1))
    assert values(index) == {"i": ["a"], "r2": [1]}
    assert [one.native_id for one in index.rejections()] == ["r1"]


def test_what_a_record_may_have_been_refused_for_is_not_remembered_by_the_next_run(index: Choosy) -> None:
    index.refuses = saying(b'["a"]')
    run(index, page(toy_record("r0", "a")))
    index.refuses = saying(b"nothing")
    assert run(index, page(toy_record("r0", "a"))).counts == Counts(rejected=1), "in quarantine until it changes, or is replayed"
    assert run(index, page(toy_record("r0", "a", updated=LATER, more=1))).counts == Counts(new=1)
    assert index.rejections() == []


def test_a_store_that_refuses_the_same_again_is_an_error_and_no_endless_loop(tmp_path: Path) -> None:
    class Stubborn(SqliteIndex):
        def apply(self, batch: Batch) -> Applied:
            if batch.rejected or batch.items:
                raise ItemsRefused("refused", {(ItemKey("toy", "r0"), b"1"): "never"}, Applied(0, 0, 0))
            return super().apply(batch)

    with Stubborn.open(tmp_path / "index.sqlite") as index, pytest.raises(ItemsRefused):
        run(index, page(toy_record("r0", "a")))
