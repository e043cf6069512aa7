"""Periods: the years, months and days that Items are filed under, each Item in one of them."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from index.aggregation import Aggregation, Summed
from index.filters.logic import conjunction
from index.filters.nodes import And, Compare, IsNull, Literal, Or, Predicate, Property
from index.protocol import Index
from index.query import Query
from mappings.queryables import FIELDS, Kind
from mappings.times import to_micros

_NAME = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_AT, _START = Property(FIELDS["datetime"]), Property(FIELDS["start_datetime"])
_FINER = {0: Summed.YEARS, 1: Summed.MONTHS}


@dataclass(frozen=True)
class Period:
    """All time (no parts), a year, a month or a day, in UTC."""

    parts: tuple[int, ...] = ()

    @classmethod
    def read(cls, name: str) -> Self | None:
        """Of "2024", "2024-05" or "2024-05-06"; None for what is none of these."""
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        period = cls(tuple(int(part) for part in match.groups() if part is not None))
        try:
            _begin(period.parts)
        except ValueError:
            return None
        return period

    @property
    def name(self) -> str:
        return "-".join(f"{part:0{4 if place == 0 else 2}}" for place, part in enumerate(self.parts))

    @property
    def wider(self) -> "Period":
        """The period that this one is a part of."""
        return replace(self, parts=self.parts[:-1])

    def days(self) -> Sequence["Period"]:
        """The days of a month."""
        return [replace(self, parts=(*self.parts, day)) for day in range(1, monthrange(*self.parts)[1] + 1)]

    def condition(self) -> Predicate | None:
        """That an Item is filed here: by its datetime, else by its start; None of all time."""
        if not self.parts:
            return None
        return Or((_within(_AT, self), And((IsNull(_AT), _within(_START, self)))))


def narrower(index: Index, query: Query, period: Period) -> Sequence[Period]:
    """The years of all time or the months of a year in which Items match, ascending; all days of a month."""
    if len(period.parts) == 2:
        return period.days()
    summed = _FINER[len(period.parts)]
    found = _named(index, within(query, period), summed, _AT) | _named(index, _without_datetime(within(query, period)), summed, _START)
    return [one for name in sorted(found) if (one := Period.read(name)) is not None]


def within(query: Query, period: Period) -> Query:
    """The query for the Items that are filed in a period."""
    condition = period.condition()
    return _also(query, condition) if condition else query


def _without_datetime(query: Query) -> Query:
    return _also(query, IsNull(_AT))


def _also(query: Query, condition: Predicate) -> Query:
    return replace(query, filter=conjunction(query.filter, condition))


def _named(index: Index, query: Query, summed: Summed, of: Property) -> set[str]:
    wanted = Aggregation("periods", summed, of.field, size=10_000)
    return {str(bucket.key) for bucket in index.aggregate(query, [wanted])["periods"].buckets}


def _within(of: Property, period: Period) -> Predicate:
    begin = Compare(">=", of, Literal(to_micros(_begin(period.parts)), Kind.TIME))
    end = _end(period.parts)
    return And((begin, Compare("<", of, Literal(to_micros(end), Kind.TIME)))) if end else begin


def _begin(parts: tuple[int, ...]) -> datetime:
    return datetime(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1, tzinfo=UTC)


def _end(parts: tuple[int, ...]) -> datetime | None:
    """The begin of the next period; None at the end of the calendar."""
    *wider, last = parts
    try:
        return _begin((*wider, last + 1))
    except ValueError:
        return _end(tuple(wider)) if wider else None
