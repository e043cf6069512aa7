"""CQL2-JSON (OGC 21-065r2) by brute force: true, false or neither (None), of each of some rows."""

import math
import operator
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import shapely
from shapely.geometry import shape

from mappings.geometry import box
from mappings.queryables import FIELDS, Kind
from tests.differential.rows import Row, fold, geometries, micros

Truth = bool | None

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SETS: dict[str, Callable[[frozenset[str], frozenset[str]], bool]] = {
    "a_equals": lambda a, b: a == b,
    "a_contains": lambda a, b: a >= b,
    "a_containedby": lambda a, b: a <= b,
    "a_overlaps": lambda a, b: bool(a & b),
}
# (start, end) of both: the relations of the standard's tables, by way of OWL-Time.
_TIMES: dict[str, Callable[[float, float, float, float], bool]] = {
    "t_after": lambda a, b, c, d: a > d,
    "t_before": lambda a, b, c, d: b < c,
    "t_contains": lambda a, b, c, d: a < c and b > d,
    "t_disjoint": lambda a, b, c, d: b < c or a > d,
    "t_during": lambda a, b, c, d: a > c and b < d,
    "t_equals": lambda a, b, c, d: a == c and b == d,
    "t_finishedby": lambda a, b, c, d: a < c and b == d,
    "t_finishes": lambda a, b, c, d: a > c and b == d,
    "t_intersects": lambda a, b, c, d: not (b < c or a > d),
    "t_meets": lambda a, b, c, d: b == c,
    "t_metby": lambda a, b, c, d: a == d,
    "t_overlappedby": lambda a, b, c, d: c < a < d < b,
    "t_overlaps": lambda a, b, c, d: a < c < b < d,
    "t_startedby": lambda a, b, c, d: a == c and b > d,
    "t_starts": lambda a, b, c, d: a == c and b < d,
}


def truths(node: Any, rows: Sequence[Row]) -> list[Truth]:
    """What a filter says of each row."""
    if isinstance(node, bool):
        return [node] * len(rows)
    name, args = node["op"], node["args"]
    if name in ("and", "or"):
        return [_joined(name == "or", parts) for parts in zip(*(truths(arg, rows) for arg in args), strict=True)]
    if name == "not":
        return [None if truth is None else not truth for truth in truths(args[0], rows)]
    if name == "isNull":
        return [row.values.get(args[0]["property"]) is None for row in rows]
    if name.startswith("s_"):
        return _spatial(name[2:], args, rows)
    if name.startswith("t_"):
        return _by_row(_TIMES[name], *(bound for arg in args for bound in _span(arg, rows)))
    if name.startswith("a_"):
        return _by_row(_SETS[name], *(_sets(arg, rows) for arg in args))
    return _scalar(name, args, rows)


def _joined(decisive: bool, parts: tuple[Truth, ...]) -> Truth:
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _by_row(rule: Callable[..., bool], *columns: list[Any]) -> list[Truth]:
    """Neither true nor false where any value is missing."""
    return [None if any(value is None for value in values) else rule(*values) for values in zip(*columns, strict=True)]


def _scalar(name: str, args: list[Any], rows: Sequence[Row]) -> list[Truth]:
    timed = any(_is_time(arg) for arg in args)
    if name == "in":
        choices = {values(choice, rows[:1], timed)[0] for choice in args[1]} if rows else set()
        return _by_row(lambda value: value in choices, values(args[0], rows, timed))
    columns = [values(arg, rows, timed) for arg in args]
    if name == "between":
        return _by_row(lambda value, low, high: low <= value <= high, *columns)
    if name == "like":
        return _by_row(lambda value, pattern: like(value, pattern), *columns)
    return _by_row(_COMPARE[name], *columns)


def _is_time(arg: Any) -> bool:
    if not isinstance(arg, dict):
        return False
    return "timestamp" in arg or "date" in arg or ("property" in arg and FIELDS[arg["property"]].kind is Kind.TIME)


def values(arg: Any, rows: Sequence[Row], timed: bool = False) -> list[Any]:
    """A scalar's value in each row; `timed`: a text is a time."""
    if not isinstance(arg, dict):
        return [micros(arg) if timed and isinstance(arg, str) else arg] * len(rows)
    if "property" in arg:
        return [row.values.get(arg["property"]) for row in rows]
    if "timestamp" in arg or "date" in arg:
        return [micros(arg.get("timestamp") or arg["date"])] * len(rows)
    columns = [values(one, rows) for one in arg["args"]]
    if arg["op"] in ("casei", "accenti"):
        return [None if text is None else folded(arg, text) for text in _innermost(arg, rows)]
    return [
        None if left is None or right is None else calculate(arg["op"], float(left), float(right))
        for left, right in zip(*columns, strict=True)
    ]


def _innermost(arg: Any, rows: Sequence[Row]) -> list[Any]:
    inner = arg["args"][0]
    return _innermost(inner, rows) if isinstance(inner, dict) and "op" in inner else values(inner, rows)


def folded(arg: Any, text: str) -> str:
    """Both foldings give the same in either order: accents first."""
    names = set()
    while isinstance(arg, dict) and "op" in arg:
        names.add(arg["op"])
        arg = arg["args"][0]
    return fold(text, case="casei" in names, accents="accenti" in names)


def calculate(name: str, left: float, right: float) -> float | None:
    """In double precision; None where there is no finite real number."""
    try:
        found = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "div": lambda: float(math.trunc(left / right)),
            "%": lambda: math.fmod(left, right),
            "^": lambda: left**right,
        }[name]()
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return found if isinstance(found, float) and math.isfinite(found) else None


def like(text: str, pattern: str) -> bool:
    """Whether the whole text is of the pattern."""
    return _pattern(pattern).fullmatch(text) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\?.", pattern, re.DOTALL)
    return re.compile("".join({"%": ".*", "_": "."}.get(part) or re.escape(part[-1]) for part in parts), re.DOTALL)


def _sets(arg: Any, rows: Sequence[Row]) -> list[Any]:
    return values(arg, rows) if isinstance(arg, dict) else [frozenset(arg)] * len(rows)


def _span(arg: Any, rows: Sequence[Row]) -> tuple[list[Any], list[Any]]:
    """First and last moment of a time or an interval; a missing property is None, an open end infinite."""
    first, last = arg["interval"] if isinstance(arg, dict) and "interval" in arg else (arg, arg)
    return _bound(first, rows, last=False), _bound(last, rows, last=True)


def _bound(arg: Any, rows: Sequence[Row], *, last: bool) -> list[Any]:
    if isinstance(arg, dict) and "property" in arg:
        return values(arg, rows)
    text = (arg.get("timestamp") or arg["date"]) if isinstance(arg, dict) else arg
    return [(math.inf if last else -math.inf) if text in ("..", "") else micros(text, last=last)] * len(rows)


def area_of(literal: dict[str, Any]) -> Any:
    """A spatial literal as shapely."""
    if "bbox" not in literal:
        return shape(literal)
    numbers = literal["bbox"]
    half = len(numbers) // 2
    return box(*numbers[:2], *numbers[half : half + 2])


def _spatial(relation: str, args: list[Any], rows: Sequence[Row]) -> list[Truth]:
    footprints = geometries(rows)
    asked = getattr(shapely, relation)
    found = asked(*(footprints if "property" in arg else area_of(arg) for arg in args))
    return [None if footprint is None else bool(truth) for footprint, truth in zip(footprints, found, strict=True)]
