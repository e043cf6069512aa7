"""Yearly coverages of France by SPOT 6/7 and Pléiades as STAC Items: mosaics to look at, and regional products that are held."""

from collections.abc import Sequence

import orjson

from mappings import dinamis
from mappings.coverages import mosaic, regional
from mappings.coverages.answers import read, read_layers
from mappings.coverages.layers import KIND, Listing, Services
from mappings.coverages.providers import bundled_providers
from mappings.record import Item, Record, Unmappable, json_members

__all__ = ["Listing", "Services", "bundled_providers", "merge", "read", "read_layers", "to_item", "version", "volatile"]

version = "coverages-2"
volatile: Sequence[tuple[str, ...]] = ()


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    members = json_members(record)
    if members.get("kind") == KIND:
        return mosaic.to_item(record, members)
    if members.get("kind") == dinamis.inventory.KIND:
        return regional.to_item(record, members)
    raise Unmappable("neither a mosaic nor a row of an inventory", "record")


def merge(items: Sequence[Item]) -> Item:
    """The Item of a product that several inventories list, whatever their order; a mosaic has one record."""
    if all("dinamis:record" in item["properties"] for item in items):
        return regional.merge(items)
    return max(items, key=lambda item: orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
