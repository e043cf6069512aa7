"""Scenes and matches in their tables: what is read. Functions over a connection inside of a read transaction."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from index.matches import Match, Scene, Side
from index.sqlite.conditions import to_json
from index.state import ItemKey
from mappings.audience import Audience

SCENE_COLUMNS = "side, platform, instants, names, facts, wkb"

MATCH_COLUMNS = "matches.collection, matches.id, held_collection, held_id, method, score, coverage, candidate"

# In this order, whatever the planner thinks: from the few that are asked for to what is found by their keys. (A JSON value has an `id`.)
_ASKED = "json_each(?) AS asked CROSS JOIN"
_FROM_CATALOGUE = f"{_ASKED} matches ON matches.id = asked.value ->> 1 AND matches.collection = asked.value ->> 0"
_FROM_HELD = f"{_ASKED} matches ON held_id = asked.value ->> 1 AND held_collection = asked.value ->> 0"
OF_CATALOGUE = f"SELECT {MATCH_COLUMNS} FROM {_FROM_CATALOGUE}"
OF_HELD = f"SELECT {MATCH_COLUMNS} FROM {_FROM_HELD}"
_SHOWN = f"SELECT {MATCH_COLUMNS}, facts.source, availability, licence FROM"
_FACTS = "CROSS JOIN facts ON facts.fact = items.fact"
_HELD_OF = f"""{_SHOWN} {_FROM_CATALOGUE}
    CROSS JOIN items ON items.id = held_id AND items.collection = held_collection {_FACTS}"""
_CATALOGUE_OF = f"""{_SHOWN} {_FROM_HELD}
    CROSS JOIN items ON items.id = matches.id AND items.collection = matches.collection {_FACTS}"""


def matches(db: sqlite3.Connection, audience: Audience, keys: Collection[ItemKey]) -> dict[ItemKey, list[Match]]:
    """As Index.matches."""
    found: dict[ItemKey, list[tuple[float, ItemKey, Match]]] = {}
    asked = keys_json(keys)
    for sql, is_held in ((_HELD_OF, False), (_CATALOGUE_OF, True)):
        for row in db.execute(sql, (asked,)):
            match = to_match(row[:8])
            if audience.finds(*row[8:]):
                key, other = (match.held, match.catalogue) if is_held else (match.catalogue, match.held)
                found.setdefault(key, []).append((-match.score, other, match))
    return {key: [match for *_, match in sorted(entries, key=lambda entry: entry[:2])] for key, entries in found.items()}


def scenes(db: sqlite3.Connection, keys: Collection[ItemKey]) -> dict[ItemKey, Scene]:
    """As Index.scenes."""
    return {key: to_scene(key, row[1:]) for key, row in scene_rows(db, keys).items()}


def scene_rows(db: sqlite3.Connection, keys: Iterable[ItemKey]) -> dict[ItemKey, tuple[Any, ...]]:
    """Number and SCENE_COLUMNS of the scenes that are there."""
    sql = f"""SELECT scenes.collection, scenes.id, scene, {SCENE_COLUMNS} FROM {_ASKED}
        scenes ON scenes.id = asked.value ->> 1 AND scenes.collection = asked.value ->> 0"""
    return {ItemKey(*row[:2]): row[2:] for row in db.execute(sql, (keys_json(keys),))}


def scenes_at(db: sqlite3.Connection, side: Side, places: Collection[tuple[str, int, int]]) -> list[Scene]:
    """As Index.scenes_at."""
    numbers = f"""SELECT scene FROM {_ASKED} scene_instants ON side = ? AND platform = asked.value ->> 0
        AND instant BETWEEN asked.value ->> 1 AND asked.value ->> 2"""
    return _numbered(db, numbers, (to_json(list(places)), side))


def scenes_named(db: sqlite3.Connection, side: Side, names: Collection[str]) -> list[Scene]:
    """As Index.scenes_named."""
    return _numbered(db, f"SELECT scene FROM {_ASKED} scene_names ON side = ? AND name = asked.value", (to_json(list(names)), side))


def position(db: sqlite3.Connection) -> int:
    """As Index.match_position."""
    number: int = db.execute("SELECT value FROM meta WHERE name = 'matched'").fetchone()[0]
    return number


def to_scene(key: ItemKey, row: Sequence[Any]) -> Scene:
    """Of SCENE_COLUMNS."""
    side, platform, instants, names, facts, wkb = row
    return Scene(key, side, platform, tuple(orjson.loads(instants)), tuple(orjson.loads(names)), orjson.loads(facts), wkb)


def to_match(row: Sequence[Any]) -> Match:
    """Of both keys, method, score, coverage, candidate."""
    collection, item_id, held_collection, held_id, method, score, coverage, candidate = row
    return Match(ItemKey(collection, item_id), ItemKey(held_collection, held_id), method, score, coverage, bool(candidate))


def keys_json(keys: Iterable[ItemKey]) -> str:
    """Each once, as the SQL here takes them."""
    return to_json([tuple(key) for key in dict.fromkeys(keys)])


def _numbered(db: sqlite3.Connection, numbers: str, params: tuple[str, ...]) -> list[Scene]:
    """The scenes whose numbers a SELECT gives, once each, ascending by key."""
    sql = f"SELECT collection, id, {SCENE_COLUMNS} FROM scenes WHERE scene IN ({numbers})"
    found = {ItemKey(*row[:2]): row[2:] for row in db.execute(sql, params)}
    return [to_scene(key, found[key]) for key in sorted(found)]
