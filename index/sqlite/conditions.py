"""The conditions of a query in SQL.

Every function takes a connection inside of a read transaction, so that all statements of a query see one state of the file.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from index.collapse import collapses, hides
from index.filters.logic import conjunction, conjuncts
from index.filters.nodes import Compare, Literal, Predicate, Property, Spatial
from index.query import Query
from index.sqlite.area import Area, to_area
from index.sqlite.filter import FACTS, to_condition
from index.sqlite.stretch import stretch

_MAX_STREAMS = 16


@dataclass(frozen=True)
class Conditions:
    """What a query asks, less cursor and order: `stretch` (the places that its times allow), `where` and `among` (its collections)
    are SQL on `items`, and on `fields` where `looks_at_fields`; `left` is what `where` asks beyond what the R*Tree knows. `streams`
    are the collections when they are so few that each is walked by itself. `phrases` (FTS5) is what the words are looked up by. `kinds`
    are those that facts and collections leave."""

    stretch: str
    where: str
    left: str
    among: str
    params: Mapping[str, Any]
    streams: tuple[str, ...]
    by_id: bool
    area: Area | None
    since: int | None
    until: int | None
    looks_at_fields: bool = False
    phrases: str | None = None
    kinds: tuple[int, ...] = ()

    def with_fields(self) -> "Conditions":
        """The same, `fields` there to look at."""
        return replace(self, looks_at_fields=True)

    @property
    def fields(self) -> str:
        """The join that `where` needs."""
        return "CROSS JOIN fields ON fields.seq = items.seq" if self.looks_at_fields else ""


def conditions(db: sqlite3.Connection, query: Query) -> Conditions:
    """The Conditions of a query; what can match nothing becomes `0`."""
    query, of_facts = _split(_placed(query))
    clauses: list[str] = []
    known: list[str] = []
    params: dict[str, Any] = {}
    kinds = _facts(db, query, of_facts, known)
    _collapse(db, query, clauses)
    places = stretch(db, query, clauses, params)
    among, streams = _collections(query, params)
    if query.ids is not None:
        clauses.append("items.id IN (SELECT value FROM json_each(:ids))")
        params["ids"] = to_json(query.ids)
    area = to_area(query.area) if query.area is not None else None
    if area:
        known.append(f"({area.meets})")
        params.update(area.params)
    elif query.area is not None or query.collections == ():
        clauses.append("0")
    phrases = _words(query, clauses, params)
    looks_at_fields = _filter(db, query, clauses, params)
    return Conditions(
        stretch=places,
        where=" AND ".join((*known, *clauses)) or "1",
        left=" AND ".join(clauses) or "1",
        among=among,
        params=params,
        streams=streams,
        by_id=query.ids is not None,
        area=area,
        since=query.start,
        until=query.end,
        looks_at_fields=looks_at_fields or bool(query.words),
        phrases=phrases,
        kinds=kinds,
    )


def _placed(query: Query) -> Query:
    """The same query, the shape that its filter asks every Item to meet as its area: found by the R*Tree then."""
    parts = conjuncts(query.filter)
    met = next((part for part in parts if isinstance(part, Spatial) and part.relation == "intersects"), None)
    if query.area is not None or met is None:
        return query
    return replace(query, area=met.shape, filter=conjunction(*(part for part in parts if part is not met)))


def _split(query: Query) -> tuple[Query, list[tuple[str, Any]]]:
    """The same query without what its filter demands of facts alone, and that: (column of facts, value)."""
    parts = conjuncts(query.filter)
    demands = {part: demand for part in parts if (demand := _demand(part))}
    return replace(query, filter=conjunction(*(part for part in parts if part not in demands))), list(demands.values())


def _demand(part: Predicate) -> tuple[str, Any] | None:
    if isinstance(part, Compare) and part.op == "=" and isinstance(part.left, Property) and isinstance(part.right, Literal):
        name = FACTS.get(part.left.field.name)
        return (name, part.right.value) if name else None
    return None


def _facts(db: sqlite3.Connection, query: Query, demands: list[tuple[str, Any]], known: list[str]) -> tuple[int, ...]:
    """The audience's predicate, the exclusion of Airbus and what the filter demands, as the few combinations of facts that pass them
    all; the kinds that are left."""
    rows = db.execute("SELECT fact, source, availability, licence, archive FROM facts").fetchall()
    kept = [
        fact
        for fact, source, availability, licence, archive in rows
        if query.audience.finds(source, availability, licence)
        and not (query.exclude_airbus and availability == "orderable")
        and all({"archive": archive, "availability": availability, "licence": licence}[name] == value for name, value in demands)
    ]
    if len(kept) < len(rows):
        known.append(f"fact IN ({','.join(map(str, kept))})")
    wanted = None if query.collections is None else set(query.collections)
    kinds = db.execute("SELECT kind, collection FROM kinds WHERE fact IN (SELECT value FROM json_each(?))", (to_json(kept),))
    return tuple(kind for kind, collection in kinds if wanted is None or collection in wanted)


def _collections(query: Query, params: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """SQL of the query's Collections, and they themselves where each is walked."""
    if query.collections is None:
        return "1", ()
    among = "collection IN (SELECT value FROM json_each(:collections))"
    params["collections"] = to_json(query.collections)
    if query.ids is None and len(query.collections) <= _MAX_STREAMS:
        return among, tuple(dict.fromkeys(query.collections))
    # The plus keeps SQLite from seeking every pair of an id and a collection.
    return f"+{among}", ()


def _collapse(db: sqlite3.Connection, query: Query, clauses: list[str]) -> None:
    """What a better copy stands for, as the few sets of such copies of which one could come in the answer."""
    if not collapses(query):
        return
    sets = db.execute("SELECT better, copies FROM betters")
    hidden = [number for number, copies in sets if any(hides(query, tuple(copy)) for copy in orjson.loads(copies))]
    if hidden:
        clauses.append(f"coalesce(better, 0) NOT IN ({','.join(map(str, hidden))})")


def _filter(db: sqlite3.Connection, query: Query, clauses: list[str], params: dict[str, Any]) -> bool:
    """The filter's SQL, last: it costs most; whether it looks at `fields`."""
    if query.filter is None:
        return False
    condition = to_condition(query.filter)
    condition.prepare(db)
    clauses.append(condition.sql)
    params.update(condition.params)
    return condition.looks_at_fields


def _words(query: Query, clauses: list[str], params: dict[str, Any]) -> str | None:
    """The test of the words themselves; FTS5 only tells where to look."""
    if not query.words:
        if query.words is not None:
            clauses.append("0")
        return None
    told = []
    for number, phrase in enumerate(query.words):
        params[f"words{number}"] = f" {phrase} "
        told.append(f"instr(' ' || fields.words || ' ', :words{number})")
    clauses.append(f"({' OR '.join(told)})")
    params["phrases"] = " OR ".join(f'"{phrase}"' for phrase in query.words)
    return ":phrases"


def to_json(values: Any) -> str:
    return orjson.dumps(values).decode()
