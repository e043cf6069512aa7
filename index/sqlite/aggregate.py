"""Summaries of all Items that match a query."""

import sqlite3
from collections.abc import Sequence
from math import ceil
from typing import Any

from index.aggregation import Aggregated, Aggregates, Aggregation, Bucket, Summed
from index.geohash import bits_of, geohash
from index.query import Query
from index.sqlite.count import matching
from index.sqlite.filter import FACTS, column
from mappings.queryables import Kind


def aggregate(db: sqlite3.Connection, query: Query, wanted: Sequence[Aggregation]) -> Aggregates:
    """As Index.aggregate."""
    source, params = matching(db, query, looks_at_fields=any(_looks_at_fields(one) for one in wanted))
    return {one.name: _summed(db, one, source, params) for one in wanted}


def _looks_at_fields(one: Aggregation) -> bool:
    return one.summed is Summed.CELLS or (one.field is not None and column(one.field).startswith("fields."))


def _summed(db: sqlite3.Connection, one: Aggregation, source: str, params: dict[str, Any]) -> Aggregated:
    if one.summed in (Summed.COUNT, Summed.LEAST, Summed.MOST):
        return Aggregated(db.execute(f"SELECT {_single(one)} FROM {source}", params).fetchone()[0])
    if one.summed is Summed.CELLS:
        return _cells(db, one, source, params)
    rows = db.execute(f"SELECT {_bucket(one, source)}", {**params, **_bounds(one)}).fetchall()
    buckets = [Bucket(_key(one, key), number) for key, number in rows]
    if one.summed is Summed.TERMS:
        return _largest(one, buckets)
    return Aggregated(buckets=buckets)


def _single(one: Aggregation) -> str:
    if one.summed is Summed.COUNT or one.field is None:
        return "count(*)"
    return f"{'min' if one.summed is Summed.LEAST else 'max'}({column(one.field)})"


def _bucket(one: Aggregation, source: str) -> str:
    """What is counted, and by what."""
    assert one.field is not None
    value = column(one.field)
    start, where = source.split(" WHERE ", 1)
    if one.summed is Summed.TERMS:
        if one.field.kind is Kind.TEXTS:
            # An Item whose list names a text twice counts once.
            return f"listed.value, count(DISTINCT items.seq) FROM {start}, json_each({value}) AS listed WHERE {where} GROUP BY 1"
        if one.field.name in FACTS:
            # The few combinations of facts are counted first.
            return f"{value}, sum(number) FROM (SELECT fact, count(*) AS number FROM {source} GROUP BY fact) AS items GROUP BY 1"
        return f"{value}, count(*) FROM {source} AND {value} IS NOT NULL GROUP BY 1"
    if one.summed is Summed.STEPS:
        step = f"min(CAST(({value} - :start) / :width AS INTEGER), :last)"
        return f"{step}, count(*) FROM {source} AND {value} BETWEEN :start AND :end GROUP BY 1 ORDER BY 1"
    # Whole seconds, rounded down before 1970 too.
    second = f"({value} - ((({value} % 1000000) + 1000000) % 1000000)) / 1000000"
    form = "%Y-%m" if one.summed is Summed.MONTHS else "%Y"
    return f"strftime('{form}', {second}, 'unixepoch'), count(*) FROM {source} AND {value} IS NOT NULL GROUP BY 1 ORDER BY 1"


def _bounds(one: Aggregation) -> dict[str, float]:
    if one.summed is not Summed.STEPS:
        return {}
    return {"start": one.start, "end": one.end, "width": one.width, "last": ceil((one.end - one.start) / one.width - 1e-9) - 1}


def _key(one: Aggregation, key: Any) -> str | float:
    if one.summed is Summed.STEPS:
        return one.start + float(key) * one.width
    return str(key)


def _cells(db: sqlite3.Connection, one: Aggregation, source: str, params: dict[str, Any]) -> Aggregated:
    lon_bits, lat_bits = bits_of(one.precision)
    across, along = _cell("lon", 180, lon_bits), _cell("lat", 90, lat_bits)
    sql = f"SELECT {across}, {along}, count(*) FROM {source} AND fields.lon IS NOT NULL GROUP BY 1, 2"
    return _largest(one, [Bucket(geohash(x, y, one.precision), number) for x, y, number in db.execute(sql, params)])


def _cell(name: str, half: int, bits: int) -> str:
    """The so-manieth of the parts that an axis from -half to half is cut into."""
    return f"min(CAST((fields.{name} + {half}) / {2 * half}.0 * {1 << bits} AS INTEGER), {(1 << bits) - 1})"


def _largest(one: Aggregation, buckets: Sequence[Bucket]) -> Aggregated:
    ordered = sorted(buckets, key=lambda bucket: (-bucket.count, bucket.key))
    return Aggregated(buckets=ordered[: one.size], others=sum(bucket.count for bucket in ordered[one.size :]))
