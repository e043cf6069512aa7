"""A Moisson as a source of a Moisson: by its feed of changes, and by its search."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from index.protocol import Index
from index.state import ItemKey, Outcome, Run
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from moisson.sections import HttpSettings
from moisson.sections.followed import MoissonSection
from tests.index.helpers import batch
from tests.support.harvesting import all_items, harvest_all
from tests.support.items import document, make_document, make_item
from tests.support.serving import asking, serving

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SCIENTIST = Asker(UserClass.SCIENTIST, frozenset({"dinamis-spot67"}), organisation="lab")
HTTP = HttpSettings(requests_per_second=100_000, attempts=3, private_hosts=("127.0.0.1",))
WAYS = ["changes", "search"]


@dataclass
class Pair:
    """The Moisson that is followed (`theirs`), and ours."""

    theirs: Index
    ours: Index

    def follow(self, by: str, asker: Asker = SCIENTIST, policy: Policy | None = None, **more: Any) -> Run:
        with serving(self.theirs, access=asking(asker, policy)) as base:
            given: dict[str, Any] = {"collections": ("c", "d"), "licences": ("copernicus", "dinamis-spot67"), "page_size": 7, **more}
            section = MoissonSection(url=base, by=by, http=HTTP, **given)  # type: ignore[arg-type]
            return harvest_all(self.ours, {"friend": section})["friend"]

    def put(self, *documents: Any) -> None:
        self.theirs.apply(batch(items=documents))
        self.theirs.refresh()

    def remove(self, *keys: tuple[str, str]) -> None:
        self.theirs.apply(batch(removed=[ItemKey(*key) for key in keys], now=datetime.now(UTC)))
        self.theirs.refresh()

    def check(self) -> None:
        """Ours holds what theirs does, but for what each server says of itself."""
        assert {key: alone(item) for key, item in all_items(self.ours).items()} == {
            key: alone(item) for key, item in all_items(self.theirs).items()
        }


def alone(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "links": sorted((link["rel"], link["href"]) for link in item["links"])}


@pytest.fixture
def pair(open_index_twice: tuple[Index, Index]) -> Pair:
    return Pair(*open_index_twice)


def things(count: int) -> Iterator[Any]:
    for number in range(count):
        item = make_item(f"i{number}", "cd"[number % 2], availability=("open", "held", "orderable", "view")[number % 4], title=f"{number}")
        item["assets"] = {"data": {"href": f"https://archive.example.org/{number}.tif", "roles": ["data"]}}
        item["links"].append({"rel": "via", "href": f"https://archive.example.org/{number}"})
        yield document(item)


@pytest.mark.parametrize("by", WAYS)
def test_what_they_show_us_is_here_after_creations_changes_and_deletions(pair: Pair, by: str) -> None:
    pair.put(*things(40))
    run = pair.follow(by)
    assert (run.outcome, run.counts.new) == (Outcome.COMPLETE, 40), run
    pair.check()
    pair.put(make_document("i3", "d", title="changed"), make_document("new", "c"))
    pair.remove(("c", "i0"), ("d", "i1"))
    run = pair.follow(by)
    assert (run.outcome, run.counts.new, run.counts.changed) == (Outcome.COMPLETE, 1, 1), run
    pair.check()


def test_a_following_run_asks_for_what_changed_only(pair: Pair) -> None:
    pair.put(*things(40))
    pair.follow("changes")
    pair.put(make_document("new", "c"))
    run = pair.follow("changes")
    assert (run.counts.received, run.counts.new) == (1, 1)
    assert pair.follow("changes").counts.received == 0


@pytest.mark.parametrize("by", WAYS)
def test_a_licence_that_is_not_believed_gives_nobody_a_right_here(pair: Pair, by: str) -> None:
    pair.put(*things(8))
    pair.follow(by, licences=("copernicus",))
    found = {item["id"]: item["properties"] for item in all_items(pair.ours).values()}
    told = {name: (facts["moisson:availability"], facts["moisson:licence"]) for name, facts in found.items()}
    assert told["i0"] == ("open", "copernicus")
    assert told["i1"] == ("unknown", "dinamis-spot67")
    assert told["i2"] == ("orderable", "airbus-optical")
    assert told["i3"][0] == "view"
    assert "order:status" not in found["i1"]


def test_what_they_stop_showing_us_goes_here_too(pair: Pair) -> None:
    pair.put(*(make_document(f"o{number}", "c", availability="open") for number in range(5)))
    pair.follow("changes", ANONYMOUS)
    pair.put(make_document("o1", "c", availability="held"))
    run = pair.follow("changes", ANONYMOUS)
    assert run.counts.deleted == 1
    assert sorted(key[1] for key in all_items(pair.ours)) == ["o0", "o2", "o3", "o4"]


def test_when_our_rights_change_everything_is_read_again_and_what_is_not_shown_goes(pair: Pair) -> None:
    pair.put(*(make_document(f"o{number}", "c", availability="held" if number < 2 else "open") for number in range(12)))
    assert pair.follow("changes").counts.new == 12
    run = pair.follow("changes", ANONYMOUS)
    assert run.outcome is Outcome.COMPLETE, run
    assert sorted(all_items(pair.ours)) == sorted(key for key, item in all_items(pair.theirs).items() if _is_open(item))


def _is_open(item: dict[str, Any]) -> bool:
    return bool(item["properties"]["moisson:availability"] == "open")


def test_collections_that_are_not_named_are_counted_and_left(pair: Pair) -> None:
    pair.put(*things(4))
    run = pair.follow("changes", collections=("c",))
    assert (run.counts.new, run.counts.filtered) == (2, 2)
    assert {key[0] for key in all_items(pair.ours)} == {"c"}


def test_a_clock_that_went_back_over_there_loses_no_deletion(pair: Pair) -> None:
    late, early = datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    pair.theirs.apply(batch(items=[make_document("a", "c"), make_document("b", "c")], now=late))
    pair.theirs.refresh()
    pair.follow("changes")
    pair.theirs.apply(batch(removed=[ItemKey("c", "a")], now=early))
    pair.follow("changes")
    assert sorted(key[1] for key in all_items(pair.ours)) == ["b"]
