"""Licences as the API tells them: what each says, what it allows each class of users, and the link that leads to it."""

from typing import Any
from urllib.parse import quote

from api.links import JSON
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from mappings.facts import Availability
from mappings.licences import Licence, Right, Table


def licence_reference(licence_id: str, table: Table, base: str) -> dict[str, Any]:
    """The rel=license link of an answered Item or Collection: to our page, which links the text. A licence that the table does not
    know leads to `unknown`, as Policy.decide reads it. `base` has no trailing slash."""
    licence = table.get(licence_id) or table["unknown"]
    return {"rel": "license", "href": licence_href(licence.id, base), "title": f"{licence.title_fr} · {licence.title_en}"}


def licence_href(licence_id: str, base: str) -> str:
    return f"{base}/licences/{quote(licence_id, safe='')}"


def licence_members(licence: Licence) -> dict[str, Any]:
    """A row of the table as JSON: no links, nobody's decision."""
    return {
        "id": licence.id,
        "stac": licence.stac,
        "title": {"fr": licence.title_fr, "en": licence.title_en},
        "url": licence.href,
        "confirmed": licence.confirmed,
        "versions": list(licence.versions),
        "conditions": {"fr": list(licence.conditions_fr), "en": list(licence.conditions_en)},
        "rights": {str(one): _right(licence.right(one)) for one in UserClass},
    }


def _right(right: Right) -> dict[str, Any]:
    return {
        "discover": right.discover,
        "view": right.view,
        "download": str(right.download),
        "needs": right.needs,
        "order": str(right.order),
        "reason": {"fr": right.reason_fr, "en": right.reason_en},
        "conditions": {"fr": list(right.conditions_fr), "en": list(right.conditions_en)},
    }


def licence_document(licence: Licence, policy: Policy, asker: Asker, base: str) -> dict[str, Any]:
    """A row of the table with what it means to who asks, by availability, and links."""
    return {
        **licence_members(licence),
        "asker": {
            "audience": str(asker.user_class),
            "signed": licence.id in asker.signed,
            "note": {"fr": asker.note_fr, "en": asker.note_en} if asker.note_fr else None,
            "decisions": {str(one): policy.decide(asker, one, licence.id).members() for one in Availability},
        },
        "links": _licence_links(licence, base),
    }


def licences_document(table: Table, base: str) -> dict[str, Any]:
    """All licences in short, by id."""
    return {
        "licences": [
            {
                "id": licence.id,
                "stac": licence.stac,
                "title": {"fr": licence.title_fr, "en": licence.title_en},
                "confirmed": licence.confirmed,
                "links": [{"rel": "self", "type": JSON, "href": licence_href(licence.id, base)}, _text_link(licence)],
            }
            for _, licence in sorted(table.items())
        ],
        "links": _own_links(f"{base}/licences", base),
    }


def _licence_links(licence: Licence, base: str) -> list[dict[str, Any]]:
    up = {"rel": "up", "type": JSON, "href": f"{base}/licences"}
    return [*_own_links(licence_href(licence.id, base), base), up, _text_link(licence)]


def _own_links(href: str, base: str) -> list[dict[str, Any]]:
    pages = [
        {"rel": "alternate", "type": "text/html", "hreflang": language, "href": f"{href}?f=html&language={language}"}
        for language in ("fr", "en")
    ]
    return [{"rel": "self", "type": JSON, "href": href}, *pages, {"rel": "root", "type": JSON, "href": f"{base}/"}]


def _text_link(licence: Licence) -> dict[str, Any]:
    """To the text itself, or the page that leads to it."""
    link = {"rel": "license", "href": licence.href, "title": licence.title_fr}
    return {**link, "type": licence.media_type} if licence.media_type else link
