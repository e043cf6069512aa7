"""Covering: what of an area the imagery that an asker finds covers, with which scenes, and what ordering the rest would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely

from api.errors import Problem
from api.params import MAX_LIMIT
from api.purchased import DO_NOT_ORDER, PARTLY, PERHAPS, Purchase, purchases
from index.document import members_of
from index.protocol import Index
from index.query import Query
from index.state import ItemKey, StoredItem
from mappings.access.asker import Asker
from mappings.access.decision import Download
from mappings.access.policy import Policy
from mappings.areas import square_kilometres
from mappings.audience import Audience
from mappings.coverage import LEAST_SHARE, Cover, Pick, cover
from mappings.facts import Availability
from mappings.geometry import mapping_of, to_shapely
from mappings.ordering.estimate import Estimate, Wish, estimate, total
from mappings.ordering.products import Kind, Product, product_of
from mappings.ordering.tariffs import Tariffs

MAX_CANDIDATES = 20_000
LAYERS = (Availability.OPEN, Availability.HELD, Availability.ORDERABLE)
"""In the order in which they count; view and unknown never do."""

_PHASES = ((0, 1), (2,))  # what is accessible first, then what must be ordered


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
class _Scene:
    item: StoredItem
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]


def coverage_document(index: Index, ask: Ask, tariffs: Tariffs, base: str) -> dict[str, Any]:
    """The answer, as JSON. Raises Problem when there are too many scenes to look at."""
    unusable, usable = _pairs(ask)
    items = _candidates(index, ask, usable)
    scenes, skipped = _chosen(items, ask)
    layers = [LAYERS.index(Availability(scene.item.availability)) for scene in scenes]
    found = cover(ask.area, _footprints(scenes), layers, _PHASES)
    bought = purchases(index, ask.audience, _orderable(scenes, found))
    without_right = index.count(_query(ask, unusable)) if unusable else 0
    return {
        "area_km2": _km2(found.area),
        **_figures(found),
        "scenes": [_scene(scenes[pick.place], pick, ask, bought, base) for pick in found.picks],
        "estimate": _estimate(scenes, found, ask, tariffs, bought),
        "candidates": len(scenes),
        "not_counted": {**skipped, "without_right": without_right},
    }


def _pairs(ask: Ask) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Facts of open and held images that the asker may not download at all, and those that count."""
    pairs = frozenset(product(map(str, LAYERS), ask.policy.table))
    unusable = frozenset(
        pair for pair in pairs if pair[0] != Availability.ORDERABLE and ask.policy.decide(ask.asker, *pair).download is Download.NO
    )
    return unusable, pairs - unusable


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


def _candidates(index: Index, ask: Ask, pairs: frozenset[tuple[str, str]]) -> list[StoredItem]:
    query, items = _query(ask, pairs), list[StoredItem]()
    while True:
        page = index.search(query)
        items += page.items
        if len(items) > MAX_CANDIDATES or (len(items) == MAX_CANDIDATES and page.next):
            raise Problem(413, "too-many-scenes", f"more than {MAX_CANDIDATES:,} scenes: narrow the area, the datetime or the collections")
        if page.next is None:
            return items
        query = replace(query, after=page.next)


def _chosen(items: Sequence[StoredItem], ask: Ask) -> tuple[list[_Scene], dict[str, int]]:
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
                scenes.append(_Scene(item, properties, geometry))
            else:
                skipped["without_area"] += 1
    return scenes, skipped


def _footprints(scenes: Sequence[_Scene]) -> Any:
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
    return made


def _figures(found: Cover) -> dict[str, Any]:
    covered = sum(layer.beyond for layer in found.layers)
    left = max(found.area - covered, 0.0)
    whole = left < found.area * LEAST_SHARE or found.rest.is_empty
    layers = {
        str(name): {
            "km2": _km2(layer.alone),
            "share": _share(layer.alone, found.area),
            "beyond_km2": _km2(layer.beyond),
            "beyond_share": _share(layer.beyond, found.area),
        }
        for name, layer in zip(LAYERS, found.layers, strict=True)
    }
    return {
        "coverage": {
            **layers,
            "covered": {"km2": _km2(covered), "share": _share(covered, found.area)},
            "uncovered": {"km2": 0.0 if whole else _km2(left), "share": 0.0 if whole else _share(left, found.area)},
        },
        "uncovered": None if whole else mapping_of(found.rest),
    }


def _scene(scene: _Scene, pick: Pick, ask: Ask, bought: Mapping[ItemKey, Purchase], base: str) -> dict[str, Any]:
    item = scene.item
    decision = ask.policy.decide(ask.asker, item.availability, item.licence)
    told: dict[str, Any] = {
        "collection": item.collection,
        "id": item.id,
        "href": f"{base}/collections/{quote(item.collection, safe='')}/items/{quote(item.id, safe='')}",
        "availability": item.availability,
        "licence": item.licence,
        "download": str(decision.download),
        "order": str(decision.order),
        "km2": _km2(pick.own),
        "adds_km2": _km2(pick.adds),
    }
    purchase = bought.get(ItemKey(item.collection, item.id))
    if purchase:
        certain = DO_NOT_ORDER if purchase.rest(pick.new).is_empty else PARTLY
        told["held_by"] = purchase.members()
        told["notice"] = (certain if purchase.is_certain else PERHAPS).members()
    return told


def _orderable(scenes: Sequence[_Scene], found: Cover) -> list[ItemKey]:
    items = [scenes[pick.place].item for pick in found.picks]
    return [ItemKey(item.collection, item.id) for item in items if item.availability == Availability.ORDERABLE]


def _estimate(
    scenes: Sequence[_Scene], found: Cover, ask: Ask, tariffs: Tariffs, bought: Mapping[ItemKey, Purchase]
) -> dict[str, Any] | None:
    """Of ordering what the chosen orderable scenes add, clipped to it, one request per product line; None when nothing must be ordered."""
    wanted: dict[Product | None, tuple[Decimal, int]] = {}
    for pick in found.picks:
        scene = scenes[pick.place]
        if scene.item.availability != Availability.ORDERABLE:
            continue
        purchase = bought.get(ItemKey(scene.item.collection, scene.item.id))
        left = purchase.rest(pick.new) if purchase else pick.new
        if not left.is_empty:
            line = product_of(scene.properties)
            km2, count = wanted.get(line, (Decimal(0), 0))
            wanted[line] = (km2 + exact_km2(square_kilometres(left)), count + 1)
    if not wanted:
        return None
    found_estimates: list[Estimate] = [
        estimate(Wish(line, Kind.ARCHIVE, km2, count), ask.asker, tariffs) for line, (km2, count) in wanted.items()
    ]
    return {"total": total(found_estimates).members(), "requests": [one.members() for one in found_estimates]}


def exact_km2(value: float) -> Decimal:
    """To the square metre, so that money is never a float's product."""
    return Decimal(f"{value:.6f}")


def _km2(square_metres: float) -> float:
    return round(square_metres / 1e6, 6)


def _share(part: float, whole: float) -> float:
    return round(min(part / whole, 1.0), 6)
