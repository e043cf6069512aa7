"""Paging of records: by offset and by token alike all come, each once, in the order of the search."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.records.parameters import MAX_OFFSET, MAX_PAGE
from index.protocol import Index
from index.sqlite import SqliteIndex
from tests.api.records.asking import ITEMS, ask, hrefs, names, walk
from tests.api.records.world import MANY, TOTAL
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import serving


def everything(api: httpx.Client, **params: Any) -> list[str]:
    """The order of the search."""
    found = api.get("/search", params={"limit": "10000", **params}).json()["features"]
    return [f"{one['collection']}~{one['id']}" for one in found]


def by_offset(api: httpx.Client, path: str = ITEMS, **params: Any) -> list[str]:
    """As clients page that count: each page begins where the last should have ended."""
    found: list[str] = []
    limit = int(params["limit"])
    for offset in range(0, 2 * TOTAL, limit):
        page = ask(api, path, offset=offset, **params)
        found += names(page)
        if offset + limit >= page["numberMatched"]:
            break
    return found


@pytest.mark.parametrize(
    "params", [{}, {"sortby": "-eo:cloud_cover"}, {"bbox": "5,39,15,42"}, {"q": "sentinel"}, {"filter": "eo:cloud_cover<50"}]
)
@pytest.mark.parametrize("limit", [100, 73, 1000])
def test_pages_by_offset_and_by_token_hold_all_that_a_search_finds(api: httpx.Client, params: dict[str, str], limit: int) -> None:
    wanted = everything(api, collections=MANY, **params)
    path = f"/ogc/collections/{MANY}/items"
    first = ask(api, path, limit=limit, **params)
    assert first["numberMatched"] == len(wanted)
    assert [name for page in walk(api, first) for name in page] == wanted
    assert by_offset(api, path, limit=limit, **params) == wanted


def test_the_collection_of_everything_is_paged_over_all_collections(api: httpx.Client) -> None:
    first = ask(api, limit=100)
    listed = [name for page in walk(api, first) for name in page]
    assert len(set(listed)) == len(listed) == TOTAL == first["numberMatched"]
    assert by_offset(api, limit=100) == listed


def test_pages_lead_back_too(api: httpx.Client) -> None:
    pages = walk(api, ask(api, limit=200))
    last = ask(api, offset=400, limit=200)
    back = walk(api, last, "prev")
    assert back == pages[::-1]


def test_an_offset_leads_on_by_token(api: httpx.Client) -> None:
    page = ask(api, offset=10, limit=5)
    [onwards] = hrefs(page, "next")
    assert "offset" not in httpx.URL(onwards).params
    assert "token" in httpx.URL(onwards).params
    assert names(ask(api, onwards)) == names(ask(api, offset=15, limit=5))


def test_behind_the_last_there_is_nothing(api: httpx.Client) -> None:
    for offset in (TOTAL, TOTAL + 1, MAX_OFFSET):
        page = ask(api, offset=offset)
        assert (names(page), page["numberMatched"], hrefs(page, "next")) == ([], TOTAL, [])
    assert len(names(ask(api, offset=TOTAL - 1))) == 1


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"offset": str(MAX_OFFSET + 1)}, "offset"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"offset": "١"}, "offset"),
        ({"offset": "9" * 5000}, "offset"),
        ({"offset": "0", "limit": str(MAX_PAGE + 1)}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"token": "x"}, "token"),
        ({"token": "x", "offset": "0"}, "offset"),
    ],
)
def test_what_is_no_place_is_a_400_that_names_the_parameter(api: httpx.Client, params: dict[str, str], parameter: str) -> None:
    answer = api.get(ITEMS, params=params)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_a_place_too_far_is_refused_with_what_to_do(api: httpx.Client) -> None:
    detail = api.get(ITEMS, params={"offset": str(MAX_OFFSET + 1)}).json()["detail"]
    assert "narrow" in detail
    assert "next" in detail


def test_a_limit_that_is_too_large_is_brought_down_where_nobody_counts(api: httpx.Client) -> None:
    assert len(names(ask(api, limit=1_000_000))) == TOTAL < MAX_PAGE


def test_a_token_holds_for_its_query_and_asker_only(api: httpx.Client, visitor: httpx.Client) -> None:
    token = httpx.URL(hrefs(ask(api, limit=5), "next")[0]).params["token"]
    assert ask(api, limit=7, token=token)["numberReturned"] == 7
    for params in ({"q": "sentinel"}, {"sortby": "id"}, {"ids": f"{MANY}~S2_1"}, {"externalIds": "peps"}, {"exclude_airbus": "true"}):
        assert api.get(ITEMS, params={"token": token, **params}).json()["parameter"] == "token"
    assert api.get(f"/ogc/collections/{MANY}/items", params={"token": token}).json()["parameter"] == "token"
    assert visitor.get(ITEMS, params={"token": token}).json()["parameter"] == "token"


@pytest.fixture
def heavy(tmp_path: Any) -> Iterator[str]:
    """Items so large that a page of the index is full before it has a hundred."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        _fill_heavy(opened)
        with serving(opened) as base:
            yield base


def _fill_heavy(index: Index) -> None:
    text = "x" * 200_000
    scenes = [make_item(f"a{number:03}", datetime=f"2024-01-01T00:{number // 60:02}:{number % 60:02}Z", note=text) for number in range(100)]
    index.apply(batch(items=[document(item) for item in scenes]))


def test_a_page_is_as_long_as_asked_for_however_large_items_are(heavy: str) -> None:
    with httpx.Client(base_url=heavy, timeout=30) as client:
        assert len(client.get("/search", params={"limit": "100"}).json()["features"]) < 100
        wanted = [f"c~a{number:03}" for number in range(99, -1, -1)]
        assert names(ask(client, limit=100)) == wanted
        assert names(ask(client, offset=60, limit=40)) == wanted[60:]
        assert names(ask(client, offset=55, limit=2)) == wanted[55:57]
