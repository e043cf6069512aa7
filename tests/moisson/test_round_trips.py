"""Round trips from a Moisson to a Moisson: 20,000 Items, every class of user, and processes that die on both sides."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Batch, ItemKey, Outcome
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.licences import licences
from tests.access.world import policy
from tests.demo import moisson
from tests.index.helpers import batch
from tests.moisson import test_oai_round_trip as oai
from tests.moisson.test_following import Pair, alone
from tests.support.harvesting import all_items
from tests.support.items import document, make_item
from tests.support.replicas import free_port
from tests.support.serving import asking, serving

FACTS = [
    ("open", "copernicus"), ("held", "dinamis-spot67"), ("held", "dsp-pleiades"), ("orderable", "airbus-optical"), ("view", "unknown"),
    ("unknown", "unknown"), ("open", "etalab-2.0"),
]  # fmt: skip


def things(count: int, title: str = "", source: str = "test") -> Iterator[Any]:
    for number in range(count):
        availability, licence = FACTS[number % len(FACTS)]
        box = (number % 170 - 0.5, number % 80, number % 170 + 0.5, number % 80 + 0.5)
        facts = {"availability": availability, "licence": licence, "source": source, "box": box}
        item = make_item(f"i{number}", f"c-{number % 3}", title=title or f"scene {number}", **facts)  # type: ignore[arg-type]
        item["assets"] = {"data": {"href": f"https://archive.example.org/{number}.tif", "roles": ["data"]}}
        yield document(item)


def put(index: Index, documents: list[Any]) -> None:
    for start in range(0, len(documents), 1000):
        index.apply(batch(items=documents[start : start + 1000]))
    index.refresh()


def key(number: int) -> ItemKey:
    return ItemKey(f"c-{number % 3}", f"i{number}")


COLLECTIONS = ("c-0", "c-1", "c-2")


@pytest.mark.parametrize("by", ["changes", "search"])
def test_twenty_thousand_items_come_over_whole_with_changes_and_deletions_on_the_way(tmp_path: Path, by: str) -> None:
    member = Asker(UserClass.PUBLIC_ACTOR, frozenset(licences()))
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs, SqliteIndex.open(tmp_path / "ours.sqlite") as ours:
        pair = Pair(theirs, ours)
        put(theirs, list(things(20_000)))
        asked = {"collections": COLLECTIONS, "licences": tuple(licences()), "page_size": 1000}
        run = pair.follow(by, member, **asked)
        assert (run.outcome, run.counts.new) == (Outcome.COMPLETE, 20_000), run
        put(theirs, list(things(400, "changed")))
        theirs.apply(batch(removed=[key(number) for number in range(300, 600)]))
        theirs.refresh()
        run = pair.follow(by, member, **asked)
        assert (run.outcome, run.items_deleted) == (Outcome.COMPLETE, 300), run
        pair.check()


def test_many_items_come_over_by_oai_pmh_too(tmp_path: Path) -> None:
    # An ISO record takes ten times as long to write and to read as an Item: ROUND_TRIP_RECORDS=20000 asks for as many as above.
    count = int(os.environ.get("ROUND_TRIP_RECORDS", "2000"))
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs, SqliteIndex.open(tmp_path / "ours.sqlite") as ours:
        with oai.served(theirs, page_size=1000) as repo:
            for start in range(0, count, 1000):
                oai.put(repo, [oai.made(number) for number in range(start, start + 1000)])
            assert oai.follow(repo, ours).counts.new == count
            later = timedelta(days=1)
            oai.put(repo, [oai.made(number, title="changed") for number in range(200)], later=later)
            gone = [oai.made(number) for number in range(300, 380)]
            theirs.apply(Batch("dinamis", "run", oai.NOW + later, removed=[ItemKey(one["collection"], one["id"]) for one in gone]))
            repo.now = oai.NOW + later + oai.LATER
            run = oai.follow(repo, ours)
            assert (run.counts.changed, run.items_deleted) == (200, 80)
        assert oai.held(ours) == oai.held(theirs)


@pytest.mark.parametrize("one", list(UserClass))
def test_each_class_of_users_takes_over_what_a_search_shows_it(tmp_path: Path, one: UserClass) -> None:
    asker = Asker(one, frozenset({"dinamis-spot67"}))
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs, SqliteIndex.open(tmp_path / "ours.sqlite") as ours:
        put(theirs, list(things(500)))
        pair, rules = Pair(theirs, ours), policy()
        run = pair.follow("changes", asker, policy=rules, collections=COLLECTIONS, licences=tuple(licences()), page_size=100)
        assert run.outcome is Outcome.COMPLETE, run
        theirs.apply(batch(removed=[key(number) for number in range(20)]))
        put(theirs, list(things(40, "changed"))[30:])
        pair.follow("changes", asker, policy=rules, collections=COLLECTIONS, licences=tuple(licences()), page_size=100)
        with serving(theirs, access=asking(asker, rules)) as base:
            shown = httpx.get(f"{base}/search", params={"limit": 1000}).json()["features"]
        kept = {item["id"]: item for (_, _), item in all_items(ours).items()}
        assert kept.keys() == {item["id"] for item in shown}
        assert all(kept[item["id"]]["geometry"] == item["geometry"] for item in shown)


_CONFIG = """\
index = "{folder}/{name}.sqlite"

