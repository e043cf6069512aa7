"""Absences: records that a whole listing did not show, and what becomes of them once the run has ended well."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import shapely
from shapely.geometry import shape

from harvesters.area import Area
from harvesters.source import Extent, Page, Source
from index.state import Batch, Counts, Known, StoredRecord
from mappings.record import Unmappable
from schedules.digest import record_of
from schedules.removals import HELD, Removals, chunks

LOGGER = logging.getLogger(__name__)
_NAMES = 50_000
# Of a footprint that straddles the edge of the area, an archive may or may not give the record.
_INSIDE = 0.01


@dataclass
class Absences:
    """What the run missed, until `settle` takes it out as far as the brake lets it."""

    source: Source
    removals: Removals
    _absent: dict[str, tuple[str, Extent]] = field(default_factory=dict)
    _more: int = 0
    _mended: dict[str, str] = field(default_factory=dict)
    _missed_since: dict[str, datetime] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._index, self._pipeline = self.removals.index, self.removals.pipeline

    def doubt(self, stream: str) -> None:
        """The stream brought something new that cannot be read: it may be what seems absent."""
        self._unsure.add(stream)

    def close(self, page: Page, *, news: bool) -> None:
        """A part of the stream was given whole: what is kept of it and did not come is absent. `news`: it is no month of the past, which
        would come again by itself."""
        extent = page.closed
        if extent is None:
            return
        if extent == Extent():
            names = self._index.rejected_names(self._pipeline.source, self._pipeline.label + page.stream)
            self._mended.update((name, page.stream) for name in names if not self._pipeline.has_seen(name))
        unsure = 0
        for name in self._absent_from(page.stream, extent):
            if page.stream in self._unsure:
                unsure += 1
            elif len(self._absent) < HELD:
                self._absent[name] = (page.stream, extent)
            else:
                self._more += 1
            if news and extent.since is not None:
                self._missed_since[page.stream] = min(extent.since, self._missed_since.get(page.stream, extent.since))
        if unsure:
            LOGGER.warning("%s: %d records seem absent; not judged, for others came that cannot be read", page.stream, unsure)

    def _absent_from(self, stream: str, extent: Extent) -> Iterator[str]:
        after, kept_under = None, self._pipeline.label + stream
        while names := self._index.record_names(self._pipeline.source, kept_under, extent.since, extent.until, after, _NAMES):
            after = names[-1]
            yield from (name for name in names if not self._pipeline.has_seen(name) and name not in self.removals.pins)

    def settle(self) -> None:
        """Removes what is absent. Raises HarvestError when the archive cannot be asked about it; then nothing is removed."""
        if not self.removals.braked and self._absent:
            self._settle_absent()
        if not self.removals.braked:
            self._absolve()

    def _settle_absent(self) -> None:
        self._move()
        missed = [name for names in chunks(list(self._absent)) for name in self._missed(names)]
        if self._stopped(missed, len(missed) + self._more > self.removals.brake.allowance):
            return
        due = [name for names in chunks(missed) for name in sorted(self.source.gone(names))]
        if not self._stopped(due, True):
            self.removals.remove(due, "absent")

    @property
    def missed_since(self) -> Mapping[str, datetime]:
        """By stream, where the parts begin whose absent records the brake kept: the next run must list them again."""
        return self._missed_since if self.removals.braked else {}

    def _stopped(self, names: Sequence[str], many: bool) -> bool:
        """Whether the brake stops it; one that is sure to be stopped spares the archive many questions."""
        if many and names:
            count = len(names) + self._more
            self.removals.braked = self.removals.brake.stops(count, "absent", self.removals.now(), emptied=self._is_emptied(names))
        return self.removals.braked is not None

    def _move(self) -> None:
        """Records that one stream lacked and another one brought are kept under that one from now on."""
        names = [name for name in self._absent if name in self._pipeline.elsewhere]
        for chunk in chunks(names):
            known = self._index.known(self._pipeline.source, chunk)
            moved = [
                replace(record, stream=self._pipeline.elsewhere[name])
                for name, record in self._records(known, [name for name in chunk if name in known]).items()
            ]
            self.removals.write(Batch(self._pipeline.source, self._pipeline.run, self.removals.now(), records=moved), Counts())
        for name in names:
            del self._absent[name]

    def _absolve(self) -> None:
        """Ends the quarantine of what a listing of its whole stream did not show: it was mended under another name, or went."""
        for chunk in chunks([name for name, stream in self._mended.items() if stream not in self._unsure]):
            known = self._index.known(self._pipeline.source, chunk)
            absolved = [name for name in chunk if name in known and known[name].key is None and name not in self._pipeline.rejected]
            self.removals.write(Batch(self._pipeline.source, self._pipeline.run, self.removals.now(), absolved=absolved), Counts())

    def _is_emptied(self, names: Sequence[str]) -> bool:
        """Whether a stream would lose more than half of its records, unless it is but one."""
        lost = Counter(self._absent[name][0] for name in names)
        streams = (stream for stream, count in lost.items() if count > 1)
        return any(lost[stream] * 2 > self._index.count_records(self._pipeline.source, self._pipeline.label + stream) for stream in streams)

    def _missed(self, names: Sequence[str]) -> list[str]:
        """Those that are still where they were missed, and lie in the source's area."""
        known = self._index.known(self._pipeline.source, names)
        left = [name for name in names if name in known and self._is_there(known[name], *self._absent[name])]
        if self.source.area is None or not left:
            return left
        records = self._records(known, left)
        return [name for name in left if name in records and self._is_inside(records[name], self.source.area)]

    def _is_there(self, known: Known, stream: str, extent: Extent) -> bool:
        return known.stream == self._pipeline.label + stream and _is_within(known, extent)

    def _records(self, known: Mapping[str, Known], names: Sequence[str]) -> dict[str, StoredRecord]:
        wanted = set(names)
        keys = {key for name in names if (key := known[name].key)}
        members = self._index.members(self._pipeline.source, keys)
        return {record.native_id: record for records in members.values() for record in records if record.native_id in wanted}

    def _is_inside(self, record: StoredRecord, area: Area) -> bool:
        """Whether so much of the footprint lies in the source's area that the archive would have shown the record."""
        try:
            geometry = self._pipeline.mapping.to_item(record_of(self._pipeline.source, record))["geometry"]
        except Unmappable:
            return False
        if geometry is None:
            return True
        footprint = shape(geometry)
        if footprint.area == 0:
            return bool(shapely.intersects(footprint, area.geometry))
        return bool(shapely.intersection(footprint, area.geometry).area >= _INSIDE * footprint.area)


def _is_within(known: Known, extent: Extent) -> bool:
    if extent.since is None and extent.until is None:
        return True
    when = known.updated
    return when is not None and (extent.since is None or when >= extent.since) and (extent.until is None or when < extent.until)
