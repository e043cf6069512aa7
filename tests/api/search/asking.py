"""Asking a search by GET and by POST, and following its links as any client does."""

from collections.abc import Iterator
from typing import Any

import httpx


def page(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def get(base: str, path: str = "/search", /, **params: Any) -> Any:
    return page(httpx.get(f"{base}{path}", params={name.replace("_lang", "-lang"): value for name, value in params.items()}))


def post(base: str, **body: Any) -> Any:
    return page(httpx.post(f"{base}/search", json={name.replace("_lang", "-lang"): value for name, value in body.items()}))


def ids(found: Any) -> list[str]:
    return [feature["id"] for feature in found["features"]]


def step(found: Any, rel: str) -> Any:
    """The page that a link leads to; None without one."""
    link = next((link for link in found["links"] if link["rel"] == rel), None)
    if link is None:
        return None
    if link["method"] == "POST":
        assert link["merge"] is False
        return page(httpx.post(link["href"], json=link["body"]))
    return page(httpx.get(link["href"]))


def walk(first: Any, rel: str) -> Iterator[Any]:
    """The page and those that follow it that way; none of them is empty."""
    found = first
    while found is not None:
        assert found["features"] or found is first
        yield found
        found = step(found, rel)
