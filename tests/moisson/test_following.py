"""A Moisson as a source of a Moisson: by its feed of changes, and by its search."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import ItemKey, Outcome, Run
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from moisson.commands.follow import followed
from moisson.sections import ConfigError, HttpSettings
from moisson.sections.followed import MoissonSection
from moisson.settings import load_settings
from tests.demo import moisson
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


def test_a_collection_of_which_nothing_came_is_named(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    pair.put(*things(2))
    pair.follow("changes", collections=("c", "e"))
    assert [record.args for record in caplog.records if "nothing came" in record.msg] == [("friend", "e")]


def test_a_clock_that_went_back_over_there_loses_no_deletion(pair: Pair) -> None:
    late, early = datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    pair.theirs.apply(batch(items=[make_document("a", "c"), make_document("b", "c")], now=late))
    pair.theirs.refresh()
    pair.follow("changes")
    pair.theirs.apply(batch(removed=[ItemKey("c", "a")], now=early))
    pair.follow("changes")
    assert sorted(key[1] for key in all_items(pair.ours)) == ["b"]


def config(folder: Path, port: int, more: str = "") -> Path:
    path = folder / "moisson.toml"
    path.write_text(f"""
index = "{folder}/ours.sqlite"

[sources.friend]
protocol = "moisson"
url = "http://127.0.0.1:{port}"
collections = ["c", "d"]
licences = ["copernicus"]
http = {{ private_hosts = ["127.0.0.1"] }}
{more}""")
    return path


def test_the_command_reads_again_until_it_is_told_to_end(tmp_path: Path) -> None:
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs, serving(theirs, access=asking(ANONYMOUS)) as base:
        path = config(tmp_path, int(base.rpartition(":")[2]))
        theirs.apply(batch(items=[make_document("a", "c")]))
        with moisson("follow", "--every", "1", "--json", config=path, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert orjson.loads(running.stdout.readline())["counts"]["new"] == 1
            theirs.apply(batch(items=[make_document("b", "c")]))
            while not orjson.loads(running.stdout.readline())["counts"]["new"]:
                pass
            running.terminate()
            assert running.wait(30) == 0
        with moisson("follow", "friend", "--once", config=path, stdout=subprocess.PIPE) as running:
            assert running.wait(60) == 0
    with SqliteIndex.open(tmp_path / "ours.sqlite") as ours:
        assert sorted(key[1] for key in all_items(ours)) == ["a", "b"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("relist_days = 0", "relist_days"),
        ("by = 'guessing'", "by"),
        ("[sources.other]\nprotocol = 'moisson'\nurl = 'https://m.example'\ncollections = ['c']", "fills this collection"),
        (
            "[sources.other]\nprotocol = 'moisson'\nurl = 'https://m.example'\ncollections = ['airbus-spot']\n[sources.airbus]",
            "sources.airbus",
        ),
        ("[sources.other]\nprotocol = 'moisson'\nurl = 'https://m.example'\ncollections = ['x']\nlicences = ['mine']", "no licence mine"),
        ("[sources.other]\nprotocol = 'moisson'\nurl = 'https://m.example'\ncollections = ['a/b']", "up to 100 letters"),
        ("api_key = 'moi_x'", "a secret does not belong here"),
    ],
)
def test_settings_that_would_mislead_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, said: str) -> None:
    monkeypatch.delenv("MOISSON_INDEX", raising=False)
    with pytest.raises(ConfigError) as error:
        load_settings(config(tmp_path, 1, more))
    assert said in str(error.value)


@pytest.mark.parametrize(("names", "said"), [(["peps"], "moisson harvest peps"), (["none"], "no such source")])
def test_only_another_moisson_is_followed(tmp_path: Path, names: list[str], said: str) -> None:
    settings = load_settings(config(tmp_path, 1, "[sources.peps]\ncollections = ['PEPS_S1_L1']\nsince = 2020-01-01"))
    assert followed(settings, []) == ["friend"]
    with pytest.raises(ConfigError, match=said):
        followed(settings, names)
