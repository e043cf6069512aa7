"""Comparisons: = and its like, BETWEEN, IN, LIKE and IS NULL."""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from index.filters.bounds import MAX_CHOICES
from index.filters.nodes import (
    Among,
    And,
    Between,
    Compare,
    Constant,
    FilterError,
    Fold,
    IsNull,
    Like,
    Literal,
    Or,
    Predicate,
    Property,
    Scalar,
)
from index.filters.properties import property_of
from index.filters.scalars import args_of, checked_text, folded, of_one_kind, operand, scalar_of, unfolded
from index.filters.wording import text_of
from mappings.queryables import Kind

MAX_PATTERN = 1_000
"""Characters of a pattern, and at most MAX_WILDCARDS times any characters: what stores take for it grows with both."""
MAX_WILDCARDS = 20

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def comparison(op: str, value: Mapping[str, Any]) -> Predicate:
    """Two scalars; a literal is put on the right."""
    part = text_of(value)
    left, right = of_one_kind([operand(arg) for arg in args_of(value, 2)], part)
    return compare(op, left, right)


def compare(op: str, left: Scalar, right: Scalar) -> Predicate:
    """Of two scalars of one kind."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return Constant(_COMPARE[op](left.value, right.value))
    if isinstance(left, Literal):
        op, left, right = _TURNED[op], right, left
    if left.kind is Kind.FLAG and op not in ("=", "<>"):
        return _flags(op, left, right)
    return Compare(op, left, right)


def _flags(op: str, left: Scalar, right: Scalar) -> Predicate:
    """FALSE comes before TRUE (basic CQL2 orders flags too); neither true nor false where the flag is missing."""
    true, false = (Literal(flag, Kind.FLAG) for flag in (True, False))
    if not isinstance(right, Literal):
        if op in ("<=", ">="):
            return Or((Compare("=", left, right), _flags(op[0], left, right)))
        return And((Compare("<>", left, right), Compare("=", left, true if op == ">" else false)))
    found = [flag for flag in (true, false) if _COMPARE[op](flag.value, right.value)]
    if len(found) == 1:
        return Compare("=", left, found[0])
    both = (Compare("=", left, true), Compare("=", left, false))
    return Or(both) if found else And(both)


def between(value: Mapping[str, Any]) -> Predicate:
    """Value, low and high; also [value, [low, high]], as drafts of CQL2 had it and clients still write."""
    args, part = args_of(value), text_of(value)
    if len(args) == 2 and isinstance(args[1], list | tuple):
        args = [args[0], *args[1]]
    if len(args) != 3:
        raise FilterError(part, f"needs a value and two bounds, got {len(args)} arguments")
    middle, low, high = of_one_kind([operand(arg) for arg in args], part)
    if middle.kind is Kind.FLAG:
        raise FilterError(part, "true and false have nothing between them: compare by =")
    if isinstance(middle, Literal) and isinstance(low, Literal) and isinstance(high, Literal):
        return Constant(low.value <= middle.value <= high.value)  # type: ignore[operator]
    return Between(middle, low, high)


def among(value: Mapping[str, Any]) -> Predicate:
    """A value and a list of literals."""
    args, part = args_of(value, 2), text_of(value)
    given = args[1]
    if not isinstance(given, list | tuple) or not given:
        raise FilterError(part, "IN needs a list of values in parentheses")
    if len(given) > MAX_CHOICES:
        raise FilterError(part, f"IN takes at most {MAX_CHOICES} values, got {len(given)}")
    subject, *choices = of_one_kind([operand(args[0]), *(operand(choice) for choice in given)], part)
    found = tuple(dict.fromkeys(choice for choice in choices if isinstance(choice, Literal)))
    if any(not isinstance(choice, Literal) for choice in choices):
        raise FilterError(part, "the list of IN holds constants only: compare with a property by =")
    if isinstance(subject, Literal):
        return Constant(subject.value in {choice.value for choice in found})
    return Among(subject, found)


def is_null(value: Mapping[str, Any]) -> Predicate:
    """Of a property alone."""
    (given,) = args_of(value, 1)
    if not isinstance(given, Mapping) or "property" not in given:
        raise FilterError(text_of(value), f"IS NULL asks for a property; {text_of(given)} is none")
    return IsNull(property_of(given))


def like(value: Mapping[str, Any]) -> Predicate:
    """A text and a pattern, each folded as it is written."""
    args, part = args_of(value, 2), text_of(value)
    subject = scalar_of(args[0])
    if not isinstance(subject, Property | Fold) or subject.kind is not Kind.TEXT:
        raise FilterError(part, f"LIKE is for texts of the Item; {text_of(args[0])} is none")
    pattern, case, accents = unfolded(args[1])
    if not isinstance(pattern, str):
        raise FilterError(part, f"the pattern is a text in single quotes, not {text_of(pattern)}")
    return Like(subject, _pattern(pattern, case, accents, part))


_PIECES = re.compile(r"\\.|[%_]|[^\\%_]+|\\", re.DOTALL)


def _pattern(pattern: str, case: bool, accents: bool, part: str) -> str:
    """Folded between its wildcards: what folding makes of a character is never a wildcard."""
    checked_text(pattern)
    if len(pattern) > MAX_PATTERN:
        raise FilterError(part, f"a pattern of more than {MAX_PATTERN} characters")
    pieces = _PIECES.findall(pattern)
    if pieces and pieces[-1] == "\\":
        raise FilterError(part, "the pattern ends with a backslash: write two for one")
    if pieces.count("%") > MAX_WILDCARDS:
        raise FilterError(part, f"a pattern with more than {MAX_WILDCARDS} times %")
    if not (case or accents):
        return pattern
    done, run = [], ""
    for piece in [*pieces, ""]:
        if piece not in ("%", "_", ""):
            run += piece[1:] if piece[0] == "\\" else piece
            continue
        done += [escaped(folded(run, case, accents)), piece]
        run = ""
    return "".join(done)


def escaped(text: str) -> str:
    """A text as a pattern that matches nothing else."""
    return re.sub(r"([\\%_])", r"\\\1", text)
