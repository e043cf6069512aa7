"""The source `swh`: Spot World Heritage, the scenes of SPOT 1 to 5, as GEODES announces them and as REGARDS holds them."""

from collections.abc import Sequence

import orjson

from mappings.record import Item, Record, Unmappable
from mappings.swh import geodes, regards
from mappings.swh.answers import dialect, read
from mappings.swh.merging import merge

__all__ = ["geodes", "merge", "read", "regards", "to_item", "version", "volatile"]

version: str = "swh-1"
volatile: Sequence[tuple[str, ...]] = (
    # Storage state, and the session that wrote the record.
    ("_online",),
    ("services",),
    ("session",),
    ("sessionOwner",),
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
)


def to_item(record: Record) -> Item:
    """One Item, or Unmappable. Pure and total."""
    try:
        feature = record.json
    except orjson.JSONDecodeError as error:
        raise Unmappable(f"not JSON: {error}", "feature") from None
    kind = dialect(feature)
    if kind is None:
        raise Unmappable("neither a feature of GEODES nor a record of REGARDS", "feature")
    return regards.to_item(record, feature) if kind == "regards" else geodes.to_item(record, feature)
