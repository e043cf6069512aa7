"""Who may keep an answer."""

from collections.abc import Iterator

import httpx
import pytest

from api.access import Access
from index.protocol import Index
from mappings.access.policy import Policy
from tests.api.http.conftest import ITEM, by_key
from tests.support.serving import serving


def test_what_everybody_may_read_may_be_kept_and_is_asked_for_again(api: httpx.Client) -> None:
    for path in ("/", ITEM, "/search", "/collections"):
        assert api.get(path).headers["cache-control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("name", ["X-API-Key", "Authorization"])
def test_what_somebody_is_told_is_theirs_alone(api: httpx.Client, name: str) -> None:
    for path in ("/", ITEM, "/search", "/nothing"):
        assert api.get(path, headers={name: "Bearer k"}).headers["cache-control"] == "private, no-cache"


def test_who_is_known_by_something_else_is_told_it_alone_too(index: Index) -> None:
    with serving(index) as base:
        assert httpx.get(f"{base}{ITEM}").headers["cache-control"] == "private, no-cache"
        assert httpx.head(f"{base}{ITEM}").headers["cache-control"] == "private, no-cache"


def test_errors_and_what_was_posted_are_asked_for_again(api: httpx.Client) -> None:
    answers = [api.get("/nothing"), api.get("/collections/none"), api.get("/search?limit=0"), api.post("/search", json={})]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-cache"] * 4


@pytest.fixture(scope="module")
def members(index: Index) -> Iterator[str]:
    with serving(index, access=Access(Policy(sign_in=True), by_key)) as base:
        yield base


def test_a_catalogue_for_members_lets_nobody_keep_anything_for_others(members: str) -> None:
    for path in ("/", ITEM, "/conformance", "/healthz"):
        assert httpx.get(f"{members}{path}").headers["cache-control"] == "private, no-cache"
    assert httpx.get(f"{members}/").status_code == 401


def test_every_answer_says_all_that_it_depends_on(api: httpx.Client) -> None:
    wanted = {"Authorization", "X-API-Key", "Accept", "Accept-Language", "Accept-Encoding"}
    tag = api.get(ITEM).headers["etag"]
    answers = [
        api.get("/"),
        api.get("/nothing"),
        api.get(ITEM, headers={"If-None-Match": tag}),
        api.post("/search", json={}),
        api.head("/"),
    ]
    assert all(set(answer.headers["vary"].split(", ")) == wanted for answer in answers)
