"""Removals: records on their way out of the index, as far as the brake lets them; first those whose deletion was announced."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from harvesters.source import Page
from index.harvests.notes import change_note, pins_of
from index.protocol import Index
from index.state import Batch, Counts, Known, Removal
from schedules.brake import Brake, Reason
from schedules.pipeline import Pipeline
from schedules.rules import Rules
from schedules.versions import is_ahead, is_older

LOGGER = logging.getLogger(__name__)
HELD = 200_000
"""No more names than that are held in memory; what comes beyond is only counted, for the brake."""
_CHUNK = 500

Write = Callable[[Batch, Counts], None]


@dataclass
class Removals:
    """What a run takes out, once all of the run is known. `braked` is the reason why something was not removed; schedules/absence.py
    adds what is absent."""

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
            if native_id in self._notices or len(self._notices) < HELD:
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
        for names in chunks(list(notices)):
            known = self.index.known(self.archive, names)
            due += [name for name in names if name in known and not self._is_stale(notices[name], known[name])]
        if not due:
            return
        self.braked = self.brake.stops(len(due) + self._more_notices, "feed", self.now())
        if not self.braked:
            self.remove(due, "feed")
            if self._more_notices:
                # Watermarks stay: the next run is told the rest again.
                self.braked = f"more than {HELD} deletions at once: the next run removes {self._more_notices} more"

    def _is_stale(self, updated: datetime | None, known: Known) -> bool:
        return is_older(updated, known.updated) and not is_ahead(known.updated, self.now())

    def see(self, page: Page) -> None:
        """The page's records are there: one that was restored is no exception any more."""
        for record in page.records:
            if record.native_id in self.pins and not record.deleted:
                self._unpin(record.native_id)
        for name in (*page.present, *(broken.native_id for broken in page.broken)):
            self.pipeline.is_there(name, page.stream)

    # --- out of the index ----------------------------------------------------------------------------------------------------
    def remove(self, names: Sequence[str], reason: Reason) -> None:
        """Takes the records out; they can be restored for the time that the rules give."""
        until = self.now() + self.rules.grace
        for chunk in chunks(names):
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


def _newest(notices: Mapping[str, datetime | None], name: str, updated: datetime | None) -> datetime | None:
    """Of two notices the later one; one without a time holds whatever the other says."""
    if name not in notices or updated is None:
        return updated
    earlier = notices[name]
    return None if earlier is None else max(earlier, updated)


def chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names in lists of a size that the index takes at once."""
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]
