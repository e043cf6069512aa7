"""AND, OR and NOT of filters, in the form that nodes.py promises."""

from index.filters.nodes import And, Constant, Not, Or, Predicate


def conjuncts(predicate: Predicate | None) -> tuple[Predicate, ...]:
    """What must all be true; None is no condition."""
    if predicate is None:
        return ()
    return predicate.parts if isinstance(predicate, And) else (predicate,)


def conjunction(*parts: Predicate | None) -> Predicate | None:
    """All of them; None when none is a condition."""
    given = [part for part in parts if part is not None]
    return joined("and", given) if given else None


def joined(name: str, parts: list[Predicate]) -> Predicate:
    """AND or OR of them, flat, without constants: what decides alone is the whole, what does not is left out."""
    node, decisive = (And, False) if name == "and" else (Or, True)
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, node) else (part,))]
    if Constant(decisive) in flat:
        return Constant(decisive)
    kept = tuple(part for part in flat if not isinstance(part, Constant))
    if not kept:
        return Constant(not decisive)
    return node(kept) if len(kept) > 1 else kept[0]


def negated(part: Predicate) -> Predicate:
    """NOT of it; NOT of NOT is the thing itself."""
    if isinstance(part, Constant):
        return Constant(not part.value)
    return part.part if isinstance(part, Not) else Not(part)
