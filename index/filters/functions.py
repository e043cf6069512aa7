"""Functions: the names of what CQL2 can do here, in lower case as JSON has them (`isNull` and `t_finishedBy` are read so too)."""

import difflib

from index.filters.nodes import FilterError

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
LOGIC = ("and", "or", "not")
ADVANCED = ("like", "between", "in", "isnull")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
FOLDS = ("casei", "accenti")
SPATIAL = tuple(f"s_{name}" for name in ("intersects", "disjoint", "contains", "within", "equals", "touches", "crosses", "overlaps"))
TEMPORAL = tuple(
    f"t_{name}"
    for name in (
        *("after", "before", "contains", "disjoint", "during", "equals", "finishedby", "finishes", "intersects", "meets", "metby"),
        *("overlappedby", "overlaps", "startedby", "starts"),
    )
)
ARRAY = tuple(f"a_{name}" for name in ("equals", "contains", "containedby", "overlaps"))
CONDITIONS = frozenset((*COMPARISONS, *LOGIC, *ADVANCED, *SPATIAL, *TEMPORAL, *ARRAY))
_NAMED = (*FOLDS, *SPATIAL, *TEMPORAL, *ARRAY)


def unknown_function(part: str, name: str) -> FilterError:
    """That there is no such function, with the nearest one, or with all of them."""
    near = difflib.get_close_matches(name.lower()[:100], _NAMED, n=1)
    hint = f"did you mean {near[0].upper()}?" if near else f"there are {', '.join(known.upper() for known in _NAMED)}"
    return FilterError(part, f"no function {name[:60]}; {hint}")
