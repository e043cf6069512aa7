"""The Item of all records of one Airbus acquisition: the catalogue's (ALBUM) and the products' (SENSOR, ORTHO)."""

from collections.abc import Sequence
from typing import Any

import orjson

from mappings.item import extensions_of
from mappings.record import Item

# The catalogue's record describes the whole strip, a product's perhaps a part of it.
_LEVELS = {"ALBUM": 0, "SENSOR": 1, "ORTHO": 2}
# These describe one product, and together: they are never made up from several records.
_TOGETHER = ("processing:",)


def merge(items: Sequence[Item]) -> Item:
    """The Item of the set of its records' Items (each of one record), whatever their order.

    The first record by precedence gives geometry, properties and assets: whole footprints before clipped ones, ALBUM before SENSOR
    before ORTHO, then the smaller identifier. What it leaves out is filled from the next ones, save `processing:*`, which stay
    those of one record. `created` and `published` are the earliest, `updated` the latest of all. `airbus:records` lists every
    record; the other records' search identifiers are `moisson:alternate_source_ids`.
    """
    latest = {item["properties"]["moisson:source_id"]: item for item in sorted(items, key=_age)}
    if len(latest) == 1:
        # A radar acquisition has one record, and always.
        return next(iter(latest.values()))
    ranked = sorted(latest.values(), key=_rank)
    first, *others = ranked
    properties = _filled([item["properties"] for item in ranked])
    for name, choose in (("created", min), ("published", min), ("updated", max)):
        values = [item["properties"][name] for item in ranked if name in item["properties"]]
        if values:
            properties[name] = choose(values, key=_instant)
    properties["moisson:alternate_source_ids"] = sorted(item["properties"]["moisson:source_id"] for item in others)
    properties["airbus:records"] = sorted((entry for item in ranked for entry in item["properties"]["airbus:records"]), key=_entry)
    merged = {
        **first,
        "properties": properties,
        "assets": {name: asset for item in reversed(ranked) for name, asset in item["assets"].items()},
        "links": _links(ranked),
    }
    merged["stac_extensions"] = extensions_of(merged)
    return merged


def _rank(item: Item) -> tuple[bool, int, str]:
    properties = item["properties"]
    level = properties["airbus:records"][0].get("processing_level")
    return "moisson:footprint" in properties, _LEVELS.get(level, 3), properties["moisson:source_id"]


def _age(item: Item) -> tuple[str, bytes]:
    """Of two states of one record the later one counts; the bytes only break ties."""
    return _instant(item["properties"].get("updated", "")), orjson.dumps(item, option=orjson.OPT_SORT_KEYS)


def _instant(text: str) -> str:
    """RFC 3339 texts of the same zone in order of time, with or without a fraction."""
    return text.rstrip("Z")


def _entry(entry: dict[str, Any]) -> str:
    return str(entry["id"])


def _filled(ranked: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first, *others = ranked
    found = dict(first)
    for properties in others:
        for name, value in properties.items():
            if name not in found and not name.startswith(_TOGETHER) and name != "moisson:footprint":
                found[name] = value
    return found


def _links(ranked: Sequence[Item]) -> list[dict[str, Any]]:
    """Those of the first record, and where each other record was read."""
    first, *others = ranked
    return [*first["links"], *(link for item in others for link in item["links"] if link["rel"] == "via")]
