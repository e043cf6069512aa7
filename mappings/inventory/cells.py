"""Cells of an inventory as people write them: numbers, days, names of products, footprints."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from mappings.geometry import clean_footprint
from mappings.record import Unmappable
from mappings.times import format_time, usable_time
from mappings.values import number, text

_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(.*))?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
# A product's name has at least its satellite; less is a row's number or somebody's short-hand, which the next list uses again.
_ROW_NUMBER = re.compile(r"[\d\s]+(?:[.,]0+)?")
_SHORTEST = 6
_BOUNDS = ("west", "south", "east", "north")
_CLOCK = re.compile(r"(\d{1,2})[:hH](\d\d)(?:[:mM](\d\d(?:[.,]\d+)?)?)?\s*(?:Z|UTC|TU)?")
# Cells that no archive writes over several lines: with a break in them, a quote has swallowed other rows.
_ONE_LINE = ("id", "platform", "date", "time", "source_id", "level")


def check_lines(row: dict[str, str]) -> None:
    """Raises Unmappable for a line break where none belongs."""
    for name in _ONE_LINE:
        if "\n" in row.get(name, "") or "\r" in row.get(name, ""):
            raise Unmappable("a line break where none belongs: is a quote before it never closed?", name)


def product_id(row: dict[str, Any], field: str) -> str:
    """The identifier of a row's product. Raises Unmappable when none tells it from all others."""
    found = text(row.get("id"))
    if found is None:
        raise Unmappable("no identifier", field)
    if len(found) < _SHORTEST or _ROW_NUMBER.fullmatch(found):
        said = "is a number, as of a row" if _ROW_NUMBER.fullmatch(found) else "is too short"
        told = "it does not tell this image from those of other lists; name the column of the product in `columns` (id)"
        raise Unmappable(f"{found[:40]!r} {said}: {told}", field)
    return found


def check_footprint(row: dict[str, Any], geometry: Any) -> bool:
    """Whether the row has a footprint. Raises Unmappable for one that cannot be used: an unlocated image is not found by area."""
    if row.get("wkt"):
        # What could be read was taken out of the row.
        raise Unmappable(f"a footprint that cannot be read: {str(row['wkt'])[:60]!r}", "row.wkt")
    bounds = [decimal(row.get(name)) for name in _BOUNDS]
    if geometry is None:
        if None not in bounds:
            raise Unmappable(f"south is north of north: {bounds}", "row.south")
        return False
    try:
        clean_footprint(geometry)
    except Unmappable as error:
        columns = "wkt" if None in bounds else "wkt, or west, south, east and north"
        advice = 'degrees are meant, unless the cell begins with its EPSG code, as "SRID=2154;POLYGON…" (in quotes) for Lambert-93'
        raise Unmappable(f"{error.reason}; column {columns}: {advice}", "row.wkt") from None
    return True


def decimal(value: Any) -> float | None:
    """A number as inventories write it: `12,5`, `12 %`, `1,5 m`."""
    return number(value.strip().rstrip("%°m ").replace(",", ".")) if isinstance(value, str) else number(value)


def moment(date: Any, clock: Any = None) -> tuple[datetime, bool] | None:
    """(instant, whether the time of day is told) of a date, which may hold a time, and a time; read as UTC."""
    written = text(date) or ""
    french, compact = _FRENCH.fullmatch(written), _COMPACT.fullmatch(written)
    if french:
        day, month, year, rest = french.groups()
        written, clock = f"{year}-{int(month):02d}-{int(day):02d}", rest or clock
    elif compact:
        written = "-".join(compact.groups())
    when = usable_time(written)
    if when is None:
        return None
    if len(written) > 10:
        return when, True
    told = _CLOCK.fullmatch(text(clock) or "")
    exact = usable_time(f"{written}T{int(told[1]):02d}:{told[2]}:{(told[3] or '00').replace(',', '.')}Z") if told else None
    return (exact, True) if exact else (when, False)


def times_of(row: dict[str, Any], token: datetime | None) -> dict[str, Any]:
    """What the row says; of a day without a time the identifier's instant (`token`) on that day, else the whole day.
    Raises Unmappable without a date."""
    said = moment(row.get("date"), row.get("time"))
    if said and said[1] and not _is_day_of(said[0], token):
        return {"datetime": format_time(said[0])}
    if token and (said is None or abs(token.astimezone(UTC).date() - said[0].date()) <= timedelta(days=1)):
        return {"datetime": format_time(token)}
    if said is None:
        raise Unmappable("no acquisition date", "row.date")
    end = said[0].replace(hour=23, minute=59, second=59)
    return {"datetime": None, "start_datetime": format_time(said[0]), "end_datetime": format_time(end)}


def _is_day_of(said: datetime, token: datetime | None) -> bool:
    """Whether the row has but the day of the identifier's instant: exports write a day as its midnight."""
    return token is not None and said.time() == time.min and token.astimezone(UTC).date() == said.date()
