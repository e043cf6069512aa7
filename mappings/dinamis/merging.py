"""The Item of all records of one held product."""

from collections.abc import Sequence
from typing import Any

import orjson

from mappings.item import extensions_of
from mappings.record import Item

# The archive's own API before the producer's file before a list that people keep.
_FORMS = {"stac": 0, "delivery": 1, "inventory": 2}
_WHEN = ("datetime", "start_datetime", "end_datetime")


def merge(items: Sequence[Item]) -> Item:
    """The Item of the set of its records' Items (each of one record), whatever their order.

    The first by form (STAC, delivery, inventory) counts; what it leaves out is filled from the next ones: properties, assets and
    the footprint. The time is that of the first one that tells an instant, not only a day.
    """
    ranked = sorted(items, key=_rank)
    first = ranked[0]
    properties: dict[str, Any] = {}
    for item in ranked:
        properties |= {name: value for name, value in item["properties"].items() if name not in properties}
    timed = next((item for item in ranked if item["properties"]["datetime"]), first)["properties"]
    properties = {name: value for name, value in properties.items() if name not in _WHEN} | {
        name: timed[name] for name in _WHEN if name in timed
    }
    for together in ("auth:schemes", "storage:schemes"):
        schemes = {name: scheme for item in reversed(ranked) for name, scheme in item["properties"].get(together, {}).items()}
        if schemes:
            properties[together] = schemes
    mine = first["properties"]["moisson:source_id"]
    others = {item["properties"]["moisson:source_id"] for item in ranked} - {mine}
    if others:
        properties["moisson:alternate_source_ids"] = sorted(others)
    located = next((item for item in ranked if item["geometry"]), first)
    merged: Item = {name: value for name, value in first.items() if name not in ("geometry", "bbox")}
    merged |= {name: located[name] for name in ("geometry", "bbox") if name in located}
    merged["properties"] = properties
    merged["assets"] = {name: asset for item in reversed(ranked) for name, asset in item["assets"].items()}
    merged["stac_extensions"] = extensions_of(merged)
    return merged


def _rank(item: Item) -> tuple[int, str, bytes]:
    properties = item["properties"]
    # The bytes only break ties, so that the order of arrival never counts.
    return _FORMS[properties["dinamis:record"]], properties["moisson:source_id"], orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
