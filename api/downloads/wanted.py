"""Wanted: an asset of an Item that the asker found, whether they may have it, and where it is."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from api.access import Access
from api.downloads.addresses import HTTPS, location_of
from api.downloads.refusals import refusal
from api.downloads.signing import Signer, SignerUnavailable
from api.errors import Problem, not_found
from api.licences.documents import licence_reference
from index.document import members_of
from index.protocol import Index
from index.state import StoredItem
from mappings.access.asker import Asker
from mappings.access.decision import NOW, Decision, Download
from mappings.values import items, mapping

LOGGER = logging.getLogger(__name__)

_PREVIEWS = frozenset(("thumbnail", "overview"))


@dataclass(frozen=True)
class Wanted:
    """The asset, and what the asker may do with its Item."""

    item: StoredItem
    key: str
    asset: Mapping[str, Any]
    asker: Asker
    decision: Decision

    @property
    def is_preview(self) -> bool:
        """Whether it is a picture to look at; one that is data too is data."""
        roles = {role for role in items(self.asset.get("roles")) if isinstance(role, str)}
        return bool(roles & _PREVIEWS) and "data" not in roles

    @property
    def is_allowed(self) -> bool:
        return self.decision.view if self.is_preview else self.decision.download in NOW


def find_asset(index: Index, access: Access, request: Request, names: tuple[str, str, str]) -> Wanted:
    """By Collection, Item and key. Raises Problem 404, the same for an Item that the asker does not find and for one that is not there."""
    collection_id, item_id, key = names
    audience, asker = access.audience(request), access.asker(request)
    item = index.get(audience, collection_id, item_id) if item_id else None
    if item is None:
        raise not_found("item", item_id)
    asset = mapping(members_of(item.head).get("assets")).get(key)
    if not isinstance(asset, dict):
        raise not_found("asset", key)
    return Wanted(item, key, asset, asker, access.policy.decide(asker, item.availability, item.licence))


def check_right(access: Access, wanted: Wanted, base: str) -> None:
    """Raises Problem 403 for who may not have it; `base` is this server's address, without trailing slash."""
    if not wanted.is_allowed:
        licence = licence_reference(wanted.item.licence, access.policy.table, base)
        raise refusal(access.policy, wanted.asker, wanted.item, wanted.decision, is_preview=wanted.is_preview, licence=licence)


def locate(wanted: Wanted, signers: Mapping[str, Signer], place: str, schemes: Collection[str] = HTTPS) -> str:
    """Where the file is: a signed address where the archive's store wants one and we can ask for it, else its own. `place` is the Item's
    address on this server. Raises Problem."""
    href = location_of(wanted.asset.get("href"), place, schemes)
    if not wanted.is_preview and wanted.decision.download is Download.WITH_ACCOUNT:
        # With the asker's own account, not with our keys.
        return href
    named = (signers[name] for name in items(wanted.asset.get("auth:refs")) if isinstance(name, str) and name in signers)
    signer = next((one for one in named if one.signs(href)), None)
    if signer is None:
        return href
    try:
        return signer.sign(href)
    except SignerUnavailable as error:
        LOGGER.warning("%s: nothing signed: %s", wanted.item.source, error)
        detail = (
            "le service de signature de l’archive ne répond pas, réessayer plus tard · "
            "the archive's signing service does not answer, try again later"
        )
        raise Problem(503, "signer-unavailable", detail, headers={"Retry-After": str(error.retry_after)}) from None
