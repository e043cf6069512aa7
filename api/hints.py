"""Hints: what somebody whose search found nothing may have meant."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely

from index.protocol import Index
from index.query import Query

_SWAPPED = {
    "fr": "Rien ici, mais il y a des images là où longitude et latitude sont échangées : l’ordre est longitude, latitude.",
    "en": "Nothing is here, but there are images where longitude and latitude are swapped: the order is longitude, latitude.",
}


def hint_of(index: Index, query: Query) -> Mapping[str, str] | None:
    """For a query that matches nothing: that its coordinates look swapped, where the same query finds Items in the swapped area."""
    area = swapped(query.area)
    if area is None:
        return None
    return _SWAPPED if index.matched(replace(query, area=area, after=None)).number else None


def swapped(area: Any) -> Any:
    """The area with longitudes and latitudes exchanged; None where there is none, or where it would leave the world."""
    if area is None:
        return None
    west, south, east, north = area.bounds
    if west < -90 or east > 90 or (west, east) == (south, north):
        return None
    return shapely.transform(area, lambda positions: positions[:, ::-1])
