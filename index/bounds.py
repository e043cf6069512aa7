"""Bounds: a part of a source's records, and how records that are kept, in quarantine or both are counted in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from mappings.times import to_micros


class Version(NamedTuple):
    """Where a version of a record stands: its stream, and its archive's time in µs or None."""

    stream: str
    updated: int | None


@dataclass(frozen=True)
class Bounds:
    """Versions of one stream (None: of all) whose time in µs lies in [since, until); without any bound also those without time."""

    stream: str | None
    since: int | None
    until: int | None

    @classmethod
    def of(cls, stream: str | None, since: datetime | None, until: datetime | None) -> Self:
        return cls(stream, to_micros(since) if since else None, to_micros(until) if until else None)

    def hold(self, version: Version) -> bool:
        """Whether the version lies within."""
        if self.stream is not None and version.stream != self.stream:
            return False
        if version.updated is None:
            return self.since is None and self.until is None
        return (self.since is None or version.updated >= self.since) and (self.until is None or version.updated < self.until)


def quarantined(bounds: Bounds, pairs: Iterable[tuple[Version, Version | None]]) -> int:
    """What the records in quarantine, each with its kept version or None, add to the number of kept versions within the bounds.

    A record that is both counts once, where its newest version is, as its archive counts it: so this may be less than zero.
    """
    total = 0
    for rejected, kept in pairs:
        if kept is None:
            total += bounds.hold(rejected)
        elif rejected.updated is not None and (kept.updated is None or rejected.updated >= kept.updated):
            total += bounds.hold(rejected) - bounds.hold(kept)
    return total
