"""A Query in Elasticsearch's terms, and its answers as values. Everything is a filter: nothing is scored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.elastic.answers import ItemSource
from index.elastic.area import meeting
from index.elastic.filter import to_conditions
from index.elastic.mapping import access
from index.elastic.values import to_words
from index.query import Query, Summary
from index.state import StoredItem
from mappings.audience import Audience, Pairs
from mappings.times import from_micros

# Elasticsearch takes 65 536 terms in one filter, and as many buckets in one answer.
_TERMS = 60_000
MAX_COLLECTIONS = 60_000
_WORD_BYTES = 32_766

SUMMARIES: dict[str, Any] = {
    "collections": {
        "terms": {"field": "collection", "size": MAX_COLLECTIONS},
        "aggs": {
            **{name: {"min": {"field": name}} for name in ("west", "south", "start")},
            **{name: {"max": {"field": name}} for name in ("east", "north", "end")},
        },
    }
}


def to_filter(query: Query, hiding: Sequence[str] = ()) -> dict[str, Any]:
    """All conditions of the query; limit, sort and cursor are not among them. `hiding` are the copies for which it leaves Items out."""
    conditions = [*to_audience(query.audience)]
    if query.collections is not None:
        conditions.append(_terms("collection", query.collections))
    if query.ids is not None:
        conditions.append(_terms("id", query.ids))
    if query.start is not None:
        conditions.append({"range": {"end": {"gte": query.start}}})
    if query.end is not None:
        conditions.append({"range": {"start": {"lte": query.end}}})
    if query.area is not None:
        conditions.append(meeting(query.area))
    if query.filter is not None:
        conditions.append(to_conditions(query.filter))
    if query.words is not None:
        conditions.append(_phrases(query.words))
    without: list[dict[str, Any]] = [{"term": {"availability": "orderable"}}] if query.exclude_airbus else []
    if hiding:
        without.append({"terms": {"better": list(hiding)}})
    return {"bool": {"filter": conditions, "must_not": without}}


def _phrases(phrases: Sequence[str]) -> dict[str, Any]:
    """One of them stands in the Item's words."""
    wanted = [{"match_phrase": {"words": to_words(phrase)}} for phrase in phrases if phrase]
    return {"bool": {"should": wanted, "minimum_should_match": 1}} if wanted else {"match_none": {}}


def to_stored(item: ItemSource) -> StoredItem:
    """An Item as the API takes it."""
    return StoredItem(
        collection=item.collection,
        id=item.id,
        head=item.head.encode(),
        middle=item.middle.encode(),
        rest=item.rest.encode(),
        source=item.source,
        availability=item.availability,
        licence=item.licence,
        change=item.change,
        matched=not item.unmatched,
        # Items that were written before they told it have none.
        time=from_micros(item.time) if item.time is not None else None,
    )


def to_summaries(aggregations: Mapping[str, Any]) -> dict[str, Summary]:
    """Per collection; `bbox` is None where no Item has a footprint."""
    return {bucket["key"]: _summary(bucket) for bucket in aggregations["collections"]["buckets"]}


def _summary(bucket: Mapping[str, Any]) -> Summary:
    west, south, east, north = (bucket[name]["value"] for name in ("west", "south", "east", "north"))
    # Aggregations answer in doubles: µs since 1970 are exact in them until the year 2255.
    return Summary(
        count=bucket["doc_count"],
        bbox=None if west is None else (west, south, east, north),
        start=int(bucket["start"]["value"]),
        end=int(bucket["end"]["value"]),
    )


def to_audience(audience: Audience) -> Iterable[dict[str, Any]]:
    """The filter of what an audience finds; none when it finds everything. The same words each time, so that the cluster caches it."""
    if not audience.sources:
        yield from _pairs(audience.discover)
        return
    own = dict(reversed(audience.sources))
    found = [{"bool": {"filter": [{"term": {"source": name}}, *_pairs(pairs)]}} for name, pairs in sorted(own.items())]
    others = {"must_not": [{"terms": {"source": sorted(own)}}], "filter": [*_pairs(audience.discover)]}
    yield {"bool": {"should": [*found, {"bool": others}], "minimum_should_match": 1}}


def _pairs(pairs: Pairs) -> Iterable[dict[str, Any]]:
    if pairs is not None:
        yield {"terms": {"access": sorted(access(*pair) for pair in pairs)}}


def _terms(field: str, values: Sequence[str]) -> dict[str, Any]:
    # A longer word is refused, in documents and in questions.
    wanted = sorted(value for value in set(values) if len(value.encode()) <= _WORD_BYTES)
    parts = [{"terms": {field: wanted[at : at + _TERMS]}} for at in range(0, len(wanted), _TERMS)]
    if len(parts) > 1:
        return {"bool": {"should": parts}}
    return parts[0] if parts else {"match_none": {}}
