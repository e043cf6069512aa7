"""Which of two coordinates is the longitude: servers do not agree, and many do not say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mappings.record import Unmappable

Pair = tuple[float, float]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

# Half a pixel of a coarse box, and the rounding of those who write one.
_MARGIN = 0.05
_LONLAT = re.compile(r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)OGC[:/].*CRS84", re.I)
_LONG = re.compile(r"(?:urn:(?:x-)?ogc:def:crs:EPSG:|https?://www\.opengis\.net/def/crs/EPSG/)[\w.]*[:/](\d{4,6})", re.I)
# The old `…/gml/srs/epsg.xml#4326` was written in the order of the short names.
_SHORT = re.compile(r"(?:.*epsg\.xml#|EPSG:+|urn:ogc:def:crs:EPSG:)(\d{4,6})", re.I)
# Degrees on the earth of today: WGS 84, ETRS89, RGF93, RGFG95 (Guyane). They differ by less than a pixel.
_DEGREES = frozenset(("4326", "4979", "4258", "4171", "4624", "4937", "4965", "4967"))


class Order(StrEnum):
    LATLON = "latlon"
    LONLAT = "lonlat"


@dataclass(frozen=True)
class Reference:
    """What a srsName says: the order if it settles it, and the EPSG code of another system than degrees on today's earth."""

    order: Order | None = None
    projected: str | None = None


def reference(name: str | None) -> Reference:
    """Of a srsName in any form; an unknown one says nothing."""
    written = (name or "").strip()
    if not written:
        return Reference()
    if _LONLAT.fullmatch(written):
        return Reference(Order.LONLAT)
    long, short = _LONG.fullmatch(written), _SHORT.fullmatch(written)
    found = long or short
    if not found:
        return Reference()
    if found[1] not in _DEGREES:
        return Reference(projected=found[1])
    return Reference(Order.LATLON) if long else Reference()


@dataclass(frozen=True)
class Hints:
    """What tells the order where no reference does: the record's own box, the source's region, and what is usual."""

    own: Box | None
    region: Box | None
    usual: Order


def decide(pairs: Sequence[Pair], declared: Order | None, hints: Hints) -> tuple[Order, str]:
    """(order, the rule that told it): declared, range, own-box, region or default. Raises Unmappable when neither order is on earth.

    A declared order that leaves the earth, or the record's own box into which the other one fits, is not believed; of two possible
    ones the record's own box decides, then the region.
    """
    possible = [order for order in Order if _on_earth(pairs, order)]
    if not possible:
        raise Unmappable(f"outside the world in either order of axes: {pairs[0]}", "footprint")
    fitting = [order for order in possible if hints.own and _centre_in(pairs, order, hints.own)]
    if declared in possible and (len(fitting) != 1 or declared in fitting):
        return Order(declared), "declared"
    if len(possible) == 1:
        return possible[0], "range"
    if len(fitting) == 1:
        return fitting[0], "own-box"
    local = [order for order in possible if hints.region and _centre_in(pairs, order, hints.region)]
    return (local[0], "region") if len(local) == 1 else (hints.usual, "default")


def _on_earth(pairs: Sequence[Pair], order: Order) -> bool:
    lats = [pair[0] if order is Order.LATLON else pair[1] for pair in pairs]
    lons = [pair[1] if order is Order.LATLON else pair[0] for pair in pairs]
    return min(lats) >= -90 and max(lats) <= 90 and min(lons) >= -360 and max(lons) <= 360


def _centre_in(pairs: Sequence[Pair], order: Order, box: Box) -> bool:
    west, south, east, north = box
    lats = [pair[0] if order is Order.LATLON else pair[1] for pair in pairs]
    lons = [pair[1] if order is Order.LATLON else pair[0] for pair in pairs]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    across = west - _MARGIN <= lon <= east + _MARGIN if west <= east else lon >= west - _MARGIN or lon <= east + _MARGIN
    return across and south - _MARGIN <= lat <= north + _MARGIN
