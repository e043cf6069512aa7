"""Watermark: how far a stream of a source has been read."""

from dataclasses import dataclass
from datetime import datetime

GAP = "#gap"
"""What follows a stream's name where the watermark beside its own is kept: where a window began that the archive did not give whole."""


@dataclass(frozen=True)
class Watermark:
    """`value` (aware UTC) is the newest archive time read; `boundary` the native ids seen exactly at it.

    The next harvest starts at `value` inclusive: a straggler published at that very time is told from what was seen by its id.
    """

    value: datetime
    boundary: frozenset[str] = frozenset()

    def seen(self, updated: datetime, native_id: str) -> bool:
        """Whether the record of that time was read already."""
        return updated == self.value and native_id in self.boundary


def advance(mark: Watermark | None, updated: datetime, native_id: str) -> Watermark:
    """The watermark after one more record; never goes back, never looks at a clock."""
    if mark is None or updated > mark.value:
        return Watermark(updated, frozenset({native_id}))
    if updated == mark.value and native_id not in mark.boundary:
        return Watermark(mark.value, mark.boundary | {native_id})
    return mark
