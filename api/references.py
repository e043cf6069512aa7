"""References between copies of one acquisition: spliced per asker, after their targets passed the asker's own predicate."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.links import GEOJSON, item_href
from index.matches import Match
from index.state import ItemKey, StoredItem
from mappings.facts import Availability

MATCHABLE = frozenset({Availability.HELD, Availability.ORDERABLE})
"""Only what is in the commercial catalogue and what is held can be copies of each other."""

_TITLES = {
    "moisson:held_by": "Déjà acquise · already purchased",
    "moisson:catalogued_as": "Au catalogue d’Airbus · in the catalogue of Airbus",
}


def reference_members(item: StoredItem, matches: Sequence[Match]) -> bytes:
    """`,"moisson:held_by":[…]` of a catalogue Item or `,"moisson:catalogued_as":[…]` of a held one; empty without a match. `coverage`
    is the share of the catalogue Item's footprint that is held, `candidate` a match that somebody must confirm."""
    if not matches:
        return b""
    key = ItemKey(item.collection, item.id)
    shown = [_shown(key, match) for match in matches]
    return b",%b:%b" % (orjson.dumps(_member(key, matches)), orjson.dumps(shown))


def reference_links(item: StoredItem, matches: Sequence[Match], base: str) -> list[dict[str, Any]]:
    """A rel=related link to each Item that is certainly the same acquisition."""
    key = ItemKey(item.collection, item.id)
    links = []
    for match in matches:
        if not match.candidate:
            other = _other(key, match)
            href = item_href(base, other.collection, other.id)
            links.append({"rel": "related", "type": GEOJSON, "title": _TITLES[_member(key, matches)], "href": href})
    return links


def matchable(items: Sequence[StoredItem]) -> list[ItemKey]:
    """Those of which matches may be known."""
    return [ItemKey(item.collection, item.id) for item in items if item.matched and item.availability in MATCHABLE]


def of(item: StoredItem, matches: Mapping[ItemKey, Sequence[Match]]) -> Sequence[Match]:
    """The matches of one of several Items."""
    return matches.get(ItemKey(item.collection, item.id), ()) if matches else ()


def _member(key: ItemKey, matches: Sequence[Match]) -> str:
    return "moisson:held_by" if matches[0].catalogue == key else "moisson:catalogued_as"


def _other(key: ItemKey, match: Match) -> ItemKey:
    return match.held if match.catalogue == key else match.catalogue


def _shown(key: ItemKey, match: Match) -> dict[str, Any]:
    other = _other(key, match)
    told = {"collection": other.collection, "id": other.id, "coverage": round(match.coverage, 4)}
    told |= {"method": match.method, "score": match.score}
    return told | ({"candidate": True} if match.candidate else {})
