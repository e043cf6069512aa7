"""What is ordered: the product line of an image, archive or tasking, how many views."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mappings.words import Text


class Product(StrEnum):
    PLEIADES = "pleiades"
    SPOT = "spot-6-7"
    NEO = "pleiades-neo"
    RADAR = "radar"  # TerraSAR-X, TanDEM-X, PAZ


class Kind(StrEnum):
    ARCHIVE = "archive"  # acquired already, to be produced
    TASKING = "tasking"  # the satellite must be programmed


class Mode(StrEnum):
    MONO = "mono"
    STEREO = "stereo"
    TRI_STEREO = "tri-stereo"


PRODUCT_NAMES = {
    Product.PLEIADES: Text("Pléiades", "Pléiades"),
    Product.SPOT: Text("SPOT 6/7", "SPOT 6/7"),
    Product.NEO: Text("Pléiades Neo", "Pléiades Neo"),
    Product.RADAR: Text("Radar (TerraSAR-X, TanDEM-X, PAZ)", "Radar (TerraSAR-X, TanDEM-X, PAZ)"),
}
KIND_NAMES = {
    Kind.ARCHIVE: Text("Archive à produire", "Archive, to be produced"),
    Kind.TASKING: Text("Programmation", "Tasking"),
}
MODE_NAMES = {
    Mode.MONO: Text("mono", "mono"),
    Mode.STEREO: Text("stéréo", "stereo"),
    Mode.TRI_STEREO: Text("tri-stéréo", "tri-stereo"),
}

_PLATFORMS = (
    (re.compile(r"phr(1[ab])?"), Product.PLEIADES),
    (re.compile(r"spot[67]"), Product.SPOT),
    (re.compile(r"pneo[3-6]?"), Product.NEO),
    (re.compile(r"(tsx|tdx|paz)1?"), Product.RADAR),
)

_SPOT_SCENE_KM2 = 3600  # a scene of SPOT 6/7 is 60 km by 60 km


def attempts(product: Product, km2: Decimal) -> int:
    """As many scene attempts at least as an area takes of SPOT 6/7; of others one, for nobody counts them."""
    return max(1, math.ceil(km2 / _SPOT_SCENE_KM2)) if product is Product.SPOT else 1


def product_of(properties: Mapping[str, Any]) -> Product | None:
    """Of an Item's properties: the platform tells, else the constellation; None where no order is known of (SPOT 5, say)."""
    for name in ("platform", "constellation"):
        value = properties.get(name)
        if not isinstance(value, str) or not value:
            continue
        plain = re.sub(r"[^a-z0-9]", "", value.lower())
        if name == "constellation" and plain == "spot":
            return Product.SPOT
        return next((product for pattern, product in _PLATFORMS if pattern.fullmatch(plain)), None)
    return None
