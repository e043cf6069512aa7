"""What every section of the settings has: addresses, keys, HTTP, schedule, scope."""

import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator

from schedules.timetable import Timetable

Area = tuple[float, float, float, float]


class ConfigError(Exception):
    """A setting is wrong; the message is one line that says which and what to do."""


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("an http or https address with a host, without fragment")
    if parts.username or parts.password:
        raise ValueError("no user or password in an address")
    return value


def _address(value: str) -> str:
    if urlsplit(value).query:
        raise ValueError("an http or https address with a host, without query and fragment")
    return _endpoint(value)


Endpoint = Annotated[str, AfterValidator(_endpoint)]
"""An address that may have a query, as the entry points of some servers do."""
Address = Annotated[str, AfterValidator(_address)]


def read_text(path: Path) -> str:
    """What a file of the operator says. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text file"
        raise ConfigError(f"{path}: {reason}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file of the operator. Raises ConfigError."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None


def read_key(value: SecretStr | None, file: Path | None, name: str = "api_key") -> str | None:
    """A secret, or what a file says that it is; None without either. Raises ConfigError."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    try:
        return read_text(file).strip()
    except ConfigError as error:
        raise ConfigError(f"{name}_file {error}") from None


def midnight(day: date | None) -> datetime | None:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(Section):
    """How an archive is asked: time-out of an answer in seconds, size limit in MiB, tries, and requests a second.

    Only the hosts of the source's own addresses are asked, and those of `hosts` (whole addresses); one whose name leads to a private
    address only when it is in `private_hosts`. `proxy` is an http or https address.
    """

    timeout: float = Field(60, gt=0)
    max_mib: float = Field(64, gt=0)
    attempts: int = Field(5, ge=1, le=20)
    requests_per_second: float = Field(5, gt=0)
    hosts: tuple[Address, ...] = ()
    private_hosts: tuple[str, ...] = ()
    proxy: Address | None = None


class SourceSection(Section):
    """What every source has. `area` = [west, south, east, north] in degrees; `since` = first day of interest. `schedule` is
    "every 6 h" or five cron fields; `silent_hours` how long no run may be complete before the source counts as silent (default: three
    times the interval)."""

    enabled: bool = True
    schedule: str = "every 6 h"
    silent_hours: float | None = Field(None, gt=0)
    area: Area | None = None
    since: date | None = None
    http: HttpSettings = HttpSettings()

    @field_validator("schedule")
    @classmethod
    def _timetable(cls, schedule: str) -> str:
        Timetable(schedule)
        return schedule

    @field_validator("area")
    @classmethod
    def _in_the_world(cls, area: Area | None) -> Area | None:
        if area is not None and not (-180 <= area[0] <= 180 and -180 <= area[2] <= 180 and -90 <= area[1] <= area[3] <= 90):
            raise ValueError("west, south, east, north in degrees, south below north")
        return area
