"""What a search can be asked with: no filter, order, phrase, choice of fields or hint tells of an Item that is hidden."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.access.asked import Asked
from tests.access.world import BOX, GONE, THINGS, Thing

_SWAPPED = [BOX[1], BOX[0], BOX[3], BOX[2]]

# Filters with what they are true of: values that hidden Items have, and those that only they have.
FILTERS: list[tuple[str, Callable[[Thing], bool]]] = [
    ("id IS NOT NULL", lambda thing: True),
    ("id <> 'x' AND NOT (collection = 'x')", lambda thing: True),
    ("moisson:availability = 'held'", lambda thing: thing.availability == "held"),
    ("moisson:availability IN ('unknown', 'held')", lambda thing: thing.availability in ("unknown", "held")),
    ("moisson:licence LIKE 'd%'", lambda thing: thing.licence.startswith("d")),
    ("NOT (moisson:licence = 'copernicus')", lambda thing: thing.licence != "copernicus"),
    ("moisson:source = 'ours' OR moisson:source = 'closed'", lambda thing: thing.source in ("ours", "closed")),
    ("CASEI(platform) = CASEI('PHR1A') AND gsd < 1", lambda thing: True),
    ("S_INTERSECTS(geometry, POINT(1.25 43.25))", lambda thing: True),
    ("moisson:licence IS NULL", lambda thing: False),
]
SORTS = ("moisson:licence,-id", "-moisson:availability,moisson:source", "-collection")


def parameters(asked: Asked) -> None:
    """Of GET and POST alike."""
    for number, (text, holds) in enumerate(FILTERS):
        expected = {thing.id for thing in asked.found if holds(thing)}
        ways: tuple[dict[str, Any], ...] = ({"filter": text}, {"filter": text, "sortby": SORTS[number % len(SORTS)]})
        for given in ways:
            _finds(asked.get("/search", limit="1000", **given).json(), expected)
        _finds(asked.send("POST", "/search", json={"limit": 1000, "filter": text, "filter-lang": "cql2-text"}).json(), expected)
    _finds(asked.get("/search", limit="1000", query='{"moisson:availability":{"neq":"open"}}').json(), _of(asked, "open", equal=False))
    for sortby in SORTS:
        _in_order(asked, sortby)
    _fields(asked)
    # Each class has others hidden from it: together they are all asked for.
    for thing in sorted(asked.hidden, key=lambda thing: thing.id)[:: len(SORTS)]:
        _is_not_found(asked, thing)
    _hints(asked)


def _of(asked: Asked, availability: str, *, equal: bool) -> set[str]:
    return {thing.id for thing in asked.found if (thing.availability == availability) is equal}


def _finds(page: Any, expected: set[str]) -> None:
    assert {item["id"] for item in page["features"]} == expected
    assert (page["numberMatched"], page["moisson:matched"]) == (len(expected), "exact")


def _in_order(asked: Asked, sortby: str) -> None:
    """Whole, both ways, without an empty page."""
    pages = [asked.get("/search", limit="9", sortby=sortby).json()]
    while (following := _step(asked, pages[-1], "next")) is not None:
        pages.append(following)
    listed = [item["id"] for page in pages for item in page["features"]]
    assert all(page["features"] for page in pages)
    assert len(listed) == len(set(listed))
    assert set(listed) == {thing.id for thing in asked.found}
    back = pages[-1]
    while (before := _step(asked, back, "prev")) is not None:
        assert before["features"]
        back = before
    assert [item["id"] for item in back["features"]] == listed[: len(back["features"])]


def _step(asked: Asked, page: Any, rel: str) -> Any:
    link = next((link for link in page["links"] if link["rel"] == rel), None)
    return link and asked.get(link["href"].removeprefix(asked.base)).json()


def _fields(asked: Asked) -> None:
    for fields in ("", "id", "moisson:access,moisson:held_by,moisson:catalogued_as,links,assets", "-properties"):
        page = asked.get("/search", limit="1000", fields=fields).json()
        assert {item["id"] for item in page["features"]} == {thing.id for thing in asked.found}


def _is_not_found(asked: Asked, thing: Thing) -> None:
    echo = f"{thing.id} {thing.collection}"
    for given in _ways_to(thing):
        page = asked.get("/search", echo, **given).json()
        assert (page["features"], page["numberMatched"]) == ([], 0)
        assert "moisson:hint" not in page


def _ways_to(thing: Thing) -> Iterator[dict[str, str]]:
    """Searches that one Item answers, or would."""
    yield {"filter": f"id = '{thing.id}'", "sortby": "id"}
    yield {"q": thing.id}
    if thing is not GONE:
        yield {"filter": f"collection = '{thing.collection}' AND CASEI(id) LIKE CASEI('item%')"}
        yield {"bbox": ",".join(map(str, _SWAPPED)), "collections": thing.collection}


def _hints(asked: Asked) -> None:
    """Only of Items that the asker finds."""
    page = asked.send("POST", "/search", json={"bbox": _SWAPPED}).json()
    assert (page["features"], "moisson:hint" in page) == ([], bool(asked.found))
    for thing in THINGS[::5]:
        given = {"bbox": _SWAPPED, "filter": {"op": "=", "args": [{"property": "id"}, thing.id]}}
        page = asked.send("POST", "/search", f"{thing.id} {thing.collection}", json=given).json()
        assert (page["features"], "moisson:hint" in page) == ([], thing in asked.found)
