"""What stac-browser asks, as a real browser sent it (tests/clients/record.py), asked again: from a page of another origin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.clients.conftest import Served
from tests.clients.recorded import Placeholders, Recorded, load

ORIGIN = "https://browser.example"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"


@dataclass(frozen=True)
class Replayed:
    """A recorded request with its placeholders filled, and what was answered."""

    asked: Recorded
    path: str
    body: Any
    answer: httpx.Response

    @property
    def told(self) -> dict[str, Any]:
        read: dict[str, Any] = self.answer.json()
        return read

    @property
    def kind(self) -> str:
        """What stac-browser takes the answer for."""
        path = self.path.partition("?")[0]
        if path == "/search" or path.endswith("/items"):
            return "items"
        if path == "/collections":
            return "collections"
        if path.endswith("queryables"):
            return "queryables"
        return "item" if "/items/" in path else "stac"


@pytest.fixture(scope="module")
def replayed(served: Served) -> list[Replayed]:
    return list(_replay(served.base))


def _replay(base: str) -> Iterator[Replayed]:
    placeholders = Placeholders()
    with httpx.Client(base_url=base) as client:
        for asked in load():
            path = placeholders.fill(asked.path, path=True)
            body = None if asked.body is None else placeholders.fill(asked.body, path=False)
            answer = client.request(asked.method, path, headers={"origin": ORIGIN, **asked.headers}, content=body)
            yield Replayed(asked, path, body and json.loads(body), answer)
            if answer.is_success:
                placeholders.note(answer.json())


def answered(replayed: list[Replayed]) -> list[Replayed]:
    return [one for one in replayed if one.answer.status_code == 200]


def of(replayed: list[Replayed], *kinds: str) -> list[Replayed]:
    found = [one for one in answered(replayed) if one.kind in kinds]
    assert found
    return found


def rels(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {link["rel"]: link for link in document["links"]}


def test_nothing_that_it_asks_is_refused(replayed: list[Replayed]) -> None:
    refused = [(one.asked.step, one.path, one.body, one.answer.text[:300]) for one in replayed if one.answer.status_code != 200]
    assert refused == []


def test_the_media_type_is_the_one_that_it_asks_for(replayed: list[Replayed]) -> None:
    for one in answered(replayed):
        wanted = one.asked.headers.get("accept", "").split(",")[0]
        told = one.answer.headers["content-type"].partition(";")[0]
        # Of an Item's page it does not yet know that it is one.
        assert told == (GEOJSON if one.kind == "item" else wanted), one.asked


def test_a_page_of_another_origin_may_ask_and_read(served: Served, replayed: list[Replayed]) -> None:
    for one in replayed:
        assert one.answer.headers["access-control-allow-origin"] == "*", one.asked
    for path, method in {(one.path, one.asked.method) for one in replayed if "content-type" in one.asked.headers}:
        asked = {"origin": ORIGIN, "access-control-request-method": method, "access-control-request-headers": "content-type"}
        answer = httpx.options(f"{served.base}{path}", headers=asked)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert method in answer.headers["access-control-allow-methods"]
        assert "content-type" in answer.headers["access-control-allow-headers"].lower()


def test_the_landing_page_has_the_links_from_which_it_goes_on(replayed: list[Replayed]) -> None:
    landing = replayed[0]
    assert (landing.path, landing.told["type"]) == ("/", "Catalog")
    links = landing.told["links"]
    assert {"self", "root", "data", "conformance", "child", "search"} <= {link["rel"] for link in links}
    # It searches where a link is of this type, by POST if it can.
    assert {"method": "POST", "type": GEOJSON}.items() <= next(link for link in reversed(links) if link["rel"] == "search").items()
    assert rels(landing.told)[QUERYABLES]["type"] == SCHEMA


def test_everything_that_it_shows_says_what_it_is_and_where(replayed: list[Replayed]) -> None:
    for one in of(replayed, "stac", "item"):
        assert one.told["type"] in ("Catalog", "Collection", "Feature"), one.asked
        assert one.told["id"]
        assert {"self", "root"} <= set(rels(one.told)), one.asked
        assert one.told["type"] == "Feature" or one.told["description"]


def test_items_and_collections_come_with_their_own_addresses_and_a_count(replayed: list[Replayed]) -> None:
    for one in of(replayed, "items", "collections"):
        members = one.told["features" if one.kind == "items" else "collections"]
        assert members, one.asked
        assert {member["type"] for member in members} == {"Feature" if one.kind == "items" else "Collection"}
        assert all(rels(member)["self"]["href"].startswith("http") for member in members)
        assert isinstance(one.told["numberMatched"], int)


def test_pages_lead_on_and_back(replayed: list[Replayed]) -> None:
    by_step = {one.asked.step: one.told for one in of(replayed, "items")}
    for first, second in (
        ("a collection", "next page of items"),
        ("search: pages", "search: next page"),
        ("search: next page", "search: page after it"),
    ):
        assert "next" in rels(by_step[first])
        assert "prev" in rels(by_step[second])
        assert _ids(by_step[first]).isdisjoint(_ids(by_step[second]))
    assert _ids(by_step["previous page of items"]) == _ids(by_step["a collection"])
    assert _ids(by_step["search: previous page"]) == _ids(by_step["search: next page"])


def test_its_next_page_by_post_is_asked_as_the_link_says(replayed: list[Replayed]) -> None:
    """It sends the link's body, and knows nothing of `merge`."""
    for one in of(replayed, "items"):
        link = rels(one.told).get("next")
        if one.asked.method == "POST" and link:
            assert link["method"] == "POST"
            assert "token" in link["body"]
            assert not link.get("merge")


