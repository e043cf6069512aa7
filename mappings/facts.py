"""Access facts on an Item: written once, the same for everyone (prefix `moisson:`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mappings.record import Record
from mappings.times import format_time


class Availability(StrEnum):
    """How an image can be had; no default gives a right."""

    OPEN = "open"  # free to anyone, perhaps after a free registration
    HELD = "held"  # already purchased, in an archive of the Dispositif, reusable by members
    ORDERABLE = "orderable"  # only in a commercial catalogue, must be ordered
    VIEW = "view"  # map tiles only
    UNKNOWN = "unknown"  # not established


@dataclass(frozen=True)
class Facts:
    """What every mapping states of an image besides its metadata.

    `scene` is the record's acquisition key (mappings/scenes.py); `online` the storage state of an open archive as the record
    states it, at `online_as_of`: the time of the record, for the archives give none of its own.
    """

    availability: Availability
    licence: str
    scene: str | None = None
    online: bool | None = None
    online_as_of: datetime | None = None
    footprint: str | None = None

    def properties(self, record: Record) -> dict[str, Any]:
        """The `moisson:` members of an Item's properties."""
        members: dict[str, Any] = {
            "moisson:source": record.source,
            "moisson:source_id": record.native_id,
            "moisson:availability": str(self.availability),
            "moisson:licence": self.licence,
        }
        if self.scene:
            members["moisson:scene"] = self.scene
        if self.footprint:
            members["moisson:footprint"] = self.footprint
        if self.online is not None and self.online_as_of is not None:
            members["moisson:online"] = self.online
            members["moisson:online_as_of"] = format_time(self.online_as_of)
        return members
