"""Tally: whether a store holds what it was given."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    """Of one source: how many Items there are, and how many there are to be by what was written of them apart."""

    items: int
    announced: int

    @property
    def missing(self) -> int:
        """How many Items are lacking; below zero, how many are too many."""
        return self.announced - self.items
