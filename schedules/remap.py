"""Kept records mapped again without harvesting: after a new mapping, after a fix, or out of what was removed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import uuid4

from harvesters.source import Page
from index.harvests.notes import REMAP, change_note, note_value, pins_of
from index.protocol import Index, LeaseLost
from index.state import Applied, Batch, Counts, Deleted, Rejection, StoredRecord
from mappings.record import Mapping, NotAnAnswer, Record, fingerprint
from mappings.validation import Validator
from schedules.digest import record_of
from schedules.lease import Held, held_lease
from schedules.pipeline import Pipeline
from schedules.stop import Stop, Stopped
from schedules.tally import mended

_CHUNK = 500


@dataclass(frozen=True)
class Remapped:
    """What mapping again did: how its records count, and what the index took."""

    counts: Counts = field(default_factory=Counts)
    items_put: int = 0
    items_deleted: int = 0


@dataclass
class Remapper:
    """Maps an archive's kept records again, under its lease. Every method raises Busy while the archive is being harvested."""

    archive: str
    mapping: Mapping
    index: Index
    validator: Validator
    now: Callable[[], datetime]
    owner: str
    stop: Stop = field(default_factory=Stop)

    def remap(self, *, afresh: bool = False, progress: Callable[[Remapped], None] = lambda done: None) -> Remapped:
        """All records whose mapping has changed since (`afresh`: all of them). One that was interrupted goes on where it was, as long
        as the mapping is the same. Raises Stopped."""
        started = self.now()
        with self._leased() as held:
            work = _Work(self, held, afresh=True, kept=True)
            kept = note_value(self.index, REMAP, self.archive)
            after = kept.get("after") if kept.get("version") == self.mapping.version and kept.get("afresh") == afresh else None
            while records := self.index.records(self.archive, after, _CHUNK):
                self.stop.check()
                for stream, members in _by_stream(records):
                    changed = [record for member in members if (record := self._changed(member, afresh)) is not None]
                    work.leave(len(members) - len(changed))
                    work.take(stream, changed)
                after = records[-1].native_id
                change_note(self.index, REMAP, self.archive, _place(self.mapping.version, after, afresh))
                progress(work.done)
            change_note(self.index, REMAP, self.archive, lambda value: None)
            self.index.tidy(work.done.items_put, self.now() - started)
            return work.done

    def replay(self, rejections: Sequence[Rejection]) -> Remapped:
        """Records in quarantine, tried again whether or not the mapping changed."""
        with self._leased() as held:
            work = _Work(self, held, afresh=True)
            for rejection in rejections:
                self.stop.check()
                records = self._again(rejection)
                absolved = [rejection.native_id] if rejection.native_id not in {record.native_id for record in records} else []
                work.take(rejection.stream, records, absolved)
            return work.done

    def restore(self, deleted: Sequence[Deleted]) -> Remapped:
        """Removed records, put back. They stay although their archive does not show them, until it does again."""
        with self._leased() as held:
            work = _Work(self, held, afresh=True)
            for one in deleted:
                before = work.done.counts.rejected
                work.take(one.record.stream, [record_of(self.archive, one.record)])
                if work.done.counts.rejected == before:
                    change_note(self.index, pins_of(self.archive), one.record.native_id, lambda value: {"restored": True})
            return work.done

    @contextmanager
    def _leased(self) -> Iterator[Held]:
        """What is written under the lease is found once it is given back, also of a work that was interrupted."""
        with held_lease(self.index, f"harvest:{self.archive}", self.owner, self.now) as held:
            try:
                yield held
            except (Stopped, LeaseLost):
                self.index.refresh()
                raise
            self.index.refresh()
            mended(self.index, self.archive, self.now())

    def _changed(self, member: StoredRecord, afresh: bool) -> Record | None:
        """The record, when it would be mapped otherwise than it was."""
        record = record_of(self.archive, member)
        return record if afresh or fingerprint(record, self.mapping) != member.fingerprint else None

    def _again(self, rejection: Rejection) -> list[Record]:
        """The record as it was announced; of what was not even a record, those that the mapping reads in it by now."""
        record = Record(
            self.archive, rejection.native_id, rejection.updated, rejection.raw, media_type=rejection.media_type, url=rejection.url
        )
        if not rejection.native_id.rpartition(":")[2].startswith("broken-"):
            return [record]
        try:
            found = self.mapping.read(rejection.raw).records
        except NotAnAnswer:
            return [record]
        return [replace(one, source=self.archive) for one in found] or [record]


@dataclass
class _Work:
    """What one command has done so far."""

    remapper: Remapper
    held: Held
    afresh: bool
    kept: bool = False
    done: Remapped = field(default_factory=Remapped)

    def __post_init__(self) -> None:
        of = self.remapper
        self.pipeline = Pipeline(of.archive, of.mapping, of.index, of.validator, uuid4().hex[:12], afresh=self.afresh, kept=self.kept)

    def leave(self, unchanged: int) -> None:
        """So many records need no mapping."""
        self.done = replace(self.done, counts=self.done.counts + Counts(unchanged=unchanged))

    def take(self, stream: str, records: Sequence[Record], absolved: Sequence[str] = ()) -> None:
        """Records of one stream on their way into the index. `absolved` leave the quarantine with them."""
        self.pipeline.begin_stream()
        batch, counts = self.pipeline.digest(Page(stream, records=tuple(records)), self.remapper.now())
        if absolved and not batch.rejected:
            batch = replace(batch, absolved=[*batch.absolved, *absolved])
        self._write(batch, counts)

    def _write(self, batch: Batch, counts: Counts) -> None:
        applied, counts = self.pipeline.write(batch, counts, self._apply)
        done = self.done
        self.done = Remapped(done.counts + counts, done.items_put + applied.items_put, done.items_deleted + applied.items_deleted)

    def _apply(self, batch: Batch) -> Applied:
        lease = self.held.current()
        return Applied(0, 0, 0) if batch.is_empty() else self.remapper.index.apply(replace(batch, lease=lease))


def _by_stream(records: Iterable[StoredRecord]) -> Iterator[tuple[str, list[StoredRecord]]]:
    ordered = sorted(records, key=attrgetter("stream", "native_id"))
    return ((stream, list(members)) for stream, members in groupby(ordered, key=attrgetter("stream")))


def _place(version: str, after: str, afresh: bool) -> "Callable[[dict[str, object]], dict[str, object]]":
    return lambda value: {"version": version, "after": after, "afresh": afresh}
