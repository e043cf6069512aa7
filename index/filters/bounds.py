"""Bounds of a filter: how large and how deep one may be, told before anything looks into it."""

from collections.abc import Mapping
from typing import Any

from index.filters.nodes import FilterError

MAX_TEXT = 64 * 2**10
"""Characters of a filter that is written as text."""
MAX_TOKENS = 60_000
"""Words, numbers and marks of a text: as many as MAX_POSITIONS with signs have."""
MAX_DEPTH = 32
"""Parentheses within parentheses of a text."""
MAX_ROW = 48
"""Operators in a row of a text, between AND, OR and commas; with those in parentheses there."""
MAX_NESTING = 100
"""Lists and objects within one another, of JSON: about half as many conditions within one another."""
MAX_OPERATIONS = 1_000
"""Operators and functions of a filter, AND, OR and NOT among them."""
MAX_TESTS = 100
"""Of them LIKE and the functions on shapes and lists, which cost most of each Item."""
MAX_CHOICES = 10_000
"""Values of a list."""
MAX_VALUES = 100_000
"""Values of JSON of all kinds, the numbers of positions among them."""

_COSTLY = ("like", "s_", "a_")


def check_size(value: Any, nesting: int = MAX_NESTING) -> None:
    """Refuses JSON that is too deep or has too many parts; looked at without recursion."""
    values = operations = tests = 0
    todo: list[tuple[Any, int]] = [(value, 1)]
    while todo:
        at, depth = todo.pop()
        if depth > nesting:
            raise FilterError("", f"nested too deeply: at most {MAX_NESTING} lists and objects within one another")
        if isinstance(at, Mapping):
            operations += "op" in at
            tests += str(at.get("op", ""))[:4].lower().startswith(_COSTLY)
            at = list(at.values())
        if isinstance(at, list | tuple):
            values += len(at)
            if values > MAX_VALUES:
                raise FilterError("", f"more than {MAX_VALUES} values: ask for less at once")
            todo.extend((part, depth + 1) for part in at if isinstance(part, list | tuple | Mapping))
        if tests > MAX_TESTS:
            raise FilterError("", f"more than {MAX_TESTS} times LIKE and functions on shapes and lists: ask for less at once")
        if operations > MAX_OPERATIONS:
            raise FilterError("", f"more than {MAX_OPERATIONS} operators and functions: ask for less at once")
