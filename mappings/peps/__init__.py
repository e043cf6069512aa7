"""The source `peps`: Sentinel products as PEPS announced them until 2026, as GEODES does today, and as Theia did until 2025."""

from collections.abc import Sequence

import orjson

from mappings.peps import geodes, resto
from mappings.peps.answers import dialect, read
from mappings.peps.merging import merge
from mappings.record import Item, Record, Unmappable

__all__ = ["geodes", "merge", "read", "resto", "to_item", "version", "volatile"]

version: str = "peps-2"
volatile: Sequence[tuple[str, ...]] = (
    # Storage state: on disk today, on tape tomorrow.
    ("_online",),
    ("properties", "storage"),
    # What the server computes from other members, or repeats in every record.
    ("bbox",),
    ("centroid",),
    ("links",),
    ("stac_extensions",),
    ("stac_version",),
    ("properties", "area"),
    ("properties", "hydrology"),
    ("properties", "links"),
    ("properties", "physical"),
    ("properties", "references"),
    ("properties", "spaceborne:references"),
    # Paths and addresses inside the old servers.
    ("properties", "nrtResource"),
    ("properties", "services", "browse"),
)


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    try:
        feature = record.json
    except orjson.JSONDecodeError as error:
        raise Unmappable(f"not JSON: {error}", "feature") from None
    kind = dialect(feature)
    if kind is None:
        raise Unmappable("neither a GEODES nor a resto feature", "feature")
    return geodes.to_item(record, feature) if kind == "geodes" else resto.to_item(record, feature)
