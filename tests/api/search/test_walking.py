"""Walking by next and prev: every Item once, both ways, to both ends, while Items come and go."""

from itertools import chain
from typing import Any

import httpx
import pytest

from index.protocol import Index
from tests.api.search.asking import get, ids, post, step, walk
from tests.api.search.conftest import put, remove
from tests.support.items import make_item

SORTS = ["", "datetime", "-eo:cloud_cover", "platform,-id", "-collection,eo:cloud_cover", "-moisson:source_id"]


def item(number: int) -> Any:
    """Some have the same time, some no cloud cover, and long texts begin alike."""
    more: dict[str, Any] = {} if number % 4 == 0 else {"eo:cloud_cover": float(number % 3)}
    return make_item(
        f"i{number:02d}é",
        "c",
        datetime=f"2024-01-{1 + number // 3:02d}T00:00:00Z",
        platform=f"{'a platform with a long name, number '}{number % 5}",
        **more,
    )


def first(base: str, method: str, sortby: str, limit: int) -> Any:
    if method == "GET":
        return get(base, limit=str(limit), sortby=sortby)
    listed = [{"field": name.lstrip("-"), "direction": "desc" if name.startswith("-") else "asc"} for name in sortby.split(",") if name]
    return post(base, limit=limit, sortby=listed)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_next_and_prev_lead_to_both_ends_by_the_same_pages(base: str, index: Index, method: str) -> None:
    put(index, *map(item, range(11)))
    for sortby in SORTS:
        for limit in (4,) if sortby else (1, 10, 11, 100):
            forward = list(walk(first(base, method, sortby, limit), "next"))
            listed = [ids(page) for page in forward]
            assert sorted(chain(*listed)) == [f"i{number:02d}é" for number in range(11)]
            assert step(forward[0], "prev") is None
            back = list(walk(forward[-1], "prev"))
            assert [name for page in reversed(back) for name in ids(page)] == [name for page in listed for name in page]
            assert {page["numberMatched"] for page in (*forward, *back)} == {11}
            assert step(back[-1], "prev") is None
            if len(forward) > 1:
                assert ids(step(back[-1], "next"))[0] == listed[1][0]


@pytest.mark.parametrize("sortby", SORTS)
def test_what_was_there_throughout_comes_once_while_items_come_and_go(base: str, index: Index, sortby: str) -> None:
    there = range(0, 60, 2)
    put(index, *map(item, range(60)))
    seen, going = [], [number for number in range(60) if number not in there]
    pages = walk(get(base, limit="7", sortby=sortby), "next")
    for turn, found in enumerate(pages):
        seen += ids(found)
        last = found
        remove(index, *(f"i{number:02d}é" for number in going[turn * 3 : turn * 3 + 3]))
        put(index, *(item(60 + turn * 2 + more) for more in range(2)))
    stayed = {f"i{number:02d}é" for number in there}
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)
    back: list[str] = []
    for turn, found in enumerate(walk(last, "prev")):
        back = ids(found) + back
        remove(index, *(f"i{60 + turn:02d}é" for _ in range(1)))
    assert len(back) == len(set(back))
    assert stayed <= set(back)
    assert [name for name in back if name in stayed] == [name for name in seen if name in stayed]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_previous_page_that_has_gone_is_the_first_page(base: str, index: Index, method: str) -> None:
    put(index, *map(item, range(9)))
    one = first(base, method, "datetime", 3)
    two = step(one, "next")
    remove(index, *ids(one))
    again = step(two, "prev")
    assert ids(again) == ids(two)
    assert step(again, "prev") is None
    assert step(again, "next") is not None


def test_later_pages_repeat_the_number_of_the_first_and_count_nothing(base: str, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, *map(item, range(9)))
    page = get(base, limit="4")

    def counted(*_: object) -> None:
        raise AssertionError("it was counted again")

    monkeypatch.setattr(type(index), "matched", counted)
    put(index, item(9))
    for rel in ("next", "next", "prev"):
        page = step(page, rel) or {}
        assert page["numberMatched"] == 9


def test_a_next_page_that_has_gone_is_the_end(base: str, index: Index) -> None:
    put(index, *map(item, range(6)))
    one = get(base, limit="3", sortby="id")
    remove(index, *(f"i{number:02d}é" for number in range(3, 6)))
    link = next(link for link in one["links"] if link["rel"] == "next")
    found = httpx.get(link["href"]).json()
    assert (ids(found), found["numberMatched"]) == ([], 3)
    assert "next" not in {link["rel"] for link in found["links"]}


def test_a_step_keeps_what_was_asked(base: str, index: Index) -> None:
    put(index, *map(item, range(9)))
    conditions: dict[str, Any] = {
        "filter": {"op": ">=", "args": [{"property": "eo:cloud_cover"}, 0]},
        "q": ["i01e", "i02e", "i05e"],
        "fields": {"include": ["bbox"]},
    }
    one = post(base, limit=2, **conditions)
    link = next(link for link in one["links"] if link["rel"] == "next")
    assert link["body"] == {"limit": 2, **conditions, "token": link["body"]["token"]}
    two = step(one, "next")
    assert set(two["features"][0]) == {"type", "id", "collection", "links", "bbox"}
    assert sorted(ids(one) + ids(two)) == ["i01é", "i02é", "i05é"]
    assert ids(step(two, "prev")) == ids(one)


def test_a_token_of_another_order_or_filter_is_a_400(base: str, index: Index) -> None:
    put(index, *map(item, range(9)))
    asked = {"limit": "2", "sortby": "datetime", "filter": "eo:cloud_cover >= 0", "q": "i01e,i02e,i05e"}
    link = next(link for link in get(base, **asked)["links"] if link["rel"] == "next")
    token = httpx.URL(link["href"]).params["token"]
    assert len(token) <= 512
    for other in (
        {"sortby": "-datetime"},
        {"sortby": "eo:cloud_cover"},
        {"filter": "eo:cloud_cover >= 1"},
        {"q": "i01e"},
        {"query": '{"gsd":{"gt":0}}'},
    ):
        answer = httpx.get(f"{base}/search", params={**asked, **other, "token": token})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "token"), other
    assert httpx.get(f"{base}/search", params={**asked, "limit": "1", "fields": "id", "token": token}).status_code == 200


def test_pages_end_before_they_grow_too_large(base: str, index: Index) -> None:
    put(index, *(make_item(f"large-{number}", "c", description="x" * 2**20) for number in range(12)))
    pages = list(walk(get(base, limit="100"), "next"))
    assert len(pages) == 2
    assert sorted(chain(*map(ids, pages))) == sorted(f"large-{number}" for number in range(12))
    back = list(walk(pages[-1], "prev"))
    assert [name for page in reversed(back) for name in ids(page)] == [name for page in pages for name in ids(page)]
