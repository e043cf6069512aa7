"""Listings paged by position: every number that a catalogue tells may be wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from harvesters.errors import StopSource
from harvesters.sweep import Limits, Listing, Sweep
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Answer, Record


def record(name: str, content: str = "") -> Record:
    return Record("s", name, None, (content or name).encode(), media_type="application/xml")


@dataclass
class Fake:
    """A listing of names. `before(asked)` is called ahead of each page with the number of pages asked so far, and may change them."""

    names: list[str]
    largest: int = 100
    total: Callable[[int], int | None] = lambda held: held
    next_position: Callable[[int], int | None] = lambda following: following
    bad: frozenset[str] = frozenset()
    known: bool = True
    window: int | None = None
    message: str = "the value of title is null"
    before: Callable[["Fake"], None] = lambda listing: None
    cuts: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)

    def count(self) -> int | None:
        return self.total(len(self.names))

    def read(self, position: int, size: int) -> OgcAnswer:
        self.before(self)
        self.asked.append((position, size))
        if len(self.asked) > 2000:
            raise AssertionError("an endless loop")
        if self.window is not None and position + size - 1 > self.window and position > 1:
            raise Refused("NoApplicableCode", self.message)
        page = self.names[position - 1 : position - 1 + min(size, self.largest)]
        if self.bad & set(page):
            raise Refused("NoApplicableCode", "a null in a record")
        records = tuple(record(name.partition("|")[0], name) for name in page)
        following = self.next_position(position + len(page))
        return OgcAnswer(Answer(records), "csw", matched=self.count(), returned=99, next_position=following, nodes=len(records))

    def name(self, position: int) -> str | None:
        return self.names[position - 1] if self.known else None

    def parts(self) -> Sequence[Listing]:
        if not self.cuts:
            return ()
        middle = len(self.names) // 2
        more: dict[str, Any] = {"window": self.window, "cuts": self.cuts - 1, "total": self.total, "message": self.message}
        return [Fake(self.names[:middle], **more), Fake(self.names[middle:], **more)]


def names(count: int) -> list[str]:
    return [f"r{number:04d}" for number in range(count)]


def swept(listing: Listing, size: int = 10, window: int | None = None) -> tuple[list[str], Sweep, list[Answer]]:
    sweep = Sweep(listing, Limits(size, window=window))
    answers = list(sweep)
    return [record.native_id for answer in answers for record in answer.records], sweep, answers


@pytest.mark.parametrize("largest", [1, 2, 7, 100])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 23])
def test_every_record_comes_once_whatever_the_catalogue_gives_of_a_page(count: int, largest: int) -> None:
    found, sweep, _ = swept(Fake(names(count), largest=largest))
    assert found == names(count)
    assert (sweep.verdict.whole, sweep.verdict.missing) == (True, 0)


@pytest.mark.parametrize("following", [lambda n: 1, lambda n: 0, lambda n: None, lambda n: n + 1])
def test_the_next_position_that_a_catalogue_tells_is_not_needed(following: Callable[[int], int | None]) -> None:
    found, sweep, _ = swept(Fake(names(23), next_position=following))
    assert found == names(23)
    assert sweep.verdict.whole


def test_without_a_total_the_next_position_tells_the_end_or_an_empty_page_does() -> None:
    listing = Fake(names(23), total=lambda held: None, next_position=lambda n: n if n <= 23 else 1)
    assert swept(listing)[0] == names(23)


def test_more_announced_than_given_is_missing_after_a_second_look() -> None:
    listing = Fake(names(23), total=lambda held: held + 4)
    found, sweep, _ = swept(listing)
    assert set(found) == set(names(23))
    assert (sweep.verdict.whole, sweep.verdict.missing) == (False, 4)


def changing(at: int, change: Callable[[list[str]], None]) -> Callable[[Fake], None]:
    def before(listing: Fake) -> None:
        if len(listing.asked) == at:
            change(listing.names)

    return before


def test_a_record_deleted_between_pages_hides_none_of_the_others() -> None:
    # Of 23 the first is deleted after page 1: without the overlap of pages and a second look the 11th would never be seen.
    found, sweep, _ = swept(Fake(names(23), before=changing(1, lambda held: held.pop(0))))
    assert set(found) == set(names(23))
    assert sweep.verdict.whole


def test_a_record_inserted_between_pages_is_seen() -> None:
    found, sweep, _ = swept(Fake(names(23), before=changing(1, lambda held: held.insert(0, "new"))))
    assert set(found) == {"new", *names(23)}
    assert sweep.verdict.whole


def test_a_deletion_and_an_insertion_that_leave_the_total_as_it_was_are_noticed() -> None:
    def change(held: list[str]) -> None:
        held.pop(0)
        held.append("z-new")

    found, sweep, _ = swept(Fake(names(23), before=changing(1, change)))
    assert set(found) == {"z-new", *names(23)}
    assert sweep.verdict.whole


def test_a_record_moved_by_its_change_is_noticed_although_every_number_agrees() -> None:
    def touch(held: list[str]) -> None:
        held.append(held.pop(0))

    found, sweep, _ = swept(Fake(names(23), before=changing(1, touch)))
    assert set(found) == set(names(23))
    assert sweep.verdict.whole


def test_a_catalogue_that_never_holds_still_is_never_whole() -> None:
    def before(listing: Fake) -> None:
        listing.names.insert(0, f"new-{len(listing.asked)}")

    listing = Fake(names(23), before=before)
    _, sweep, _ = swept(listing)
    assert not sweep.verdict.whole
    assert len(listing.asked) < 15


def test_two_records_of_one_identifier_do_not_keep_a_listing_from_being_whole() -> None:
    # Every announced position was given, twice the same: the numbers disagree for a reason that stays.
    listing = Fake([*names(10), "r0009|other", *names(23)[10:]])
    _, sweep, _ = swept(listing, size=4)
    assert (sweep.verdict.whole, sweep.verdict.missing) == (True, 0)


@pytest.mark.parametrize("bad", [{"r0000"}, {"r0011"}, {"r0022"}, {"r0003", "r0004", "r0017"}])
def test_a_record_that_breaks_its_page_is_broken_and_all_others_come(bad: set[str]) -> None:
    found, sweep, answers = swept(Fake(names(23), bad=frozenset(bad), largest=7))
    broken = [one for answer in answers for one in answer.broken]
    assert set(found) == set(names(23)) - bad
    assert {one.native_id for one in broken} == bad
    assert f"position {int(min(bad)[1:]) + 1}" in broken[0].reason
    assert (sweep.verdict.whole, sweep.verdict.missing) == (True, 0)


def test_a_record_that_breaks_its_page_and_has_no_name_keeps_the_listing_from_being_judged() -> None:
    found, sweep, answers = swept(Fake(names(23), bad=frozenset({"r0011"}), known=False))
    assert len(found) == 22
    assert [one.native_id[:7] for answer in answers for one in answer.broken] == ["unread-"]
    assert (sweep.verdict.whole, sweep.verdict.missing) == (False, 0)


def test_a_question_that_is_refused_is_no_list_of_bad_records() -> None:
    with pytest.raises(Refused):
        swept(Fake(names(23), bad=frozenset(names(23)), known=False))


def test_a_listing_that_became_shorter_than_its_position_ends() -> None:
    listing = Fake(names(30), before=changing(2, lambda held: held.__delitem__(slice(5, None))), window=30)
    _, sweep, _ = swept(listing)
    assert sweep.verdict.whole


@pytest.mark.parametrize("window", [None, 60])
def test_what_a_catalogue_does_not_page_to_is_read_in_parts(window: int | None) -> None:
    found, sweep, _ = swept(Fake(names(200), window=60, cuts=5, message="Result window is too large"), window=window)
    assert set(found) == set(names(200))
    assert sweep.verdict.whole


def test_a_limit_that_no_words_tell_is_found_by_its_refusals() -> None:
    found, _, _ = swept(Fake(names(200), window=60, cuts=5, message="java.lang.NullPointerException", known=False))
    assert set(found) >= set(names(200))


def test_a_total_stuck_at_a_round_cap_is_not_believed() -> None:
    listing = Fake(names(200), total=lambda held: 10_000 if held > 50 else held, window=10_000, cuts=5)
    found, sweep, _ = swept(listing)
    assert sorted(found) == names(200)
    assert sweep.verdict.whole
    assert not listing.asked


def test_what_cannot_be_cut_is_read_as_far_as_it_goes_and_is_missing_beyond() -> None:
    found, sweep, _ = swept(Fake(names(200), window=60, message="Result window is too large"))
    assert len(set(found)) >= 50
    assert not sweep.verdict.whole
    assert sweep.verdict.missing == 200 - len(set(found))


def test_the_last_page_given_again_beyond_the_end_is_an_end() -> None:
    class Again(Fake):
        def read(self, position: int, size: int) -> OgcAnswer:
            return super().read(min(position, 21), size)

    found, _, _ = swept(Again(names(23), total=lambda held: None))
    assert set(found) == set(names(23))


def test_a_catalogue_that_ignores_filters_does_not_cut_for_ever() -> None:
    class Deaf(Fake):
        def parts(self) -> Sequence[Listing]:
            return [self, self]

    with pytest.raises(StopSource, match="ignore filters"):
        swept(Deaf(names(200), window=60, message="Result window is too large"), window=60)
