"""The Elasticsearch indices: their mappings and settings, and a Document as stored there."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import shapely
from shapely.geometry.polygon import orient

from index.document import Document, centre_of, members_of, placed
from index.elastic.operation import Operation, Refusal
from index.elastic.store import Store
from index.elastic.values import VALUE_FIELDS, searched
from mappings.queryables import values_of, words_of

log = logging.getLogger(__name__)

SCHEMA = 6
"""Version of what is below. A store written by a newer Moisson is refused."""

WRITTEN = "media_type"
"""A short field that every record and rejection has: what a search finds by it was indexed since version 2."""

SHAPE = "shape"
"""The field of an Item that says which version wrote what is searched of it; 4 was the first to say so, 5 to have aliases, 6 to keep
no copy of it."""

UNMATCHED = "unmatched"
"""A mark of Items that never had a match, so that a page of them asks for none (docs/decisions/0029). Where it is missing, the Item may
have some."""

_KEYWORD = {"type": "keyword"}
_LONG = {"type": "long"}
_FILTER = {"type": "keyword", "doc_values": False}
# Only ever aggregated: the columns are kept, the search trees are not.
_BOUND = {"type": "double", "index": False}
_RAW = {"type": "binary"}
# Longer than any archive's; Lucene refuses a document for a word of more than 32 766 bytes.
_NAME = {"type": "keyword", "ignore_above": 8000}
# Only sorted by, or asked whether it is there.
_COLUMN = {**_NAME, "index": False}

# Whatever is not named here stays in _source only: the JSON (head, middle, rest), digest, change, records. What is made of the JSON again
# (values.py) does not stay there: a page is read as it lies, for to leave half of each Item out takes the cluster longer than to find it.
ITEM_FIELDS = {
    "collection": _KEYWORD,
    "id": _KEYWORD,
    "source": _KEYWORD,
    "availability": _KEYWORD,
    "licence": _KEYWORD,
    # "availability/licence": one cached terms filter is an audience.
    "access": _FILTER,
    # The keywords of the copies that come before it (copies.py).
    "better": _FILTER,
    # µs since 1970: a date field counts in ms and would not order as SQLite does.
    "sort_key": _LONG,
    "start": _LONG,
    "end": _LONG,
    "footprint": {"type": "geo_shape"},
    "west": _BOUND,
    "south": _BOUND,
    "east": _BOUND,
    "north": _BOUND,
    **VALUE_FIELDS,
    # The version that wrote what is searched of the Item.
    SHAPE: {"type": "short"},
}
ITEM_MAPPING = {"_source": {"excludes": list(VALUE_FIELDS)}, "dynamic": False, "properties": ITEM_FIELDS}
STATE_FIELDS: dict[str, dict[str, Any]] = {
    "records": {"source": _FILTER, "native_id": _COLUMN, "stream": _NAME, "updated": _LONG, "raw": _RAW, WRITTEN: _COLUMN},
    "runs": {"id": _KEYWORD, "source": _KEYWORD, "started": _LONG},
    "quarantine": {
        "source": _NAME,
        "native_id": _NAME,
        "reason": {**_NAME, "normalizer": "lowercase"},
        "time": _LONG,
        "raw": _RAW,
        WRITTEN: _COLUMN,
    },
    "deleted": {"source": _NAME, "native_id": _NAME, "time": _LONG, "until": _LONG, "raw": _RAW},
    "watermarks": {"source": _NAME, "stream": _NAME},
    "notes": {"kind": _NAME, "place": _KEYWORD},
    "changes": {"number": _LONG, "source": _FILTER, "deleted": {"type": "boolean", "doc_values": False}},
    "scenes": {"place": _KEYWORD, "side": _FILTER, "platform": _NAME, "instants": _LONG, "named": _FILTER},
    "matches": {"catalogue": _KEYWORD, "held": _FILTER},
}
SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # How long a deletion's version is remembered, against a write that was under way for as long (see write.py).
    "gc_deletes": "1h",
}
# As the query's order, `missing` included, so that a page is read from the head of each segment and no further.
ITEM_SETTINGS = {
    **SETTINGS,
    "refresh_interval": "30s",
    # Few segments: a search by footprint costs as much in each, whatever its size.
    "merge": {"policy": {"segments_per_tier": 4, "max_merge_at_once": 4, "floor_segment": "32mb"}},
    "sort": {"field": ["sort_key", "id", "collection"], "order": ["desc", "asc", "asc"]},
}
_FACTS = ("source", "availability", "licence")


def to_source(
    document: Document, change: int, time: int | None = None, better: Sequence[str] = (), *, unmatched: bool = False
) -> dict[str, Any]:
    """The Document as stored; `footprint`, `better`, the mark and the change's time (µs since 1970) are left out where there is none."""
    found = {
        "collection": document.collection,
        "id": document.id,
        "source": document.source,
        "head": document.head.decode(),
        "middle": document.middle.decode(),
        "rest": document.rest.decode(),
        "digest": document.digest.hex(),
        "availability": document.availability,
        "licence": document.licence,
        "access": access(document.availability, document.licence),
        "sort_key": document.sort_key,
        "start": document.start,
        "end": document.end,
        "change": change,
        "records": list(document.records),
        SHAPE: SCHEMA,
        **searched(_own(document), document.values, document.words, document.centre),
    }
    if time is not None:
        found["time"] = time
    if better:
        found["better"] = list(better)
    if unmatched:
        found[UNMATCHED] = True
    if document.wkb is not None:
        found["footprint"] = to_geojson(shapely.from_wkb(document.wkb))
    if document.boxes:
        west, south, east, north = zip(*document.boxes, strict=True)
        found |= {"west": min(west), "south": min(south), "east": max(east), "north": max(north)}
    return found


