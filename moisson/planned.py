"""From settings to the sources as they are planned: for the calendar, and for whoever shows how they stand."""

from datetime import timedelta

from index.harvests.standing import Planned
from moisson.build import archive_of
from moisson.settings import Settings
from schedules.timetable import Timetable


def timetable_of(settings: Settings, source: str) -> Timetable:
    """When the source is harvested."""
    schedule = settings.schedule
    return Timetable(settings.sources[source].schedule, schedule.timezone, timedelta(minutes=schedule.jitter_minutes))


def planned_sources(settings: Settings) -> list[Planned]:
    """All sources, those too that are not enabled."""
    return [_planned(settings, name) for name in settings.sources]


def _planned(settings: Settings, name: str) -> Planned:
    section, timetable = settings.sources[name], timetable_of(settings, name)
    silent = timedelta(hours=section.silent_hours) if section.silent_hours else timetable.patience
    return Planned(name, archive_of(name, section), timetable, silent, section.enabled)
