"""Recounts: the past of an archive too big to be listed whole, counted month by month and listed where counts differ."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from harvesters.errors import Retry, StopSource
from harvesters.source import Extent, Page, Recountable
from index.harvests.notes import change_note, recounts_of
from index.protocol import Index
from mappings.times import format_time, parse_time
from schedules.rules import Rules

LOGGER = logging.getLogger(__name__)


@dataclass
class Recounts:
    """The months that one run counts again. `archive` and `label` say under which names the stream's records are kept. `failed` is
    what the archive said when a month could not be read: the run goes on without it, and the month waits its turn again."""

    source: Recountable
    index: Index
    name: str
    archive: str
    label: str
    rules: Rules
    now: Callable[[], datetime]
    failed: str | None = None
    _counted: dict[tuple[str, Extent], dict[str, Any]] = field(default_factory=dict)

    def pages(self) -> Iterator[Page]:
        """The pages of the months that must be listed. Raises Misconfigured."""
        for (stream, extent), before in self._due():
            try:
                yield from self._month(stream, extent, before)
            except (Retry, StopSource) as error:
                # Others of the run would fail as this one; it must not keep them from their turn for ever.
                self.failed = f"{_name(stream, extent)} could not be counted again: {error}"
                LOGGER.warning("%s", self.failed)
                tried = {**before, "counted": format_time(self.now())}
                change_note(self.index, recounts_of(self.name), _name(stream, extent), partial(_put, tried))
                return

    def _month(self, stream: str, extent: Extent, before: dict[str, Any]) -> Iterator[Page]:
        announced, kept, listed = self.source.count(stream, extent), self._kept(stream, extent), before.get("listed")
        if self._agrees(announced, kept, before):
            listed = listed or format_time(self.now())
        else:
            LOGGER.info("%s: %s announced, %d kept: listed again", _name(stream, extent), announced, kept)
            closed = False
            for page in self.source.relist(stream, extent):
                closed = closed or page.closed is not None
                yield page
            listed = format_time(self.now()) if closed else None
        if listed:
            self._counted[stream, extent] = {"announced": announced, "counted": format_time(self.now()), "listed": listed}

    def save(self) -> None:
        """Keeps the counts, once all that the run found is written."""
        for (stream, extent), value in self._counted.items():
            kept = {**value, "kept": self._kept(stream, extent)}
            change_note(self.index, recounts_of(self.name), _name(stream, extent), partial(_put, kept))

    def _due(self) -> list[tuple[tuple[str, Extent], dict[str, Any]]]:
        """The months that wait longest, none that was counted a short while ago, none that has not ended."""
        notes = {name: note.value for name, note in self.index.notes(recounts_of(self.name)).items()}
        past = [(part, notes.get(_name(*part), {})) for part in self.source.past() if part[1].until and part[1].until <= self.now()]
        waiting = [(part, note) for part, note in past if self._is_old(note.get("counted"))]
        waiting.sort(key=lambda entry: entry[1].get("counted") or "")
        return waiting[: self.rules.recounts]

    def _is_old(self, when: str | None) -> bool:
        age = self._age(when)
        return age is None or age >= self.rules.recount_after.total_seconds()

    def _agrees(self, announced: int | None, kept: int, before: dict[str, Any]) -> bool:
        """Whether nothing has happened since the month was last listed; the first time, whether all that is announced is kept."""
        if announced is None:
            return False
        if not before:
            return announced == kept
        age = self._age(before.get("listed"))
        fresh = age is not None and age < self.rules.relist_after.total_seconds()
        return fresh and (before.get("announced"), before.get("kept")) == (announced, kept)

    def _age(self, when: str | None) -> float | None:
        return (self.now() - parse_time(when, "note")).total_seconds() if when else None

    def _kept(self, stream: str, extent: Extent) -> int:
        return self.index.count_records(self.archive, self.label + stream, extent.since, extent.until)


def _put(value: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    return value


def _name(stream: str, extent: Extent) -> str:
    return f"{stream} {extent.since:%Y-%m}" if extent.since else stream
