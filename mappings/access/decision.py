"""Decision: what one asker may do with images of one availability and licence, and why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Download(StrEnum):
    YES = "yes"
    WITH_ACCOUNT = "with_account"  # after a free registration at the archive
    AFTER_SIGNING = "after_signing"  # once the organisation has signed the licence
    ON_REQUEST = "on_request"  # somebody must be asked, who may refuse
    NO = "no"


class Order(StrEnum):
    DINAMIS = "dinamis"  # by a request to DINAMIS, within its quotas and tariffs
    AIRBUS = "airbus"  # by a contract with Airbus
    ASK = "ask"  # DINAMIS tells whether and how
    NO = "no"


NOW = frozenset({Download.YES, Download.WITH_ACCOUNT})
"""`accessible=now`: usable without anybody else's doing."""

ACCESSIBLE = NOW | {Download.AFTER_SIGNING}
"""`accessible=true`."""


@dataclass(frozen=True)
class Decision:
    """`view` is for quicklooks and tiles. Reason and conditions in French and English."""

    download: Download
    view: bool
    order: Order
    reason_fr: str
    reason_en: str
    conditions_fr: tuple[str, ...] = ()
    conditions_en: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """As `moisson:access` has it."""
        return {
            "download": str(self.download),
            "view": self.view,
            "order": str(self.order),
            "reason": {"fr": self.reason_fr, "en": self.reason_en},
            "conditions": {"fr": list(self.conditions_fr), "en": list(self.conditions_en)},
        }
