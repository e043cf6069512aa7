"""GET /changes: the feed as a partner reads it, on both stores."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import orjson
import pytest

from api.access import Access
from api.app import Offer, create_app
from api.terms import MetadataLicence
from index.protocol import Index
from index.state import ItemKey
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from mappings.licences import licences
from tests.index.helpers import NOW, batch
from tests.support.items import make_document
from tests.support.serving import asking, serving

SCIENTIST = Asker(UserClass.SCIENTIST, frozenset({"dinamis-spot67"}), organisation="lab")


@dataclass
class Follower:
    """Keeps what the feed tells, as a partner would."""

    base: str
    limit: int = 3
    since: str | None = None
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def read(self) -> "Follower":
        more = True
        while more:
            page = httpx.get(f"{self.base}/changes", params={"limit": self.limit, **({"since": self.since} if self.since else {})}).json()
            for change in page["changes"]:
                if change["type"] == "put":
                    self.kept[change["id"]] = change["item"]
                else:
                    self.kept.pop(change["id"], None)
                    self.deleted.append(change["id"])
            self.since, more = page["since"], page["more"]
        return self


@pytest.fixture
def served(index: Index) -> Iterator[str]:
    with serving(index) as base:
        yield base


def put(index: Index, *ids: str, **more: Any) -> None:
    index.apply(batch(items=[make_document(one, **more) for one in ids]))
    index.refresh()


def test_a_follower_has_what_a_search_shows_after_creations_changes_and_deletions(index: Index, served: str) -> None:
    put(index, *"abcdefgh")
    follower = Follower(served).read()
    assert sorted(follower.kept) == list("abcdefgh")
    put(index, "a", "i", title="new")
    index.apply(batch(removed=[ItemKey("c", "b"), ItemKey("c", "h")], now=NOW + timedelta(hours=1)))
    index.refresh()
    follower.read()
    shown = httpx.get(f"{served}/search", params={"limit": 100}).json()["features"]
    assert follower.kept == {item["id"]: item for item in shown}
    assert sorted(follower.deleted) == ["b", "h"]
    assert Follower(served).read().kept == follower.kept


def test_a_position_is_good_for_ever_and_for_every_replica(index: Index, served: str) -> None:
    put(index, "a")
    since = Follower(served).read().since
    with serving(index) as replica:
        put(index, "b")
        assert list(Follower(replica, since=since).read().kept) == ["b"]


def test_nothing_new_is_an_empty_answer_with_the_same_position(index: Index, served: str) -> None:
    put(index, "a")
    follower = Follower(served).read()
    page = httpx.get(f"{served}/changes", params={"since": follower.since or ""}).json()
    assert (page["changes"], page["more"], page["since"]) == ([], False, follower.since)


def test_lines_of_json_end_with_the_position(index: Index, served: str) -> None:
    put(index, *"abc")
    answer = httpx.get(f"{served}/changes", headers={"Accept": "application/x-ndjson"})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    *lines, last = map(orjson.loads, answer.text.splitlines())
    assert [(line["type"], line["id"]) for line in lines] == [("put", "a"), ("put", "b"), ("put", "c")]
    assert (last["type"], last["more"]) == ("position", False)
    put(index, "d")
    assert list(Follower(served, since=last["since"]).read().kept) == ["d"]


@contextmanager
def as_(index: Index, asker: Asker, policy: Policy | None = None) -> Iterator[str]:
    with serving(index, access=asking(asker, policy)) as base:
        yield base


def test_an_item_that_is_hidden_by_a_change_is_told_as_deleted_to_those_who_found_it_only(index: Index) -> None:
    put(index, "a", "b", availability="open")
    put(index, "secret", availability="held")
    with as_(index, ANONYMOUS) as base:
        follower = Follower(base).read()
        assert sorted(follower.kept) == ["a", "b"]
        put(index, "a", availability="held")
        put(index, "secret", availability="held", title="changed")
        follower.read()
        assert (sorted(follower.kept), follower.deleted) == (["b"], ["a"])
        index.apply(batch(removed=[ItemKey("c", "a"), ItemKey("c", "secret")]))
        index.refresh()
        assert follower.read().deleted == ["a", "a"]
        put(index, "a", availability="open")
        assert sorted(follower.read().kept) == ["a", "b"]
    with as_(index, SCIENTIST) as base:
        assert sorted(Follower(base).read().kept) == ["a", "b"]


def test_other_rights_or_another_licence_table_are_a_410_that_says_to_begin_again(index: Index) -> None:
    put(index, "a")
    with as_(index, SCIENTIST) as base:
        since = Follower(base).read().since
    changed = {**licences(), "copernicus": licences()["copernicus"].model_copy(update={"conditions_fr": ("Autre",)})}
    others: list[tuple[Asker, Policy | None]] = [
        (ANONYMOUS, None),
        (Asker(UserClass.SCIENTIST), None),
        (SCIENTIST, Policy(changed)),
        (SCIENTIST, Policy(sign_in=True)),
    ]
    for asker, policy in others:
        with as_(index, asker, policy) as base:
            answer = httpx.get(f"{base}/changes", params={"since": since or ""})
            same = policy is not None and policy.sign_in
            assert answer.status_code == (200 if same else 410), (asker, policy)
            if not same:
                assert (answer.json()["code"], answer.json()["parameter"]) == ("begin-again", "since")


def test_a_position_of_another_catalogue_is_a_410_too(open_index_twice: tuple[Index, Index]) -> None:
    one, other = open_index_twice
    put(one, "a")
    with serving(one) as base:
        since = Follower(base).read().since
    with serving(other) as base:
        assert httpx.get(f"{base}/changes", params={"since": since or ""}).status_code == 410


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"since": "x"}, "since"),
        ({"since": "A" * 2000}, "since"),
        ({"since": "é"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"limit": "5001"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": "1e9"}, "limit"),
        ({"f": "xml"}, "f"),
        ({"sinse": "x"}, "sinse"),
    ],
)
def test_a_400_names_what_is_wrong(served: str, asked: dict[str, str], named: str) -> None:
    answer = httpx.get(f"{served}/changes", params=asked)
    assert (answer.status_code, answer.json()["parameter"]) == (400, named)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_follower_misses_nothing_while_others_write(index: Index, seed: int) -> None:
    """Three writers put, change, hide and delete; an anonymous follower reads all the while, begins anew at times, and ends with what
    a search shows to it."""
    failed = list[BaseException]()
    # Its Collection is there: a cluster refuses those who look into an index that another makes at that moment.
    put(index, "first")
    with as_(index, ANONYMOUS) as base:
        writers = [threading.Thread(target=_guarded(_writing(index, Random(seed * 10 + one), f"w{one}-"), failed)) for one in range(3)]
        follower, short = Follower(base, limit=5), Random(seed)
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            follower.read()
            if short.random() < 0.1:
                # It may be told again what it knows, and must not mind.
                follower.since = None
        assert not failed, failed
        index.refresh()
        shown = httpx.get(f"{base}/search", params={"limit": 1000}).json()["features"]
        assert follower.read().kept == {item["id"]: item for item in shown}
        assert shown


def _guarded(work: Callable[[], None], failed: list[BaseException]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
            raise

    return run


def _writing(index: Index, chance: Random, prefix: str) -> Callable[[], None]:
    def write() -> None:
        for turn in range(25):
            ids = [f"{prefix}{number}" for number in chance.sample(range(20), 4)]
            if chance.random() < 0.3:
                index.apply(batch(removed=[ItemKey("c", one) for one in ids]))
            else:
                availability = chance.choice(["open", "held", "orderable"])
                index.apply(batch(items=[make_document(one, availability=availability, title=f"{turn}") for one in ids]))

    return write


def test_the_description_names_the_feed(index: Index) -> None:
    described = create_app(index, Offer(Access())).openapi()["paths"]["/changes"]["get"]
    assert {one["name"] for one in described["parameters"]} == {"since", "limit", "f"}
    assert "410" in described["responses"]


def test_the_licence_of_the_metadata_travels_with_the_feed(index: Index) -> None:
    licence = MetadataLicence("CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    put(index, "a")
    with serving(index, offer=Offer(asking(ANONYMOUS), metadata_licence=licence)) as base:
        answer = httpx.get(f"{base}/changes")
        assert licence.link() in answer.json()["links"]
        assert answer.headers["Link"] == f'<{licence.href}>; rel="license"'
        (change,) = answer.json()["changes"]
        assert [link["href"] for link in change["item"]["links"] if link["rel"] == "license"] == [f"{base}/licences/copernicus"]
