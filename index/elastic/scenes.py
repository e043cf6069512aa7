"""Scenes and matches as Elasticsearch documents: one per scene, and one per catalogue Item with all of its matches. Conversions only."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from index.elastic.names import doc_id
from index.elastic.operation import Source
from index.matches import Match, Scene, Side
from index.state import ItemKey


def scene_source(scene: Scene) -> Source:
    return {
        "collection": scene.key.collection,
        "item": scene.key.id,
        "place": key_hash(scene.key),
        "side": scene.side,
        "platform": scene.platform,
        "instants": list(scene.instants),
        "names": list(scene.names),
        "named": [_hash(name) for name in scene.names],
        # As text: any name of a member will do.
        "facts": orjson.dumps(scene.facts, option=orjson.OPT_SORT_KEYS).decode(),
        "wkb": b64encode(scene.wkb).decode() if scene.wkb is not None else None,
    }


def to_scene(source: Mapping[str, Any]) -> Scene:
    return Scene(
        key=ItemKey(source["collection"], source["item"]),
        side=source["side"],
        platform=source["platform"],
        instants=tuple(source["instants"]),
        names=tuple(source["names"]),
        facts=orjson.loads(source["facts"]),
        wkb=b64decode(source["wkb"]) if source["wkb"] is not None else None,
    )


def matches_source(catalogue: ItemKey, matches: Iterable[Match]) -> Source:
    """The document of a catalogue Item, ascending by held Item."""
    ordered = sorted(matches, key=lambda match: match.held)
    return {
        "collection": catalogue.collection,
        "item": catalogue.id,
        "catalogue": key_hash(catalogue),
        "held": [key_hash(match.held) for match in ordered],
        "matches": [
            {
                "collection": match.held.collection,
                "item": match.held.id,
                "method": match.method,
                "score": match.score,
                "coverage": match.coverage,
                "candidate": match.candidate,
            }
            for match in ordered
        ],
    }


def to_matches(source: Mapping[str, Any]) -> list[Match]:
    catalogue = ItemKey(source["collection"], source["item"])
    return [
        Match(catalogue, ItemKey(one["collection"], one["item"]), one["method"], one["score"], one["coverage"], one["candidate"])
        for one in source["matches"]
    ]


def at_places(side: Side, places: Iterable[tuple[str, int, int]]) -> Source:
    """The filter of a side's scenes with an instant in one of (platform, first, last)."""
    ranges: dict[str, list[Source]] = {}
    for platform, first, last in places:
        ranges.setdefault(platform, []).append({"range": {"instants": {"gte": first, "lte": last}}})
    parts = [
        {"bool": {"filter": [{"term": {"platform": platform}}], "should": either, "minimum_should_match": 1}}
        for platform, either in ranges.items()
    ]
    return {"bool": {"filter": [{"term": {"side": side}}], "should": parts, "minimum_should_match": 1}}


def with_names(side: Side, names: Iterable[str]) -> Source:
    """The filter of a side's scenes that have one of these names."""
    return {"bool": {"filter": [{"term": {"side": side}}, {"terms": {"named": [_hash(name) for name in names]}}]}}


def of_items(keys: Sequence[ItemKey], *, held_only: bool = False) -> Source:
    """The filter of the documents of matches in which these Items take part."""
    hashes = [key_hash(key) for key in keys]
    sides = [{"terms": {"held": hashes}}] + ([] if held_only else [{"terms": {"catalogue": hashes}}])
    return {"bool": {"should": sides, "minimum_should_match": 1}}


def key_hash(key: ItemKey) -> str:
    """A keyword of one length for an Item: its names may be too long to be searched or sorted by."""
    return _hash(doc_id(*key))


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
