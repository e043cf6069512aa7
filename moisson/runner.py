"""Runner: the works that the calendar and the commands set going, for the sources of these settings."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from harvesters.errors import Misconfigured
from index.harvests.standing import Planned
from index.protocol import Index, IndexUnavailable, LeaseLost
from index.state import Run
from mappings.validation import Validator
from moisson.build import archive_of, mapping_of, open_source
from moisson.planned import planned_sources, timetable_of
from moisson.sections import ConfigError
from moisson.settings import Settings
from schedules.journal import journaling
from schedules.lease import Busy
from schedules.matching import match
from schedules.remap import Remapped, Remapper
from schedules.run import OPTIONS, Options, harvest
from schedules.running import Progress
from schedules.stop import Stop, Stopped
from schedules.timetable import Timetable

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Runner:
    """Implements schedules.calendar.Works."""

    settings: Settings
    index: Index
    owner: str
    now: Callable[[], datetime]
    validator: Validator = field(default_factory=Validator)

    def harvest(
        self,
        source: str,
        stop: Stop,
        is_due: Callable[[], bool] = lambda: True,
        options: Options = OPTIONS,
        progress: Progress = lambda page, counts: None,
    ) -> Run:
        """One run. Raises Busy, NotDue, Misconfigured, IndexUnavailable."""
        try:
            with self._journal(source, options), open_source(source, self.settings.sources[source], self.now, stop.sleep) as opened:
                run = harvest(
                    opened,
                    self.index,
                    self.validator,
                    now=self.now,
                    owner=self.owner,
                    name=source,
                    options=options,
                    rules=self.settings.schedule.rules(),
                    progress=progress,
                    stop=stop,
                    is_due=is_due,
                )
        except ConfigError as error:
            raise Misconfigured(str(error)) from None
        if not options.dry_run:
            self._match(stop)
        return run

    def _journal(self, source: str, options: Options) -> AbstractContextManager[None]:
        return nullcontext() if options.dry_run else journaling(self.index, source)

    def _match(self, stop: Stop) -> None:
        """What changed is matched at once; whatever is in the way, the next run's matching takes it up from where this one was."""
        try:
            report = match(self.index, self.now, owner=self.owner, stop=stop)
        except (Busy, LeaseLost, Stopped) as error:
            LOGGER.info("matching is left to the next run: %s", error)
        except IndexUnavailable as error:
            LOGGER.warning("matching is left to the next run: %s", error)
        else:
            if report.changes:
                LOGGER.info("matched %d changes: %d matches", report.changes, report.matches)

    @contextmanager
    def remapping(self, source: str, stop: Stop) -> Iterator[Remapper]:
        """What maps the source's kept records again; what it changed is matched at its end."""
        yield self._remapper(source, stop)
        self._match(stop)

    def _remapper(self, source: str, stop: Stop) -> Remapper:
        section = self.settings.sources[source]
        return Remapper(archive_of(source, section), mapping_of(source, section), self.index, self.validator, self.now, self.owner, stop)

    def remap(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str:
        """Kept records of the source, mapped again; `all` maps those too whose mapping did not change."""
        with self.remapping(source, stop) as remapper:
            return remapped_line(remapper.remap(afresh=arguments.get("all") == "yes"))

    def replay(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str:
        """Records in quarantine, tried again; `reason` is a part of the reason."""
        archive = archive_of(source, self.settings.sources[source])
        found = self.index.rejections(archive, arguments.get("reason"))
        with self.remapping(source, stop) as remapper:
            return remapped_line(remapper.replay(found))

    def timetable(self, source: str) -> Timetable:
        """When the source is harvested."""
        return timetable_of(self.settings, source)

    def planned(self) -> list[Planned]:
        """All sources that are enabled."""
        return [one for one in planned_sources(self.settings) if one.enabled]


def remapped_line(done: Remapped) -> str:
    """`read 900: new 0, changed 12, unchanged 888, rejected 0; Items put 12, deleted 0`."""
    counts = done.counts
    # A record that joins an Item or makes one anew was changed, as far as the operator is concerned.
    told = f"new {counts.new + counts.merged}, changed {counts.changed}, unchanged {counts.unchanged}, rejected {counts.rejected}"
    return f"read {counts.received}: {told}; Items put {done.items_put}, deleted {done.items_deleted}"
