"""The order of a query in SQL: what it sorts by, which index has that order, and what comes after a place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.query import Cursor, Query, order_of
from index.sqlite.fields import CLOUDS
from index.sqlite.filter import column
from mappings.queryables import Kind

Value = str | int | float | None


@dataclass(frozen=True)
class Key:
    """One thing to sort by; `nullable`: Items without it come last. `negated`: the column holds minus the value."""

    sql: str
    descending: bool
    nullable: bool = True
    negated: bool = False

    def stored(self, value: Value) -> Value:
        """What the column holds for a cursor's value, and the other way round."""
        return -value if self.negated and isinstance(value, int | float) else value


@dataclass(frozen=True)
class Order:
    """`keys`, then id and Collection; `backwards` turns all of it round. `index` has the first key's order, None when none has."""

    keys: tuple[Key, ...]
    index: str | None
    backwards: bool

    @property
    def is_time(self) -> bool:
        """Whether it is by time and nothing else."""
        return self.index == "items_order" and len(self.keys) == 1

    @property
    def sql(self) -> str:
        """What stands after ORDER BY."""
        parts = [f"{key.sql} {'DESC' if key.descending != self.backwards else 'ASC'}{self._nulls(key)}" for key in self.keys]
        return ", ".join([*parts, *(f"{name} {'DESC' if self.backwards else 'ASC'}" for name in ("id", "collection"))])

    def _nulls(self, key: Key) -> str:
        return "" if not key.nullable else " NULLS FIRST" if self.backwards else " NULLS LAST"

    @property
    def columns(self) -> str:
        return ", ".join(key.sql for key in self.keys)

    def merge_key(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Of a row (…, id, collection, first key) in an order by time: ascending, or descending when backwards."""
        place = row[4]
        return (-place if self.keys[0].descending else place, row[1], row[2])

    def stretches(self, cursor: Cursor | None, params: dict[str, Any]) -> list[str]:
        """SQL of what is left to read after the cursor: one part, or two in turn where Items without the first key come apart, so that
        each is read along the index."""
        first = self.keys[0]
        if cursor is None:
            parts = [f"{first.sql} IS NOT NULL", f"{first.sql} IS NULL"] if first.nullable and self.index else ["1"]
            return parts[::-1] if self.backwards else parts
        values = [key.stored(value) for key, value in zip(self.keys, cursor.values, strict=True)]
        params.update({f"c{number}": value for number, value in enumerate(values)}, c_id=cursor.item_id, c_collection=cursor.collection)
        after = self._after(values)
        if not (first.nullable and self.index):
            return [f"{self._bound(first)}{after}" if self.index else after]
        missing, there = f"{first.sql} IS NULL AND {after}", f"{first.sql} IS NOT NULL AND {after}"
        if values[0] is None:
            return [missing, f"{first.sql} IS NOT NULL"] if self.backwards else [missing]
        there = f"{self._bound(first)}{there}"
        return [there] if self.backwards else [there, f"{first.sql} IS NULL"]

    def _bound(self, key: Key) -> str:
        """What lets SQLite seek along the index, beside the whole condition."""
        return f"{key.sql} {'<=' if key.descending != self.backwards else '>='} :c0 AND "

    def _after(self, values: Sequence[Value]) -> str:
        if self.is_time and not self.keys[0].descending:
            return f"(place, id, collection) {'<' if self.backwards else '>'} (:c0, :c_id, :c_collection)"
        sql = f"(id, collection) {'<' if self.backwards else '>'} (:c_id, :c_collection)"
        for number, (key, value) in reversed(list(enumerate(zip(self.keys, values, strict=True)))):
            sql = f"({self._beyond(key, value, f':c{number}')} OR {key.sql} IS :c{number} AND {sql})"
        return sql

    def _beyond(self, key: Key, value: Value, name: str) -> str:
        if value is None:
            return f"{key.sql} IS NOT NULL" if self.backwards else "0"
        compared = f"{key.sql} {'<' if key.descending != self.backwards else '>'} {name}"
        return f"({compared} OR {key.sql} IS NULL)" if key.nullable and not self.backwards else compared


def order_in(query: Query) -> Order:
    """The Order of a query."""
    keys: list[Key] = []
    for sort in order_of(query):
        field = sort.field
        if field.name == "datetime":
            keys.append(Key("place", not sort.descending, nullable=False, negated=True))
        elif field.kind is Kind.TEXT and field.name not in ("id", "collection"):
            keys.append(Key(f"sort_text({column(field)})", sort.descending))
        else:
            keys.append(Key(column(field), sort.descending, nullable=not field.own))
    name = order_of(query)[0].field.name
    index = {"datetime": "items_order", CLOUDS: "items_cloud"}.get(name)
    return Order(tuple(keys), index, query.after is not None and query.after.backwards)


def looks_at_fields(order: Order) -> bool:
    """Whether it needs the table of fields."""
    return "fields." in order.columns
