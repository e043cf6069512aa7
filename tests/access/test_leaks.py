"""Every route, every class of user, every licence: nobody learns of an Item that they do not discover, and everyone finds the rest."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.app import Offer, create_app
from index.protocol import Index
from mappings.access.classes import UserClass
from tests.access.probes import PROBES, TABLE, Asked
from tests.access.world import CATALOGUE, HIDDEN_FROM, THINGS, access, fill, is_found
from tests.support.serving import serving


@pytest.fixture(scope="module")
def base(store: Index) -> Iterator[str]:
    fill(store)
    with serving(store, access=access()) as address:
        yield address


def test_every_route_is_in_the_table(store: Index) -> None:
    assert set(_routes(create_app(store, Offer(access())).routes)) == set(PROBES)


def test_something_is_hidden_from_every_class_and_every_licence_from_somebody() -> None:
    for one in UserClass:
        assert any(not is_found(one, thing, TABLE) for thing in THINGS if thing.source == "test"), one
        assert any(is_found(one, thing, TABLE) for thing in THINGS), one
        assert HIDDEN_FROM[one] in TABLE
    for licence in TABLE:
        assert any(not is_found(one, thing, TABLE) for one in UserClass for thing in THINGS if thing.licence == licence), licence


@pytest.mark.parametrize("one", list(UserClass))
def test_no_route_tells_anybody_of_what_they_do_not_discover(base: str, one: UserClass) -> None:
    with httpx.Client(timeout=30) as client:
        for probe in PROBES.values():
            probe(Asked(base, one, client))


def test_a_page_token_of_one_audience_is_refused_by_another(base: str) -> None:
    with httpx.Client(timeout=30) as client:
        members = {one: Asked(base, one, client) for one in UserClass}
        tokens = {one: _token(asked) for one, asked in members.items()}
        for one, asked in members.items():
            for other, token in tokens.items():
                answer = asked.get("/search", limit="1", token=token)
                assert answer.status_code == (200 if asked.found == members[other].found else 400), (one, other)


def test_answers_are_cached_for_nobody_else(base: str) -> None:
    with httpx.Client(timeout=30) as client:
        for one in UserClass:
            for path in ("/search", "/collections", "/", f"/collections/{CATALOGUE.collection}/items/{CATALOGUE.id}"):
                headers = Asked(base, one, client).get(path, CATALOGUE.id if CATALOGUE.id in path else "").headers
                assert {"Authorization", "X-API-Key"} <= set(headers["Vary"].split(", "))
                assert ("private" in headers.get("Cache-Control", "")) == (one != "anonymous")


def test_a_key_that_does_not_hold_is_never_anonymous(base: str) -> None:
    for path in ("/search", "/collections", "/", f"/collections/{CATALOGUE.collection}/items/{CATALOGUE.id}"):
        assert httpx.get(f"{base}{path}", headers={"X-API-Key": "stolen"}).status_code == 401


def _token(asked: Asked) -> str:
    page = asked.get("/search", limit="1").json()
    step = next(link["href"] for link in page["links"] if link["rel"] == "next")
    return httpx.URL(step).params["token"]


def _routes(routes: Any) -> Iterator[tuple[str, str]]:
    """Methods and paths, those of included routers too; HEAD is a GET."""
    for route in routes:
        if hasattr(route, "path"):
            yield from ((method, route.path) for method in route.methods or ["GET"] if method != "HEAD")
        else:
            yield from _routes(route.original_router.routes)
