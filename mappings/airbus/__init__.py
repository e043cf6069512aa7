"""Airbus OneAtlas catalogues as STAC Items: the commercial archive, which must be ordered.

Optical records (Pléiades, SPOT, Pléiades Neo) and radar ones (TerraSAR-X, TanDEM-X, PAZ), told apart by their content.
"""

from collections.abc import Sequence

import orjson

from mappings.airbus import optical, radar
from mappings.airbus.answers import read
from mappings.airbus.merging import merge
from mappings.record import Item, Record, Unmappable
from mappings.values import mapping

__all__ = ["merge", "optical", "radar", "read", "to_item", "version", "volatile"]

version = "airbus-4"
volatile: Sequence[tuple[str, ...]] = (*optical.VOLATILE, *radar.VOLATILE)


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    if record.deleted:
        raise Unmappable("a notice that the acquisition was withdrawn, not an image", "record")
    try:
        feature = mapping(record.json)
    except orjson.JSONDecodeError as error:
        raise Unmappable(f"not JSON: {error}", "record") from None
    if radar.is_radar(mapping(feature.get("properties"))):
        return radar.to_item(record, feature)
    return optical.to_item(record)
