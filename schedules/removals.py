"""Removals: records that a run finds deleted, or absent from a whole listing, on their way out of the index."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import shapely
from shapely.geometry import shape

from harvesters.area import Area
from harvesters.source import Extent, Page, Source
from index.protocol import Index
from index.state import Batch, Counts, Known, Removal, StoredRecord
from mappings.record import Unmappable
from schedules.brake import Brake
from schedules.digest import is_ahead, is_older, record_of
from schedules.notes import change_note, pins_of
from schedules.pipeline import Pipeline
from schedules.rules import Rules

LOGGER = logging.getLogger(__name__)
_CHUNK = 500
_NAMES = 50_000
# No more names than that are held in memory; what comes beyond is only counted, for the brake.
_HELD = 200_000
# Of a footprint that straddles the edge of the area, an archive may or may not give the record.
_INSIDE = 0.01

Write = Callable[[Batch, Counts], None]


@dataclass
class Removals:
    """What a run takes out: records whose deletion was announced, then those that are absent, once all of the run is known and only
    as far as the brake lets them. `braked` is the reason why something was not removed."""

    source: Source
    index: Index
    pipeline: Pipeline
    rules: Rules
    brake: Brake
    now: Callable[[], datetime]
    write: Write
    braked: str | None = None
    _notices: dict[str, datetime | None] = field(default_factory=dict)
    _more_notices: int = 0
    _waiting: set[str] = field(default_factory=set)
    _absent: dict[str, tuple[str, Extent]] = field(default_factory=dict)
    _more_absent: int = 0
    _mended: dict[str, str] = field(default_factory=dict)
    _missed_since: dict[str, datetime] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)
    _pins: set[str] | None = None

    @property
    def archive(self) -> str:
        return self.pipeline.source

    # --- notices of deletion -------------------------------------------------------------------------------------------------
    def take_notices(self, page: Page) -> None:
        """Keeps in mind the page's deletions of records that are known: of several of one record, the newest."""
        told: dict[str, datetime | None] = {}
        for record in page.records:
            if record.deleted:
                told[record.native_id] = _newest(told, record.native_id, record.updated)
        known = self.index.known(self.archive, list(told)) if told else {}
        brought = {record.native_id for record in page.records if not record.deleted} if told else set()
        for native_id, updated in told.items():
            if native_id in self.pins or (native_id not in known and native_id not in brought):
                continue
            if native_id in known and self._is_stale(updated, known[native_id]):
                continue
            self._waiting.add(page.stream)
            if native_id in self._notices or len(self._notices) < _HELD:
                self._notices[native_id] = _newest(self._notices, native_id, updated)
            else:
                self._more_notices += 1

    def waits(self, stream: str) -> bool:
        """Whether the stream told of deletions that are not done: its watermark must not move past them."""
        return stream in self._waiting

    def heed(self) -> None:
        """Removes the records whose deletion was announced in this run and that were not announced again since."""
        notices, self._notices = self._notices, {}
        due: list[str] = []
        for names in _chunks(list(notices)):
            known = self.index.known(self.archive, names)
            due += [name for name in names if name in known and not self._is_stale(notices[name], known[name])]
        if not due:
            return
        self.braked = self.brake.stops(len(due) + self._more_notices, "feed", self.now())
        if not self.braked:
            self._remove(due, "feed")
            if self._more_notices:
                # Watermarks stay: the next run is told the rest again.
                self.braked = f"more than {_HELD} deletions at once: the next run removes {self._more_notices} more"

    def _is_stale(self, updated: datetime | None, known: Known) -> bool:
        return is_older(updated, known.updated) and not is_ahead(known.updated, self.now())

    # --- absence -------------------------------------------------------------------------------------------------------------
    def doubt(self, stream: str) -> None:
        """The stream brought something new that cannot be read: it may be what seems absent."""
        self._unsure.add(stream)

    def see(self, page: Page) -> None:
        """The page's records are there: one that was restored is no exception any more."""
        for record in page.records:
            if record.native_id in self.pins and not record.deleted:
                self._unpin(record.native_id)
        for name in (*page.present, *(broken.native_id for broken in page.broken)):
            self.pipeline.is_there(name, page.stream)

    def close(self, page: Page, *, news: bool) -> None:
        """A part of the stream was given whole: what is kept of it and did not come is absent. `news`: it is no month of the past, which
        would come again by itself."""
        extent = page.closed
        if extent is None:
            return
        if extent == Extent():
            names = self.index.rejected_names(self.archive, self.pipeline.label + page.stream)
            self._mended.update((name, page.stream) for name in names if not self.pipeline.has_seen(name))
        unsure = 0
        for name in self._absent_from(page.stream, extent):
            if page.stream in self._unsure:
                unsure += 1
            elif len(self._absent) < _HELD:
                self._absent[name] = (page.stream, extent)
            else:
                self._more_absent += 1
            if news and extent.since is not None:
                self._missed_since[page.stream] = min(extent.since, self._missed_since.get(page.stream, extent.since))
        if unsure:
            LOGGER.warning("%s: %d records seem absent; not judged, for others came that cannot be read", page.stream, unsure)

    def _absent_from(self, stream: str, extent: Extent) -> Iterator[str]:
        after, kept_under = None, self.pipeline.label + stream
        while names := self.index.record_names(self.archive, kept_under, extent.since, extent.until, after, _NAMES):
            after = names[-1]
            yield from (name for name in names if not self.pipeline.has_seen(name) and name not in self.pins)

    def settle(self) -> None:
        """Removes what is absent. Raises HarvestError when the archive cannot be asked about it; then nothing is removed."""
        if not self.braked and self._absent:
            self._settle_absent()
        if not self.braked:
            self._absolve()

    def _settle_absent(self) -> None:
        self._move()
        missed = [name for names in _chunks(list(self._absent)) for name in self._missed(names)]
        if self._stopped(missed, len(missed) + self._more_absent > self.brake.allowance):
            return
        due = [name for names in _chunks(missed) for name in sorted(self.source.gone(names))]
        if not self._stopped(due, True):
            self._remove(due, "absent")

    @property
    def missed_since(self) -> Mapping[str, datetime]:
        """By stream, where the parts begin whose absent records the brake kept: the next run must list them again."""
        return self._missed_since if self.braked else {}

    def _stopped(self, names: Sequence[str], many: bool) -> bool:
        """Whether the brake stops it; one that is sure to be stopped spares the archive many questions."""
        if many and names:
            count = len(names) + self._more_absent
            self.braked = self.brake.stops(count, "absent", self.now(), emptied=self._is_emptied(names))
        return self.braked is not None

    def _move(self) -> None:
        """Records that one stream lacked and another one brought are kept under that one from now on."""
        names = [name for name in self._absent if name in self.pipeline.elsewhere]
        for chunk in _chunks(names):
            known = self.index.known(self.archive, chunk)
            moved = [
                replace(record, stream=self.pipeline.elsewhere[name])
                for name, record in self._records(known, [name for name in chunk if name in known]).items()
            ]
            self.write(Batch(self.archive, self.pipeline.run, self.now(), records=moved), Counts())
        for name in names:
            del self._absent[name]

    def _absolve(self) -> None:
        """Ends the quarantine of what a listing of its whole stream did not show: it was mended under another name, or went."""
        for chunk in _chunks([name for name, stream in self._mended.items() if stream not in self._unsure]):
            known = self.index.known(self.archive, chunk)
            absolved = [name for name in chunk if name in known and known[name].key is None and name not in self.pipeline.rejected]
            self.write(Batch(self.archive, self.pipeline.run, self.now(), absolved=absolved), Counts())

    def _is_emptied(self, names: Sequence[str]) -> bool:
        """Whether a stream would lose more than half of its records, unless it is but one."""
        lost = Counter(self._absent[name][0] for name in names)
        streams = (stream for stream, count in lost.items() if count > 1)
        return any(lost[stream] * 2 > self.index.count_records(self.archive, self.pipeline.label + stream) for stream in streams)

    def _missed(self, names: Sequence[str]) -> list[str]:
        """Those that are still where they were missed, and lie in the source's area."""
        known = self.index.known(self.archive, names)
        left = [name for name in names if name in known and self._is_there(known[name], *self._absent[name])]
        if self.source.area is None or not left:
            return left
        records = self._records(known, left)
        return [name for name in left if name in records and self._is_inside(records[name], self.source.area)]

    def _is_there(self, known: Known, stream: str, extent: Extent) -> bool:
        return known.stream == self.pipeline.label + stream and _is_within(known, extent)

    def _records(self, known: Mapping[str, Known], names: Sequence[str]) -> dict[str, StoredRecord]:
        wanted = set(names)
        keys = {key for name in names if (key := known[name].key)}
        members = self.index.members(self.archive, keys)
        return {record.native_id: record for records in members.values() for record in records if record.native_id in wanted}

    def _is_inside(self, record: StoredRecord, area: Area) -> bool:
        """Whether so much of the footprint lies in the source's area that the archive would have shown the record."""
        try:
            geometry = self.pipeline.mapping.to_item(record_of(self.archive, record))["geometry"]
        except Unmappable:
            return False
        if geometry is None:
            return True
        footprint = shape(geometry)
        if footprint.area == 0:
            return bool(shapely.intersects(footprint, area.geometry))
        return bool(shapely.intersection(footprint, area.geometry).area >= _INSIDE * footprint.area)

    # --- both ----------------------------------------------------------------------------------------------------------------
    def _remove(self, names: Sequence[str], reason: str) -> None:
        until = self.now() + self.rules.grace
        for chunk in _chunks(names):
            self.write(*self.pipeline.remove([Removal(name, reason, until) for name in chunk], self.now()))
            self.brake.removed += len(chunk)
        if names:
            LOGGER.info("%d records removed (%s); they can be restored until %s", len(names), reason, until.date())

    # --- what an operator restored -------------------------------------------------------------------------------------------
    @property
    def pins(self) -> set[str]:
        """Records that stay although the archive does not show them, until it does again."""
        if self._pins is None:
            self._pins = set(self.index.notes(pins_of(self.archive)))
        return self._pins

    def _unpin(self, name: str) -> None:
        if name in self.pins:
            change_note(self.index, pins_of(self.archive), name, lambda value: None)
            self.pins.discard(name)


def _is_within(known: Known, extent: Extent) -> bool:
    if extent.since is None and extent.until is None:
        return True
    when = known.updated
    return when is not None and (extent.since is None or when >= extent.since) and (extent.until is None or when < extent.until)


def _newest(notices: Mapping[str, datetime | None], name: str, updated: datetime | None) -> datetime | None:
    """Of two notices the later one; one without a time holds whatever the other says."""
    if name not in notices or updated is None:
        return updated
    earlier = notices[name]
    return None if earlier is None else max(earlier, updated)


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]
