"""Validators: what the asker has already is not sent again."""

import httpx
import pytest

from tests.api.http.conftest import ITEM

PAGES = [
    "/",
    "/conformance",
    "/collections",
    "/collections/c",
    ITEM,
    "/search?limit=2",
    "/search?collections=many&limit=50",
    "/api",
    "/licences",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("coding", ["", "gzip", "zstd"])
def test_a_page_that_the_asker_has_is_a_304_without_a_body(api: httpx.Client, path: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    first = api.get(path, headers=asked)
    again = api.get(path, headers={**asked, "If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["etag"].startswith('"')
    for name in ("etag", "vary", "cache-control", "access-control-allow-origin"):
        assert again.headers[name] == first.headers[name]
    assert not {"content-length", "content-type", "content-encoding"} & set(again.headers)


@pytest.mark.parametrize("known", ['"other", {}', "W/{}", '{} , "x"', "*"])
def test_the_tag_is_found_in_a_list_weak_or_strong(api: httpx.Client, known: str) -> None:
    tag = api.get(ITEM).headers["etag"]
    assert api.get(ITEM, headers={"If-None-Match": known.format(tag)}).status_code == 304


@pytest.mark.parametrize("known", ['"other"', "", "sbJs", '"', "W/", "\xe9" * 3000, '"*"'])
def test_what_is_not_the_tag_gets_the_page(api: httpx.Client, known: str) -> None:
    answer = api.get(ITEM, headers={"If-None-Match": known.encode("latin-1")})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["id"]) == (200, "a")


def test_the_tag_without_its_quotes_is_none(api: httpx.Client) -> None:
    tag = api.get(ITEM).headers["etag"].strip('"')
    assert api.get(ITEM, headers={"If-None-Match": tag}).status_code == 200


def test_each_representation_has_a_tag_of_its_own(api: httpx.Client) -> None:
    asked = [
        {"Accept": accept, "Accept-Language": language, "Accept-Encoding": coding}
        for accept in ("application/json", "text/html")
        for language in ("fr", "en")
        for coding in ("", "gzip", "zstd")
    ]
    tags = [api.get("/licences", headers=headers).headers["etag"] for headers in asked]
    # JSON is the same in both languages.
    assert len(set(tags)) == 9


def test_askers_who_are_told_different_things_have_different_tags(api: httpx.Client) -> None:
    anonymous, member = api.get(ITEM), api.get(ITEM, headers={"X-API-Key": "k"})
    assert anonymous.json()["properties"]["moisson:access"] != member.json()["properties"]["moisson:access"]
    assert anonymous.headers["etag"] != member.headers["etag"]
    assert api.get(ITEM, headers={"If-None-Match": member.headers["etag"]}).status_code == 200


def test_a_tag_survives_requests_and_ends_with_what_it_stands_for(api: httpx.Client) -> None:
    assert api.get(ITEM).headers["etag"] == api.get(ITEM).headers["etag"]
    assert api.get("/search?limit=1").headers["etag"] != api.get("/search?limit=2").headers["etag"]


def test_what_must_not_be_kept_and_what_was_posted_has_no_tag(api: httpx.Client) -> None:
    assert api.get("/me").headers["cache-control"] == "no-store"
    answers = [api.get("/me"), api.get("/nothing"), api.get("/search?limit=x"), api.post("/search", json={"limit": 1})]
    assert not any("etag" in answer.headers for answer in answers)
    posted = api.post("/search", json={"limit": 1}, headers={"If-None-Match": "*"})
    assert (posted.status_code, posted.json()["numberReturned"]) == (200, 1)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_head_gives_the_headers_of_get(api: httpx.Client, path: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    got, head = api.get(path, headers=asked), api.head(path, headers=asked)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
    known = {**asked, "If-None-Match": got.headers["etag"]}
    assert api.head(path, headers=known).status_code == 304
