"""Settings of the sources: a section per archive or partner."""

from typing import Annotated

from pydantic import Field

from moisson.sections.archives import (
    CoveragesSettings,
    DinamisSettings,
    GeodesSettings,
    InventorySettings,
    OneAtlasSettings,
    RegardsSettings,
    RestoSettings,
    SwhSettings,
)
from moisson.sections.base import Address, ConfigError, HttpSettings, Section, SourceSection
from moisson.sections.delivered import CollectionSection, StacFilesSection
from moisson.sections.followed import MoissonSection
from moisson.sections.partners import (
    CswSection,
    DescribedSection,
    FolderSection,
    OaiPmhSection,
    OpenSearchSection,
    PartnerSection,
    StacSection,
)

__all__ = [
    "PARTNERS",
    "PROTOCOLS",
    "Address",
    "CollectionSection",
    "ConfigError",
    "CoveragesSettings",
    "CswSection",
    "DescribedSection",
    "DinamisSettings",
    "FolderSection",
    "GeodesSettings",
    "HttpSettings",
    "InventorySettings",
    "MoissonSection",
    "OaiPmhSection",
    "OneAtlasSettings",
    "OpenSearchSection",
    "PartnerSection",
    "RegardsSettings",
    "RestoSettings",
    "Section",
    "SourceSection",
    "SourceSettings",
    "StacFilesSection",
    "StacSection",
    "SwhSettings",
]

# One protocol, two archives: the mapping tells them apart.
_AtGeodes = Annotated[GeodesSettings | SwhSettings, Field(discriminator="mapping")]
_Archive = _AtGeodes | RestoSettings | OneAtlasSettings | DinamisSettings | CoveragesSettings | RegardsSettings
_Partner = CswSection | OaiPmhSection | OpenSearchSection | StacSection | FolderSection | StacFilesSection | MoissonSection
SourceSettings = Annotated[_Archive | _Partner, Field(discriminator="protocol")]
# The protocol of the sources that the project knows by name.
PROTOCOLS = {"peps": "geodes", "swh": "geodes", "airbus": "oneatlas", "dinamis": "dinamis", "coverages": "coverages"}
PARTNERS = ("csw", "oai-pmh", "opensearch", "stac", "folder", "stac-files", "moisson")
"""Protocols that serve any number of partners, whose records go by the section's name."""
