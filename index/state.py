"""What the store keeps of a harvest: records, Items, runs, leases, quarantine, changes. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from index.document import Document
from mappings.watermark import Watermark


class ItemKey(NamedTuple):
    collection: str
    id: str


@dataclass(frozen=True)
class StoredItem:
    """An Item's public JSON as three strings (see index/document.py), with the facts that an access decision needs. `matched` is False
    where the store knows that the Item has no matches; `time` is that of its change, where the store has it at hand: neither is a part of
    the Item."""

    collection: str
    id: str
    head: bytes
    middle: bytes
    rest: bytes
    source: str
    availability: str
    licence: str
    change: int
    matched: bool = field(default=True, compare=False)
    time: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Known:
    """What is known of a record before it is mapped again. `key` is None for one in quarantine that never made an Item;
    `quarantined` says that the fingerprint is of the rejected version. `updated` is the archive's time of the newest version seen,
    kept or rejected. `joining` are Items that the record was on its way to when a process died: they may be there, made of it, and
    whoever moves or removes the record must settle them too. Only a store without transactions knows any. `stream` is the kept
    version's, or that of the rejected one where none is kept."""

    fingerprint: bytes
    key: ItemKey | None
    quarantined: bool = False
    updated: datetime | None = None
    joining: tuple[ItemKey, ...] = ()
    stream: str = ""

    @property
    def keys(self) -> tuple[ItemKey, ...]:
        """Every Item that the record may be part of."""
        return (*((self.key,) if self.key else ()), *self.joining)


@dataclass(frozen=True)
class StoredRecord:
    """A record as kept: the latest version, raw bytes not compressed here (stores compress with zstd)."""

    native_id: str
    fingerprint: bytes
    key: ItemKey
    updated: datetime | None
    raw: bytes
    media_type: str
    url: str | None
    stream: str = ""


@dataclass(frozen=True)
class Removal:
    """A record that its archive holds no more. `reason`: "feed" (a notice of deletion) or "absent" (a whole listing did not show it);
    `until` when it can be restored."""

    native_id: str
    reason: str
    until: datetime


@dataclass(frozen=True)
class Deleted:
    """A record that was removed, with all that restoring it needs."""

    source: str
    record: StoredRecord
    reason: str
    run: str
    time: datetime
    until: datetime


@dataclass(frozen=True)
class Note:
    """A small JSON value of the harvests' own book-keeping (a pause, a command, a count), changed by compare-and-set."""

    value: dict[str, Any]
    version: int


@dataclass(frozen=True)
class Rejection:
    """A record in quarantine, with its raw bytes, so that it can be replayed after a fix."""

    source: str
    native_id: str
    reason: str
    field: str
    fingerprint: bytes
    raw: bytes
    media_type: str
    url: str | None
    run: str
    time: datetime
    updated: datetime | None = None
    stream: str = ""


class Outcome(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True)
class Counts:
    """announced = received + missing; received = new + changed + unchanged + merged + rejected + repeated + filtered.

    `merged` records joined an Item that another record had made; `deleted` counts deletion notices that removed a record, apart
    from what was received."""

    missing: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    repeated: int = 0
    filtered: int = 0
    deleted: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @property
    def distinct(self) -> int:
        """How many of the received are told apart by their names; what lies outside the scope is not looked at."""
        return self.received - self.repeated - self.filtered

    @property
    def received(self) -> int:
        return self.new + self.changed + self.unchanged + self.merged + self.rejected + self.repeated + self.filtered

    @property
    def announced(self) -> int:
        return self.received + self.missing


@dataclass(frozen=True)
class Run:
    """One run of one source. `reason` says why it is not complete; `items_put` and `items_deleted` what the index took."""

    id: str
    source: str
    started: datetime
    outcome: Outcome = Outcome.RUNNING
    ended: datetime | None = None
    reason: str | None = None
    counts: Counts = Counts()
    items_put: int = 0
    items_deleted: int = 0


@dataclass(frozen=True)
class Lease:
    """The right to write a source; `epoch` grows each time it changes hands."""

    name: str
    owner: str
    epoch: int
    expires: datetime


@dataclass(frozen=True)
class Batch:
    """All that one page of a harvest writes. `forgotten` records are moved where they can be restored from; a record that is put
    again is not restorable any more. `absolved` are native ids whose quarantine entry ends."""

    source: str
    run: str
    now: datetime
    records: Sequence[StoredRecord] = ()
    forgotten: Sequence[Removal] = ()
    items: Sequence[Document] = ()
    removed: Sequence[ItemKey] = ()
    rejected: Sequence[Rejection] = ()
    absolved: Sequence[str] = ()
    watermarks: Mapping[str, Watermark] = field(default_factory=dict)
    lease: Lease | None = None

    def is_empty(self) -> bool:
        """Whether applying it would write nothing."""
        return not (self.records or self.forgotten or self.items or self.removed or self.rejected or self.absolved or self.watermarks)


@dataclass(frozen=True)
class Applied:
    """What was written: Items whose bytes changed, Items deleted, and the newest change number."""

    items_put: int
    items_deleted: int
    change: int


class Facts(NamedTuple):
    """What decides who finds an Item (mappings/audience.py)."""

    source: str
    availability: str
    licence: str


@dataclass(frozen=True)
class Change:
    """An Item put (or, as a tombstone, deleted); tombstones stay for ever, with the facts that decide who may know. `former` are others
    that the Item had at any time: whoever found it by those and does not by these has lost it."""

    number: int
    key: ItemKey
    source: str
    deleted: bool
    time: datetime
    availability: str
    licence: str
    former: frozenset[Facts] = frozenset()

    @property
    def facts(self) -> Facts:
        """Those of now, or, of a tombstone, the last."""
        return Facts(self.source, self.availability, self.licence)
