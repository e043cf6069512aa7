"""The DINAMIS archive of purchased images as STAC Items: from its STAC API, from inventories, and from delivered products."""

from collections.abc import Sequence

from mappings.dinamis import delivery, inventory, stac
from mappings.dinamis.answers import read
from mappings.dinamis.merging import merge
from mappings.record import Item, Record, json_members

__all__ = ["delivery", "inventory", "merge", "read", "stac", "to_item", "version", "volatile"]

version = "dinamis-4"
# What the server repeats in every record or writes anew; ours are made from the identifier.
volatile: Sequence[tuple[str, ...]] = (("links",), ("stac_extensions",), ("stac_version",))


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    if record.media_type == delivery.MEDIA_TYPE:
        return delivery.to_item(record)
    members = json_members(record)
    return inventory.to_item(record, members) if members.get("kind") == inventory.KIND else stac.to_item(record, members)
