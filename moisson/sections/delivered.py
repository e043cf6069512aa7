"""Settings of a drop folder of STAC Items that stay as they are: each collection with what the operator says of it."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.catalogue import CollectionInfo
from mappings.delivered_collections import DeliveredCollection, check_collection_id
from mappings.facts import Availability
from mappings.ogc.describing import described
from mappings.registry import collections
from moisson.sections.base import Section, SourceSection
from moisson.sections.partners import PartnerSection


class CollectionSection(Section):
    """A collection of the delivery. `archive` is its Items' `moisson:source`, the section's name unless it is given; without
    `availability` and `licence` nobody has a right. `title`, `description` and `keywords` are shown."""

    archive: str = ""
    availability: Availability = Availability.UNKNOWN
    licence: str = "unknown"
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=10_000)
    keywords: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        self.row()
        return self

    def row(self) -> DeliveredCollection:
        """For the mapping."""
        return DeliveredCollection(self.archive, self.availability, self.licence, self.title, self.description, self.keywords)


class StacFilesSection(PartnerSection):
    """A drop folder of STAC Items, which keep ids, properties, assets and footprints. `collections` by id: Items of others are
    quarantined. `settle_seconds`: younger files may still be written."""

    protocol: Literal["stac-files"] = "stac-files"
    path: Path
    settle_seconds: float = Field(60, ge=0)
    collections: dict[str, CollectionSection] = Field(min_length=1)

    @field_validator("collections")
    @classmethod
    def _ids(cls, given: dict[str, CollectionSection]) -> dict[str, CollectionSection]:
        for name in given:
            check_collection_id(name)
            if name in collections():
                raise ValueError(f"{name!r} is filled by an archive of its own: its Items would take each other's place")
        return given

    def rows(self) -> dict[str, DeliveredCollection]:
        """What the mapping is told of each collection."""
        return {name: section.row() for name, section in self.collections.items()}


def check_delivered(sources: Mapping[str, SourceSection], ruled: Collection[str]) -> None:
    """That no collection of a delivery is filled by another source too, and that a rule of access (`ruled`, names) for an archive
    does not seem to reach what a delivery brings of it. Raises ValueError."""
    fillers: dict[str, str] = {}
    partners = [name for name, section in sources.items() if isinstance(section, PartnerSection)]
    for source, section in sources.items():
        for name, row in section.collections.items() if isinstance(section, StacFilesSection) else ():
            where = f"sources.{source}.collections.{name}"
            other = fillers.setdefault(name, source)
            # A partner's collections are <source>-<mission>.
            other = next((one for one in partners if one != source and name.startswith(f"{one}-") and described(name)), other)
            if other != source:
                raise ValueError(f"{where}: sources.{other} fills this collection: its Items would take each other's place")
            if row.archive in ruled and source not in ruled:
                raise ValueError(f"{where}.archive: access.sources.{row.archive} does not reach it: give access.sources.{source} too")


def delivered_infos(sources: Mapping[str, SourceSection]) -> dict[str, CollectionInfo]:
    """What is said of the collections of all deliveries, by id."""
    deliveries = [section for section in sources.values() if isinstance(section, StacFilesSection)]
    return {name: row.info(name) for section in deliveries for name, row in section.rows().items()}
