"""A filter in SQL on `items` and `fields`, in the three values of SQL itself."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

import orjson
import shapely

from index.filters.nodes import (
    Among,
    And,
    Arithmetic,
    Array,
    Between,
    Compare,
    Constant,
    Fold,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Predicate,
    Property,
    Scalar,
    Spatial,
    Temporal,
)
from index.filters.operators import Operators
from index.sqlite.fields import ARCHIVE, CLOUDS
from index.sqlite.functions import relate_lists
from index.sqlite.spans import relation_sql
from mappings.queryables import Field

OPERATORS = frozenset(Operators)

_OWN = {"id": "items.id", "collection": "items.collection", "geometry": "items.wkb", CLOUDS: "items.cloud"}
FACTS = {ARCHIVE: "archive", "moisson:availability": "availability", "moisson:licence": "licence"}
_SYMBOLS = {"+": "{0} + {1}", "-": "{0} - {1}", "*": "{0} * {1}", "/": "CAST({0} AS REAL) / {1}"}
_FUNCTIONS = {"%": "remainder", "div": "whole_quotient", "^": "power"}
_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(shapely, name) for name in ("intersects", "disjoint", "contains", "within", "equals", "touches", "crosses", "overlaps")
}


# SQLite refuses a statement with too many values or characters, and is slow to read one with many.
_MAX_BOUND = 200
FILTER_SECONDS = 10.0
"""How long a filter may be looked for: what one Item costs is bounded, how many there are is not."""
# Of SQLite's machine, between looks at the clock.
_STEPS = 2000
_Function = Callable[[Any], int | None]


def column(field: Field) -> str:
    """SQL of a field's value."""
    if field.name in FACTS:
        return f"(SELECT {FACTS[field.name]} FROM facts WHERE facts.fact = items.fact)"
    return _OWN.get(field.name) or f'fields."{field.name}"'


@dataclass(frozen=True)
class Condition:
    """SQL, its values, whether it looks at `fields`, and the functions that a connection must know while it runs."""

    sql: str
    params: dict[str, Any]
    looks_at_fields: bool
    functions: dict[str, _Function]

    def prepare(self, db: sqlite3.Connection, clock: Callable[[], float] = time.monotonic) -> None:
        """Makes the functions known, and ends what runs on the connection when the filter has had its time."""
        end = clock() + FILTER_SECONDS
        db.set_progress_handler(lambda: clock() > end, _STEPS)
        for name, function in self.functions.items():
            db.create_function(name, 1, function, deterministic=True)


def to_condition(predicate: Predicate) -> Condition:
    """The SQL of a filter."""
    writer = _Writer()
    sql = writer.write(predicate)
    return Condition(sql, writer.params, "fields." in sql, writer.functions)