def test_queryables_are_a_schema_whose_properties_it_can_offer(replayed: list[Replayed]) -> None:
    types = set()
    for one in of(replayed, "queryables"):
        properties = one.told["properties"].values()
        assert all(schema["title"] for schema in properties)
        types |= {schema.get("type") for schema in properties}
    # These it makes inputs for; the others it leaves out.
    assert {"string", "number", "integer", "boolean"} <= types


def test_it_finds_what_its_filters_say(replayed: list[Replayed]) -> None:
    found = {one.asked.step: one.told["features"] for one in of(replayed, "items")}
    for step in ("items: a number", "search: a number"):
        assert all(item["properties"]["eo:cloud_cover"] < 20 for item in found[step])
    assert all(item["properties"]["platform"].startswith("sentinel") for item in found["search: a text like another"])
    assert {item["collection"] for item in found["search: collections"]} <= {"sentinel-2-l1c", "airbus-phr"}
    assert len(found["search: identifiers"]) == 1
    times = [item["properties"]["datetime"] for item in found["items: newest first"]]
    assert times == sorted(times, reverse=True)


def test_each_answer_is_in_the_language_that_is_chosen(replayed: list[Replayed]) -> None:
    for one in of(replayed, "stac", "collections"):
        chosen = one.asked.headers["accept-language"][:2]
        assert one.answer.headers["content-language"] == chosen, one.asked
        assert "accept-language" in one.answer.headers["vary"].lower()


def test_the_choice_of_a_language_is_offered_and_reaches_the_server(replayed: list[Replayed]) -> None:
    """It offers those that an answer names, and asks again in another where the server announces that it negotiates."""
    assert "https://api.stacspec.org/v1.0.0-rc.2/language" in replayed[0].told["conformsTo"]
    for one in of(replayed, "stac"):
        chosen = one.asked.headers["accept-language"][:2]
        assert one.told["language"]["code"] == chosen, one.asked
        assert {chosen, *(other["code"] for other in one.told["languages"])} == {"en", "fr"}


def _ids(page: dict[str, Any]) -> set[str]:
    return {item["id"] for item in page["features"]}
