"""Scalars: the values that conditions compare, and that they are of one kind."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.filters.functions import ARITHMETIC, CONDITIONS, FOLDS, unknown_function
from index.filters.nodes import Arithmetic, FilterError, Fold, Literal, Property, Scalar
from index.filters.properties import property_of
from index.filters.times import instant, named_time
from index.filters.wording import text_of
from mappings.queryables import Kind, fold_accents, fold_case

MAX_LITERAL = 10_000
"""Characters of a text."""

_KINDS = {Kind.TEXT: "a text", Kind.NUMBER: "a number", Kind.TIME: "a time", Kind.FLAG: "true or false"}


@dataclass(frozen=True)
class Operand:
    """A scalar with the JSON that it was read from."""

    written: Any
    scalar: Scalar

    @property
    def kind(self) -> Kind:
        """INTEGER and NUMBER are one."""
        return Kind.NUMBER if self.scalar.kind is Kind.INTEGER else self.scalar.kind


def operand(value: Any) -> Operand:
    """Of CQL2 JSON."""
    return Operand(value, scalar_of(value))


def scalar_of(value: Any) -> Scalar:
    """A property, literal, folded text or sum; lists, shapes, intervals and conditions are none."""
    if isinstance(value, bool):
        return Literal(value, Kind.FLAG)
    if isinstance(value, str):
        return Literal(checked_text(value), Kind.TEXT)
    if isinstance(value, int | float):
        return Literal(_finite(value), Kind.NUMBER)
    if value is None:
        raise FilterError("NULL", "compares with nothing: write IS NULL or IS NOT NULL")
    if not isinstance(value, Mapping):
        raise FilterError(text_of(value), "a list stands only in IN and in the functions on lists, A_…")
    if "property" in value:
        return _scalar_property(value)
    if "timestamp" in value or "date" in value:
        return named_time(value)
    if "op" in value:
        return _operation(value)
    if "interval" in value:
        raise FilterError(text_of(value), "an interval is compared by the functions on times, as T_DURING")
    if "type" in value or "bbox" in value:
        raise FilterError(text_of(value), "a shape is compared by the functions on shapes, as S_INTERSECTS")
    raise FilterError(text_of(value), "no value of CQL2")


def checked_text(text: str) -> str:
    """A text that every store can keep."""
    if len(text) > MAX_LITERAL:
        raise FilterError(text_of(text), f"a text of more than {MAX_LITERAL} characters")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise FilterError("a text", "holds what is no character")
    return text


def _finite(value: int | float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise FilterError("a number", "beyond what double precision holds")
    return number


def _scalar_property(value: Mapping[str, Any]) -> Property:
    found = property_of(value)
    name = found.field.name
    if found.kind is Kind.TEXTS:
        raise FilterError(name, f"a list of texts: write A_CONTAINS({name}, ('…')) or A_OVERLAPS({name}, ('…', '…'))")
    if found.kind is Kind.GEOMETRY:
        raise FilterError(name, f"a shape: write S_INTERSECTS({name}, …) or {name} IS NULL")
    return found


def args_of(value: Mapping[str, Any], count: int | None = None) -> list[Any]:
    """The arguments of an operation, `count` of them."""
    args = value.get("args")
    if set(value) != {"op", "args"} or not isinstance(args, list | tuple):
        raise FilterError(text_of(value), 'an operation is {"op": …, "args": […]}, without more')
    if count is not None and len(args) != count:
        raise FilterError(text_of(value), f"takes {count} argument{'s' if count > 1 else ''}, got {len(args)}")
    return list(args)


def name_of(value: Mapping[str, Any]) -> str:
    """The name of an operation, in lower case."""
    name = value["op"]
    if not isinstance(name, str):
        raise FilterError(text_of(value), "the name of an operation is a text")
    return name.lower()


def _operation(value: Mapping[str, Any]) -> Scalar:
    name = name_of(value)
    if name in FOLDS:
        return _fold(value)
    if name in ARITHMETIC:
        return _arithmetic(name, value)
    if name in CONDITIONS:
        raise FilterError(text_of(value), "a condition is no value to compare: join conditions by AND, OR and NOT")
    raise unknown_function(text_of(value), str(value["op"]))


def unfolded(value: Any) -> tuple[Any, bool, bool]:
    """What stands within CASEI and ACCENTI, and which of them stand around it."""
    case = accents = False
    while isinstance(value, Mapping) and "op" in value and (name := name_of(value)) in FOLDS:
        case, accents = case or name == "casei", accents or name == "accenti"
        value = args_of(value, 1)[0]
    return value, case, accents


def _fold(value: Mapping[str, Any]) -> Scalar:
    inner, case, accents = unfolded(value)
    found = scalar_of(inner)
    if isinstance(found, Literal) and isinstance(found.value, str):
        return Literal(folded(found.value, case, accents), Kind.TEXT)
    if not isinstance(found, Property) or found.kind is not Kind.TEXT:
        raise FilterError(text_of(value), f"CASEI and ACCENTI are for texts; {text_of(inner)} is none")
    return Fold(found, case, accents)


def folded(text: str, case: bool, accents: bool) -> str:
    """A text as Fold gives it: accents first, then case, in whatever order they are written."""
    text = fold_accents(text) if accents else text
    return fold_case(text) if case else text


def _arithmetic(name: str, value: Mapping[str, Any]) -> Scalar:
    sides = [operand(arg) for arg in args_of(value, 2)]
    for side in sides:
        if side.kind is not Kind.NUMBER:
            raise FilterError(text_of(value), f"{text_of(side.written)} is {_KINDS[side.kind]}: only numbers can be reckoned with")
    left, right = (side.scalar for side in sides)
    if isinstance(right, Literal) and right.value == 0 and name in ("/", "%", "div"):
        raise FilterError(text_of(value), "divides by zero")
    if isinstance(left, Literal) and isinstance(right, Literal):
        return Literal(_reckoned(name, float(left.value), float(right.value), text_of(value)), Kind.NUMBER)
    return Arithmetic(name, left, right)  # type: ignore[arg-type]


_RECKON: dict[str, Callable[[float, float], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "div": lambda a, b: float(math.trunc(a / b)),
    "^": operator.pow,
}


def _reckoned(name: str, left: float, right: float, part: str) -> float:
    try:
        result = _RECKON[name](left, right)
    except (OverflowError, ZeroDivisionError, ValueError):
        result = math.nan
    if isinstance(result, complex) or not math.isfinite(result):
        raise FilterError(part, "is no number")
    return float(result)


def of_one_kind(operands: Sequence[Operand], part: str) -> list[Scalar]:
    """The scalars, of one kind: a text beside a time is read as one."""
    kinds = {each.kind for each in operands}
    if Kind.TIME in kinds and Kind.TEXT in kinds:
        operands = [_as_time(each, part) for each in operands]
        kinds = {each.kind for each in operands}
    if len(kinds) > 1:
        first = operands[0]
        other = next(each for each in operands if each.kind is not first.kind)
        raise FilterError(part, _mismatch(first, other))
    return [each.scalar for each in operands]


def _as_time(each: Operand, part: str) -> Operand:
    if isinstance(each.scalar, Literal) and each.scalar.kind is Kind.TEXT:
        return Operand(each.written, instant(each.scalar.value, part))
    return each


def _mismatch(first: Operand, other: Operand) -> str:
    if isinstance(first.scalar, Literal) and not isinstance(other.scalar, Literal):
        first, other = other, first
    name, value = text_of(first.written), text_of(other.written)
    literal = isinstance(other.scalar, Literal)
    if literal and first.kind is Kind.NUMBER and other.kind is Kind.TEXT:
        return f"{name} is a number: write it without quotes, not {value}"
    if literal and first.kind is Kind.TEXT and other.kind is Kind.NUMBER:
        return f"{name} is a text: write '{value}' in single quotes, not {value}"
    if literal and first.kind is Kind.FLAG:
        return f"{name} is true or false: write TRUE or FALSE without quotes, not {value}"
    return f"{name} is {_KINDS[first.kind]}, {value} is {_KINDS[other.kind]}: what is compared must be of one kind"
