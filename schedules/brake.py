"""Brake: a run that would remove an unlikely share of a source's records removes none, until an operator confirms."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from index.protocol import Index
from mappings.times import format_time
from schedules.notes import BRAKE, change_note, note_value
from schedules.rules import Rules


@dataclass
class Brake:
    """`source` as configured; `archive` whose records it removes."""

    index: Index
    source: str
    archive: str
    rules: Rules
    run: str

    @cached_property
    def total(self) -> int:
        """Records that the archive had when the run first asked."""
        return self.index.count_records(self.archive)

    @cached_property
    def allowance(self) -> int:
        """How many records may be removed: what the rules allow, or a little more than an operator confirmed."""
        allowed = max(int(self.total * self.rules.brake_share), self.rules.brake_floor)
        note = note_value(self.index, BRAKE, self.source)
        return max(allowed, int(note["count"] * 1.1) + self.rules.brake_floor) if note.get("confirmed") else allowed

    @property
    def confirmed(self) -> bool:
        return bool(note_value(self.index, BRAKE, self.source).get("confirmed"))

    def stops(self, count: int, why: str, now: datetime, *, emptied: bool = False) -> str | None:
        """The reason why so many records are not removed, kept for the operator; None when they may be. `emptied`: a stream would
        lose more than half of its records."""
        if count <= self.allowance and (not emptied or self.confirmed):
            return None
        reason = (
            f"the brake: {count} of {self.total} records would be removed ({why}), which is more than may be without an operator: "
            f"if the archive is right, `moisson confirm {self.source}` lets the next run do it"
        )
        self._note(count, why, now)
        return reason

    def release(self) -> None:
        """The run did what it had to: what was confirmed, or stopped earlier, is over."""
        change_note(self.index, BRAKE, self.source, lambda value: None)

    def _note(self, count: int, why: str, now: datetime) -> None:
        value = {"count": count, "total": self.total, "why": why, "run": self.run, "time": format_time(now), "confirmed": False}
        change_note(self.index, BRAKE, self.source, lambda _: value)


def confirm(index: Index, source: str, by: str) -> dict[str, object] | None:
    """Lets the next run of the source remove what the brake stopped; what that is, None when nothing was stopped."""
    found = change_note(index, BRAKE, source, lambda value: {**value, "confirmed": True, "by": by} if value else None)
    return dict(found) if found else None
