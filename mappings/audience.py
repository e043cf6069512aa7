"""Audience: what a class of user may discover, as a predicate that the index puts into every query."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """`discover` holds the (availability, licence) pairs that this audience finds; None finds everything.

    The rules per licence and class of user fill it; a query cannot be built without one.
    """

    name: str
    discover: frozenset[tuple[str, str]] | None

    def finds(self, availability: str, licence: str) -> bool:
        """Whether an Item with these facts may be shown."""
        return self.discover is None or (availability, licence) in self.discover


EVERYONE = Audience("everyone", None)
"""Metadata open to all: the rule until an operator's register says otherwise."""
