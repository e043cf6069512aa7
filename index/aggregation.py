"""Aggregation: a summary of all Items that match a query, by the same predicate as its pages. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mappings.queryables import Field


class Summed(StrEnum):
    """COUNT of all; LEAST and MOST value of a field; TERMS: how often each value of a text field (each text of a list) comes; MONTHS
    and YEARS of a time field (UTC); STEPS: numbers by steps of `width` from `start` (the last step holds `end` too, what lies outside
    is left out); CELLS: geohash cells of `precision` characters that hold the middle of the Item's bbox."""

    COUNT = "count"
    LEAST = "least"
    MOST = "most"
    TERMS = "terms"
    MONTHS = "months"
    YEARS = "years"
    STEPS = "steps"
    CELLS = "cells"


@dataclass(frozen=True)
class Aggregation:
    """What is asked; `field` is None for COUNT and CELLS. `size`: buckets of TERMS and CELLS at most (the
    largest ones; the rest is `others`)."""

    name: str
    summed: Summed
    field: Field | None = None
    start: float = 0
    end: float = 0
    width: float = 0
    precision: int = 0
    size: int = 1000


@dataclass(frozen=True)
class Bucket:
    """`key`: the text; a month "2024-05" or a year "2024"; the lower bound of a step; the geohash."""

    key: str | float
    count: int


@dataclass(frozen=True)
class Aggregated:
    """COUNT, LEAST and MOST have a `value` (times in µs; None when no Item has the field), the others `buckets`: TERMS and CELLS by
    descending count then ascending key, MONTHS, YEARS and STEPS ascending by key, empty ones left out. `others` counts what is in no
    bucket because there were more than `size`."""

    value: float | int | str | None = None
    buckets: Sequence[Bucket] = ()
    others: int = 0


Aggregates = Mapping[str, Aggregated]
"""By the aggregation's name."""
