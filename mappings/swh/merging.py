"""One Item of the records that GEODES and REGARDS announce of one scene."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from mappings.item import extensions_of
from mappings.record import Item

_ALTERNATES = "moisson:alternate_source_ids"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
# What goes with the files of a record, not with the scene.
_OF_FILES = ("auth:schemes", "storage:schemes", "moisson:online", "moisson:online_as_of")
_NATIVE, _TODAY = "URN:AIP:", "URN:FEATURE:"


def merge(items: Sequence[Item]) -> Item:
    """The richest of the Items, with the source ids of the others; the same whatever their order.

    What is said of the scene is that of the native record, else of the coming form, else of today's GEODES. The files are GEODES'
    where it has the product: it answers, which is not sure of the native archive. A footprint is taken from whoever has one.
    """
    if not items:
        raise ValueError("nothing to merge")
    if len(items) == 1:
        return items[0]
    ranked = sorted(items, key=_rank, reverse=True)
    best = ranked[0]
    files = max((item for item in ranked if "product" in item["assets"]), key=_delivery, default=best)
    located = next((item for item in ranked if item["geometry"]), best)
    own = best["properties"]["moisson:source_id"]
    ids = {source_id for item in items for source_id in (item["properties"]["moisson:source_id"], *_alternates(item))} - {own}
    properties = {name: member for name, member in best["properties"].items() if name not in (_ALTERNATES, *_OF_FILES)}
    properties |= {name: files["properties"][name] for name in _OF_FILES if name in files["properties"]}
    if ids:
        properties[_ALTERNATES] = sorted(ids)
    links = list({orjson.dumps(link): link for item in ranked for link in item["links"]}.values())
    merged = {name: member for name, member in best.items() if name not in ("geometry", "bbox")}
    merged |= {name: located[name] for name in ("geometry", "bbox") if name in located}
    merged |= {"properties": properties, "assets": files["assets"], "links": links}
    return {**merged, "stac_extensions": extensions_of(merged)}


def _alternates(item: Item) -> list[str]:
    found: list[str] = item["properties"].get(_ALTERNATES, [])
    return found


def _form(item: Item) -> str:
    source_id: str = item["properties"]["moisson:source_id"]
    return next((start for start in (_NATIVE, _TODAY) if source_id.startswith(start)), "")


def _rank(item: Item) -> tuple[Any, ...]:
    """A total order that alternate ids have no part in."""
    properties = item["properties"]
    bare = {**item, "properties": {name: member for name, member in properties.items() if name != _ALTERNATES}}
    return (_TODAY, "", _NATIVE).index(_form(item)), *_newest(item), orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)


def _delivery(item: Item) -> tuple[Any, ...]:
    """The coming form replaces today's; both before the native archive."""
    return (_NATIVE, _TODAY, "").index(_form(item)), *_rank(item)


def _newest(item: Item) -> tuple[tuple[int, ...], str, str]:
    properties = item["properties"]
    source_id: str = properties["moisson:source_id"]
    version = tuple(int(number) for number in _NUMBER.findall(properties.get("version", "")))
    newest = max(properties.get(name, "")[:19] for name in ("published", "updated"))
    return version, newest, source_id
