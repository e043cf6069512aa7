"""Asking for records."""

from typing import Any

import httpx

ITEMS = "/ogc/collections/moisson/items"


def ask(api: httpx.Client, path: str = ITEMS, /, **params: Any) -> Any:
    """A page of records, or one."""
    answer = api.get(path, params={name.replace("_lang", "-lang"): value for name, value in params.items()} or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def names(page: Any) -> list[str]:
    assert page["numberReturned"] == len(page["features"])
    return [one["id"] for one in page["features"]]


def hrefs(document: Any, rel: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == rel]


def walk(api: httpx.Client, page: Any, rel: str = "next") -> list[list[str]]:
    """The ids of a page and of those that follow it that way; none of these is empty."""
    found = [names(page)]
    while onwards := hrefs(page, rel):
        page = ask(api, onwards[0])
        assert page["features"]
        found.append(names(page))
    return found
