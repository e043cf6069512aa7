"""Probes of the records of OGC API - Records."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from mappings.iso_out.names import record_name
from tests.access.asked import ABSENT, Asked
from tests.access.searching import FILTERS
from tests.access.walking import collection_is_absent, some
from tests.access.world import BOX, GONE, Thing

_PLACE = "/ogc/collections/{collection_id}"
_ITEMS = "/ogc/collections/moisson/items"


def _name(thing: Thing) -> str:
    return record_name(thing.collection, thing.id)


def landing(asked: Asked) -> None:
    """The same for everybody: where everything is, and nothing of what it is."""
    for path in ("/ogc", "/ogc/conformance"):
        assert "Item-" not in asked.get(path).text
        assert "col-" not in asked.get(path).text


def catalogues(asked: Asked) -> None:
    told = asked.get("/ogc/collections").json()["collections"]
    assert {one["id"] for one in told} == {"moisson", *(thing.collection for thing in asked.found)}
    assert [one["moisson:items"] for one in told] == [len(asked.found), *(1 for _ in asked.found)]


def catalogue(asked: Asked) -> None:
    whole = asked.get("/ogc/collections/moisson").json()
    assert whole["moisson:items"] == len(asked.found)
    assert ("extent" in whole) == bool(asked.found)
    for thing in some(asked):
        path = f"/ogc/collections/{thing.collection}"
        if thing in asked.found:
            assert asked.get(path).json()["moisson:items"] == 1
        else:
            collection_is_absent(asked, path, thing)


def fields(kind: str) -> Callable[[Asked], None]:
    def probe(asked: Asked) -> None:
        whole = asked.get(f"/ogc/collections/moisson/{kind}").json()
        assert ("platform" in whole["properties"]) == bool(asked.found)
        for thing in some(asked):
            path = f"/ogc/collections/{thing.collection}/{kind}"
            if thing in asked.found:
                assert "eo:cloud_cover" in asked.get(path).json()["properties"]
            else:
                collection_is_absent(asked, path, thing)

    return probe


def records(asked: Asked) -> None:
    names = [_name(thing) for thing in asked.found]
    _finds(asked, names, limit="1000")
    _finds(asked, names, limit="1000", bbox=",".join(map(str, BOX)), datetime="2024-05-05T00:00:00Z/..", q="phr1a")
    # Others for each class: the search is asked with them all.
    for text, holds in FILTERS[len(asked.one) % 4 :: 4]:
        _finds(asked, [_name(thing) for thing in asked.found if holds(thing)], limit="1000", filter=text)
    _finds(asked, [], offset=str(len(names)), matched=len(names))
    words = " ".join(f"{thing.id} {thing.collection}" for thing in asked.hidden)
    named = {"ids": [_name(thing) for thing in asked.hidden], "externalIds": [f"{thing.source}:{thing.id}" for thing in asked.hidden[:100]]}
    for parameter, values in named.items():
        none = asked.get(_ITEMS, words, **{parameter: ",".join(values)}).json()
        assert (none["features"], none["numberMatched"]) == ([], 0)
    for thing in some(asked):
        path = f"/ogc/collections/{thing.collection}/items"
        if thing in asked.found:
            assert [one["id"] for one in asked.get(path).json()["features"]] == [_name(thing)]
        else:
            collection_is_absent(asked, path, thing)
    _pages(asked, names)


def _finds(asked: Asked, names: list[str], matched: int | None = None, **given: str) -> None:
    page = asked.get(_ITEMS, **given).json()
    assert {one["id"] for one in page["features"]} == set(names), given
    assert page["numberReturned"] == len(names)
    assert page["numberMatched"] == (len(names) if matched is None else matched)


def _pages(asked: Asked, names: list[str]) -> None:
    """By tokens and by offsets alike: all that is found, each once, and never an empty page with a next one."""
    page = asked.get(_ITEMS, limit="23", accessible="false").json()
    listed: list[str] = []
    while True:
        listed += [one["id"] for one in page["features"]]
        onwards = [link["href"].removeprefix(asked.base) for link in page["links"] if link["rel"] == "next"]
        if not onwards:
            break
        page = asked.get(onwards[0]).json()
        assert page["features"]
    counted: list[str] = []
    while len(counted) < len(names):
        counted += [one["id"] for one in asked.get(_ITEMS, limit="23", offset=str(len(counted))).json()["features"]]
    assert sorted(listed) == sorted(counted) == sorted(names)


def record(asked: Asked) -> None:
    for thing in some(asked):
        for place in ("moisson", thing.collection):
            path = f"/ogc/collections/{place}/items/{quote(_name(thing), safe='')}"
            if thing in asked.found:
                told: Any = asked.get(path).json()
                assert told["id"] == _name(thing)
                assert told["properties"]["moisson:access"]["audience"] == asked.one
    absent = _unnamed(asked, f"{_ITEMS}/{_name(ABSENT)}", ABSENT)
    for thing in {*some(asked), GONE} - asked.found:
        assert _unnamed(asked, f"{_ITEMS}/{_name(thing)}", thing) == absent
        assert _unnamed(asked, f"/ogc/collections/{thing.collection}/items/{_name(thing)}", thing) == absent


def _unnamed(asked: Asked, path: str, thing: Thing) -> tuple[int, str]:
    """An answer, without the words that the request itself named."""
    answer = asked.get(path, f"{thing.id} {thing.collection}")
    return answer.status_code, answer.text.replace(_name(thing), "NAME")


RECORDS: dict[tuple[str, str], Callable[[Asked], None]] = {
    ("GET", "/ogc"): landing,
    ("GET", "/ogc/conformance"): landing,
    ("GET", "/ogc/collections"): catalogues,
    ("GET", _PLACE): catalogue,
    ("GET", f"{_PLACE}/queryables"): fields("queryables"),
    ("GET", f"{_PLACE}/sortables"): fields("sortables"),
    ("GET", f"{_PLACE}/items"): records,
    ("GET", f"{_PLACE}/items/{{record_id:path}}"): record,
}
"""By method and path."""
