"""What an operator says of a collection that a partner delivers: whose it is, how its images can be had, and its licence."""

import re
from dataclasses import dataclass
from typing import Any

from mappings.catalogue import CollectionInfo
from mappings.facts import Availability
from mappings.licences import licences

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_ARCHIVE = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
# Extension `order`: an image to be ordered, and one that has been.
_ORDER = {Availability.ORDERABLE: "orderable", Availability.HELD: "succeeded"}


@dataclass(frozen=True)
class DeliveredCollection:
    """`archive` is the Items' `moisson:source` (empty: the section's name); `licence` an id of the licence table. No default gives a
    right. Raises ValueError that begins with the member."""

    archive: str = ""
    availability: Availability = Availability.UNKNOWN
    licence: str = "unknown"
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.archive and not _ARCHIVE.fullmatch(self.archive):
            raise ValueError(f"archive: {self.archive!r}: a-z, 0-9 and -, beginning with a letter")
        if self.licence not in licences():
            raise ValueError(f"licence: no licence {self.licence!r}: one of {', '.join(licences())}")

    def members(self, dropped: int) -> dict[str, Any]:
        """The properties that follow from the row; `dropped` counts addresses that were left out."""
        found: dict[str, Any] = {
            "moisson:licence_source": "none" if self.licence == "unknown" else "operator",
            "moisson:record_form": "stac",
        }
        if dropped:
            found["moisson:links_dropped"] = dropped
        if self.availability in _ORDER:
            found["order:status"] = _ORDER[self.availability]
        return found

    def digested(self) -> list[str]:
        """What changes Items when it changes."""
        return [self.archive, str(self.availability), self.licence]

    def info(self, collection_id: str) -> CollectionInfo:
        """As the API tells of it; a partner's words are in one language."""
        title = self.title or collection_id
        return CollectionInfo(
            id=collection_id,
            title_fr=title,
            title_en=title,
            description_fr=self.description or "Collection livrée par un partenaire.",
            description_en=self.description or "A collection that a partner delivers.",
            licence=self.licence,
            keywords=self.keywords,
            providers=(),
        )


def check_collection_id(name: str) -> str:
    """An id that can stand in an address and a token. Raises ValueError."""
    if not _ID.fullmatch(name):
        raise ValueError(f"{name!r}: a collection's id is up to 100 letters, digits, dots, hyphens and underscores")
    return name
