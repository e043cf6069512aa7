"""Told: what a file says of itself, whatever its format."""

from dataclasses import dataclass
from datetime import datetime

from api.terms import MetadataLicence


@dataclass(frozen=True)
class Told:
    """Where it comes from (the server's address without trailing slash), when it was written, and the licence of the metadata in it."""

    base: str
    written: datetime
    licence: MetadataLicence | None = None

    def texts(self) -> dict[str, str]:
        """As names and texts, for formats that have no more."""
        told = {"source": f"{self.base}/", "written": f"{self.written:%Y-%m-%dT%H:%M:%SZ}"}
        if self.licence:
            told |= {f"metadata_licence_{name}": value for name, value in self.licence.members().items()}
        return told
