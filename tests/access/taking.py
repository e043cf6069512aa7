"""Probes of the ways by which a catalogue is taken away: each asker gets what it finds, as a search shows it, and no more."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from tests.access.asked import ABSENT, TABLE, Asked
from tests.access.walking import some
from tests.access.world import GONE, Thing, is_found


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


def harvested(method: str) -> Callable[[Asked], None]:
    """By OAI-PMH: what is found in both formats, the deletion for those who found it, and nothing by name of what is hidden."""

    def ask(asked: Asked, echo: str = "", **arguments: str) -> str:
        sent: dict[str, Any] = {"params": arguments} if method == "GET" else {"data": arguments}
        return asked.send(method, "/oai", echo, **sent).text

    def probe(asked: Asked) -> None:
        told_of = GONE.id if is_found(asked.one, GONE, TABLE) else ""
        for prefix, verb in (("oai_dc", "ListRecords"), ("iso19139", "ListRecords"), ("oai_dc", "ListIdentifiers")):
            page = ask(asked, told_of, verb=verb, metadataPrefix=prefix)
            listed = _identifiers(page)
            while token := re.search(r"<resumptionToken[^>]*>([^<]+)<", page):
                page = ask(asked, told_of, verb=verb, resumptionToken=token[1])
                listed += _identifiers(page)
            assert sorted(listed) == sorted([*(_oai(thing) for thing in asked.found), *([_oai(GONE)] if told_of else [])])
        sets = ask(asked, verb="ListSets")
        assert set(re.findall(r"<setSpec>archive:([^<]+)<", sets)) == {thing.source for thing in asked.found}
        assert set(re.findall(r"<setSpec>availability:([^<]+)<", sets)) == {thing.availability for thing in asked.found}
        for verb, more in (("GetRecord", {"metadataPrefix": "iso19139"}), ("ListMetadataFormats", {})):
            absent = ask(asked, f"{ABSENT.id} {ABSENT.collection}", verb=verb, identifier=_oai(ABSENT), **more)
            assert "idDoesNotExist" in absent
            for thing in {*some(asked), *([] if told_of else [GONE])} - asked.found:
                hidden = ask(asked, f"{thing.id} {thing.collection}", verb=verb, identifier=_oai(thing), **more)
                assert _unnamed(hidden, thing) == _unnamed(absent, ABSENT)

    return probe


def _oai(thing: Thing) -> str:
    return f"oai:moisson.invalid:{thing.collection}~{thing.id}"


def _identifiers(page: str) -> list[str]:
    return re.findall(r"<header[^>]*><identifier>([^<]+)<", page)


def _unnamed(answer: str, thing: Thing) -> str:
    return re.sub(r"<responseDate>[^<]*<", "<", answer.replace(thing.collection, "C").replace(thing.id, "I"))


TAKEN: dict[tuple[str, str], Callable[[Asked], None]] = {
    ("GET", "/changes"): changes,
    ("GET", "/oai"): harvested("GET"),
    ("POST", "/oai"): harvested("POST"),
}
