"""The aggregations that can be asked for, by the names that other STAC servers use where they have one."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from api.errors import bad
from api.params import parse_names
from index.aggregation import Aggregation, Summed
from mappings.queryables import FIELDS

INTERVAL = "datetime_frequency_interval"
PRECISION = "centroid_geohash_grid_frequency_precision"
INTERVALS: Mapping[str, Summed] = MappingProxyType({"month": Summed.MONTHS, "year": Summed.YEARS})
MOST_PRECISE = 6
USUAL_PRECISION = 3
_STEP = 10


@dataclass(frozen=True)
class Offered:
    """`data_type` is that of the value, or of the buckets' keys; `field` None: of any Item."""

    name: str
    summed: Summed
    data_type: str
    field: str | None = None

    @property
    def has_buckets(self) -> bool:
        return self.summed not in (Summed.COUNT, Summed.LEAST, Summed.MOST)

    def aggregation(self, interval: Summed, precision: int) -> Aggregation:
        """What the index is asked."""
        field = FIELDS[self.field] if self.field else None
        if self.summed is Summed.STEPS:
            return Aggregation(self.name, self.summed, field, start=0, end=100, width=_STEP)
        if self.summed is Summed.CELLS:
            return Aggregation(self.name, self.summed, precision=precision)
        return Aggregation(self.name, interval if self.summed is Summed.MONTHS else self.summed, field)


_ALL = (
    Offered("total_count", Summed.COUNT, "integer"),
    Offered("datetime_min", Summed.LEAST, "datetime", "datetime"),
    Offered("datetime_max", Summed.MOST, "datetime", "datetime"),
    Offered("datetime_frequency", Summed.MONTHS, "datetime", "datetime"),
    Offered("collection_frequency", Summed.TERMS, "string", "collection"),
    Offered("platform_frequency", Summed.TERMS, "string", "platform"),
    Offered("availability_frequency", Summed.TERMS, "string", "moisson:availability"),
    Offered("licence_frequency", Summed.TERMS, "string", "moisson:licence"),
    Offered("archive_frequency", Summed.TERMS, "string", "moisson:source"),
    Offered("cloud_cover_frequency", Summed.STEPS, "numeric", "eo:cloud_cover"),
    Offered("centroid_geohash_grid_frequency", Summed.CELLS, "string"),
)
OFFERED: Mapping[str, Offered] = MappingProxyType({one.name: one for one in _ALL})


@dataclass(frozen=True)
class Wanted:
    """Which aggregations, and how fine those are that have a choice."""

    names: tuple[str, ...]
    interval: Summed = Summed.MONTHS
    precision: int = USUAL_PRECISION

    def aggregations(self) -> list[Aggregation]:
        return [OFFERED[name].aggregation(self.interval, self.precision) for name in self.names]


def parse_wanted(given: Mapping[str, Any], possible: Collection[str]) -> Wanted:
    """None are wanted where none are named. Raises Problem naming the parameter, also for one that is not among the `possible`."""
    names = parse_names(given.get("aggregations"), "aggregations") or ()
    _check(names, possible)
    interval = given.get(INTERVAL)
    if interval not in (None, "", *INTERVALS):
        raise bad(INTERVAL, f"{' or '.join(INTERVALS)}, got {str(interval)[:40]!r}")
    for option, name in ((INTERVAL, "datetime_frequency"), (PRECISION, "centroid_geohash_grid_frequency")):
        if given.get(option) not in (None, "") and name not in names:
            raise bad(option, f"it is of {name}, which is not among the aggregations")
    return Wanted(names, INTERVALS[interval or "month"], _parse_precision(given.get(PRECISION)))


def _check(names: Collection[str], possible: Collection[str]) -> None:
    for name in names:
        if name not in possible:
            near = difflib.get_close_matches(name[:100], possible, n=1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise bad("aggregations", f"no aggregation {name[:80]!r} here; {meant}/aggregations lists them")


def _parse_precision(value: Any) -> int:
    if value in (None, ""):
        return USUAL_PRECISION
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if text not in [str(number) for number in range(1, MOST_PRECISE + 1)]:
        raise bad(PRECISION, f"a whole number from 1 to {MOST_PRECISE}, got {str(value)[:40]!r}")
    return int(text)
