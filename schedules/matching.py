"""Matching: keeps the table of what is held already up to date with the Items, from one change to the next, or all of it anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.harvests.notes import MATCHING, change_note, note_value
from index.matches import MatchBatch
from index.protocol import Index
from index.state import Change
from mappings.matching.rules import VERSION
from schedules.lease import Held, held_lease
from schedules.match_batch import Changes, work_of
from schedules.match_scenes import load_scenes
from schedules.stop import Stop

LEASE = "matching"
_CHANGES = 1000
_RULES = "rules"


@dataclass(frozen=True)
class MatchReport:
    """Changes of Items that were looked at and, among them, those that may match; images of the catalogue judged, and what was found
    of them (a later batch may judge an image again); what was written: scenes, matches and Items that differ; the change number up to
    which all is matched."""

    changes: int = 0
    scenes: int = 0
    judged: int = 0
    matches: int = 0
    candidates: int = 0
    written: int = 0
    position: int = 0


def match(
    index: Index,
    now: Callable[[], datetime],
    *,
    owner: str,
    stop: Stop | None = None,
    everything: bool = False,
    progress: Callable[[MatchReport], None] = lambda report: None,
) -> MatchReport:
    """Matches what changed since the last time; everything (again) after a change of the rules, or when asked for. What was done is
    kept when it is interrupted, and the next one goes on there. Raises Busy, LeaseLost, IndexUnavailable, Stopped."""
    stop = stop or Stop()
    with held_lease(index, LEASE, owner, now) as held:
        index.refresh()
        other_rules = note_value(index, MATCHING, _RULES).get("version") != VERSION
        if everything or other_rules:
            # Before the note: one that dies between begins anew.
            index.apply_matches(MatchBatch(now(), position=0, lease=held.current()))
        if other_rules:
            change_note(index, MATCHING, _RULES, lambda value: {"version": VERSION})
        report = MatchReport(position=index.match_position())
        while True:
            stop.check()
            changes = index.changes(report.position, _CHANGES)
            if not changes:
                break
            report = _take(index, held, changes, report, now())
            progress(report)
        # Better copies are searched for.
        index.refresh()
        return report


def _take(index: Index, held: Held, changes: Sequence[Change], report: MatchReport, now: datetime) -> MatchReport:
    """One batch, with the place that it brings matching to."""
    keys = [change.key for change in changes]
    new = load_scenes(index, [change.key for change in changes if not change.deleted])
    deleted = [change.key for change in changes if change.deleted]
    work = work_of(index, Changes(keys, index.scenes(keys), new, deleted), now)
    position = changes[-1].number
    written = index.apply_matches(replace(work.batch, position=position, lease=held.current()))
    return MatchReport(
        changes=report.changes + len(changes),
        scenes=report.scenes + len(new),
        judged=report.judged + work.judged,
        matches=report.matches + work.matched,
        candidates=report.candidates + work.candidates,
        written=report.written + written,
        position=position,
    )
