"""Choosing: what of each image that was named must be ordered, for who asks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import shapely

from api.covering import exact_km2
from api.errors import bad, not_found
from api.purchased import DO_NOT_ORDER, PARTLY, PERHAPS, Purchase, purchases
from api.request_body import DraftAsk
from index.document import members_of
from index.protocol import Index
from index.state import ItemKey, StoredItem
from mappings.areas import square_kilometres
from mappings.audience import Audience
from mappings.coverage import clip
from mappings.facts import Availability
from mappings.geometry import to_shapely
from mappings.ordering.draft import Chosen
from mappings.ordering.products import product_of
from mappings.ordering.words import Text

_DOWNLOAD = Text("Archive ouverte : à télécharger, ne pas commander", "Open archive: download it, do not order")
_NOT_FOR_SALE = Text("Ne se commande pas : rien n’établit qu’elle puisse l’être", "Cannot be ordered: nothing establishes that it could be")
_REMARKS = {Availability.HELD: DO_NOT_ORDER, Availability.OPEN: _DOWNLOAD}


def choose(index: Index, audience: Audience, ask: DraftAsk) -> tuple[tuple[Chosen, ...], Any]:
    """The images in the order asked for, and all that is ordered as one shape (of a tasking wish, its area).

    Raises Problem 404 for what is not there and for what the audience does not find, alike."""
    if ask.tasking:
        return (), ask.area
    items = [_found(index, audience, key) for key in ask.keys]
    orderable = [ItemKey(item.collection, item.id) for item in items if item.availability == Availability.ORDERABLE]
    bought = purchases(index, audience, orderable)
    chosen, shapes = [], []
    for item in items:
        one, shape = _choose(item, ask.area, bought)
        chosen.append(one)
        shapes.append(shape)
    return tuple(chosen), shapely.union_all(shapes)


def _found(index: Index, audience: Audience, key: ItemKey) -> StoredItem:
    item = index.get(audience, key.collection, key.id)
    if item is None:
        raise not_found("item", key.id)
    return item


def _choose(item: StoredItem, area: Any, bought: Mapping[ItemKey, Purchase]) -> tuple[Chosen, Any]:
    members = members_of(item.head)
    purchase = bought.get(ItemKey(item.collection, item.id))
    piece = _piece(members.get("geometry"), area)
    if item.availability == Availability.ORDERABLE and not _size(piece):
        where = "meet the area" if members.get("geometry") else "tell where it lies: how much is to be ordered is not known"
        raise bad("items", f"{item.id[:200]!r} does not {where}")
    remark, ordered = None, piece
    if item.availability != Availability.ORDERABLE:
        remark, ordered = _REMARKS.get(Availability(item.availability), _NOT_FOR_SALE), shapely.Polygon()
    elif purchase:
        ordered = purchase.rest(piece)
        remark = (DO_NOT_ORDER if ordered.is_empty else PARTLY) if purchase.is_certain else PERHAPS
    one = Chosen(
        collection=item.collection,
        id=item.id,
        product=product_of(members["properties"]),
        acquired=members["properties"].get("datetime"),
        km2=_size(piece),
        ordered_km2=_size(ordered),
        remark=remark,
        held_by=tuple((match.held.collection, match.held.id) for match in purchase.matches) if purchase else (),
    )
    return one, ordered


def _piece(geometry: Any, area: Any) -> Any:
    """The footprint within the area; empty where there is none."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return shapely.Polygon()
    outline = shapely.force_2d(to_shapely(geometry))
    return outline if area is None else clip([outline], area)[0]


def _size(shape: Any) -> Decimal:
    return exact_km2(square_kilometres(shape))
