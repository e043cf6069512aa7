"""Moisson to Moisson by OAI-PMH: places, times, licences and ids as they were, deletions and changes followed, whatever dies."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.access import Access
from api.app import Offer
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Batch, ItemKey, Outcome, Run
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.policy import Policy
from moisson.sections import HttpSettings, OaiPmhSection
from tests.api.oai.asking import LATER, NOW, OAI, Repository, repository
from tests.demo import moisson
from tests.support.harvesting import all_items, harvest_all
from tests.support.items import document, make_item
from tests.support.serving import MEMBER

HTTP = HttpSettings(requests_per_second=100_000, attempts=3, private_hosts=("127.0.0.1",))
LICENCES = ("copernicus", "dinamis-spot67", "etalab-2.0", "airbus-optical", "unknown")
COLLECTIONS = ("peps-s2", "dinamis spot~6/7", "airbus")
FACTS = (
    ("open", "copernicus"),
    ("held", "dinamis-spot67"),
    ("orderable", "airbus-optical"),
    ("open", "etalab-2.0"),
    ("unknown", "unknown"),
)
AUDIENCES = {"member": (MEMBER, 500), "anonymous": (ANONYMOUS, 300)}


def made(number: int, *, turned: int = 0, title: str = "") -> Any:
    """Footprints with holes and across the antimeridian, instants and intervals; other facts when it is `turned`."""
    availability, licence = FACTS[(number + turned) % 5]
    lon, lat = number * 0.7 % 358 - 179, number * 0.31 % 160 - 80
    ring = [[lon, lat], [lon + 0.9, lat + 0.123456789], [lon + 0.7, lat + 1], [lon, lat + 0.9], [lon, lat]]
    hole = [[lon + 0.3, lat + 0.3], [lon + 0.3, lat + 0.5], [lon + 0.5, lat + 0.5], [lon + 0.3, lat + 0.3]]
    shape: dict[str, Any] = {"type": "Polygon", "coordinates": [ring, hole] if number % 3 == 0 and lon < 179 else [ring]}
    box = (179.5, lat, -179.5, lat + 1) if number % 50 == 7 else None
    second = f"{number // 60 % 60:02}:{number % 60:02}"
    when: dict[str, Any] = {"datetime": f"2024-05-05T10:{second}.{number:06}Z"}
    if number % 4 == 0:
        when = {"datetime": None, "start": f"2024-05-05T10:{second}Z", "end": f"2024-05-05T11:{second}.250Z"}
    item_id, collection = f"Item {number}/é~%{number}", COLLECTIONS[number % 3]
    more: dict[str, Any] = {"title": title} if title else {}
    place = {"box": box} if box else {"geometry": shape}
    return make_item(item_id, collection, availability=availability, licence=licence, source="dinamis", **when, **place, **more)


def put(repo: Repository, items: list[Any], *, later: timedelta = timedelta(0)) -> None:
    repo.index.apply(Batch("dinamis", "run", NOW + later, items=[document(item) for item in items]))
    repo.index.refresh()


@contextmanager
def served(index: Index, asker: Asker = MEMBER, page_size: int = 7) -> Iterator[Repository]:
    access = Access(Policy(), lambda _: asker)
    with repository(index, Offer(access, oai=replace(OAI, page_size=page_size)), public_url="https://theirs.example.org") as opened:
        yield opened


def section(repo: Repository, **more: Any) -> OaiPmhSection:
    given = {"taken_over": COLLECTIONS, "believed": LICENCES, "overlap_days": 0, **more}
    return OaiPmhSection(url=repo.url, http=HTTP, **given)


def follow(repo: Repository, ours: Index, **more: Any) -> Run:
    ended = harvest_all(ours, {"friend": section(repo, **more)})["friend"]
    assert (ended.outcome, ended.reason) == (Outcome.COMPLETE, None)
    return ended


def shown(repo: Repository) -> dict[tuple[str, str], Any]:
    """What the other Moisson's search shows the asker."""
    page = repo.client.get("/search", params={"limit": "10000"}).json()
    return {(item["collection"], item["id"]): _told(item) for item in page["features"]}


def held(index: Index) -> dict[tuple[str, str], Any]:
    return {key: _told(item) for key, item in all_items(index).items()}


