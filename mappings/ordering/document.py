"""The draft of a request as JSON; every sentence in French and in English."""

from typing import Any

from mappings.geometry import mapping_of
from mappings.ordering.draft import Chosen, Delivery, Draft, Tasking
from mappings.ordering.practice import Notice
from mappings.times import format_time
from mappings.words import Text

NOTHING_ORDERED = Text(
    "Brouillon de demande : rien n’est commandé. À recopier dans le formulaire de demande, puis à signer",
    "Draft of a request: nothing is ordered. To be copied into the request form, then signed",
)
MAKERS = {
    None: Text("Produit Primary : pas d’orthorectification", "Primary product: no orthorectification"),
    "ign": Text("Ortho par l’IGN, gratuite", "Ortho by IGN, free of charge"),
    "airbus": Text("Ortho par Airbus, payante : prix à demander", "Ortho by Airbus, charged: ask for the price"),
    "ign-and-airbus": Text(
        "Ortho par l’IGN, gratuite, pour la partie en France (hors Pacifique) ; par Airbus, payante, pour le reste : à confirmer",
        "Ortho by IGN, free of charge, for the part in France (except the Pacific); by Airbus, charged, for the rest: to be confirmed",
    ),
}
UNCONFIRMED = Text("non confirmé", "not confirmed")


def draft_document(draft: Draft) -> dict[str, Any]:
    """As POST /requests/draft answers it."""
    asker, options = draft.asker, draft.options
    return {
        "type": "request-draft",
        "created": format_time(draft.now),
        "notice": NOTHING_ORDERED.members(),
        "kind": draft.kind,
        "requester": {
            "class": asker.user_class,
            "client": asker.client,
            "organisation": asker.organisation,
            "organisation_name": asker.organisation_name,
            "person": asker.person,
        },
        "purpose": draft.purpose,
        "area": {"geometry": mapping_of(draft.area), "km2": float(draft.area_km2 or 0)} if draft.area is not None else None,
        "options": {"format": options.format, "bits": options.bits, "level": options.level},
        "tasking": _tasking(draft.tasking) if draft.tasking else None,
        "items": [_item(item) for item in draft.items],
        "requests": [
            {**found.members(), **_delivery(delivery, draft)} for found, delivery in zip(draft.estimates, draft.deliveries, strict=True)
        ],
        "total": draft.total.members(),
        "delays": _notice(draft.practice.delays[draft.kind], draft),
        "deed": _notice(draft.practice.deed, draft),
        "crisis": _notice(draft.practice.crisis, draft),
    }


def _tasking(tasking: Tasking) -> dict[str, Any]:
    return {
        "product": tasking.product,
        "period": f"{format_time(tasking.start)}/{format_time(tasking.end)}",
        "mode": tasking.mode,
        "angle_max": tasking.angle_max,
        "cloud_cover_max": tasking.cloud_cover_max,
        "scenes": tasking.scenes,
    }


def _item(item: Chosen) -> dict[str, Any]:
    return {
        "collection": item.collection,
        "id": item.id,
        "product": item.product,
        "acquired": item.acquired,
        "km2": float(item.km2),
        "to_order": item.is_ordered,
        "ordered_km2": float(item.ordered_km2),
        "remark": item.remark.members() if item.remark else None,
        "held_by": [{"collection": collection, "id": name} for collection, name in item.held_by],
    }


def _delivery(delivery: Delivery, draft: Draft) -> dict[str, Any]:
    """Orthoimages and size, with where these rules come from."""
    date, rule, size = draft.practice.date.isoformat(), draft.practice.ortho, draft.practice.size
    ortho = {"by": delivery.maker, "text": MAKERS[delivery.maker].members()}
    told = {"date": date, "confirmed": rule.confirmed, "source": rule.source.members()}
    gigabytes = None if delivery.gigabytes is None else round(float(delivery.gigabytes), 3)
    return {
        "ortho": {**ortho, **told} if delivery.maker else ortho,
        "size": {"gigabytes": gigabytes, "date": date, "confirmed": size.confirmed, "source": size.source.members()},
    }


def _notice(notice: Notice, draft: Draft) -> dict[str, Any]:
    return {
        "text": notice.text.members(),
        "confirmed": notice.confirmed,
        "date": draft.practice.date.isoformat(),
        "source": notice.source.members(),
    }