class _Writer:
    def __init__(self) -> None:
        self.params: dict[str, Any] = {}
        self.functions: dict[str, _Function] = {}

    def write(self, predicate: Predicate) -> str:
        """SQL in brackets."""
        return f"({self._write(predicate)})"

    @singledispatchmethod
    def _write(self, predicate: Any) -> str:
        raise TypeError(f"no predicate: {type(predicate).__name__}")

    @_write.register
    def _(self, predicate: Constant) -> str:
        return "1" if predicate.value else "0"

    @_write.register
    def _(self, predicate: And) -> str:
        return _joined("AND", list(map(self.write, predicate.parts)))

    @_write.register
    def _(self, predicate: Or) -> str:
        return _joined("OR", list(map(self.write, predicate.parts)))

    @_write.register
    def _(self, predicate: Not) -> str:
        return f"NOT {self.write(predicate.part)}"

    @_write.register
    def _(self, predicate: Compare) -> str:
        return f"{self._value(predicate.left)} {predicate.op} {self._value(predicate.right)}"

    @_write.register
    def _(self, predicate: Between) -> str:
        value, low, high = map(self._value, (predicate.value, predicate.low, predicate.high))
        told = f"{value} BETWEEN {low} AND {high}"
        if isinstance(predicate.low, Literal) and isinstance(predicate.high, Literal):
            return told
        # SQL knows that it is false when the one bound says so and the other is not there; CQL2 does not.
        return f"CASE WHEN {low} IS NULL OR {high} IS NULL THEN NULL ELSE {told} END"

    @_write.register
    def _(self, predicate: Among) -> str:
        value = self._value(predicate.value)
        if all(isinstance(choice.value, str) for choice in predicate.choices):
            # As a JSON list: the number of values is bounded.
            texts = self._bind(orjson.dumps([choice.value for choice in predicate.choices]).decode())
            return f"{value} IN (SELECT value FROM json_each({texts}))"
        if len(predicate.choices) > _MAX_BOUND:
            return self._called(_membership(frozenset(choice.value for choice in predicate.choices)), value)
        return f"{value} IN ({', '.join(self._bind(choice.value) for choice in predicate.choices)})"

    @_write.register
    def _(self, predicate: Like) -> str:
        return f"is_like({self._value(predicate.value)}, {self._bind(predicate.pattern)})"

    @_write.register
    def _(self, predicate: IsNull) -> str:
        return f"{column(predicate.of.field)} IS NULL"

    @_write.register
    def _(self, predicate: Spatial) -> str:
        return self._called(_relation(predicate), "items.wkb")

    @_write.register
    def _(self, predicate: Temporal) -> str:
        return relation_sql(predicate, self._value)

    @_write.register
    def _(self, predicate: Array) -> str:
        given, of = predicate.others, self._value(predicate.of)
        if isinstance(given, Property):
            return f"lists_relate('{predicate.relation}', {of}, {self._value(given)})"
        return self._called(_list_relation(predicate.relation, frozenset(given)), of)

    def _value(self, value: Scalar) -> str:
        if isinstance(value, Property):
            return column(value.field)
        if isinstance(value, Literal):
            return self._bind(value.value)
        if isinstance(value, Fold):
            name = "fold_both" if value.case and value.accents else "fold_case" if value.case else "fold_accents"
            return f"{name}({column(value.of.field)})"
        return self._arithmetic(value)

    def _arithmetic(self, value: Arithmetic) -> str:
        sides = (self._value(value.left), self._value(value.right))
        if value.op in _FUNCTIONS:
            return f"{_FUNCTIONS[value.op]}({sides[0]}, {sides[1]})"
        return f"({_SYMBOLS[value.op].format(*sides)})"

    def _called(self, function: _Function, value: str) -> str:
        name = f"relates_{len(self.functions)}"
        self.functions[name] = function
        return f"{name}({value})"

    def _bind(self, value: Any) -> str:
        name = f"f{len(self.params)}"
        self.params[name] = value
        return f":{name}"


def _joined(word: str, parts: list[str]) -> str:
    """In halves of halves: SQLite refuses what stands deeper than 1,000 in an expression, and reads a chain as that deep."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_joined(word, parts[:middle])} {word} {_joined(word, parts[middle:])})"


def _membership(choices: frozenset[Any]) -> _Function:
    return lambda value: None if value is None else int(value in choices)


def _list_relation(relation: str, others: frozenset[str]) -> _Function:
    return lambda texts: None if texts is None else int(relate_lists(relation, frozenset(orjson.loads(texts)), others))


def _relation(predicate: Spatial) -> _Function:
    relate, relation = _RELATIONS[predicate.relation], predicate.relation
    # A copy: preparing changes the geometry, and the caller's may be in use by another thread.
    shape = shapely.from_wkb(shapely.to_wkb(predicate.shape))
    # Only the geometry on the left side of a relation is used prepared.
    turned = {"intersects": "intersects", "disjoint": "disjoint", "contains": "within", "within": "contains", "touches": "touches"}
    if relation in turned:
        shapely.prepare(shape)
        relate_back = _RELATIONS[turned[relation]]
        return lambda wkb: None if wkb is None else int(relate_back(shape, shapely.from_wkb(wkb)))
    return lambda wkb: None if wkb is None else int(relate(shapely.from_wkb(wkb), shape))
