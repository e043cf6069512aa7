"""Regional products of the coverages: held images, as an inventory lists them."""

import re
from collections.abc import Sequence
from typing import Any

from mappings import dinamis
from mappings.coverages.mosaic import COLLECTIONS
from mappings.dinamis import inventory
from mappings.facts import Availability
from mappings.item import collection_link, extensions_of, licence_link
from mappings.licences import licences
from mappings.record import Item, Record, Unmappable
from mappings.values import mapping, text

_COLLECTIONS = {"dinamis-spot67": COLLECTIONS["SPOT"], "dinamis-pleiades": COLLECTIONS["PLEIADES"]}
# What the Items of mosaics are called: a row of that name would take such an Item's place.
_MOSAIC = re.compile(r"(?:spot|pleiades)(?:-[a-z-]+)?-\d{4}(?:-\d\d)?")
# Under these a purchased image is for members; whatever else a row names gives no right.
_HELD = frozenset(("dinamis-spot67", "dsp-pleiades"))


def to_item(record: Record, members: dict[str, Any]) -> Item:
    """The Item of a row. Raises Unmappable as inventories of the archive do, and for a licence that is not in the table."""
    item = inventory.to_item(record, members)
    if _MOSAIC.fullmatch(item["id"]):
        raise Unmappable("the name of a yearly mosaic, which is no regional product", "row.id")
    properties = item["properties"]
    named = text(mapping(members.get("row")).get("licence")) or properties["moisson:licence"]
    if named not in licences():
        raise Unmappable(f"no such licence: {named[:60]!r}", "row.licence")
    licence = licences()[named]
    properties |= {"license": licence.stac, "moisson:licence": named}
    if named not in _HELD:
        properties["moisson:availability"] = str(Availability.UNKNOWN)
        del properties["order:status"]
    collection = _COLLECTIONS[item["collection"]]
    # Members' terms go with members' licences.
    dropped = ("collection", "license") if named in _HELD else ("collection", "license", "terms-of-service")
    others = [link for link in item["links"] if link["rel"] not in dropped]
    item |= {"collection": collection, "links": [collection_link(collection), licence_link(licence), *others]}
    item["stac_extensions"] = extensions_of(item)
    return item


def merge(items: Sequence[Item]) -> Item:
    """The Item of a product that several inventories list. The first one's licence counts, and with it whether the image is held."""
    item = dinamis.merge(items)
    if item["properties"]["moisson:availability"] != Availability.HELD and "order:status" in item["properties"]:
        properties = {name: value for name, value in item["properties"].items() if name != "order:status"}
        item = {**item, "properties": properties}
        item["stac_extensions"] = extensions_of(item)
    return item
