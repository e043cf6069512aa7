"""What an index must answer: the rows that match, in order, and their summaries, by brute force."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import shapely

from index.aggregation import Aggregation, Summed
from mappings.audience import EVERYTHING, Audience
from mappings.queryables import FIELDS
from tests.differential.evaluate import truths
from tests.differential.rows import EPOCH, Row, geometries, micros, words

Buckets = list[tuple[str | float, int]]
_GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz"
_EXTENSION = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


@dataclass(frozen=True)
class Asked:
    """A query, as people write it: `filter` CQL2-JSON, `query` the STAC extension's, `phrases` for free text, `bbox` or `intersects` as
    JSON has them, `sort` by names."""

    audience: Audience = EVERYTHING
    collections: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    area: Any = None
    start: str | None = None
    end: str | None = None
    exclude_airbus: bool = False
    filter: Any = None
    as_text: bool = False
    query: Any = None
    phrases: tuple[str, ...] | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int = 10


def found(asked: Asked, rows: Sequence[Row]) -> list[Row]:
    """The rows that match, in order."""
    rows = [row for row in rows if _plain(asked, row)]
    if asked.area is not None:
        rows = [row for row, hit in zip(rows, shapely.intersects(geometries(rows), asked.area), strict=True) if hit]
    for condition in (asked.filter, to_cql2(asked.query)):
        if condition is not None:
            rows = [row for row, truth in zip(rows, truths(condition, rows), strict=True) if truth]
    return ordered(rows, asked.sort)


def _plain(asked: Asked, row: Row) -> bool:
    return (
        asked.audience.finds(*row.facts)
        and (asked.collections is None or row.collection in asked.collections)
        and (asked.ids is None or row.id in asked.ids)
        and (asked.start is None or row.end >= micros(asked.start))
        and (asked.end is None or row.start <= micros(asked.end))
        and not (asked.exclude_airbus and row.values["moisson:availability"] == "orderable")
        and (asked.phrases is None or any(f" {words(phrase)} " in f" {row.words} " for phrase in asked.phrases))
    )


def to_cql2(query: dict[str, dict[str, Any]] | None) -> Any:
    """The query extension's conditions as a filter."""
    if query is None:
        return None
    parts = [_condition(name, op, value) for name, ops in query.items() for op, value in ops.items()]
    return {"op": "and", "args": parts} if len(parts) > 1 else parts[0]


def _condition(name: str, op: str, value: Any) -> Any:
    of = {"property": name}
    if op in ("startsWith", "endsWith", "contains"):
        plain = "".join(f"\\{c}" if c in "%_\\" else c for c in value)
        pattern = ("" if op == "startsWith" else "%") + plain + ("" if op == "endsWith" else "%")
        return {"op": "like", "args": [of, pattern]}
    return {"op": _EXTENSION.get(op, op), "args": [of, value]}


def ordered(rows: Sequence[Row], sort: Sequence[tuple[str, bool]]) -> list[Row]:
    """Missing values last whichever the direction, then ascending id and Collection; by the least important first, as sorting is stable."""
    rows = sorted(rows, key=lambda row: (row.id, row.collection))
    for name, descending in reversed(sort or (("datetime", True),)):
        there = [row for row in rows if _place(row, name) is not None]
        missing = [row for row in rows if _place(row, name) is None]
        # Equal rows keep their order in a descending sort too.
        rows = sorted(there, key=lambda row: _place(row, name), reverse=descending) + missing
    return rows


def _place(row: Row, name: str) -> Any:
    if name == "datetime":
        return row.moment
    value = row.values.get(name)
    if isinstance(value, str) and name not in ("id", "collection"):
        return value.encode()[:32].decode(errors="ignore").encode()
    return value


def aggregated(rows: Sequence[Row], wanted: Aggregation) -> tuple[Any, Buckets, int]:
    """(value, buckets, others) of the matching rows."""
    if wanted.summed is Summed.COUNT:
        return len(rows), [], 0
    if wanted.summed is Summed.CELLS:
        found = Counter[Any](geohash(*middle(row.bbox), wanted.precision) for row in rows if row.bbox)
        return None, *_largest(found, wanted.size)
    assert wanted.field is not None
    values = [row.values[wanted.field.name] for row in rows if wanted.field.name in row.values]
    if wanted.summed in (Summed.LEAST, Summed.MOST):
        return (min if wanted.summed is Summed.LEAST else max)(values, default=None), [], 0
    if wanted.summed is Summed.TERMS:
        found = Counter(text for value in values for text in ([value] if isinstance(value, str) else value))
        return None, *_largest(found, wanted.size)
    if wanted.summed is Summed.STEPS:
        counts = Counter(step for value in values if (step := _step(value, wanted)) is not None)
    else:
        counts = Counter(_calendar(value, 7 if wanted.summed is Summed.MONTHS else 4) for value in values)
    return None, sorted(counts.items()), 0


def _largest(found: Counter[Any], size: int) -> tuple[Buckets, int]:
    buckets = sorted(found.items(), key=lambda bucket: (-bucket[1], bucket[0]))
    return buckets[:size], sum(count for _, count in buckets[size:])


def _step(value: float, wanted: Aggregation) -> float | None:
    if not wanted.start <= value <= wanted.end:
        return None
    last = math.ceil((wanted.end - wanted.start) / wanted.width) - 1
    return wanted.start + min(math.floor((value - wanted.start) / wanted.width), last) * wanted.width


def _calendar(value: int, length: int) -> str:
    return (EPOCH + timedelta(microseconds=value)).isoformat()[:length]


def middle(bbox: tuple[float, float, float, float]) -> tuple[float, float]:
    """(lon, lat); west > east crosses the antimeridian."""
    west, south, east, north = bbox
    lon = (west + east) / 2 if west <= east else (west + east + 360) / 2
    return lon - 360 if lon > 180 else lon, (south + north) / 2


def geohash(lon: float, lat: float, precision: int) -> str:
    """By halving, a bit of longitude before each of latitude."""
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    bits = ""
    for number in range(5 * precision):
        side, value = bounds[number % 2], (lon, lat)[number % 2]
        half = sum(side) / 2
        bits += "1" if value >= half else "0"
        side[value < half] = half
    return "".join(_GEOHASH[int(bits[at : at + 5], 2)] for at in range(0, len(bits), 5))


def field_names(rows: Sequence[Row]) -> frozenset[str]:
    """Names of the fields that rows have, less those that each Item has anyway."""
    return frozenset(name for row in rows for name in row.values if not is_own(name))


def is_own(name: str) -> bool:
    """Whether each Item has the field in any case."""
    return FIELDS[name].own
