"""Candidates: the scenes that may count for a coverage: found by who asks, of use to them, within the limits asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import shapely

from api.errors import Problem
from api.params import MAX_LIMIT
from index.document import members_of
from index.protocol import Index
from index.query import Query
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.decision import Download, Order
from mappings.access.policy import Policy
from mappings.audience import Audience
from mappings.facts import Availability
from mappings.geometry import to_shapely

MAX_CANDIDATES = 20_000
LAYERS = (Availability.OPEN, Availability.HELD, Availability.ORDERABLE)
"""In the order in which they count; view and unknown never do."""


@dataclass(frozen=True)
class Rights:
    """Who asks, and by whose rules."""

    policy: Policy
    asker: Asker

    def allow(self, availability: str, licence: str) -> bool:
        """Whether there is any way to such an image: a download, if only on request; of what is for sale, an order. The operator orders
        nothing, and sees what those who do could."""
        decision = self.policy.decide(self.asker, availability, licence)
        if availability == Availability.ORDERABLE:
            return decision.order is not Order.NO or self.asker.user_class is UserClass.OPERATOR
        return decision.download is not Download.NO

    def has_way_to(self, item: StoredItem) -> bool:
        """Whether they may have this image at all."""
        return self.allow(item.availability, item.licence)


@dataclass(frozen=True)
class Ask:
    """What is asked: `audience` finds it, by whose `policy` and for which `asker`."""

    policy: Policy
    asker: Asker
    audience: Audience
    area: Any
    collections: tuple[str, ...] | None = None
    start: int | None = None
    end: int | None = None
    exclude_airbus: bool = False
    cloud_cover_max: float | None = None
    gsd_max: float | None = None


@dataclass(frozen=True)
class Scene:
    item: StoredItem
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]


def _pairs(ask: Ask) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Facts of images that the asker has no way to, and of those that count."""
    pairs = frozenset(product(map(str, LAYERS), ask.policy.table))
    usable = frozenset(pair for pair in pairs if Rights(ask.policy, ask.asker).allow(*pair))
    return pairs - usable, usable


def candidates(index: Index, ask: Ask) -> tuple[list[Scene], dict[str, int]]:
    """The scenes, and how many do not count, by why. Raises Problem when there are too many to look at."""
    unusable, usable = _pairs(ask)
    scenes, skipped = _chosen(_found(index, ask, usable), ask)
    return scenes, {**skipped, "without_right": index.count(_query(ask, unusable)) if unusable else 0}


def _query(ask: Ask, pairs: frozenset[tuple[str, str]]) -> Query:
    return Query(
        audience=ask.audience.narrowed(pairs),
        collections=ask.collections,
        area=ask.area,
        start=ask.start,
        end=ask.end,
        exclude_airbus=ask.exclude_airbus,
        limit=MAX_LIMIT,
    )


def _found(index: Index, ask: Ask, pairs: frozenset[tuple[str, str]]) -> list[StoredItem]:
    query, items = _query(ask, pairs), list[StoredItem]()
    while True:
        page = index.search(query)
        items += page.items
        if len(items) > MAX_CANDIDATES or (len(items) == MAX_CANDIDATES and page.next):
            raise Problem(413, "too-many-scenes", f"more than {MAX_CANDIDATES:,} scenes: narrow the area, the datetime or the collections")
        if page.next is None:
            return items
        query = replace(query, after=page.next)


def _chosen(items: Sequence[StoredItem], ask: Ask) -> tuple[list[Scene], dict[str, int]]:
    """Those within the limits, and how many could not be judged: what is not stated is not known to be good enough."""
    skipped = {"cloud_cover_not_stated": 0, "gsd_not_stated": 0, "without_area": 0}
    scenes = []
    for item in items:
        members = members_of(item.head)
        properties, geometry = members["properties"], members.get("geometry")
        limits = (("eo:cloud_cover", "cloud_cover_not_stated", ask.cloud_cover_max), ("gsd", "gsd_not_stated", ask.gsd_max))
        for name, missing, most in limits:
            value = properties.get(name)
            if most is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                skipped[missing] += 1
                break
            if value > most:
                break
        else:
            if geometry and geometry["type"] in ("Polygon", "MultiPolygon"):
                scenes.append(Scene(item, properties, geometry))
            else:
                skipped["without_area"] += 1
    return scenes, skipped


def footprints(scenes: Sequence[Scene]) -> Any:
    """An array of geometries; the many that are one ring are made at once."""
    made = np.empty(len(scenes), dtype=object)
    rings, places = [], []
    for place, scene in enumerate(scenes):
        coordinates = scene.geometry["coordinates"]
        if scene.geometry["type"] == "Polygon" and len(coordinates) == 1 and all(len(at) == 2 for at in coordinates[0]):
            rings.append(coordinates[0])
            places.append(place)
        else:
            made[place] = shapely.force_2d(to_shapely(dict(scene.geometry)))
    if rings:
        positions = np.array([at for ring in rings for at in ring], dtype=float)
        numbers = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
        made[places] = shapely.polygons(shapely.linearrings(positions, indices=numbers))
    broken = ~shapely.is_valid(made)
    made[broken] = shapely.make_valid(made[broken])
    return made
