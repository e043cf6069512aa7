"""A Query in Elasticsearch's terms, and its answers as values. Everything is a filter: nothing is scored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely

from index.elastic_mapping import access, to_geojson
from index.query import Cursor, Page, Query, Summary
from index.state import StoredItem
from mappings.audience import Audience, Pairs

# The same as the index sort, or every match would have to be looked at.
SORT: list[dict[str, Any]] = [{"sort_key": "desc"}, {"id": "asc"}, {"collection": "asc"}]

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
    """All conditions of the query; limit and cursor are not among them. `hiding` are the copies for which it leaves Items out."""
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
        conditions.append(_area(query.area))
    without: list[dict[str, Any]] = [{"term": {"availability": "orderable"}}] if query.exclude_airbus else []
    if hiding:
        without.append({"terms": {"better": list(hiding)}})
    return {"bool": {"filter": conditions, "must_not": without}}


def search_after(cursor: Cursor | None) -> dict[str, Any]:
    """The part of a search that begins after the cursor."""
    return {} if cursor is None else {"search_after": [cursor.sort_key, cursor.item_id, cursor.collection]}


def to_page(hits: Sequence[Mapping[str, Any]], limit: int) -> Page:
    """The page of at most limit + 1 hits: one more than it holds says that there is a next one."""
    items = [to_stored(hit["_source"]) for hit in hits[:limit]]
    if len(hits) <= limit or not items:
        return Page(items, None)
    sort_key, item_id, collection = hits[limit - 1]["sort"]
    return Page(items, Cursor(sort_key, item_id, collection))


def to_stored(source: Mapping[str, Any]) -> StoredItem:
    """An Item as the API takes it."""
    return StoredItem(
        collection=source["collection"],
        id=source["id"],
        head=source["head"].encode(),
        middle=source["middle"].encode(),
        rest=source["rest"].encode(),
        source=source["source"],
        availability=source["availability"],
        licence=source["licence"],
        change=source["change"],
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


def _area(geometry: Any) -> dict[str, Any]:
    # Elasticsearch rounds all coordinates to about 1e-7 degrees (1 cm): footprints that touch the area in a point or along an
    # inner ring only, without any part in common, may be told otherwise than by exact arithmetic.
    parts = [_unflattened(part) for part in shapely.get_parts(geometry) if not part.is_empty]
    if not parts:
        return {"match_none": {}}
    shape = parts[0] if len(parts) == 1 else shapely.geometrycollections(parts)
    return {"geo_shape": {"footprint": {"shape": to_geojson(shape), "relation": "intersects"}}}


def _unflattened(part: Any) -> Any:
    """A bbox without width or height is refused as a polygon: the line or point that it is."""
    west, south, east, north = part.bounds
    if part.geom_type != "Polygon" or (west < east and south < north):
        return part
    return shapely.Point(west, south) if (west, south) == (east, north) else shapely.LineString([(west, south), (east, north)])