[access.sources]
peps = "everyone"
"""
_FOLLOWING = """
[sources.friend]
protocol = "moisson"
url = "http://127.0.0.1:{port}"
collections = ["c-0", "c-1", "c-2"]
licences = ["copernicus", "etalab-2.0", "dinamis-spot67", "dsp-pleiades"]
page_size = 40

[sources.friend.http]
private_hosts = ["127.0.0.1"]
requests_per_second = 1000
attempts = 2
"""


def test_processes_that_are_killed_on_both_sides_lose_nothing(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "theirs.toml").write_text(_CONFIG.format(folder=tmp_path, name="theirs"))
    (tmp_path / "ours.toml").write_text(_CONFIG.format(folder=tmp_path, name="ours") + _FOLLOWING.format(port=port))
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs:
        put(theirs, list(things(2_000, source="peps")))
        for number, (records, victim) in enumerate([(80, "ours"), (400, "theirs"), (900, "ours"), (1_400, "theirs")]):
            _kill_one(tmp_path, port, records, victim)
            theirs.apply(batch(removed=[key(number)]))
            put(theirs, list(things(30, f"after {records}", "peps"))[20:])
        server = _serve(tmp_path, port)
        try:
            assert _harvest(tmp_path).wait(120) == 0
        finally:
            server.kill()
            server.wait(20)
        with SqliteIndex.open(tmp_path / "ours.sqlite") as ours:
            here, there = all_items(ours), all_items(theirs)
            assert len(here) == 1_996
            assert {one: alone(item) for one, item in here.items()} == {one: alone(item) for one, item in there.items()}


def _kill_one(folder: Path, port: int, records: int, victim: str) -> None:
    """SIGKILL of one side when ours has so many records; what is left of the other ends by itself."""
    server, ours = _serve(folder, port), _harvest(folder)
    try:
        while _records(folder) < records:
            assert ours.poll() is None, "the harvest ended before it could be killed"
            time.sleep(0.01)
        os.kill({"ours": ours, "theirs": server}[victim].pid, signal.SIGKILL)
        assert ours.wait(60) != 0
    finally:
        server.kill()
        server.wait(20)


def _records(folder: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{folder}/ours.sqlite?mode=ro", uri=True)) as db:
            found: int = db.execute("SELECT count(*) FROM records").fetchone()[0]
            return found
    except sqlite3.OperationalError:
        # Not made yet.
        return 0


def _serve(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    server = moisson("serve", "--port", str(port), config=folder / "theirs.toml", stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return server
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the other Moisson does not answer")


def _harvest(folder: Path) -> "subprocess.Popen[bytes]":
    return moisson("harvest", "friend", config=folder / "ours.toml", stdout=subprocess.DEVNULL)
