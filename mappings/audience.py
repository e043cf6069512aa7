"""Audience: what an asker may discover, as a predicate that the index puts into every query."""

from dataclasses import dataclass, replace

Pair = tuple[str, str]
"""(availability, licence id)."""

Pairs = frozenset[Pair] | None
"""The pairs that are found; None finds everything."""


@dataclass(frozen=True)
class Audience:
    """`discover` are the pairs that this audience finds; `sources` the sources (archives) for which an operator set a rule of its own,
    with the pairs found of each, by name. mappings/access/policy.py makes them; a query cannot be built without one."""

    name: str
    discover: Pairs
    sources: tuple[tuple[str, Pairs], ...] = ()

    def finds(self, source: str, availability: str, licence: str) -> bool:
        """Whether an Item with these facts may be shown."""
        pairs = next((own for name, own in self.sources if name == source), self.discover)
        return pairs is None or (availability, licence) in pairs

    def narrowed(self, pairs: frozenset[Pair]) -> "Audience":
        """This audience, finding only what is among `pairs` too."""
        return replace(
            self,
            discover=_both(self.discover, pairs),
            sources=tuple((name, _both(own, pairs)) for name, own in self.sources),
        )


def _both(found: Pairs, pairs: frozenset[Pair]) -> frozenset[Pair]:
    return pairs if found is None else found & pairs


EVERYTHING = Audience("everything", None)
"""Finds all that there is: for harvests and operators' own commands, never for a request."""
