"""Terms of the catalogue itself: under which licence its descriptions of images may be passed on, when its operator says so."""

from dataclasses import dataclass
from typing import Any

OTHER = "other"
"""As STAC says of a licence that SPDX does not list."""


@dataclass(frozen=True)
class MetadataLicence:
    """The licence of the metadata, not of images: an SPDX id or `other`, what it is called, where its text is, and whom to name."""

    id: str
    title: str
    href: str
    attribution: str = ""

    def members(self) -> dict[str, Any]:
        """As JSON has it."""
        told = {"id": self.id, "title": self.title, "href": self.href}
        return told | ({"attribution": self.attribution} if self.attribution else {})

    def link(self) -> dict[str, Any]:
        """A rel=license link."""
        return {"rel": "license", "href": self.href, "title": self.title}


def licence_header(licence: MetadataLicence | None) -> dict[str, str]:
    """The Link header of an answer (RFC 8288) whose format has no room for it; nothing is claimed without a licence."""
    return {"Link": f'<{licence.href}>; rel="license"'} if licence else {}
