"""Airbus OneAtlas catalogues as STAC Items: the commercial archive, which must be ordered.

Optical records (Pléiades, SPOT, Pléiades Neo) so far; a further form of record is a further module, told apart here.
"""

from collections.abc import Sequence

from mappings.airbus import optical
from mappings.airbus.answers import read
from mappings.airbus.merging import merge
from mappings.record import Item, Record

__all__ = ["merge", "read", "to_item", "version", "volatile"]

version = "airbus-2"
volatile: Sequence[tuple[str, ...]] = optical.VOLATILE


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    return optical.to_item(record)
