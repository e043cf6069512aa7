"""The mapping of each archive, and the Collections that they fill."""

from collections.abc import Mapping as Table
from functools import cache
from types import MappingProxyType

from mappings import airbus, dinamis, peps
from mappings.catalogue import CollectionInfo, collections_of
from mappings.record import Mapping

MAPPINGS: Table[str, Mapping] = MappingProxyType({"airbus": airbus, "dinamis": dinamis, "peps": peps})
"""Mapping modules by the name that a source's settings use."""


@cache
def collections() -> Table[str, CollectionInfo]:
    """All Collections by id."""
    return MappingProxyType({name: info for mapping in MAPPINGS for name, info in collections_of(mapping).items()})
