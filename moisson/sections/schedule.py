"""Settings of the calendar, and of what runs may do on their own."""

from datetime import timedelta

from pydantic import Field, field_validator

from moisson.sections.base import Section
from schedules.rules import Rules
from schedules.timetable import Timetable


class ScheduleSettings(Section):
    """The calendar: how many harvests go on at the same time, in which time zone cron lines are read, how often commands are looked
    for. What runs may remove: restorable for `grace_days`; at most `brake_percent` of a source's records without an operator. The
    past of big archives: `recounts` months a run, each listed anyway every `relist_days`. `metrics_port`: Prometheus, none by default."""

    workers: int = Field(2, ge=1, le=32)
    timezone: str = "UTC"
    jitter_minutes: float = Field(5, ge=0)
    poll_seconds: float = Field(5, gt=0)
    grace_days: float = Field(30, ge=0)
    brake_percent: float = Field(5, ge=0, le=100)
    recounts: int = Field(6, ge=0)
    relist_days: float = Field(180, gt=0)
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(None, ge=1, le=65535)

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        Timetable("every 1 d", name)
        return name

    def rules(self) -> Rules:
        """What runs may do on their own."""
        return Rules(
            grace=timedelta(days=self.grace_days),
            brake_share=self.brake_percent / 100,
            recounts=self.recounts,
            relist_after=timedelta(days=self.relist_days),
        )
