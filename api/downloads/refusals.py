"""Refusals: why an asker may not have a file, what they could do, and the licence that says so."""

from collections.abc import Mapping
from typing import Any

from api.errors import Problem
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.decision import ACCESSIBLE, Decision, Download
from mappings.access.policy import Policy

CODES = {
    Download.AFTER_SIGNING: "licence-not-signed",
    Download.ON_REQUEST: "download-on-request",
    Download.NO: "download-not-allowed",
}


def refusal(policy: Policy, asker: Asker, item: StoredItem, decision: Decision, *, is_preview: bool, licence: Mapping[str, Any]) -> Problem:
    """A 403 with the decision, the reason in French and English and the link to the `licence`; it says how to sign in where that
    could change the answer."""
    code = "view-not-allowed" if is_preview else CODES.get(decision.download, "download-not-allowed")
    members: dict[str, Any] = {
        **decision.members(),
        "licence": item.licence,
        "links": [licence],
    }
    if asker.note_fr:
        members["note"] = {"fr": asker.note_fr, "en": asker.note_en}
    signed_in = asker.user_class is not UserClass.ANONYMOUS or asker.organisation is not None or asker.person is not None
    could = not signed_in and _could(policy, item, is_preview=is_preview)
    headers = {"Cache-Control": "no-store"} | ({"WWW-Authenticate": "Bearer"} if could else {})
    return Problem(403, code, f"{decision.reason_fr} · {decision.reason_en}", headers=headers, members=members)


def _could(policy: Policy, item: StoredItem, *, is_preview: bool) -> bool:
    """Whether some class of users gets it, once its organisation signed."""
    classes = (one for one in UserClass if one not in (UserClass.ANONYMOUS, UserClass.OPERATOR))
    found = (policy.decide(Asker(one, signed=frozenset((item.licence,))), item.availability, item.licence) for one in classes)
    return any(one.view if is_preview else one.download in ACCESSIBLE for one in found)
