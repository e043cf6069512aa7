"""Brake: a run that would remove an unlikely share of a source's records removes none, until an operator confirms."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from index.harvests.notes import BRAKE, change_note, note_value
from index.protocol import Index
from mappings.times import format_time
from schedules.rules import Rules

Reason = Literal["feed", "absent"]
_WORDS: dict[Reason, str] = {"feed": "notices of deletion", "absent": "absent from whole listings"}


@dataclass
class Brake:
    """Of one run: `source` as configured, `archive` whose records it removes."""

    index: Index
    source: str
    archive: str
    rules: Rules
    run: str
    removed: int = 0

    @cached_property
    def total(self) -> int:
        """Records that the archive had when the run first asked."""
        return self.index.count_records(self.archive)

    @cached_property
    def allowance(self) -> int:
        """How many records the run may remove in all."""
        return max(int(self.total * self.rules.brake_share), self.rules.brake_floor)

    @cached_property
    def _confirmed(self) -> dict[str, Any]:
        note = note_value(self.index, BRAKE, self.source)
        return note["counts"] if note.get("confirmed") else {}

    def stops(self, count: int, reason: Reason, now: datetime, *, emptied: bool = False) -> str | None:
        """Why so many more are not removed, kept for the operator; None when they may be. `emptied`: a stream would lose more than
        half of its records. What was confirmed is as many for that reason, or a tenth more."""
        confirmed = int(self._confirmed.get(reason, -1))
        if 0 <= count <= confirmed * 1.1:
            self._use_up(reason)
            return None
        if self.removed + count <= self.allowance and not emptied:
            return None
        self._note(count, reason, now)
        return (
            f"the brake: {count} of {self.total} records would be removed ({_WORDS[reason]}), which is more than may be without an "
            f"operator: if the archive is right, `moisson confirm {self.source}` lets the next run do it"
        )

    def _use_up(self, reason: Reason) -> None:
        """What was confirmed is done once, however the run ends."""

        def without(value: dict[str, Any]) -> dict[str, Any] | None:
            counts = {one: count for one, count in value.get("counts", {}).items() if one != reason}
            return {**value, "counts": counts, "count": sum(counts.values())} if counts else None

        change_note(self.index, BRAKE, self.source, without)

    def release(self) -> None:
        """The run did what it had to: what was confirmed, or stopped earlier, is over."""
        change_note(self.index, BRAKE, self.source, lambda value: None)

    def _note(self, count: int, reason: Reason, now: datetime) -> None:
        def noted(before: dict[str, Any]) -> dict[str, Any]:
            counts = {**(before.get("counts", {}) if before.get("run") == self.run else {}), reason: count}
            why = ", ".join(_WORDS[one] for one in _WORDS if one in counts)
            told = {"counts": counts, "count": sum(counts.values()), "total": self.total, "why": why}
            return {**told, "run": self.run, "time": format_time(now), "confirmed": False}

        change_note(self.index, BRAKE, self.source, noted)
