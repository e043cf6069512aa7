"""Collection search: words, order, members, pages, and that a token holds for its query only."""

from typing import Any

import httpx
import pytest

from tests.api.catalogue.world import HELD, OPEN, SALE


def found(api: httpx.Client, **params: str) -> list[str]:
    answer = api.get("/collections", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["numberReturned"] == len(answer.json()["collections"])
    return [one["id"] for one in answer.json()["collections"]]


def next_of(answer: httpx.Response) -> str | None:
    return next((link["href"] for link in answer.json()["links"] if link["rel"] == "next"), None)


def test_all_collections_are_on_one_page_unless_a_limit_is_given(api: httpx.Client) -> None:
    assert found(api) == [SALE, HELD, OPEN]
    assert next_of(api.get("/collections")) is None


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("sentinel", [OPEN]),
        ("SÉNTINEL", [OPEN]),
        ("dinamis spot67", [HELD]),
        ("sentinel 2,dinamis", [HELD, OPEN]),
        ("senti", []),
        ("nothing like it", []),
    ],
)
def test_free_text_finds_whole_words_whatever_their_case_and_accents(api: httpx.Client, q: str, ids: list[str]) -> None:
    assert found(api, q=q) == ids


def test_free_text_finds_words_of_both_languages(api: httpx.Client) -> None:
    said = {
        language: api.get(f"/collections/{OPEN}", params={"language": language}).json()["description"].split()[:3]
        for language in ("fr", "en")
    }
    assert said["fr"] != said["en"]
    for phrase in said.values():
        assert OPEN in found(api, q=" ".join(phrase).replace(",", ""))


@pytest.mark.parametrize(
    ("sortby", "ids"),
    [
        ("-moisson:items", [OPEN, SALE, HELD]),
        ("moisson:items", [SALE, HELD, OPEN]),
        ("-id", [OPEN, HELD, SALE]),
        ("+moisson:items,-id", [HELD, SALE, OPEN]),
    ],
)
def test_collections_come_in_the_order_that_is_asked_for(api: httpx.Client, sortby: str, ids: list[str]) -> None:
    assert found(api, sortby=sortby) == ids
    assert paged(api, sortby=sortby) == ids


def paged(api: httpx.Client, **params: str) -> list[str]:
    """All pages of one Collection."""
    answer = api.get("/collections", params={**params, "limit": "1"})
    listed = []
    while True:
        assert answer.json()["numberMatched"] == 3
        listed += [one["id"] for one in answer.json()["collections"]]
        href = next_of(answer)
        if href is None:
            return listed
        answer = api.get(href)


def test_a_token_holds_for_its_query_and_asker_only(api: httpx.Client, visitor: httpx.Client) -> None:
    href = next_of(api.get("/collections", params={"limit": "1"}))
    assert href
    token = httpx.URL(href).params["token"]
    assert api.get("/collections", params={"limit": "2", "token": token}).status_code == 200
    changed: list[dict[str, str]] = [
        {"q": "spot"},
        {"sortby": "-id"},
        {"filter": "id > 'a'"},
        {"exclude_airbus": "true"},
        {"bbox": "0,0,1,1"},
    ]
    for params in changed:
        assert api.get("/collections", params={"token": token, **params}).json()["parameter"] == "token", params
    for wrong in ("x", "é", token[:-3], ""):
        assert api.get("/collections", params={"token": wrong}).status_code == (400 if wrong else 200), wrong
    assert visitor.get("/collections", params={"token": token}).json()["parameter"] == "token"


@pytest.mark.parametrize(
    ("fields", "members"),
    [
        ("id,title", {"type", "id", "links", "title"}),
        ("+title", {"type", "id", "links", "title"}),
        ("extent", {"type", "id", "links", "extent"}),
    ],
)
def test_members_that_are_asked_for_come_with_what_clients_need(api: httpx.Client, fields: str, members: set[str]) -> None:
    for one in api.get("/collections", params={"fields": fields}).json()["collections"]:
        assert set(one) == members


def test_members_may_be_left_out(api: httpx.Client) -> None:
    whole = api.get("/collections").json()["collections"]
    rest = api.get("/collections", params={"fields": "-providers,-keywords,-id"}).json()["collections"]
    assert [set(one) - set(other) for one, other in zip(whole, rest, strict=True)] == [{"providers", "keywords"}] * 3


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"q": "!"},
        {"q": ",".join("abcdefghijklmnopqrstuvwxyz")},
        {"sortby": "description"},
        {"sortby": "id,-id"},
        {"fields": "a,,b"},
        {"fields": ",".join(["a"] * 101)},
        {"language": "de"},
        {"f": "xml"},
        {"bbox": "1,2"},
        {"datetime": "x"},
        {"filter": "eo:cloud_cover < 5"},
        {"filter": "id = 5"},
        {"filter": "nothing = 'x'"},
        {"filter": "("},
        {"query": "{"},
    ],
)
def test_what_cannot_be_meant_is_a_400_that_names_the_parameter(api: httpx.Client, params: dict[str, str]) -> None:
    answer = api.get("/collections", params=params)
    assert (answer.status_code, answer.json()["parameter"]) == (400, *params)


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ("id = 'airbus-spot' OR id LIKE 'dinamis%'", [SALE, HELD]),
        ("NOT (id IN ('airbus-spot'))", [HELD, OPEN]),
        ("CASEI(ACCENTI(title)) LIKE CASEI('%SENTINEL-2%')", [OPEN]),
        ("start_datetime < TIMESTAMP('2023-06-01T00:00:00Z')", [OPEN]),
        ("T_INTERSECTS(INTERVAL(start_datetime, end_datetime), DATE('2024-02-01'))", [HELD, OPEN]),
        ("S_INTERSECTS(geometry, POINT(4.5 43.5))", [OPEN]),
        ("license = 'other' AND id > 'b'", [HELD, OPEN]),
        ('{"op":"a_overlaps","args":[{"property":"keywords"},["nothing"]]}', []),
    ],
)
def test_filters_are_those_of_items(api: httpx.Client, filter_: str, ids: list[str]) -> None:
    assert found(api, filter=filter_) == ids
    assert found(api, filter=filter_, q="nothing") == []


def test_collections_are_those_with_an_item_there_and_then(api: httpx.Client) -> None:
    assert found(api, bbox="3.5,43.5,3.6,43.6") == [OPEN]
    assert found(api, datetime="2024-02-01T00:00:00Z/2024-02-02T00:00:00Z") == [SALE, HELD]
    assert found(api, exclude_airbus="true") == [HELD, OPEN]


def test_a_visitor_finds_what_they_discover(visitor: httpx.Client) -> None:
    assert found(visitor) == [SALE, OPEN]
    assert found(visitor, q="dinamis") == []


def test_a_collection_links_what_can_be_asked_of_it(api: httpx.Client) -> None:
    document: Any = api.get(f"/collections/{OPEN}").json()
    for link in document["links"]:
        if link.get("method", "GET") == "GET" and link["rel"] not in ("aggregate", "license"):
            answer = api.get(link["href"])
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].partition(";")[0] == link["type"], link
    assert len(document["links"]) <= 20