def again(source: Mapping[str, Any]) -> dict[str, Any]:
    """A stored Item as it is written again: with what is searched of it made from its JSON. Where that cannot be read, without."""
    try:
        item = members_of(source["head"].encode())
        _, boxes = placed(item["geometry"])
        own = {"id": item["id"], "collection": item["collection"], **{f"moisson:{name}": source[name] for name in _FACTS}}
        found = searched(own, values_of(item), words_of(item), centre_of(boxes))
    except (ValueError, KeyError, TypeError) as error:
        log.warning("%s/%s: its JSON cannot be read (%s): no filter finds it", source.get("collection"), source.get("id"), error)
        found = {}
    return {**source, **found, SHAPE: SCHEMA}


def _own(document: Document) -> dict[str, str]:
    facts = {"source": document.source, "availability": document.availability, "licence": document.licence}
    return {"id": document.id, "collection": document.collection, **{f"moisson:{name}": facts[name] for name in _FACTS}}


def access(availability: str, licence: str) -> str:
    """The keyword that an audience's filter lists. No availability has a slash, so that no two pairs share one."""
    return f"{availability}/{licence}"


def to_geojson(geometry: Any) -> orjson.Fragment:
    """GeoJSON as Elasticsearch reads it: outer rings counter-clockwise, or one wider than 180° would go round the other way."""
    parts = [orient(part) if part.geom_type == "Polygon" and not part.is_empty else part for part in shapely.get_parts(geometry)]
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        geometry = shapely.multipolygons(parts) if len(parts) > 1 else parts[0]
    elif geometry.geom_type == "GeometryCollection":
        geometry = shapely.geometrycollections(parts)
    return orjson.Fragment(shapely.to_geojson(shapely.force_2d(geometry)))


def put_items(store: Store, operations: Sequence[Operation], documents: Mapping[str, Mapping[str, Document]]) -> list[Refusal]:
    """Writes Items (`documents` by index and id). A footprint that Elasticsearch cannot cut into triangles is replaced by its
    box, then by a point: one bad footprint must not stop a harvest. Returns what was refused for another reason."""

    def _placed(refusal: Refusal) -> bool:
        # A name or a value may say [footprint], too, of an Item that has none.
        return bool(documents[refusal.operation.index][refusal.operation.id].boxes)

    refused = store.bulk(operations)
    for simpler in (_boxes, _point):
        bad = [refusal for refusal in refused if refusal.status == 400 and "[footprint]" in refusal.reason and _placed(refusal)]
        if not bad:
            break
        again = []
        for operation, reason in ((refusal.operation, refusal.reason) for refusal in bad):
            log.warning("%s/%s: footprint refused (%s); a simpler one is searched instead", operation.index, operation.id, reason)
            footprint = to_geojson(simpler(documents[operation.index][operation.id]))
            again.append(Operation(operation.index, operation.id, {**(operation.source or {}), "footprint": footprint}, operation.version))
        refused = [refusal for refusal in refused if refusal not in bad] + store.bulk(again)
    return refused


def _boxes(document: Document) -> Any:
    return shapely.union_all([shapely.box(*box) for box in document.boxes])


def _point(document: Document) -> Any:
    west, south, east, north = document.boxes[0]
    return shapely.Point((west + east) / 2, (south + north) / 2)
