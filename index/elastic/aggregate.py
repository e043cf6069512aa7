"""Summaries in Elasticsearch's terms, and its answers as values. All are exact: each shard gives all that it has (`shard_size`)."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil, floor
from typing import Any

from index.aggregation import Aggregated, Aggregation, Bucket, Summed
from index.elastic.sort import value_of
from index.elastic.values import exists, value_field
from index.query import Sort
from mappings.queryables import Field

_ALL = 2**31 - 1
# Elasticsearch gives 65 536 buckets in one answer.
_CELLS = 60_000
_CALENDAR = {Summed.MONTHS: ("month", "uuuu-MM"), Summed.YEARS: ("year", "uuuu")}


def to_request(wanted: Aggregation) -> dict[str, Any] | None:
    """One of a request's `aggs`; None for the count, which is asked for otherwise."""
    if wanted.summed is Summed.COUNT:
        return None
    if wanted.summed is Summed.CELLS:
        cells = {"geohash_grid": {"field": "centre", "precision": wanted.precision, "size": _CELLS, "shard_size": _ALL}}
        return {"filter": {"exists": {"field": "centre"}}, "aggs": {"cells": cells}}
    field = _field(wanted)
    if wanted.summed in (Summed.LEAST, Summed.MOST):
        order = {"order": "desc" if wanted.summed is Summed.MOST else "asc", "missing": "_last"}
        # As a hit: numbers of aggregations are doubles, in which µs are exact until the year 2255 only.
        return {"top_hits": {"size": 1, "sort": [{value_field(field): order}], "_source": False}}
    if wanted.summed is Summed.TERMS:
        order_by = [{"_count": "desc"}, {"_key": "asc"}]
        return {"terms": {"field": value_field(field), "size": wanted.size, "shard_size": _ALL, "order": order_by}}
    if wanted.summed is Summed.STEPS:
        ranges = [{"from": low, "to": high} for low, high in pairwise(_edges(wanted))]
        return {"range": {"field": value_field(field), "ranges": ranges}}
    unit, form = _CALENDAR[wanted.summed]
    return {"date_histogram": {"field": f"moment.{field.name}", "calendar_interval": unit, "format": form, "min_doc_count": 1}}


def to_aggregated(wanted: Aggregation, answer: Mapping[str, Any]) -> Aggregated:
    """The answer to one of `aggs`."""
    if wanted.summed in (Summed.LEAST, Summed.MOST):
        hits = answer["hits"]["hits"]
        value = value_of(Sort(_field(wanted), wanted.summed is Summed.MOST), hits[0]["sort"][0]) if hits else None
        return Aggregated(value)
    if wanted.summed is Summed.TERMS:
        found = [Bucket(bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]]
        return Aggregated(buckets=found, others=answer["sum_other_doc_count"])
    if wanted.summed is Summed.CELLS:
        cells = _largest((Bucket(bucket["key"], bucket["doc_count"]) for bucket in answer["cells"]["buckets"]), wanted.size)
        return Aggregated(buckets=cells, others=answer["doc_count"] - sum(bucket.count for bucket in cells))
    if wanted.summed is Summed.STEPS:
        keys: Iterable[str | float] = (wanted.start + number * wanted.width for number in range(len(answer["buckets"])))
    else:
        keys = (bucket["key_as_string"] for bucket in answer["buckets"])
    found = [Bucket(key, bucket["doc_count"]) for key, bucket in zip(keys, answer["buckets"], strict=True) if bucket["doc_count"]]
    return Aggregated(buckets=found)


def fields_request(fields: Sequence[Field]) -> dict[str, Any]:
    """`aggs` that count the Items with each field."""
    return {"fields": {"filters": {"filters": {field.name: exists(field) for field in fields}}}}


def to_fields(answer: Mapping[str, Any]) -> frozenset[str]:
    """The names of the fields that any Item has."""
    return frozenset(name for name, bucket in answer["fields"]["buckets"].items() if bucket["doc_count"])


def _field(wanted: Aggregation) -> Field:
    if wanted.field is None:
        raise ValueError(f"{wanted.summed} needs a field")
    return wanted.field


def _largest(buckets: Iterable[Bucket], size: int) -> list[Bucket]:
    return sorted(buckets, key=lambda bucket: (-bucket.count, bucket.key))[:size]


def _edges(wanted: Aggregation) -> list[float]:
    """Where steps begin, and what comes after the last: a value is in step number floor((value - start) / width), as exactly as doubles
    give it, which is not everywhere where start + number * width would end it."""
    steps = max(ceil((wanted.end - wanted.start) / wanted.width), 1)
    inner = [_first(wanted, number) for number in range(1, steps)]
    return [wanted.start, *inner, _double(_place(wanted.end) + 1)]


def _first(wanted: Aggregation, number: int) -> float:
    """The least double of a step, by halving what doubles there are."""
    low, high = _place(wanted.start), _place(wanted.end)
    while high - low > 1:
        middle = (low + high) // 2
        if floor((_double(middle) - wanted.start) / wanted.width) >= number:
            high = middle
        else:
            low = middle
    return _double(high)


def _place(value: float) -> int:
    """The number of a double, counted in their order."""
    bits: int = struct.unpack("<q", struct.pack("<d", value + 0.0))[0]
    return bits if bits >= 0 else -(bits & _LONGEST)


def _double(place: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<q", abs(place)))[0]
    return value if place >= 0 else -value


_LONGEST = 2**63 - 1
