"""Matches: which image of the commercial catalogue is held already, and what finding that out needs. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from index.state import ItemKey, Lease

Side = Literal["catalogue", "held"]


@dataclass(frozen=True)
class Scene:
    """What matching knows of one Item. `instants` are its acquisition times (µs since 1970, as its identifiers tell them), `names` its
    full identifiers, `facts` what else the rules look at (small JSON), `wkb` its footprint."""

    key: ItemKey
    side: Side
    platform: str
    instants: tuple[int, ...]
    names: tuple[str, ...]
    facts: dict[str, Any]
    wkb: bytes | None


@dataclass(frozen=True)
class Match:
    """An image of the commercial catalogue and a held product of the same acquisition. `method` is the rule that told ("M1" to "M4"),
    `score` how sure it is (0 to 1), `coverage` the share of the catalogue's footprint that the product covers (0 to 1).
    `candidate` says that somebody must look before it counts."""

    catalogue: ItemKey
    held: ItemKey
    method: str
    score: float
    coverage: float
    candidate: bool = False


@dataclass(frozen=True)
class Better:
    """The facts of a copy that comes before an Item of the same acquisition on a collapsed page."""

    collection: str
    source: str
    availability: str
    licence: str


@dataclass(frozen=True)
class MatchBatch:
    """What matching writes at once: scenes put; per catalogue Item all of its matches (none: there are none any more); per Item the
    copies that come before it (none: nothing does; an Item that is not there is passed over). Of the Items in `gone` the scene, every
    match on either side, and what comes before them are removed, unless the batch itself puts them. `position` is the change number
    up to which all is matched; None leaves it."""

    now: datetime
    scenes: Sequence[Scene] = ()
    gone: Sequence[ItemKey] = ()
    matches: Mapping[ItemKey, Sequence[Match]] = field(default_factory=dict)
    better: Mapping[ItemKey, Sequence[Better]] = field(default_factory=dict)
    position: int | None = None
    lease: Lease | None = None
