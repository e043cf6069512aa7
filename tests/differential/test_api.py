"""Random queries over HTTP: GET and POST give what brute force gives, page by page, forwards and back, to whoever asks."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from tests.differential import answers
from tests.differential.answers import Asked
from tests.differential.filters import used
from tests.differential.literals import rows
from tests.differential.printing import to_text
from tests.differential.queries import Drawing, area, asked
from tests.differential.world import items
from tests.index.helpers import batch
from tests.support.items import document
from tests.support.mounted import BASE, Client, mounted

EXAMPLES = 450
DISTINCT = 300
CLASSES = (UserClass.ANONYMOUS, UserClass.OPERATOR, UserClass.SCIENTIST, UserClass.OTHER_PRIVATE)
# An audience is named as its class of users.
AUDIENCES = tuple(Policy().audience(Asker(one)) for one in CLASSES)

Params = dict[str, Any]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path_factory.mktemp("api") / "index.sqlite") as opened:
        opened.apply(batch(items=[document(item) for item in items()]))
        yield opened


# Where it fails, hypothesis takes its time to find the least query that does.
@pytest.mark.timeout(600)
def test_get_and_post_answer_alike_page_by_page(index: Index) -> None:
    client, passed, operators = mounted(index), set[str](), Counter[str]()

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(asked(Drawing(index.operators, limits=(20, 60, 300), audiences=AUDIENCES)))
    def ask(one: Asked) -> None:
        if repr(one) not in passed:
            asyncio.run(_check(client, one))
            passed.add(repr(one))
            operators.update(used(one.filter))

    ask()
    assert len(passed) >= DISTINCT
    assert {"s_intersects", "like", "casei", "accenti", "in", "between", "interval", "a_overlaps", "not"} <= set(operators)


async def _check(client: Client, one: Asked) -> None:
    expected = [(row.collection, row.id) for row in answers.found(replace(one, area=area(one)), rows())]
    transport = httpx.ASGITransport(client.app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"x-class": one.audience.name}) as http:
        for first in _requests(http, one, empty=not expected):
            pages = await _follow(http, first, "next")
            assert _names(pages) == expected
            assert all(page["numberMatched"] == len(expected) and page["moisson:matched"] == "exact" for page in pages)
            assert [page["numberReturned"] for page in pages[:-1]] == [one.limit] * (len(pages) - 1)
            assert _link(pages[0], "prev") is None
            if before := _link(pages[-1], "prev"):
                back = (await _follow(http, _request(http, before), "prev"))[::-1]
                assert _names([*back, pages[-1]]) == expected


def _requests(http: httpx.AsyncClient, one: Asked, *, empty: bool) -> Iterator[httpx.Request]:
    """All ways in which it can be asked; a Collection of which nothing is found may be hidden altogether."""
    params = _for_get(one)
    yield http.build_request("GET", "/search", params=params)
    yield http.build_request("POST", "/search", json=_for_post(one))
    if not empty and one.collections and len(one.collections) == 1 and not {"ids", "intersects"} & set(params):
        collection = params.pop("collections")
        yield http.build_request("GET", f"/collections/{collection}/items", params=params)


async def _follow(http: httpx.AsyncClient, request: httpx.Request, relation: str) -> list[Params]:
    """The page that is asked for, and all that its links lead to."""
    pages = []
    while True:
        answer = await http.send(request)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        link = _link(pages[-1], relation)
        if link is None:
            return pages
        request = _request(http, link)


def _request(http: httpx.AsyncClient, link: Params) -> httpx.Request:
    if link["method"] == "GET":
        return http.build_request("GET", link["href"])
    return http.build_request("POST", link["href"], json=link["body"])


def _link(page: Params, relation: str) -> Params | None:
    return next((link for link in page["links"] if link["rel"] == relation), None)


def _names(pages: list[Params]) -> list[tuple[str, str]]:
    return [(item["collection"], item["id"]) for page in pages for item in page["features"]]


def _for_post(one: Asked) -> Params:
    """JSON; the filter is text where a GET has it as JSON."""
    params = {
        "collections": one.collections,
        "ids": one.ids,
        "datetime": _datetime(one),
        "exclude_airbus": one.exclude_airbus or None,
        "filter": to_text(one.filter) if one.filter is not None and not one.as_text else one.filter,
        "filter-lang": None if one.filter is None else "cql2-json" if one.as_text else "cql2-text",
        "query": one.query,
        "q": one.phrases,
        "sortby": [{"field": name, "direction": "desc" if descending else "asc"} for name, descending in one.sort] or None,
        "limit": one.limit,
    }
    if one.area is not None:
        params |= {"bbox": one.area["bbox"]} if "bbox" in one.area else {"intersects": one.area}
    return {name: value for name, value in params.items() if value is not None}


def _for_get(one: Asked) -> dict[str, str]:
    """Texts: lists with commas between, the rest as JSON."""
    params = _for_post(replace(one, as_text=not one.as_text))
    params["sortby"] = ",".join(f"{'-' if descending else '+'}properties.{name}" for name, descending in one.sort)
    for name in ("collections", "ids", "bbox", "q"):
        if name in params:
            params[name] = ",".join(map(str, params[name]))
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items() if value != ""}


def _datetime(one: Asked) -> str | None:
    return f"{one.start or '..'}/{one.end or '..'}" if one.start or one.end else None
