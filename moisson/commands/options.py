"""Options that several commands share."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mappings.record import Unmappable
from mappings.times import parse_time
from moisson.sections import ConfigError

Config = Annotated[Path | None, typer.Option("--config", help="moisson.toml to use (default: MOISSON_CONFIG, else ./moisson.toml)")]
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, for scripts")]

SourceName = Annotated[str, typer.Argument(metavar="SOURCE", help="A configured source")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many")]
Later = Annotated[bool, typer.Option("--later", help="Leave it to the schedulers")]


def utc_now() -> datetime:
    """The clock of the command; everything below it takes the time as an argument."""
    return datetime.now(UTC)


def console() -> Console:
    """Where tables go; wide enough for whole lines when nobody looks at a terminal."""
    return Console(width=None if sys.stdout.isatty() else 240, markup=False, highlight=False)


def operator() -> str:
    """Who gives the command, as the machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def parse_when(value: str | None) -> datetime | None:
    """An RFC 3339 time or a day, as aware UTC."""
    if value is None:
        return None
    try:
        return parse_time(value, "time")
    except Unmappable:
        raise ConfigError(f"{value!r} is no time: give a day (2026-11-21) or a time (2026-11-21T06:00:00Z)") from None