def _told(item: Any) -> Any:
    names = ("datetime", "start_datetime", "end_datetime", "license", "moisson:licence", "moisson:availability", "order:status", "title")
    properties = {name: item["properties"].get(name) for name in names}
    return item["geometry"], item["bbox"], {**properties, "title": properties["title"] or item["id"]}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_an_audience_is_shown_is_what_it_takes_with_it(open_index_twice: tuple[Index, Index], audience: str) -> None:
    theirs, ours = open_index_twice
    asker, count = AUDIENCES[audience]
    with served(theirs, asker, 60) as repo:
        for hour in range(10):
            put(repo, [made(number) for number in range(50 * hour, 50 * hour + 50)], later=timedelta(hours=hour - 10))
        first = follow(repo, ours)
        assert (first.counts.new, first.counts.rejected, len(held(ours))) == (count, 0, count)
        assert held(ours) == shown(repo)
        # Changed, hidden or shown by other facts, deleted, new; so few that no brake stops it.
        later = timedelta(days=1)
        put(repo, [made(number, title=f"changed {number}") for number in range(50)], later=later)
        put(repo, [made(number, turned=1) for number in range(50, 60)], later=later)
        gone = [made(number) for number in range(100, 110)]
        theirs.apply(Batch("dinamis", "run", NOW + later, removed=[ItemKey(one["collection"], one["id"]) for one in gone]))
        put(repo, [made(number) for number in range(500, 520)], later=later)
        repo.now, before = NOW + later + LATER, len(repo.log)
        second = follow(repo, ours)
        assert any("from=2026-06-01" in query for query in repo.log[before:])
        assert second.counts.distinct < 150
        assert second.items_deleted >= 6
        assert held(ours) == shown(repo)
        third = follow(repo, ours)
        assert (third.items_put, third.items_deleted) == (0, 0)


def test_without_settings_nothing_is_believed_and_nothing_takes_anothers_place(tmp_path: Path) -> None:
    with SqliteIndex.open(tmp_path / "theirs") as theirs, SqliteIndex.open(tmp_path / "ours") as ours, served(theirs) as repo:
        put(repo, [made(number) for number in range(20)])
        follow(repo, ours, taken_over=(), believed=())
        items = all_items(ours)
        assert len(items) == 20
        assert {item["properties"]["moisson:availability"] for item in items.values()} == {"unknown"}
        assert all(collection.startswith("friend-") for collection, _ in items)


def test_a_kill_on_either_side_loses_nothing(tmp_path: Path) -> None:
    path, config = tmp_path / "ours.sqlite", tmp_path / "moisson.toml"
    with SqliteIndex.open(tmp_path / "theirs.sqlite") as theirs:
        killed = 0
        for point in (1, 3, 10, 30, 60):
            # Each time theirs is a server that was started anew, which knows nothing of lists that were begun.
            with served(theirs) as repo:
                if point == 1:
                    put(repo, [made(number) for number in range(500)])
                config.write_text(_CONFIG.format(index=path, url=repo.url, collections=list(COLLECTIONS), licences=list(LICENCES)))
                process = moisson("harvest", "--json", "friend", config=config, stdout=subprocess.DEVNULL)
                while len(repo.log) < point and process.poll() is None:
                    time.sleep(0.001)
                if process.poll() is None:
                    os.kill(process.pid, signal.SIGKILL)
                    killed += 1
                process.wait(30)
                put(repo, [made(point, title=f"changed {point}")], later=timedelta(minutes=point))
        assert killed >= 4
        with served(theirs) as repo:
            repo.now = NOW + timedelta(days=1)
            config.write_text(_CONFIG.format(index=path, url=repo.url, collections=list(COLLECTIONS), licences=list(LICENCES)))
            assert moisson("harvest", "--json", "friend", config=config, stdout=subprocess.DEVNULL).wait(120) == 0
            with SqliteIndex.open(path) as ours:
                assert held(ours) == shown(repo)


_CONFIG = """\
index = "{index}"
[sources.friend]
protocol = "oai-pmh"
url = "{url}"
taken_over = {collections}
believed = {licences}
http = {{ requests_per_second = 1000, private_hosts = ["127.0.0.1"] }}
"""
