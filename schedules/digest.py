"""Digest: what one page of records asks of the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from harvesters.source import Page
from index.document import Document, to_document
from index.state import Batch, Counts, ItemKey, Known, Rejection, Removal, StoredRecord
from mappings.record import Item, Record, Unmappable, fingerprint
from schedules.versions import is_ahead, is_older, newest_of_each

if TYPE_CHECKING:
    from schedules.pipeline import Pipeline


@dataclass
class Digest:
    """The state of digesting one page."""

    pipeline: Pipeline
    now: datetime
    stream: str
    known: Mapping[str, Known] = field(default_factory=dict)
    members: dict[ItemKey, Sequence[StoredRecord]] = field(default_factory=dict)
    changed: dict[str, tuple[Record, bytes]] = field(default_factory=dict)
    mapped: dict[str, tuple[StoredRecord, Item]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    forgotten: dict[str, Removal] = field(default_factory=dict)
    again: list[StoredRecord] = field(default_factory=list)
    items: dict[ItemKey, Document] = field(default_factory=dict)
    removed: list[ItemKey] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, by: int = 1) -> None:
        self.tally[name] = self.tally.get(name, 0) + by

    def counts(self) -> Counts:
        return Counts(**self.tally)

    # --- 1. what is new? ---------------------------------------------------------------------------------------------------
    def sort_out(self, page: Page) -> None:
        """Fingerprints before anything else: unchanged and repeated records end here."""
        pipeline = self.pipeline
        ids = {record.native_id for record in page.records} | {broken.native_id for broken in page.broken}
        self.known = pipeline.index.known(pipeline.source, ids) if ids else {}
        records = [record for record in page.records if not record.deleted]
        latest = newest_of_each(records)
        if len(latest) < len(records):
            self.count("repeated", len(records) - len(latest))
        for record in latest:
            self._compare(record)
        for broken in page.broken:
            print_ = blake2b(broken.raw, digest_size=16).digest()
            record = Record(pipeline.source, broken.native_id, None, broken.raw, media_type="application/json")
            self._reject(record, print_, broken.reason, broken.field)

    def _compare(self, record: Record) -> None:
        print_ = fingerprint(record, self.pipeline.mapping)
        known = self.known.get(record.native_id)
        again = not self.pipeline.first_sight(record.native_id)
        if known is not None and known.stream != self.stream:
            self.pipeline.elsewhere[record.native_id] = self.stream
        if known is not None and known.fingerprint == print_ and not self.pipeline.afresh:
            self.count("repeated" if again else "rejected" if known.quarantined else "unchanged")
            self._announced_again(record, known)
            return
        if not self.pipeline.kept and self._is_stale(record, known, again):
            self.count("repeated")
        else:
            self.changed[record.native_id] = (record, print_)

    def _announced_again(self, record: Record, known: Known) -> None:
        """An unchanged record that its archive announced anew: later notices of deletion are judged by that."""
        if self.pipeline.kept:
            return
        if known.quarantined:
            self.pipeline.rejected.add(record.native_id)
            return
        newer = is_older(known.updated, record.updated) or (is_ahead(known.updated, self.now) and known.updated != record.updated)
        if known.key is not None and newer:
            self.again.append(self._stored(record, known.fingerprint, known.key))

    def _stored(self, record: Record, print_: bytes, key: ItemKey) -> StoredRecord:
        said = (record.updated, record.raw, record.media_type, record.url)
        return StoredRecord(record.native_id, print_, key, *said, stream=self.stream)

    def _is_stale(self, record: Record, known: Known | None, again: bool) -> bool:
        """What is older than the newest version seen, kept or rejected, changes nothing: a page from a lagging replica.

        A record that the stream brought already must be newer: two that share a name would else take turns at every harvest.
        """
        if known is None:
            return again
        older = is_older(record.updated, known.updated) and not is_ahead(known.updated, self.now)
        return older or (again and not is_older(known.updated, record.updated))

    def _reject(self, record: Record, print_: bytes, reason: str, member: str) -> None:
        self.count("rejected")
        self.pipeline.rejected.add(record.native_id)
        known = self.known.get(record.native_id)
        if known is None or not known.quarantined or (known.fingerprint != print_ and not self.pipeline.kept):
            self._quarantine(record, print_, reason, member)

    def _quarantine(self, record: Record, print_: bytes, reason: str, member: str, stream: str | None = None) -> None:
        self.rejected.append(
            Rejection(
                source=self.pipeline.source,
                native_id=record.native_id,
                reason=reason,
                field=member,
                fingerprint=print_,
                raw=record.raw,
                media_type=record.media_type,
                url=record.url,
                run=self.pipeline.run,
                time=self.now,
                updated=record.updated,
                stream=self.stream if stream is None else stream,
            )
        )

    # --- 2. records become Items -------------------------------------------------------------------------------------------
    def map_changed(self) -> None:
        for native_id, (record, print_) in self.changed.items():
            try:
                item = self.pipeline.to_item(record)
            except Unmappable as error:
                self._reject(record, print_, error.reason, error.field)
                continue
            self.mapped[native_id] = (self._stored(record, print_, ItemKey(item["collection"], item["id"])), item)

    def anew(self) -> Digest:
        """The same before anything was mapped, for another try; what the index held before the first is shared between them."""
        return replace(self, rejected=list(self.rejected), mapped={}, items={}, removed=[], tally=dict(self.tally))

    # --- 3. Items of several records ---------------------------------------------------------------------------------------
    def settle_items(self) -> None:
        """Every Item that a record joins, changes, or leaves is made anew from all its records."""
        left = {key for name in (*self.mapped, *self.forgotten) if (known := self.known.get(name)) for key in known.keys}
        joining: dict[ItemKey, list[str]] = {}
        for native_id, (stored, _) in self.mapped.items():
            joining.setdefault(stored.key, []).append(native_id)
        keys = joining.keys() | left
        if keys and not self.members:
            self.members.update(self.pipeline.index.members(self.pipeline.source, keys))
        members = self.members
        # A record that an Item refuses stays in the one that it was about to leave, which is then settled once more.
        todo = [*sorted(joining), *sorted(left - joining.keys())]
        while todo:
            refused: list[str] = []
            for key in todo:
                refused += self._settle(key, joining.get(key, ()), members.get(key, ()))
            todo = sorted({key for name in refused if (known := self.known.get(name)) for key in known.keys})
        self._count_mapped(members)

    def _settle(self, key: ItemKey, joining: Sequence[str], members: Sequence[StoredRecord]) -> list[str]:
        """Makes one Item of those that join it and those that stay; the native ids that it refused."""
        pipeline = self.pipeline
        native_ids = [name for name in joining if name in self.mapped]
        staying = [member for member in members if member.native_id not in self.mapped and member.native_id not in self.forgotten]
        items = [self.mapped[native_id][1] for native_id in native_ids]
        items += [item for member in staying if (item := self._item_again(member)) is not None]
        if not items:
            # A record that no longer maps keeps the Item that it made, unless it is made of one that went, too.
            if not staying or any(member.native_id in self.forgotten for member in members):
                self.removed.append(key)
            return []
        item = items[0]
        try:
            if len(items) > 1:
                item = pipeline.mapping.merge(items)
                pipeline.validator.check(item)
            document = to_document(item, pipeline.source, [*native_ids, *(member.native_id for member in staying)])
            pipeline.check_taken(document)
        except Unmappable as error:
            self.items.pop(key, None)
            self._refuse(native_ids, error)
            if not native_ids:
                self._lose(key, staying, members, error)
            return native_ids
        self.items[key] = document
        return []

    def _lose(self, key: ItemKey, staying: Sequence[StoredRecord], members: Sequence[StoredRecord], error: Unmappable) -> None:
        """An Item that cannot be made of the records that are left: it stays as it is, unless it is made of one that went."""
        held = {rejection.native_id for rejection in self.rejected}
        for member in staying:
            if member.native_id not in held:
                record = record_of(self.pipeline.source, member)
                self._quarantine(record, fingerprint(record, self.pipeline.mapping), error.reason, error.field, member.stream)
        if any(member.native_id in self.forgotten for member in members):
            self.removed.append(key)

    def _item_again(self, member: StoredRecord) -> Item | None:
        """The Item of a record that is kept; None, and quarantine, when the mapping has become stricter since."""
        record = record_of(self.pipeline.source, member)
        try:
            # Under the name that it has: a mapping that names Items anew moves a record when it comes again.
            return {**self.pipeline.to_item(record), "collection": member.key.collection, "id": member.key.id}
        except Unmappable as error:
            self._quarantine(record, fingerprint(record, self.pipeline.mapping), error.reason, error.field, member.stream)
            return None

    def _refuse(self, native_ids: Iterable[str], error: Unmappable) -> None:
        """Records that are sound alone and not together with those kept: the Item stays as it is."""
        for native_id in native_ids:
            record, print_ = self.changed[native_id]
            del self.mapped[native_id]
            self._reject(record, print_, error.reason, error.field)

    def _count_mapped(self, members: Mapping[ItemKey, Sequence[StoredRecord]]) -> None:
        moved = self.mapped.keys() | self.forgotten.keys()
        inhabited = {key for key, kept in members.items() if any(member.native_id not in moved for member in kept)}
        for native_id, (stored, _) in self.mapped.items():
            known = self.known.get(native_id)
            if known is not None and known.key is not None:
                self.count("changed")
            else:
                self.count("merged" if stored.key in inhabited else "new")
            inhabited.add(stored.key)

    def batch(self) -> Batch:
        absolved = [name for name in (*self.mapped, *self.forgotten) if (known := self.known.get(name)) and known.quarantined]
        if self.pipeline.kept:
            absolved = []
        return Batch(
            source=self.pipeline.source,
            run=self.pipeline.run,
            now=self.now,
            records=[*(stored for stored, _ in self.mapped.values()), *self.again],
            forgotten=tuple(self.forgotten.values()),
            items=list(self.items.values()),
            removed=[key for key in self.removed if key not in self.items],
            rejected=self.rejected,
            absolved=absolved,
        )


def record_of(source: str, member: StoredRecord) -> Record:
    """A kept record as the archive announced it."""
    return Record(source, member.native_id, member.updated, member.raw, media_type=member.media_type, url=member.url)
