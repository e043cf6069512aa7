"""Outlines of the territories that coverages are of: approximate, for what a service says of its layers' extents is not usable."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from mappings.geometry import clean_footprint, mapping_of
from mappings.record import Unmappable

MAINLAND = "METROPOLE"
OVERSEAS = ("GUADELOUPE", "GUYANE", "MARTINIQUE", "MAYOTTE", "REUNION")
_OTHER_NAMES = {"FRANCE": MAINLAND, "LA-REUNION": "REUNION", "ANTILLES": "GUADELOUPE+MARTINIQUE", "DROM": "+".join(OVERSEAS)}


def outline(places: str) -> tuple[dict[str, Any], list[float]]:
    """(GeoJSON geometry, bbox) of a territory, or of several joined by `+`. Raises Unmappable for one that is not known."""
    geometry, bbox = _outline(_OTHER_NAMES.get(places, places))
    return dict(geometry), list(bbox)


@cache
def _outline(places: str) -> tuple[dict[str, Any], list[float]]:
    known = _table()
    names = places.split("+")
    for name in names:
        if name not in known:
            raise Unmappable(f"no outline of {name[:40]!r} is known", "coverage")
    together = shapely.union_all([shape({"type": "MultiPolygon", "coordinates": known[name]}) for name in names])
    return clean_footprint(mapping_of(together), "coverage", areas=True)


@cache
def _table() -> dict[str, Any]:
    """Natural Earth, as outlines.md says."""
    table: dict[str, Any] = orjson.loads(files("mappings.coverages").joinpath("outlines.json").read_bytes())
    return table
