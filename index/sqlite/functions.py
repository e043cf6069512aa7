"""What SQLite cannot do by itself: functions in Python for the SQL that filters become. All of them answer NULL for NULL."""

import math
import re
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from index.query import sort_text
from mappings.queryables import fold_accents, fold_case


def add_functions(db: sqlite3.Connection) -> None:
    """Makes them known to a connection."""
    made: tuple[tuple[str, int, Callable[..., Any]], ...] = (
        ("fold_case", 1, fold_case),
        ("fold_accents", 1, fold_accents),
        ("fold_both", 1, lambda text: fold_case(fold_accents(text))),
        ("sort_text", 1, sort_text),
        ("is_like", 2, _is_like),
        ("remainder", 2, _remainder),
        ("whole_quotient", 2, _whole_quotient),
        ("power", 2, _power),
        ("lists_relate", 3, _lists_relate),
    )
    for name, arguments, function in made:
        db.create_function(name, arguments, _null_for_null(function), deterministic=True)


def _null_for_null(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*values: Any) -> Any:
        return None if None in values else function(*values)

    return called


def _is_like(text: str, pattern: str) -> bool:
    return _matcher(pattern)(text)


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """What stands between two % is looked for from left to right, at its first place and no further: however many there are, no
    pattern takes long."""
    parts = _parts(pattern)
    shapes = [re.compile("".join("." if one is None else re.escape(one) for one in part), re.DOTALL) for part in parts]
    if len(shapes) == 1:
        return lambda text: shapes[0].fullmatch(text) is not None
    first, *middle, last = shapes
    tail = len(parts[-1])

    def matches(text: str) -> bool:
        found = first.match(text)
        for shape in middle:
            found = found and shape.search(text, found.end())
        if not found:
            return False
        start = len(text) - tail
        return start >= found.end() and last.fullmatch(text, start) is not None

    return matches


def _parts(pattern: str) -> list[list[str | None]]:
    """The characters between the %; None stands for any one."""
    parts: list[list[str | None]] = [[]]
    characters = iter(pattern)
    for character in characters:
        if character == "%":
            parts.append([])
        else:
            parts[-1].append(None if character == "_" else next(characters, "\\") if character == "\\" else character)
    return parts


def _remainder(left: float, right: float) -> float | None:
    return math.fmod(left, right) if right and math.isfinite(left) else None


def _whole_quotient(left: float, right: float) -> float | None:
    if not right:
        return None
    quotient = left / right
    return float(math.trunc(quotient)) if math.isfinite(quotient) else None


def _power(left: float, right: float) -> float | None:
    try:
        result = float(left) ** float(right)
    except (OverflowError, ZeroDivisionError):
        return None
    return result if isinstance(result, float) and math.isfinite(result) else None


def _lists_relate(relation: str, left: str, right: str) -> bool:
    """Two JSON lists as sets."""
    return relate_lists(relation, frozenset(orjson.loads(left)), frozenset(orjson.loads(right)))


def relate_lists(relation: str, ours: frozenset[str], others: frozenset[str]) -> bool:
    """Of two sets of texts, by what CQL2 calls it after A_."""
    if relation == "equals":
        return ours == others
    if relation == "contains":
        return ours >= others
    return ours <= others if relation == "containedby" else not ours.isdisjoint(others)
