"""Settings of another Moisson whose catalogue is taken over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from mappings.catalogue import collections_of
from mappings.delivered_collections import check_collection_id
from mappings.followed import FollowedMapping
from moisson.sections.base import Address, SourceSection, read_key
from moisson.sections.delivered import StacFilesSection
from moisson.sections.partners import DescribedSection, PartnerSection


class MoissonSection(PartnerSection):
    """Another Moisson: `collections` that are taken, `licences` that are believed where it names them (an image under any other gives
    nobody a right here). `by` its feed of changes, or `search`: all Items at every run. `relist_days`: how often the feed is read from
    its beginning all the same. The key is the one that it gave our organisation."""

    protocol: Literal["moisson"] = "moisson"
    url: Address
    collections: Annotated[tuple[str, ...], Field(min_length=1)]
    licences: tuple[str, ...] = ()
    by: Literal["changes", "search"] = "changes"
    page_size: int = Field(500, ge=1, le=5_000)
    relist_days: float = Field(30, gt=0)
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    @model_validator(mode="after")
    def _sound(self) -> "MoissonSection":
        for name in self.collections:
            check_collection_id(name)
        self.mapping_of("followed")
        return self

    def mapping_of(self, name: str) -> FollowedMapping:
        """The mapping of the source with this name."""
        return FollowedMapping(name, self.collections, self.licences)

    def key(self) -> str | None:
        """The key, from the environment or the file. Raises ConfigError when the file cannot be read."""
        return read_key(self.api_key, self.api_key_file)


def check_followed(sources: Mapping[str, SourceSection]) -> None:
    """That no other source fills a Collection that is taken over. Raises ValueError."""
    fillers: dict[str, str] = {}
    for source, section in sources.items():
        for name in _filled(section):
            fillers.setdefault(name, source)
    for source, section in sources.items():
        for name in _taken_over(section):
            other = fillers.setdefault(name, source)
            if other != source:
                raise ValueError(
                    f"sources.{source}: {name}: sources.{other} fills this collection: its Items would take each other's place"
                )


def _taken_over(section: SourceSection) -> tuple[str, ...]:
    """Another Moisson's Collections, by its own interface or by its ISO records."""
    if isinstance(section, MoissonSection):
        return section.collections
    return section.taken_over if isinstance(section, DescribedSection) else ()


def _filled(section: SourceSection) -> list[str]:
    """Collections of an archive, or of a delivery."""
    if isinstance(section, StacFilesSection):
        return list(section.collections)
    if isinstance(section, PartnerSection):
        return []
    return list(collections_of(str(getattr(section, "mapping", ""))))
