"""Covering: what of an area the imagery that an asker finds covers, with which scenes, and what ordering the rest would cost."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.coverage.candidates import LAYERS, Ask, Rights, Scene, candidates, footprints
from api.coverage.purchased import Purchase, purchases
from api.links import item_href
from index.protocol import Index
from index.state import ItemKey
from mappings.areas import exact_km2, square_kilometres
from mappings.coverage import Cover, Pick, cover
from mappings.facts import Availability
from mappings.geometry import mapping_of
from mappings.ordering.estimate import Estimate, Wish, estimate, total
from mappings.ordering.products import Kind, Product, attempts, product_of
from mappings.ordering.tariffs import Tariffs
from mappings.words import Text

_PHASES = ((0, 1), (2,))  # what is accessible first, then what must be ordered
_EITHER = Text("Programmation du reste : l’un ou l’autre", "Tasking of the rest: one or the other")


def coverage_document(index: Index, ask: Ask, tariffs: Tariffs, base: str) -> dict[str, Any]:
    """The answer, as JSON. Raises Problem when there are too many scenes to look at."""
    scenes, not_counted = candidates(index, ask)
    layers = [LAYERS.index(Availability(scene.item.availability)) for scene in scenes]
    found = cover(ask.area, footprints(scenes), layers, _PHASES)
    bought = purchases(index, ask.audience, _orderable(scenes, found), Rights(ask.policy, ask.asker).has_way_to)
    return {
        "area_km2": _km2(found.area),
        **_figures(found),
        "scenes": [_scene(scenes[pick.place], pick, ask, bought, base) for pick in found.picks],
        "estimate": _estimate(scenes, found, ask, tariffs, bought),
        "tasking": _tasking(found, ask, tariffs),
        "candidates": len(scenes),
        "not_counted": not_counted,
    }


def _figures(found: Cover) -> dict[str, Any]:
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
            "covered": {"km2": _km2(found.covered), "share": _share(found.covered, found.area)},
            "uncovered": {"km2": _km2(found.left), "share": _share(found.left, found.area)},
        },
        "uncovered": mapping_of(found.rest) if found.left else None,
    }


def _scene(scene: Scene, pick: Pick, ask: Ask, bought: Mapping[ItemKey, Purchase], base: str) -> dict[str, Any]:
    item = scene.item
    decision = ask.policy.decide(ask.asker, item.availability, item.licence)
    told: dict[str, Any] = {
        "collection": item.collection,
        "id": item.id,
        "href": item_href(base, item.collection, item.id),
        "availability": item.availability,
        "licence": item.licence,
        "download": str(decision.download),
        "order": str(decision.order),
        "km2": _km2(pick.own),
        "adds_km2": _km2(pick.adds),
    }
    purchase = bought.get(ItemKey(item.collection, item.id))
    if purchase:
        told["held_by"] = purchase.members()
        told["notice"] = purchase.notice(purchase.rest(pick.new)).members()
    return told


def _orderable(scenes: Sequence[Scene], found: Cover) -> list[ItemKey]:
    items = [scenes[pick.place].item for pick in found.picks]
    return [ItemKey(item.collection, item.id) for item in items if item.availability == Availability.ORDERABLE]


def _estimate(
    scenes: Sequence[Scene], found: Cover, ask: Ask, tariffs: Tariffs, bought: Mapping[ItemKey, Purchase]
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


def _tasking(found: Cover, ask: Ask, tariffs: Tariffs) -> dict[str, Any] | None:
    """Of having the rest acquired, by one of the satellites that DINAMIS tasks; None when nothing is left."""
    if not found.left:
        return None
    km2 = exact_km2(found.left / 1e6)
    wishes = (Wish(line, Kind.TASKING, km2, attempts(line, km2)) for line in (Product.PLEIADES, Product.SPOT))
    return {"notice": _EITHER.members(), "requests": [estimate(wish, ask.asker, tariffs).members() for wish in wishes]}


def _km2(square_metres: float) -> float:
    return round(square_metres / 1e6, 6)


def _share(part: float, whole: float) -> float:
    return round(min(part / whole, 1.0), 6)
