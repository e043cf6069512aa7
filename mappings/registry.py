"""The mapping of each archive, and the Collections that they fill."""

from collections.abc import Mapping as Table
from functools import cache
from types import MappingProxyType

from mappings import airbus, coverages, dinamis, peps, swh
from mappings.catalogue import CollectionInfo, collections_of
from mappings.ogc.describing import described
from mappings.partners import SEAS, VIGISAT
from mappings.record import Mapping

MAPPINGS: Table[str, Mapping] = MappingProxyType(
    {"airbus": airbus, "coverages": coverages, "dinamis": dinamis, "peps": peps, "swh": swh, "seas": SEAS, "vigisat": VIGISAT}
)
"""Mapping modules by the name that a source's settings use."""


@cache
def collections() -> Table[str, CollectionInfo]:
    """All Collections by id."""
    return MappingProxyType({name: info for mapping in MAPPINGS for name, info in collections_of(mapping).items()})


def collection_info(collection_id: str) -> CollectionInfo | None:
    """What is said of a Collection: by a mapping's table, else for a partner's `<source>-<mission>` in words that hold for any; None
    when nothing is known of it."""
    return collections().get(collection_id) or described(collection_id)
