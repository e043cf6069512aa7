"""Probes of the ways by which a catalogue is taken away: each asker gets what it finds, as a search shows it, and no more."""

from collections.abc import Callable
from typing import Any

import orjson

from tests.access.asked import TABLE, Asked
from tests.access.world import GONE, is_found


def changes(asked: Asked) -> None:
    """The deletion is told to those who found what is deleted."""
    told_of = GONE.id if is_found(asked.one, GONE, TABLE) else ""
    told: list[dict[str, Any]] = []
    position: dict[str, str] = {}
    more = True
    while more:
        page = asked.get("/changes", told_of, limit="40", **position).json()
        assert len(page["changes"]) <= 40
        told += page["changes"]
        position, more = {"since": page["since"]}, page["more"]
    assert {one["id"] for one in told if one["type"] == "deleted"} == set(told_of.split())
    put = {one["id"]: one for one in told if one["type"] == "put"}
    assert put.keys() == {thing.id for thing in asked.found}
    assert len(told) == len(put) + len(told_of.split())
    for shown in asked.get("/search", limit="1000").json()["features"]:
        assert _alone(put[shown["id"]]["item"]) == _alone(shown)
    *lines, last = asked.get("/changes", told_of, f="ndjson", limit="5000").text.splitlines()
    assert [orjson.loads(line) for line in lines] == told
    assert orjson.loads(last)["type"] == "position"


def _alone(item: dict[str, Any]) -> dict[str, Any]:
    """Without what is said of other copies."""
    copies = ("moisson:held_by", "moisson:catalogued_as")
    properties = {name: value for name, value in item["properties"].items() if name not in copies}
    return {**item, "properties": properties, "links": [link for link in item["links"] if link["rel"] != "related"]}


TAKEN: dict[tuple[str, str], Callable[[Asked], None]] = {("GET", "/changes"): changes}
