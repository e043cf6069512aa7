"""A filter as a tree of typed nodes: what both stores compile. Values only; a tree that exists is well typed.

Three values, as in SQL and CQL2: whatever compares a property that an Item does not have is neither true nor false, and NOT of it
neither; an Item matches where the whole is true.
"""

from dataclasses import dataclass
from typing import Any

from mappings.queryables import Field, Kind

# --- values ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Property:
    """A field's value in the Item that is looked at."""

    field: Field

    @property
    def kind(self) -> Kind:
        return self.field.kind


@dataclass(frozen=True)
class Literal:
    """A constant: text, number (float), flag, or time (µs since 1970)."""

    value: str | float | bool | int
    kind: Kind


@dataclass(frozen=True)
class Fold:
    """A text without case (CASEI), without accents (ACCENTI), or without both; of a Property: literals are folded when parsed."""

    of: Property
    case: bool
    accents: bool

    @property
    def kind(self) -> Kind:
        return Kind.TEXT


@dataclass(frozen=True)
class Arithmetic:
    """`op` is one of + - * / % div ^, on numbers (double precision). Dividing by zero gives nothing, as a missing property does; `div`
    cuts the quotient towards zero, `%` has the sign of the dividend; a power that is no finite real number gives nothing."""

    op: str
    left: "Number"
    right: "Number"

    @property
    def kind(self) -> Kind:
        return Kind.NUMBER


Number = Property | Literal | Arithmetic
Scalar = Property | Literal | Fold | Arithmetic

# --- predicates ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    value: bool


@dataclass(frozen=True)
class And:
    """Of two or more."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True)
class Or:
    """Of two or more."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True)
class Not:
    part: "Predicate"


@dataclass(frozen=True)
class Compare:
    """`op` is one of = <> < <= > >=; both sides are of one kind (INTEGER and NUMBER are one). Texts compare by code points. Flags know
    = and <> only. A literal stands on the right."""

    op: str
    left: Scalar
    right: Scalar


@dataclass(frozen=True)
class Between:
    """low <= value <= high; numbers, times or texts. Neither true nor false when any of the three is not there."""

    value: Scalar
    low: Scalar
    high: Scalar


@dataclass(frozen=True)
class Among:
    """The value is one of the literals; all of one kind."""

    value: Scalar
    choices: tuple[Literal, ...]


@dataclass(frozen=True)
class Like:
    """A text against a pattern: % stands for any characters, _ for one, a backslash takes the next as it is. The pattern is
    ready to compare: folded where the filter says so."""

    value: Property | Fold
    pattern: str


@dataclass(frozen=True)
class IsNull:
    """The Item does not have the property; true or false, never neither. An empty list of texts is there."""

    of: Property


@dataclass(frozen=True)
class Spatial:
    """The Item's footprint and a shape (shapely, lon/lat within ±180, split at the antimeridian): `relation` is one of intersects,
    disjoint, contains, within, equals, touches, crosses, overlaps, in the sense of "footprint RELATION shape". Neither true nor false
    of an Item without footprint."""

    relation: str
    shape: Any


@dataclass(frozen=True)
class Span:
    """A time or an interval of times: an instant has twice the same value; None is an open end. Both inclusive."""

    start: Property | Literal | None
    end: Property | Literal | None


@dataclass(frozen=True)
class Temporal:
    """`relation` is one of after, before, contains, disjoint, during, equals, finishedby, finishes, intersects, meets, metby,
    overlappedby, overlaps, startedby, starts (OGC 21-065r2, §7.8), on the bounds of both spans."""

    relation: str
    left: Span
    right: Span


@dataclass(frozen=True)
class Array:
    """A list of texts as a set, and the given ones: `relation` is one of equals, contains (all of the given), containedby, overlaps.
    `others` are texts, or another property that is a list."""

    relation: str
    of: Property
    others: tuple[str, ...] | Property


Predicate = Constant | And | Or | Not | Compare | Between | Among | Like | IsNull | Spatial | Temporal | Array


class FilterError(ValueError):
    """A filter that cannot be honoured: the `part` of it and the reason, for a person to read."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part}: {reason}" if part else reason)
        self.part = part
        self.reason = reason
