"""One Item of the records that several archives, or several versions, announced of one product."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from mappings.record import Item

_ALTERNATES = "moisson:alternate_source_ids"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def merge(items: Sequence[Item]) -> Item:
    """The best of the Items, with the source ids of the others; the same whatever their order, and their grouping too while each
    has a footprint.

    GEODES before resto, whose servers are gone; then the highest version; then the newest publication or change. If the best has no
    footprint, that of the best of those that have one is taken: a product does not move, and without one no search by area finds it.
    """
    if not items:
        raise ValueError("nothing to merge")
    if len(items) == 1:
        return items[0]
    ranked = sorted(items, key=_rank, reverse=True)
    best = ranked[0]
    own = best["properties"]["moisson:source_id"]
    ids = {source_id for item in items for source_id in (item["properties"]["moisson:source_id"], *_alternates(item))} - {own}
    properties = {name: member for name, member in best["properties"].items() if name != _ALTERNATES}
    if ids:
        properties[_ALTERNATES] = sorted(ids)
    located = next((item for item in ranked if item["geometry"]), best)
    merged = {name: member for name, member in best.items() if name not in ("geometry", "bbox")}
    merged |= {name: located[name] for name in ("geometry", "bbox") if name in located}
    return {**merged, "properties": properties}


def _alternates(item: Item) -> list[str]:
    found: list[str] = item["properties"].get(_ALTERNATES, [])
    return found


def _rank(item: Item) -> tuple[Any, ...]:
    """A total order that alternate ids have no part in, so that merging merged Items gives the same."""
    properties = item["properties"]
    source_id: str = properties["moisson:source_id"]
    version = tuple(int(number) for number in _NUMBER.findall(properties.get("version", "")))
    # Written alike by format_time, except for fractions: cut to seconds before comparing as text.
    newest = max(properties.get(name, "")[:19] for name in ("published", "updated"))
    bare = {**item, "properties": {name: member for name, member in properties.items() if name != _ALTERNATES}}
    return source_id.startswith("URN:"), version, newest, source_id, orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)
