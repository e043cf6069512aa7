"""Needs: which Operators a store must know for a filter."""

from collections.abc import Iterator

from index.filters.nodes import (
    Among,
    And,
    Arithmetic,
    Array,
    Between,
    Compare,
    Constant,
    Fold,
    Like,
    Literal,
    Not,
    Or,
    Predicate,
    Property,
    Scalar,
    Span,
    Spatial,
    Temporal,
)
from index.filters.operators import Operators


def operators_of(predicate: Predicate) -> frozenset[Operators]:
    """What is beyond the comparisons that every store knows."""
    found: set[Operators] = set()
    todo = [predicate]
    while todo:
        part = todo.pop()
        if isinstance(part, And | Or):
            todo.extend(part.parts)
        elif isinstance(part, Not):
            todo.append(part.part)
        elif not isinstance(part, Constant):
            found.update(_needs(part))
    return frozenset(found)


def _needs(part: Predicate) -> Iterator[Operators]:
    if isinstance(part, Compare):
        yield from _of_scalars(part.left, part.right)
    elif isinstance(part, Between):
        yield from _of_scalars(part.value, part.low, part.high)
    elif isinstance(part, Among | Like):
        yield from _of_scalars(part.value)
    elif isinstance(part, Spatial):
        yield Operators.INTERSECTS if part.relation == "intersects" else Operators.SPATIAL
    elif isinstance(part, Temporal):
        yield Operators.TEMPORAL
        if _has_property(part.left) and _has_property(part.right):
            yield Operators.PROPERTIES
    elif isinstance(part, Array):
        yield Operators.ARRAY
        if isinstance(part.others, Property):
            yield Operators.PROPERTIES


def _of_scalars(first: Scalar, *others: Scalar) -> Iterator[Operators]:
    """A value of the Item is compared with constants, or PROPERTIES are needed."""
    if isinstance(first, Literal) or any(not isinstance(other, Literal) for other in others):
        yield Operators.PROPERTIES
    for scalar in (first, *others):
        if isinstance(scalar, Arithmetic):
            yield Operators.ARITHMETIC
        elif isinstance(scalar, Fold):
            if scalar.case:
                yield Operators.CASE
            if scalar.accents:
                yield Operators.ACCENTS


def _has_property(span: Span) -> bool:
    return isinstance(span.start, Property) or isinstance(span.end, Property)
