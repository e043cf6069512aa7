"""Which Collection a scene belongs to: the raw archive (L1A), which is open, or Theia's ortho-images (L1C), whose licence is not known."""

import re
from collections.abc import Mapping
from typing import Any

from mappings.catalogue import CollectionInfo, collections_of
from mappings.peps.collections import level_of
from mappings.record import Unmappable
from mappings.values import text

L1A = "spot-world-heritage-l1a"
L1C = "spot-world-heritage-l1c"

# Today's names, those of the coming form, and those of 2025-12 before and after the renaming of MUSCATE (report §2.7, §3.5).
_COLLECTIONS = {
    L1A: re.compile(r"SWH[_-]SPOT[_-]?([1-5](?:-?[1-5])*)[_-]L1A?", re.ASCII),
    L1C: re.compile(r"(?:(?:MUSCATE|THEIA)_(?:REFLECTANCE_)?SPOT_?WORLD_?HERITAGE|SWH)[_-]SPOT[_-]?([1-5](?:-?[1-5])*)[_-]L1C", re.ASCII),
}
# `L1` names the collections of L1A in GEODES; anything that is no level says nothing.
_LEVELS = {L1A: (None, "1", "1A"), L1C: (None, "1", "1C")}


def collections() -> Mapping[str, CollectionInfo]:
    """Collections by id."""
    return collections_of("swh")


def native_collection(level: Any) -> CollectionInfo:
    """The collection of a native record, by its own level: no other has a licence that is known. Raises Unmappable."""
    if level_of(f"L{text(level) or ''}") != "1A" and level_of(level) != "1A":
        raise Unmappable(f"no mapping for level {str(level)[:20]!r}", "ProcessingLevel")
    return collections()[L1A]


def collection_of(dataset: Any, level: Any) -> tuple[CollectionInfo, str]:
    """Our collection of one of GEODES' and the digits of its satellites. Raises Unmappable for other collections, and for a level that
    is not the collection's."""
    said = (text(dataset) or "").upper()
    if not said:
        raise Unmappable("no collection", "collection")
    for own, pattern in _COLLECTIONS.items():
        match = pattern.fullmatch(said)
        if match is None:
            continue
        if level_of(level) not in _LEVELS[own]:
            raise Unmappable(f"level {str(level)[:20]!r} in {said[:60]}", "processing:level")
        return collections()[own], match[1].replace("-", "")
    raise Unmappable(f"no mapping for {said[:60]}", "collection")
