"""Which Collection a product belongs to, and what its id tells."""

import re
from collections.abc import Mapping
from typing import Any

from mappings.catalogue import CollectionInfo, collections_of
from mappings.peps.names import ProductName
from mappings.record import Unmappable
from mappings.values import text


def mission_of(collection: CollectionInfo) -> str:
    """`sentinel-1`, …: the constellation."""
    return collection.id[:10]


def level_in(collection: CollectionInfo) -> str:
    """`L1`, `L2A`, …"""
    return collection.id[11:].partition("-")[0].upper()


def collections() -> Mapping[str, CollectionInfo]:
    """Collections by id."""
    return collections_of("peps")


# Today's names and those before the renaming of 2025-12 (report §2.7); `SENTINEL2` is Theia's own server.
_THEIA = re.compile(r"SENTINEL2|(?:MUSCATE|THEIA)_(?:REFLECTANCE_|SENTINEL2_)?SENTINEL2_L2A")
_GEODES = re.compile(r"PEPS_(S[123])_L(\d[A-C]?)")
_RESTO = {"S1": "S1", "S2": "S2", "S2ST": "S2", "S3": "S3"}
_HERITAGE = re.compile(r"SWH|SPOT ?WORLD ?HERITAGE|SPIRIT")
# How products of a mission are called; what is called otherwise was put there by mistake, or has another licence.
_PREFIXES = {"S1": re.compile(r"S1[A-D]_"), "S2": re.compile(r"S2[A-D]_"), "S3": re.compile(r"S3[A-D]_"), "THEIA": re.compile(r"SENTINEL2")}
_LEVEL = re.compile(r"L(?:EVEL)?-?(\d[A-C]?)")


def level_of(value: Any) -> str | None:
    """`LEVEL1C` (resto) or `L1C` (GEODES) as `1C`; None for anything else."""
    match = _LEVEL.fullmatch((text(value) or "").upper())
    return match[1] if match else None


def collection_of(dataset: Any, level: Any, identifier: str, name: ProductName | None) -> CollectionInfo:
    """Our collection of a product: mission from the archive's collection, level from the name where it has one.

    Raises Unmappable for other missions' collections, and when the name is not one of the mission that its collection says.
    """
    said = (text(dataset) or "").upper()
    if not said:
        raise Unmappable("no collection", "collection")
    if _HERITAGE.search(said):
        raise Unmappable(f"belongs to Spot World Heritage: {said[:60]}", "collection")
    geodes, theia = _GEODES.fullmatch(said), _THEIA.fullmatch(said) is not None
    mission = "S2" if theia else geodes[1] if geodes else _RESTO.get(said)
    if mission is None:
        raise Unmappable(f"no mapping for {said[:60]}", "collection")
    known = name.unit[:2] == mission and name.theia == theia if name else _PREFIXES["THEIA" if theia else mission].match(identifier)
    if not known:
        raise Unmappable(f"{identifier[:80]} is no product of {said[:60]}", "identifier")
    found = (name.level if name else None) or level_of(level) or (geodes[2] if geodes else None)
    own = f"sentinel-{mission[1]}-l{(found or '').lower()}{'-theia' if theia else ''}"
    if own not in collections():
        raise Unmappable(f"no mapping for level {found} of {said[:60]}", "collection")
    return collections()[own]
