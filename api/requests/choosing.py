"""Choosing: what of each image that was named must be ordered, for who asks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import shapely

from api.coverage.candidates import Rights
from api.coverage.purchased import DO_NOT_ORDER, NOT_YOURS, Purchase, purchases
from api.errors import bad, not_found
from api.requests.body import DraftAsk
from index.document import members_of
from index.protocol import Index
from index.state import ItemKey, StoredItem
from mappings.areas import exact_km2, square_kilometres
from mappings.audience import Audience
from mappings.coverage import clip
from mappings.facts import Availability
from mappings.geometry import to_shapely
from mappings.ordering.draft import Chosen
from mappings.ordering.estimate import MAX_KM2
from mappings.ordering.products import Product, product_of
from mappings.words import Text

_DOWNLOAD = Text("Archive ouverte : à télécharger, ne pas commander", "Open archive: download it, do not order")
_NOT_FOR_SALE = Text("Ne se commande pas : rien n’établit qu’elle puisse l’être", "Cannot be ordered: nothing establishes that it could be")
_REMARKS = {Availability.HELD: DO_NOT_ORDER, Availability.OPEN: _DOWNLOAD}


def choose(index: Index, audience: Audience, rights: Rights, ask: DraftAsk) -> tuple[tuple[Chosen, ...], Mapping[Product | None, Any]]:
    """The images in the order asked for, and by product line all that is ordered as one shape (of a tasking wish, its area).

    Raises Problem 404 for what is not there and for what the audience does not find, alike."""
    if ask.tasking:
        return (), {ask.tasking.product: ask.area}
    items = [_found(index, audience, key) for key in ask.keys]
    orderable = [ItemKey(item.collection, item.id) for item in items if item.availability == Availability.ORDERABLE]
    bought = purchases(index, audience, orderable, rights.has_way_to)
    chosen, shapes = [], dict[Product | None, list[Any]]()
    for item in items:
        one, shape = _choose(item, ask.area, bought, rights)
        chosen.append(one)
        shapes.setdefault(one.product, []).append(shape)
    if sum(one.km2 for one in chosen) > MAX_KM2:
        raise bad("items", f"more than {MAX_KM2:,} km² altogether: ask for fewer images, or give an area")
    return tuple(chosen), {product: shapely.union_all(mine) for product, mine in shapes.items()}


def _found(index: Index, audience: Audience, key: ItemKey) -> StoredItem:
    item = index.get(audience, key.collection, key.id)
    if item is None:
        raise not_found("item", key.id)
    return item


def _choose(item: StoredItem, area: Any, bought: Mapping[ItemKey, Purchase], rights: Rights) -> tuple[Chosen, Any]:
    members = members_of(item.head)
    purchase = bought.get(ItemKey(item.collection, item.id))
    piece = _piece(members.get("geometry"), area)
    if item.availability == Availability.ORDERABLE and not _size(piece):
        where = "meet the area" if members.get("geometry") else "tell where it lies: how much is to be ordered is not known"
        raise bad("items", f"{item.id[:200]!r} does not {where}")
    ordered, remark = shapely.Polygon(), _remark(item, rights)
    if remark is None:
        ordered = purchase.rest(piece) if purchase else piece
        remark = purchase.notice(ordered) if purchase else None
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


def _remark(item: StoredItem, rights: Rights) -> Text | None:
    """Why it is not ordered; None where it is."""
    useful = rights.has_way_to(item)
    if item.availability == Availability.ORDERABLE:
        return None if useful else _NOT_FOR_SALE
    if item.availability == Availability.HELD and not useful:
        return NOT_YOURS
    return _REMARKS.get(Availability(item.availability), _NOT_FOR_SALE)


def _piece(geometry: Any, area: Any) -> Any:
    """The footprint within the area; empty where there is none."""
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return shapely.Polygon()
    outline = shapely.make_valid(shapely.force_2d(to_shapely(geometry)))
    return outline if area is None else clip([outline], area)[0]


def _size(shape: Any) -> Decimal:
    return exact_km2(square_kilometres(shape))
