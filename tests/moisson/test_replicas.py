"""Two API processes and two schedulers on one Elasticsearch node: one catalogue, whichever of them is asked, and whichever dies."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from index.elastic import ElasticIndex
from index.harvests.commands import Action, leave
from index.protocol import Index
from index.state import Lease, Outcome, Run
from index.stats import Stats
from tests.support import elasticsearch
from tests.support.faults import adds_up
from tests.support.replicas import PUBLIC, SOURCES, Load, Site, end, wait_for
from tests.upstreams import Rule, Upstreams, World, write_deliveries

WORLD = World(300)
TTL = timedelta(seconds=3)
CUT = "harvest:peps"
QUERIES: list[dict[str, Any]] = [
    {"limit": 40},
    {"limit": 40, "exclude_airbus": True, "sortby": [{"field": "id", "direction": "asc"}]},
    {"limit": 40, "bbox": [-10, 35, 20, 60]},
    {"limit": 40, "filter": {"op": "=", "args": [{"property": "moisson:source"}, "dinamis"]}},
    {"limit": 40, "collapse": True},
]


@dataclass
class Story:
    """What was seen while the sources were harvested twice, the first time by a scheduler that died in the middle."""

    clients: list[httpx.Client]
    truth: dict[str, int]
    lost: list[Lease] = field(default_factory=list)
    owners: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    # Items of its source that each process found as soon as a run was stored as complete, and how many it should.
    found: dict[str, tuple[list[int], int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    codes: list[int] = field(default_factory=list)
    stats: Stats | None = None

    def watch(self, index: Index, *, rounds: int) -> bool:
        """One look at leases and runs; whether each source has so many complete runs."""
        for source in SOURCES:
            if lease := index.lease(f"harvest:{source}"):
                self.owners.setdefault((source, lease.epoch), set()).add(lease.owner)
        self.runs = list(index.runs(limit=100))
        complete = [run for run in self.runs if run.outcome is Outcome.COMPLETE]
        for run in complete:
            if run.id not in self.found:
                self.found[run.id] = ([count(client, run.source) for client in self.clients], self.truth[run.source])
        return all(sum(run.source == source for run in complete) >= rounds for source in SOURCES)


def count(client: httpx.Client, source: str) -> int:
    condition = {"op": "=", "args": [{"property": "moisson:source"}, source]}
    answer = client.post("/search", json={"limit": 1, "filter": condition})
    return int(answer.raise_for_status().json()["numberMatched"])


def wrong_of(client: httpx.Client) -> str | None:
    """What is wrong with one page, while harvests go on: a page that is cut short has no next one."""
    answer = client.get("/search", params={"limit": 20})
    if answer.status_code != 200:
        return answer.text
    page = answer.json()
    following = any(link["rel"] == "next" for link in page["links"])
    ids = [(item["collection"], item["id"]) for item in page["features"]]
    return f"{len(ids)} of {len(set(ids))}, next {following}" if len(set(ids)) < len(ids) or (following and len(ids) < 20) else None


@pytest.fixture(scope="module")
def story(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    prefix, folder = f"test-{uuid4().hex}", tmp_path_factory.mktemp("site")
    deliveries = folder / "deliveries"
    write_deliveries(WORLD, deliveries)
    with ExitStack() as ended:
        ended.callback(elasticsearch.remove, elasticsearch_url, prefix)
        up = ended.enter_context(Upstreams(WORLD, faults=[Rule("geodes.*search", "slow", value=1.0)]))
        site = Site.in_folder(folder, up, deliveries, f"{elasticsearch_url}/{prefix}", ended)
        site.open_api(2)
        index = ended.enter_context(ElasticIndex.open(elasticsearch_url, prefix=prefix))
        told = Story([site.client(0), site.client(1)], WORLD.totals())
        with Load(wrong_of, told.clients) as load:
            _tell(told, site, index)
        told.wrong, told.asked, told.stats = load.wrong, load.asked, index.stats()
        yield told


def _tell(told: Story, site: Site, index: Index) -> None:
    first, second = site.schedule(), site.schedule()
    # Two pages were asked for, so that one is written, and the third collection is yet to come.
    wait_for(lambda: sum("geodes" in seen.path for seen in site.up.log) >= 2, "the harvest of peps is under way")
    dies, lives = (first, second) if CUT in {lease.name for lease in first.leases(index)} else (second, first)
    told.lost = dies.lose_machine(index, TTL)
    third = site.schedule()
    site.up.faults.clear()
    wait_for(lambda: told.watch(index, rounds=1), "every source harvested by the other")
    wait_for(lambda: lives.is_up() and third.is_up(), "two schedulers")
    site.up.world = site.up.world.without(0.3)
    told.truth = site.up.world.totals()
    for source in SOURCES:
        leave(index, source, Action.RUN, by="test", now=datetime.now(UTC))
    wait_for(lambda: told.watch(index, rounds=2), "every source harvested again")
    told.codes = [end(lives.process), end(third.process)]


def test_one_run_of_a_source_goes_on_at_a_time(story: Story) -> None:
    for source in SOURCES:
        spans = sorted((run.started, run.ended) for run in story.runs if run.source == source and run.ended)
        assert len(spans) >= 2
        assert all(ended <= started for (_, ended), (started, _) in pairwise(spans)), spans
    # An epoch has one owner.
    assert {key: owners for key, owners in story.owners.items() if len(owners) > 1} == {}


def test_each_run_is_done_once_and_its_counts_add_up(story: Story) -> None:
    for source in SOURCES:
        outcomes = [run.outcome for run in story.runs if run.source == source]
        assert outcomes.count(Outcome.COMPLETE) == 2, outcomes
        assert set(outcomes) <= {Outcome.COMPLETE, Outcome.ABORTED}
    assert all(adds_up(run.counts) for run in story.runs)
    assert story.codes == [0, 0]


def test_a_scheduler_whose_machine_died_is_replaced_when_its_lease_expires(story: Story) -> None:
    lease = next(lease for lease in story.lost if lease.name == CUT)
    cut, again = sorted((run for run in story.runs if run.source == "peps"), key=lambda run: run.started)[:2]
    assert (cut.outcome, cut.reason) == (Outcome.ABORTED, "its process ended without closing it")
    assert again.outcome is Outcome.COMPLETE
    # A run takes its time before it takes the lease.
    assert again.started > lease.expires - timedelta(seconds=1)
    assert any(epoch > lease.epoch for name, epoch in story.owners if name == "peps")


def test_both_processes_find_what_a_run_wrote_as_soon_as_it_is_stored_as_finished(story: Story) -> None:
    complete = [run for run in story.runs if run.outcome is Outcome.COMPLETE]
    assert len(complete) == len(story.found) == 6
    for run in complete:
        found, expected = story.found[run.id]
        assert found == [expected, expected], run


def test_answers_during_the_harvests_were_whole(story: Story) -> None:
    assert story.asked > 10
    assert story.wrong == []


def test_nothing_is_lost_and_what_was_deleted_is_gone(story: Story) -> None:
    assert story.truth["airbus"] < WORLD.totals()["airbus"]
    for client in story.clients:
        assert {source: count(client, source) for source in SOURCES} == {source: story.truth[source] for source in SOURCES}
    assert story.stats is not None
    assert sum(story.stats.items.values()) == story.truth["items"]
    assert story.stats.quarantined == 0


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_both_processes_answer_the_same_bytes(story: Story, query: dict[str, Any]) -> None:
    one, other = (client.post("/search", json=query).raise_for_status() for client in story.clients)
    assert one.json()["features"]
    assert one.content == other.content


@pytest.mark.parametrize("path", ["/collections", "/queryables", "/search?limit=30", "/aggregate?aggregations=total_count"])
def test_both_processes_give_the_same_documents(story: Story, path: str) -> None:
    one, other = (client.get(path).raise_for_status() for client in story.clients)
    assert one.content == other.content


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_page_of_one_process_is_followed_by_the_next_of_the_other(story: Story, query: dict[str, Any]) -> None:
    alone, turns = walk(story.clients[:1], query), walk(story.clients, query)
    assert len(alone) == len(set(alone)) > query["limit"]
    assert turns == alone


def walk(clients: list[httpx.Client], query: dict[str, Any]) -> list[tuple[str, str]]:
    """All Items of a query by the `next` links, each page from the client after the last one."""
    found, pages = [], 0
    following: dict[str, Any] | None = {"href": f"{PUBLIC}/search", "body": query}
    while following:
        client = clients[pages % len(clients)]
        page = client.post(following["href"].removeprefix(PUBLIC), json=following["body"]).raise_for_status().json()
        found += [(item["collection"], item["id"]) for item in page["features"]]
        following = next((link for link in page["links"] if link["rel"] == "next"), None)
        pages += 1
    return found
