"""Short forms for the tests of filters, sorts and summaries on both stores."""

from typing import Any

from index.filters.nodes import Fold, Literal, Predicate, Property
from index.protocol import Index
from index.query import Sort
from mappings.queryables import FIELDS, Kind
from tests.index.helpers import ask, ids, micros


def prop(name: str) -> Property:
    return Property(FIELDS[name])


def folded(name: str, *, case: bool = False, accents: bool = False) -> Fold:
    return Fold(prop(name), case, accents)


def text(value: str) -> Literal:
    return Literal(value, Kind.TEXT)


def number(value: float) -> Literal:
    return Literal(float(value), Kind.NUMBER)


def flag(value: bool) -> Literal:
    return Literal(value, Kind.FLAG)


def at(time: str) -> Literal:
    return Literal(micros(time), Kind.TIME)


def by(name: str, descending: bool = False) -> Sort:
    return Sort(FIELDS[name], descending)


def true_of(index: Index, predicate: Predicate, **conditions: Any) -> str:
    """The ids of one letter of which the filter is true, in order of the alphabet."""
    return "".join(sorted(ids(index, **ask(filter=predicate, **conditions).__dict__)))
