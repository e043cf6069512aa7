"""Random filters in CQL2-JSON over the operators that a store advertises."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from index.filters.operators import Operators
from mappings.queryables import FIELDS, Kind
from tests.differential import literals, shapes
from tests.differential.evaluate import values
from tests.differential.literals import names, near, numbers
from tests.differential.rows import micros

Kit = frozenset[Operators]

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
BETWEEN_INSTANTS = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
BETWEEN_INTERVALS = (
    *("t_contains", "t_during", "t_finishedby", "t_finishes", "t_meets"),
    *("t_metby", "t_overlappedby", "t_overlaps", "t_startedby", "t_starts"),
)
SPATIAL = ("s_intersects", "s_disjoint", "s_contains", "s_within", "s_equals", "s_touches", "s_crosses", "s_overlaps")
ARRAY = ("a_equals", "a_contains", "a_containedby", "a_overlaps")
PAIR = "property and property"
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")


def of(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


def called(name: str) -> dict[str, Any]:
    return {"property": name}


def _pick(draw: st.DrawFn, *pool: Any) -> Any:
    # By its number: sampled_from would look at every member of the pool, each time.
    return pool[draw(st.integers(0, len(pool) - 1))]


def _compare(draw: st.DrawFn) -> Any:
    name = _pick(draw, *names(Kind.TEXT, Kind.NUMBER, Kind.INTEGER, Kind.TIME, Kind.FLAG))
    ops = COMPARISONS[:2] if FIELDS[name].kind is Kind.FLAG else COMPARISONS
    return of(_pick(draw, *ops), called(name), draw(near(name)))


def _between(draw: st.DrawFn) -> Any:
    name = _pick(draw, *numbers(), *names(Kind.TIME))
    return of("between", called(name), draw(near(name)), draw(near(name)))


def _in(draw: st.DrawFn) -> Any:
    name = _pick(draw, *names(Kind.TEXT, Kind.NUMBER, Kind.INTEGER, Kind.TIME))
    return of("in", called(name), draw(st.lists(near(name), min_size=1, max_size=4)))


def _like(draw: st.DrawFn) -> Any:
    name = _pick(draw, *names(Kind.TEXT))
    return of("like", called(name), draw(literals.patterns(name)))


def _is_null(draw: st.DrawFn) -> Any:
    return of("isNull", called(_pick(draw, "geometry", *(name for name in FIELDS if name not in ("id", "collection")))))


def _folded(*functions: str) -> Callable[[st.DrawFn], Any]:
    """A comparison of folded texts, both sides alike."""

    def fold(value: Any) -> Any:
        for function in functions:
            value = of(function, value)
        return value

    def drawn(draw: st.DrawFn) -> Any:
        name, op = _pick(draw, *names(Kind.TEXT)), _pick(draw, "=", "<>", "<", ">=", "in", "like", "like")
        if op == "in":
            return of(op, fold(called(name)), [fold(one) for one in draw(st.lists(near(name), min_size=1, max_size=3))])
        literal = draw(literals.patterns(name) if op == "like" else near(name))
        return of(op, fold(called(name)), fold(literal if draw(st.booleans()) else _swapped(literal)))

    return drawn


def _swapped(text: str) -> str:
    # Case that folds back: not what swapcase makes of ß or ʳ.
    return "".join(c.swapcase() if c.isascii() else c for c in text)


def _intersects(draw: st.DrawFn) -> Any:
    return of("s_intersects", called("geometry"), _pick(draw, *shapes.apart()))


def _spatial(draw: st.DrawFn) -> Any:
    pool = shapes.touching() if draw(st.booleans()) else shapes.apart()
    args = [called("geometry"), _pick(draw, *pool)]
    return of(_pick(draw, *SPATIAL), *(args if draw(st.integers(0, 3)) else args[::-1]))


def _temporal(draw: st.DrawFn) -> Any:
    own: Any = {"interval": [called("start_datetime"), called("end_datetime")]}
    other = _interval(draw)
    if draw(st.booleans()):
        return of(_pick(draw, *BETWEEN_INTERVALS, *BETWEEN_INSTANTS), *((own, other) if draw(st.integers(0, 3)) else (other, own)))
    name = _pick(draw, *names(Kind.TIME))
    # A text alone where a time is meant is for comparisons.
    instant = draw(near(name).filter(lambda value: isinstance(value, dict)))
    left = own if draw(st.integers(0, 3)) == 0 else called(name)
    return of(_pick(draw, *BETWEEN_INSTANTS), left, other if draw(st.booleans()) else instant)


def _interval(draw: st.DrawFn) -> Any:
    first, last = sorted(draw(st.tuples(literals.instants("start_datetime"), literals.instants("end_datetime"))), key=_moment)
    form = _pick(draw, "times", "times", "times", "dates", "from", "until", "open")
    if form == "dates":
        first, last = first[:10], last[:10]
    if form == "open":
        return {"interval": ["..", ".."]}
    return {"interval": [".." if form == "until" else first, ".." if form == "from" else last]}


def _moment(text: str) -> int:
    return micros(text)


def _array(draw: st.DrawFn) -> Any:
    name = _pick(draw, *names(Kind.TEXTS))
    return of(_pick(draw, *ARRAY), called(name), draw(st.lists(near(name), max_size=4)))


def _properties(draw: st.DrawFn) -> Any:
    form = _pick(draw, "pair", "pair", "pair", "left", "span", "sets", "between", "fold")
    if form == "span":
        created, updated, end = called("created"), called("updated"), called("end_datetime")
        own, half = {"interval": [called("start_datetime"), end]}, {"interval": [draw(literals.instants("start_datetime")), end]}
        if draw(st.booleans()):
            return of(_pick(draw, *BETWEEN_INTERVALS), own, half)
        return of(_pick(draw, *BETWEEN_INSTANTS), _pick(draw, called("datetime"), created, own), _pick(draw, updated, created, half))
    if form == "sets":
        return of(_pick(draw, *ARRAY), *map(called, draw(st.permutations(names(Kind.TEXTS)))[:2]))
    if form == "fold":
        return of(_pick(draw, "=", "<"), *(of("casei", called(_pick(draw, "platform", "constellation"))) for _ in range(2)))
    kinds = _pick(draw, (Kind.NUMBER, Kind.INTEGER), (Kind.NUMBER, Kind.INTEGER), (Kind.TIME,), (Kind.TEXT,))
    one, other, third = (_pick(draw, *names(*kinds)) for _ in range(3))
    if form == "between":
        one, other, third = (_pick(draw, *numbers()) for _ in range(3))
        return of("between", called(one), called(other), called(third) if draw(st.booleans()) else draw(near(one)))
    return of(_pick(draw, *COMPARISONS), *((called(one), called(other)) if form == "pair" else (draw(near(one)), called(one))))


def _arithmetic(draw: st.DrawFn) -> Any:
    sum_ = _sum(draw, 2)
    row = literals.rows()[draw(st.integers(0, len(literals.rows()) - 1))]
    hit = values(sum_, [row])[0]
    literal = hit if hit is not None and draw(st.booleans()) else _pick(draw, 0, 1, -1, 0.5, 50, 1e6)
    if draw(st.integers(0, 4)) == 0:
        return of("between", sum_, _pick(draw, 0, -10, 1), literal)
    return of(_pick(draw, *COMPARISONS), *((sum_, literal) if draw(st.integers(0, 3)) else (called(_pick(draw, *numbers())), sum_)))


def _sum(draw: st.DrawFn, depth: int) -> Any:
    op = _pick(draw, *ARITHMETIC)
    left = _sum(draw, depth - 1) if depth > 1 and draw(st.integers(0, 3)) == 0 else called(_pick(draw, *numbers()))
    if op == "^":
        return of(op, left, _pick(draw, 0, 1, 2, 3, 0.5, -1, -0.5))
    right = called(_pick(draw, *numbers())) if draw(st.integers(0, 2)) == 0 else _pick(draw, 1, 2, -3, 0.5, 7, 10.25)
    return of(op, left, right)


_LEAVES: tuple[tuple[Operators | None, tuple[Callable[[st.DrawFn], Any], ...]], ...] = (
    (None, (_compare, _compare, _between, _in, _like, _is_null)),
    (Operators.CASE, (_folded("casei"),)),
    (Operators.ACCENTS, (_folded("accenti"), _folded("casei", "accenti"), _folded("accenti", "casei"))),
    (Operators.INTERSECTS, (_intersects,)),
    (Operators.SPATIAL, (_spatial, _spatial)),
    (Operators.TEMPORAL, (_temporal, _temporal, _temporal)),
    (Operators.ARRAY, (_array, _array)),
    (Operators.PROPERTIES, (_properties, _properties)),
    (Operators.ARITHMETIC, (_arithmetic, _arithmetic, _arithmetic)),
)


@st.composite
def filters(draw: st.DrawFn, kit: Kit, depth: int = 4) -> Any:
    """A filter at most so many operators deep."""
    leaves = [leaf for operators, some in _LEAVES if operators is None or operators in kit for leaf in some]
    return _tree(draw, leaves, depth)


def _tree(draw: st.DrawFn, leaves: list[Callable[[st.DrawFn], Any]], depth: int) -> Any:
    kind = _pick(draw, "leaf", "leaf", "not", "and", "or", "or") if depth > 1 else "leaf"
    if kind == "leaf":
        return _pick(draw, *leaves)(draw) if draw(st.integers(0, 40)) else draw(st.booleans())
    if kind == "not":
        return of("not", _tree(draw, leaves, depth - 1))
    return of(kind, *(_tree(draw, leaves, depth - 1) for _ in range(draw(st.integers(2, 3)))))


def used(node: Any) -> Iterator[str]:
    """Names of the operators in a filter; PAIR where one looks at properties on both sides."""
    if isinstance(node, list):
        for part in node:
            yield from used(part)
    elif isinstance(node, dict):
        yield from ((node["op"],) if "op" in node else (name for name in node if name in ("interval", "bbox", "timestamp", "date")))
        args = node.get("args", node.get("interval", []))
        if node.get("op") not in (None, "and", "or", *ARITHMETIC) and sum("'property'" in repr(arg) for arg in args) > 1:
            yield PAIR
        yield from used(args)


def wanted(kit: Kit) -> set[str]:
    """What must have been drawn of a store that advertises these."""
    found = {"and", "or", "not", *COMPARISONS, "like", "between", "in", "isNull", "timestamp", "date"}
    for operators, more in (
        (Operators.CASE, ("casei",)),
        (Operators.ACCENTS, ("accenti",)),
        (Operators.INTERSECTS, ("s_intersects", "bbox")),
        (Operators.SPATIAL, SPATIAL),
        (Operators.TEMPORAL, (*BETWEEN_INSTANTS, *BETWEEN_INTERVALS, "interval")),
        (Operators.ARRAY, ARRAY),
        (Operators.PROPERTIES, (PAIR,)),
        (Operators.ARITHMETIC, ARITHMETIC),
    ):
        found.update(more if operators in kit else ())
    return found


def rare(drawn: Counter[str], kit: Kit, least: int) -> dict[str, int]:
    """Operators that came less often than so."""
    return {name: drawn[name] for name in sorted(wanted(kit)) if drawn[name] < least}
