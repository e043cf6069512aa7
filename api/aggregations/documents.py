"""Answers of the aggregation extension (0.3.0): what can be asked, and what came of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from api.aggregations.offered import OFFERED, Offered
from index.aggregation import Aggregated, Aggregates, Aggregation, Bucket, Summed
from mappings.times import from_micros

_FREQUENCIES = "frequency_distribution"
Document = dict[str, Any]


def aggregations_document(names: Iterable[str], links: Sequence[Document]) -> Document:
    """What can be asked."""
    return {"aggregations": [_offer(OFFERED[name]) for name in names], "links": links}


def aggregate_document(wanted: Sequence[Aggregation], found: Aggregates, links: Sequence[Document]) -> Document:
    """What came of it, in the order in which it was asked."""
    told = [_told(OFFERED[one.name], one, found[one.name]) for one in wanted]
    return {"type": "AggregationCollection", "aggregations": told, "links": links}


def _offer(offered: Offered) -> Document:
    if not offered.has_buckets:
        return {"name": offered.name, "data_type": offered.data_type}
    return {"name": offered.name, "data_type": _FREQUENCIES, "frequency_distribution_data_type": offered.data_type}


def _told(offered: Offered, asked: Aggregation, found: Aggregated) -> Document:
    if offered.has_buckets:
        buckets = [_bucket(bucket, offered, asked) for bucket in found.buckets]
        return {"name": offered.name, "data_type": _FREQUENCIES, "buckets": buckets, "overflow": found.others}
    value = _time(int(found.value)) if offered.data_type == "datetime" and found.value is not None else found.value
    return {"name": offered.name, "data_type": offered.data_type, "value": value}


def _bucket(bucket: Bucket, offered: Offered, asked: Aggregation) -> Document:
    told = {"key": str(bucket.key), "data_type": offered.data_type, "frequency": bucket.count}
    if asked.summed in (Summed.MONTHS, Summed.YEARS):
        first = f"{bucket.key}-01" if asked.summed is Summed.MONTHS else f"{bucket.key}-01-01"
        return {**told, "key": f"{first}T00:00:00.000Z"}
    if asked.summed is Summed.STEPS:
        low = float(bucket.key)
        high = min(low + asked.width, asked.end)
        return {**told, "key": f"{low:g}-{high:g}", "from": low, "to": high}
    return told


def _time(micros: int) -> str:
    return from_micros(micros).isoformat().replace("+00:00", "Z")
